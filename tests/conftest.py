"""Fixtures that several folders of tests share."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from sandbox import Sandbox

# How long an example takes is no finding: the machine is shared. In CI hypothesis draws the same ones in each run.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One jail, kept over all tests: what one test leaves in it, the next would meet."""
    with Sandbox(jobs=1) as one:
        yield one


@pytest.fixture(autouse=True)
def _usual_integers() -> None:
    """The command line raises the length of integers that Python prints, for its whole process: not for other tests."""
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(4300)
