"""What a reader found of a problem -> the columns of a plain row that say the same.

What those columns cannot say (an assertion program, bytes, a validator's arguments) is carried whole in `judged_as`:
each row is read back by the reader of plain rows before it is let through, so that it cannot be judged otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers import READERS, ProblemRow, ReadOptions
from code_pipeline.readers.math import GOLD_COLUMNS, WORKED_COLUMNS, gold_answer
from code_pipeline.readers.plain import JUDGED_AS
from code_pipeline.types import Problem, TestCase
from code_pipeline.wire import plain_object, problem_json
from ot_code.shapes import json_text

_PLAIN = READERS["plain"]
_AS_THEY_STAND = frozenset({"plain", "openthoughts"})  # whose test_cases are those of plain rows
_OPTIONS = ReadOptions()
_LIMITS = ("time_limit_s", "memory_limit_mb")


def problem_columns(
    read: ProblemRow, values: Mapping[str, Any], *, by_answer: bool, schema: str
) -> tuple[dict[str, Any], set[str]]:
    """The columns of the problem, `problem` among them, and the source's columns that they take the place of.

    Raises RowError for a problem that nothing here can carry.
    """
    if by_answer:
        return _answer_columns(read, values)
    if schema in _AS_THEY_STAND:
        kept = {} if values.get("test_cases") in (None, "") else {"test_cases": values["test_cases"]}
        return {"problem": read.problem.statement, **kept}, set()
    found = _judged_columns(read.problem)
    found.update({"source_findings": sorted(read.findings)} if read.findings else {})
    return found, {*read.test_columns, *_LIMITS}


def _answer_columns(read: ProblemRow, values: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    found: dict[str, Any] = {"problem": read.problem.statement}
    worked = {values.get(name) for name in WORKED_COLUMNS if isinstance(values.get(name), str)}
    if read.gold is not None and read.gold not in worked:  # a worked solution stays where it is
        found["answer"] = read.gold
    used = {name for name in GOLD_COLUMNS if gold_answer({name: values.get(name)}) == read.gold}
    return found, {*used, "message_1", "message_2", *read.test_columns} - {*WORKED_COLUMNS}


def _judged_columns(problem: Problem) -> dict[str, Any]:
    columns: dict[str, Any] = {"problem": problem.statement}
    if problem.starter_code:
        columns["starter_code"] = problem.starter_code
    limits = problem.limits
    found = {
        "time_limit_s": limits.time_limit_s,
        "memory_limit_mb": limits.memory_limit_mb,
        "limits_for_cpp": limits.tuned_for_cpp or None,
        "input_file": problem.input_file,
        "output_file": problem.output_file,
        "checker": None if problem.checker is None else json_text(plain_object(problem.checker.spec)),
        "interactor": None if problem.interactor is None else json_text(plain_object(problem.interactor.spec)),
        "test_cases": _test_cases(problem),
    }
    columns.update({name: value for name, value in found.items() if value is not None})
    if not _reads_back(columns, problem):
        for name in ("test_cases", "checker", "interactor", *_LIMITS, "limits_for_cpp"):
            columns.pop(name, None)
        columns[JUDGED_AS] = json.dumps(problem_json(problem), ensure_ascii=False)
        if not _reads_back(columns, problem):
            raise RowError("its problem cannot be carried in a plain row")
    return columns


def _test_cases(problem: Problem) -> str | None:
    """The tests as JSON text; None where there are none, or where JSON cannot say what they are."""
    if not problem.tests or any(isinstance(test.stdin, bytes) for test in problem.tests):
        return None
    tests = problem.tests
    cases: dict[str, Any] = {
        "inputs": [test.stdin if test.arguments is None else list(test.arguments) for test in tests],
        "outputs": [test.expected for test in tests],
    }
    if problem.function is not None:
        cases["fn_name"] = problem.function
    if any(test.accepted_outputs for test in tests):
        cases["accepted_outputs"] = [list(test.accepted_outputs) or None for test in tests]
    try:
        return json.dumps(cases, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return None


def _reads_back(columns: Mapping[str, Any], problem: Problem) -> bool:
    """Whether the reader of plain rows makes the same problem of them; its name and source may differ."""
    try:
        found = _PLAIN.read({"test_cases": None, "candidates": [], **columns}, 0, _OPTIONS).problem
    except RowError:
        return False
    if len(found.tests) != len(problem.tests) or not all(map(_is_same_test, found.tests, problem.tests)):
        return False
    return replace(found, tests=()) == replace(problem, tests=(), id=found.id, source=found.source)


def _is_same_test(one: TestCase, other: TestCase) -> bool:
    # repr tells 1 from True and from 1.0, which == does not, and NaN from nothing else
    return one == other if one.arguments is None and other.arguments is None else repr(one) == repr(other)
