"""The last step of each reader: a problem's parts and a row's answers -> ProblemRow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import read_answers
from code_pipeline.readers.cases import Cases, ended
from code_pipeline.readers.fields import checker_of, file_name_of, id_of, interactor_of, text_of
from code_pipeline.readers.solutions import References
from code_pipeline.readers.stated import checker_stated
from code_pipeline.types import Problem, ProblemLimits, Source


def assemble(
    row: Mapping[str, Any],
    index: int,
    options: ReadOptions,
    *,
    dataset: str,
    ids: Sequence[str],
    statement: str,
    cases: Cases,
    test_columns: Sequence[str],
    references: References,
    limits: ProblemLimits | None = None,
    generated_tests: int = 0,
    from_contests: bool = False,
) -> ProblemRow:
    """The row read. ids: columns to name it by; statement: the column of the problem's text. Raises RowError.

    from_contests: the tests were a contest's, whose files end with a newline (scraping lost some of these) and whose
    statement may say how answers are compared.
    """
    tests = ended(cases.tests) if from_contests else cases.tests
    checker = checker_of(row)
    if from_contests and checker is None and cases.function is None:
        checker = checker_stated(text_of(row, statement), tests)
    problem = Problem(
        id=id_of(row, ids, dataset, index),
        tests=tests,
        source=Source(dataset, options.split, index),
        statement=text_of(row, statement),
        checker=checker,
        limits=limits or ProblemLimits(),
        function=cases.function,
        starter_code=text_of(row, "starter_code"),
        input_file=file_name_of(row, "input_file"),
        output_file=file_name_of(row, "output_file"),
        interactor=interactor_of(row) if dataset in ("plain", "verl") else None,
    )
    answers = read_answers(row, options, references, problem.id)
    moved = tuple(column for column in (*test_columns, *answers.more_list_columns) if column in row)
    return ProblemRow(problem, answers.candidates, answers.list_column, moved, generated_tests)
