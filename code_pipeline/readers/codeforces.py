"""open-r1/codeforces and open-r1/codeforces-cots: Codeforces' problems, with or without a model's answer.

Tests: `official_tests`, then the generated ones, which stand in files of their own (ReadOptions.generated_tests looks
them up). `generated_checker` is a Python program for problems with several right answers; `input_mode` "file" means
input.txt and output.txt. The rows of codeforces-cots have a `generation` and mostly no tests but the statement's own
examples, which are too few to call an answer right: those get `no_tests`, and are judged with
`ot-code verify COTS --problems CODEFORCES --on id --response-column generation`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.errors import CheckerSpecError, RowError
from code_pipeline.readers.answer_columns import AnswerColumns
from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import Candidate, ProblemRow, ReadOptions
from code_pipeline.readers.candidates import ANSWER_COLUMNS
from code_pipeline.readers.cases import Cases
from code_pipeline.readers.codeforces_tests import OFFICIAL, find_tests
from code_pipeline.readers.fields import text_of
from code_pipeline.readers.limits import memory_limit_mb, time_limit_s
from code_pipeline.readers.solutions import References
from code_pipeline.readers.stated import checker_stated
from code_pipeline.readers.told_language import told_language
from code_pipeline.types import Problem, ProblemLimits, Verdict

_ANSWERS = AnswerColumns((*ANSWER_COLUMNS, "generation"), References("accepted_solutions", "failed_solutions"))
_STATEMENT = ("description", "input_format", "output_format", "interaction_format", "note")
_CHECKER_FILE = "checker.py"
_NO_TESTS = (
    "the row has no tests but the statement's examples; join it with open-r1/codeforces: --problems DATASET --on id "
    "--response-column generation"
)


class CodeforcesReader:
    """Reads open-r1's problems of Codeforces. Their limits were set for C++."""

    name = "codeforces"
    needs = (OFFICIAL, "examples")

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether its official tests are there, or the examples beside columns of codeforces-cots."""
        return OFFICIAL in columns or (
            "examples" in columns and "contest_id" in columns and ("generation" in columns or "input_format" in columns)
        )

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return _ANSWERS.judged(columns, options)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        if text_of(row, "interaction_format").strip():
            raise RowError("column `interaction_format`: the problem is interactive, and the row has no interactor")
        tests = find_tests(row, options)
        chosen = _ANSWERS.chosen(row, options)
        read = assemble(
            {**_with_languages(row, options), "language": told_language(row, chosen.response_column)},
            index,
            chosen,
            dataset=self.name,
            ids=("id",),
            statement="description",
            cases=Cases(tests.tests),
            test_columns=tests.columns,
            references=_ANSWERS.references,
            limits=ProblemLimits(
                time_limit_s(row.get("time_limit"), "time_limit"),
                memory_limit_mb(row.get("memory_limit"), "memory_limit"),
                tuned_for_cpp=True,
            ),
            generated_tests=tests.generated,
        )
        candidates = read.candidates
        if not tests.tests and options.response_column is None:  # else answers may be joined with a problem's tests
            candidates = tuple(_untested(each) for each in candidates)
        return replace(read, problem=_completed(read.problem, row), candidates=candidates, findings=tests.findings)


def _completed(problem: Problem, row: Mapping[str, Any]) -> Problem:
    statement = "\n\n".join(text for column in _STATEMENT if (text := text_of(row, column)))
    given, written = _files(row)
    return replace(
        problem,
        statement=statement,
        input_file=problem.input_file or given,
        output_file=problem.output_file or written,
        checker=problem.checker or _checker(row) or checker_stated(statement, problem.tests),
    )


def _files(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The names of input and output file. Codeforces has no others than these two."""
    mode = text_of(row, "input_mode").strip().lower()
    if mode not in ("", "stdio", "file"):
        raise RowError(f"column `input_mode`: must be stdio or file, not {mode!r:.60}")
    return ("input.txt", "output.txt") if mode == "file" else (None, None)


def _checker(row: Mapping[str, Any]) -> ProgramChecker | None:
    source = text_of(row, "generated_checker")
    if not source.strip():
        return None
    try:
        return ProgramChecker("score", "python3", {_CHECKER_FILE: source})
    except CheckerSpecError as error:
        raise RowError(f"column `generated_checker`: {error}") from error


def _with_languages(row: Mapping[str, Any], options: ReadOptions) -> Mapping[str, Any]:
    """The row with its known solutions as {"code", "language"}: theirs stands in `programmingLanguage`."""
    if options.judged == "candidates":
        return row
    references = _ANSWERS.references
    return {**row, **{name: _named(row[name]) for name in (references.right, references.wrong) if name in row}}


def _named(solutions: Any) -> Any:
    if not isinstance(solutions, (list, tuple)):
        return solutions
    return [
        {**item, "language": item.get("programmingLanguage") or item.get("programming_language") or "unknown"}
        if isinstance(item, Mapping) and not item.get("language")
        else item
        for item in solutions
    ]


def _untested(candidate: Candidate) -> Candidate:
    return candidate if candidate.verdict else replace(candidate, verdict=Verdict.NO_TESTS, reason=_NO_TESTS)
