"""What the readers of assertion problems share: an assertion program and a row -> ProblemRow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from code_pipeline.checkers.python_equal import AssertionsChecker, PythonEqualChecker
from code_pipeline.errors import RowError
from code_pipeline.readers.assertions import Taken, take_out
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import read_answers
from code_pipeline.readers.fields import id_of, text_of
from code_pipeline.readers.harness import CALLED, assertion_program
from code_pipeline.readers.json_text import has_lone_surrogate
from code_pipeline.readers.python_text import parse
from code_pipeline.readers.solutions import References
from code_pipeline.types import Problem, Source, TestCase

BENCHMARK = References(right="canonical_solution")


@dataclass(frozen=True, slots=True)
class Program:
    """An assertion program. column: where it stands, for messages.

    entry_point: what its `check` is called with, None where its assertions call functions by name. setup: source that
    runs between the submission and it. prompt: source that a response may continue. defines: what a response is to
    define, where the assertions do not say it.
    """

    text: str
    column: str
    entry_point: str | None = None
    setup: str = ""
    prompt: str = ""
    defines: str | None = None


def assertion_problem(
    row: Mapping[str, Any],
    index: int,
    options: ReadOptions,
    *,
    dataset: str,
    statement: str,
    program: Program,
    ids: Sequence[str] = ("task_id", "id", "problem_id", "name"),
) -> Problem:
    """The problem of an assertion program. Raises RowError where the program is no Python."""
    taken = _taken(program)
    has_solution = "class Solution" in program.prompt or "Solution()" in program.text + (program.entry_point or "")
    if taken is not None:
        tests, epilogue, names = taken.tests, taken.epilogue, taken.names
    elif program.text.strip():
        tests, names = (TestCase(arguments=(), expected=True),), ()
        epilogue = assertion_program(_whole(program))
    else:
        tests, epilogue, names = (), "", ()
    defines = program.defines or program.entry_point or (names[0] if names else None)
    return Problem(
        id=id_of(row, ids, dataset, index),
        tests=tests,
        source=Source(dataset, options.split, index),
        statement=text_of(row, statement),
        checker=AssertionsChecker() if taken is None else PythonEqualChecker(),
        function=CALLED,
        epilogue=epilogue,
        usual_names=has_solution,  # LeetCode has them; HumanEval and MBPP do not
        defines=defines.rsplit(".", 1)[-1] if defines else None,
        completes=program.prompt,
    )


def with_answers(
    problem: Problem,
    row: Mapping[str, Any],
    options: ReadOptions,
    references: References,
    test_columns: Sequence[str],
) -> ProblemRow:
    """The row's problem with its candidates. Raises RowError."""
    answers = read_answers(row, options, references, problem.id)
    moved = tuple(column for column in (*test_columns, *answers.more_list_columns) if column in row)
    return ProblemRow(problem, answers.candidates, answers.list_column, moved)


def _taken(program: Program) -> Taken | None:
    text = program.text
    if has_lone_surrogate(text) or has_lone_surrogate(program.setup) or "\0" in text + program.setup:
        raise RowError(f"column `{program.column}`: holds characters that no Python program can")
    try:
        parse(program.setup)
        tree = parse(text)
    except ValueError as error:
        raise RowError(f"column `{program.column}`: the assertions are no Python: {error}") from None
    return None if tree is None else take_out(tree, entry_point=program.entry_point, setup=program.setup)


def _whole(program: Program) -> str:
    call = f"\ncheck({program.entry_point})\n" if program.entry_point is not None else ""
    return f"{program.setup}\n{program.text}{call}"
