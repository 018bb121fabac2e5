"""The tests of a row of open-r1/codeforces or codeforces-cots: official ones, then generated ones from other files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.base import ReadOptions
from code_pipeline.readers.cases import read_cases
from code_pipeline.types import TestCase

OFFICIAL = "official_tests"
_PRIVATE, _GENERATED = "private_tests", "generated_tests"  # lists in some configs of codeforces-cots
_PUBLIC = ("public_tests", "public_tests_ms")  # there too; they repeat the examples


@dataclass(frozen=True, slots=True)
class TestsFound:
    """tests: those that an answer is judged by; generated: how many, at their end, no contest had; columns: theirs."""

    __test__ = False  # not a test class of pytest

    tests: tuple[TestCase, ...] = ()
    generated: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


def find_tests(row: Mapping[str, Any], options: ReadOptions) -> TestsFound:
    """The row's tests. None where it has only the statement's examples. Raises RowError naming the column."""
    findings: dict[str, int] = {}
    own = _official(row, findings)
    generated = _generated(row, options, findings)
    columns = (OFFICIAL, *_PUBLIC, _PRIVATE, *((_GENERATED,) if _has_lists(row.get(_GENERATED)) else ()))
    return TestsFound((*own, *generated), len(generated), findings, columns)


def _official(row: Mapping[str, Any], findings: dict[str, int]) -> tuple[TestCase, ...]:
    # Tests that Codeforces shows cut were left out by the dataset's makers: dots at a test's end are its own.
    if row.get(OFFICIAL) is not None:
        tests = _tests(row, OFFICIAL)
        if row.get("official_tests_complete") is False:
            findings["incomplete_tests"] = _missing(row.get("testset_size"), len(tests))
        return tests
    private = _tests(row, _PRIVATE)
    if not private and not _has_lists(row.get(_GENERATED)):
        return ()
    public = next((column for column in _PUBLIC if row.get(column)), None)
    return (*(_tests(row, public) if public else ()), *private)


def _missing(size: Any, have: int) -> int:
    """How many of the contest's tests the row has not; 0 where it does not say how many there were."""
    return max(0, size - have) if isinstance(size, int) and not isinstance(size, bool) else 0


def _generated(row: Mapping[str, Any], options: ReadOptions, findings: dict[str, int]) -> tuple[TestCase, ...]:
    value = row.get(_GENERATED)
    if _has_lists(value):
        return _tests(row, _GENERATED)
    if value is None or value == 0 or row.get(OFFICIAL) is None:
        return ()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        raise RowError(f"column `generated_tests`: must be their number, not {value!r:.60}")
    problem_id = row.get("id")
    found = None
    if options.generated_tests is not None and isinstance(problem_id, str):
        found = options.generated_tests(problem_id)
    tests = () if found is None else read_cases(found, _GENERATED).tests
    if len(tests) < value:
        findings["missing_generated_tests"] = int(value) - len(tests)
    return tests


def _has_lists(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple, str)) and bool(value)


def _tests(row: Mapping[str, Any], column: str) -> tuple[TestCase, ...]:
    cases = read_cases(row.get(column), column)
    if cases.function is not None:
        raise RowError(f"column `{column}`: its tests call a function, and Codeforces has none")
    return cases.tests
