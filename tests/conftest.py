"""Fixtures that several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One jail, kept over all tests: what one test leaves in it, the next would meet."""
    with Sandbox(jobs=1) as one:
        yield one
