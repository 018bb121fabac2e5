"""One server for the tests that change nothing about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from running import Running, running


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    """Two places, no keys."""
    with running("--jobs", "2") as one:
        yield one
