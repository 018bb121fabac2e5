"""MatrixStudio/Codeforces-Python-Submissions: a row is a submission to Codeforces, with the tests of its problem.

`code` is what is judged, since the row's `verdict` is about it and becomes the label in `origin`; `response` holds the
same program dressed as a chat's answer. Answers that were added (`candidates`, `generations`, `responses`) come first.
Codeforces shows only the beginning of long tests: those are dropped and counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.readers.answer_columns import AnswerColumns
from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import Candidate, ProblemRow, ReadOptions
from code_pipeline.readers.cases import read_cases
from code_pipeline.readers.fields import id_of, text_of
from code_pipeline.readers.limits import memory_limit_mb, time_limit_s
from code_pipeline.readers.stated import checker_stated
from code_pipeline.readers.truncated import whole_tests
from code_pipeline.types import ProblemLimits, Verdict

_ANSWERS = AnswerColumns(("candidates", "generations", "responses", "code"))
_TELLING = ("programmingLanguage", "time-limit", "problem-description", "passedTestCount", "demo-input")
_STATEMENT = ("problem-description", "input-specification", "output-specification", "note")
# Codeforces' verdicts that are named otherwise here; the rest keep their name in lower case
_LABELS = {
    "ok": "accepted",
    "time_limit_exceeded": "time_limit",
    "idleness_limit_exceeded": "time_limit",
    "memory_limit_exceeded": "memory_limit",
    "compilation_error": "compile_error",
    "presentation_error": "wrong_answer",
}
_PARTS = ("pretests", "samples", "challenges")  # sets of tests that make no submission right


class SubmissionsReader:
    """Reads submissions in Python. Their limits are Codeforces' own, set for C++."""

    name = "codeforcessubmissions"
    needs = ("test_cases",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether tests stand beside a column that only this dataset has."""
        return "test_cases" in columns and any(column in columns for column in _TELLING)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return _ANSWERS.judged(columns, options)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        cases = read_cases(row.get("test_cases"), "test_cases")
        whole = whole_tests(cases.tests)
        limits = ProblemLimits(
            time_limit_s(row.get("time-limit"), "time-limit"),
            memory_limit_mb(row.get("memory-limit"), "memory-limit"),
            tuned_for_cpp=True,
        )
        chosen = _ANSWERS.chosen(row, options)
        is_code = chosen.response_column == "code"
        read = assemble(
            {**row, "language": row.get("programmingLanguage")} if is_code else row,
            index,
            chosen,
            dataset=self.name,
            ids=("id", "problem_id", "name"),
            statement="problem-description",
            cases=replace(cases, tests=whole),
            test_columns=self.needs,
            references=_ANSWERS.references,
            limits=limits,
        )
        statement = "\n\n".join(text for column in _STATEMENT if (text := text_of(row, column)))
        problem = replace(
            read.problem,
            id=_problem_id(row) or read.problem.id,
            statement=statement,
            checker=read.problem.checker or checker_stated(statement, whole),
        )
        dropped = len(cases.tests) - len(whole)
        candidates = tuple(_of_problem(each, problem.id) for each in read.candidates)
        if is_code:
            candidates = tuple(_labelled(each, row) for each in candidates)
        if dropped and not whole:
            which = "the row's only test was" if dropped == 1 else f"all {dropped} tests of the row were"
            reason = f"{which} cut by the source (Codeforces shows the beginning of a long text, and '...')"
            candidates = tuple(_untested(each, reason) for each in candidates)
        return replace(
            read, problem=problem, candidates=candidates, findings={"truncated_tests": dropped} if dropped else {}
        )


def _problem_id(row: Mapping[str, Any]) -> str | None:
    """Contest and index, as Codeforces names its problems (1873A): the same for all submissions to one."""
    contest, index = row.get("contestId"), row.get("index")
    if contest is None or not isinstance(index, str) or not index.strip():
        return None
    return f"{id_of(row, ('contestId',), 'unknown', 0)}{index}"[:200]


def _of_problem(candidate: Candidate, problem_id: str) -> Candidate:
    number = candidate.submission.id.rpartition("#")[2]
    submission = replace(candidate.submission, id=f"{problem_id}#{number}", problem_id=problem_id)
    return replace(candidate, submission=submission)


def _labelled(candidate: Candidate, row: Mapping[str, Any]) -> Candidate:
    verdict = row.get("verdict")
    if not isinstance(verdict, str) or not verdict:
        return candidate
    label = verdict.strip().lower()[:60]
    label = _LABELS.get(label, label)
    testset = row.get("testset")
    if label == "accepted" and isinstance(testset, str) and testset.strip().lower() in _PARTS:
        label = f"accepted on {testset.strip().lower()}"
    origin = {**candidate.submission.origin, "label": label}
    return replace(candidate, submission=replace(candidate.submission, origin=origin))


def _untested(candidate: Candidate, reason: str) -> Candidate:
    return candidate if candidate.verdict else replace(candidate, verdict=Verdict.NO_TESTS, reason=reason)
