"""Limits by problem, language and source."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.errors import RowError
from code_pipeline.limits import check_factors, limits_for
from code_pipeline.types import Problem, ProblemLimits
from sandbox import Limits, languages

DEFAULTS = Limits()


def limits(time=None, memory=None, *, cpp=False, language="python3", factors=None):
    problem = Problem("p", (), limits=ProblemLimits(time, memory, tuned_for_cpp=cpp))
    return limits_for(problem, language, DEFAULTS, factors)


@pytest.mark.parametrize(
    ("time", "language", "cpu"),
    [
        (2.0, "python3", 10.0),
        (0.5, "python3", 4.0),
        (5.0, "cpp", 5.0),
        (1.0, "cpp", 4.0),
        (5.0, "an unknown one", 5.0),
        (None, "python3", 4.0),
    ],
)
def test_a_source_tuned_for_cpp(time, language, cpu):
    found = limits(time, cpp=True, language=language)
    assert found.cpu_time_s == cpu
    assert found.wall_time_s == 3 * cpu + 2
    assert found.output_bytes == 64 * 1024 * 1024


def test_a_plain_row_is_taken_at_its_word():
    found = limits(0.5, 64)
    assert (found.cpu_time_s, found.wall_time_s, found.memory_mb) == (0.5, 3.5, 64)
    assert (limits().cpu_time_s, limits().memory_mb) == (4.0, 512)


def test_memory():
    assert limits(memory=256, cpp=True).memory_mb == 512
    assert limits(memory=1024, cpp=True).memory_mb == 1024
    assert limits(memory=244.14).memory_mb == 245


def test_a_languages_own_memory_is_added(monkeypatch):
    table = {"vm": replace(languages()["python3"], memory_mb=100, time_factor=2.0)}
    monkeypatch.setattr("code_pipeline.limits.languages", lambda: table)
    found = limits(3.0, 600, cpp=True, language="vm")
    assert (found.cpu_time_s, found.memory_mb) == (6.0, 700)


def test_a_languages_start_is_added(monkeypatch):
    table = {"vm": replace(languages()["python3"], time_factor=2.0, time_offset_s=0.3)}
    monkeypatch.setattr("code_pipeline.limits.languages", lambda: table)
    for found, cpu in (
        (limits(3.0, cpp=True, language="vm"), 6.3),
        (limits(1.0, cpp=True, language="vm"), 4.3),
        (limits(1.0, language="vm"), 1.3),
        (limits(language="vm"), 4.3),
    ):
        assert found.cpu_time_s == pytest.approx(cpu)
        assert found.wall_time_s == pytest.approx(3 * cpu + 2)


def test_a_factor_of_the_callers():
    assert limits(2.0, cpp=True, factors={"python3": 3}).cpu_time_s == 6.0
    assert limits(9.0, cpp=True, factors={"python3": 3}, language="cpp").cpu_time_s == 9.0
    check_factors({"python3": 3, "cpp": 0.5})
    for factor in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match="time factor of python3"):
            check_factors({"python3": factor})


def test_a_factor_of_all_is_for_a_slow_machine():
    assert limits(2.0, factors={"all": 3}).cpu_time_s == 6.0
    assert limits(factors={"all": 0.5}).cpu_time_s == 2.0
    assert limits(2.0, cpp=True, factors={"all": 3, "python3": 5}).cpu_time_s == 30.0
    assert limits(2.0, factors={"all": 3}).wall_time_s == 20.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 0, 1e300, 10**400, True, "2"])
def test_absurd_limits_are_the_rows_fault(value):
    with pytest.raises(RowError, match="time_limit_s"):
        limits(time=value)
    with pytest.raises(RowError, match="memory_limit_mb"):
        limits(memory=value, cpp=True)


@given(st.none() | st.floats() | st.integers(), st.none() | st.floats() | st.integers(), st.booleans())
def test_every_number_gives_usable_limits_or_a_row_error(time, memory, cpp):
    try:
        found = limits(time, memory, cpp=cpp)
    except RowError:
        return
    assert 0 < found.cpu_time_s < found.wall_s < math.inf
    assert found.memory_mb >= 1
