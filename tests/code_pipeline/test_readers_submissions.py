"""Rows of Codeforces-Python-Submissions: labels, languages, tests that were cut."""

from __future__ import annotations

from typing import Any

import pytest

from code_pipeline.checkers import TokensChecker
from code_pipeline.errors import RowError
from code_pipeline.labels import verdicts_of
from code_pipeline.readers import ProblemRow, ReadOptions, reader_for
from code_pipeline.readers.truncated import is_cut
from code_pipeline.types import ProblemLimits, Verdict

ROW: dict[str, Any] = {
    "domain": "Codeforces",
    "contestId": 1873,
    "index": "A",
    "name": "Short Sort",
    "rating": 800,
    "tags": ["greedy"],
    "title": "A. Short Sort",
    "time-limit": "2 seconds",
    "memory-limit": "256 megabytes",
    "problem-description": "Double it.",
    "input-specification": "A number.",
    "output-specification": "Its double.",
    "demo-input": ["1"],
    "demo-output": ["2"],
    "note": None,
    "points": 0.0,
    "test_cases": [{"input": "1\r\n", "output": "2\r\n"}, {"input": "3", "output": "6"}],
    "programmingLanguage": "Python 3",
    "verdict": "OK",
    "testset": "TESTS",
    "passedTestCount": 2,
    "code": "print(2 * int(input()))",
    "prompt": "Write it.",
    "response": "```python3\nprint(2 * int(input()))\n```",
}


def read(row: dict[str, Any], options: ReadOptions | None = None) -> ProblemRow:
    return reader_for(row.keys(), None).read(row, 3, options or ReadOptions())


def test_a_submission_and_its_problem() -> None:
    row = read(ROW)
    problem = row.problem
    assert problem.id == "1873A"
    assert problem.limits == ProblemLimits(2.0, 256.0, tuned_for_cpp=True)
    assert problem.statement == "Double it.\n\nA number.\n\nIts double."
    assert [(test.stdin, test.expected) for test in problem.tests] == [("1\r\n", "2\r\n"), ("3", "6")]
    (only,) = row.candidates
    assert (only.submission.response, only.submission.language) == (ROW["code"], "python3")
    assert (only.submission.id, only.submission.problem_id) == ("1873A#0", "1873A")
    assert only.submission.origin == {"column": "code", "label": "accepted"}
    assert (row.list_column, row.findings) == (None, {})


@pytest.mark.parametrize(
    ("verdict", "label"),
    [
        ("OK", "accepted"),
        ("WRONG_ANSWER", "wrong_answer"),
        ("TIME_LIMIT_EXCEEDED", "time_limit"),
        ("MEMORY_LIMIT_EXCEEDED", "memory_limit"),
        ("RUNTIME_ERROR", "runtime_error"),
        ("COMPILATION_ERROR", "compile_error"),
        ("CHALLENGED", "challenged"),
        ("SKIPPED", "skipped"),
        (None, None),
        (7, None),
    ],
)
def test_the_verdict_is_a_label_and_decides_nothing(verdict: Any, label: str | None) -> None:
    (only,) = read(ROW | {"verdict": verdict}).candidates
    assert only.submission.origin.get("label") == label
    assert only.verdict is None
    assert read(ROW | {"verdict": verdict}).problem == read(ROW).problem


def test_pretests_alone_make_nothing_right() -> None:
    (only,) = read(ROW | {"testset": "PRETESTS"}).candidates
    assert verdicts_of(only.submission.origin["label"]) == frozenset()
    (only,) = read(ROW | {"testset": "PRETESTS", "verdict": "WRONG_ANSWER"}).candidates
    assert only.submission.origin["label"] == "wrong_answer"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Python 3", "python3"),
        ("PyPy 3", "pypy3"),
        ("PyPy 3-64", "pypy3"),
        (None, "python3"),
    ],
)
def test_languages(name: str | None, language: str) -> None:
    (only,) = read(ROW | {"programmingLanguage": name}).candidates
    assert (only.submission.language, only.verdict) == (language, None)


@pytest.mark.parametrize("name", ["Python 2", "PyPy 2", "PyPy 2-64"])
def test_python_2_is_no_verdict_about_the_program(name: str) -> None:
    (only,) = read(ROW | {"programmingLanguage": name}).candidates
    assert only.verdict is Verdict.UNSUPPORTED_LANGUAGE
    assert name in only.reason


def test_other_answers_have_no_label() -> None:
    """`verdict` is about `code`: it says nothing of what a model answered."""
    for row, options in (
        (ROW | {"candidates": ["x"]}, None),
        (ROW, ReadOptions(response_column="response")),
        ({name: value for name, value in ROW.items() if name != "code"}, None),
    ):
        (only,) = read(row, options).candidates
        assert "label" not in only.submission.origin
        assert only.submission.language == "python3"
    assert read(ROW | {"candidates": ["x", "y"]}).list_column == "candidates"
    assert read(ROW | {"programmingLanguage": "Python 2", "candidates": ["x"]}).candidates[0].verdict is None


class TestCutTests:
    LONG = "1 2 3 " * 60 + "..."

    def test_they_are_dropped_and_counted(self) -> None:
        cell = [*ROW["test_cases"], {"input": self.LONG, "output": "1"}, {"input": "1", "output": self.LONG + "\n"}]
        row = read(ROW | {"test_cases": cell})
        assert len(row.problem.tests) == 2
        assert row.findings == {"truncated_tests": 2}
        assert row.candidates[0].verdict is None

    def test_none_left(self) -> None:
        row = read(ROW | {"test_cases": [{"input": self.LONG, "output": "1"}]})
        assert row.problem.tests == ()
        assert row.candidates[0].verdict is Verdict.NO_TESTS
        assert "only test was cut" in row.candidates[0].reason
        assert row.candidates[0].submission.origin["label"] == "accepted"

    @pytest.mark.parametrize("cell", [None, "", [], "[]", {"input": [], "output": []}])
    def test_none_to_begin_with(self, cell: Any) -> None:
        row = read(ROW | {"test_cases": cell})
        assert (row.problem.tests, row.findings, row.candidates[0].verdict) == ((), {}, None)

    @pytest.mark.parametrize(
        "text",
        [
            "1 2 3...",
            "5\n1 2 3 ...",
            "abcabc...",
            "1...\n",
            "3 3\n#.#\n1 2...",
            LONG,
            "#." * 150 + "...",
            "1 2 …",
            "a\nbc...",
            "1 6\nS.#...",  # a drawing of one line with letters: nothing tells it from a cut text
        ],
    )
    def test_what_is_cut(self, text: str) -> None:
        assert is_cut(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "1 2 3",
            "#.#...",
            "3 3\n#.#\n.#.\n...",
            "..",
            "...",
            "2 4\nab..\nS...\n",
            "...#\n",
            "0.5.",
            "*...\r\n",
        ],
    )
    def test_what_is_whole(self, text: str) -> None:
        assert not is_cut(text)


def test_a_statement_s_rules_apply() -> None:
    row = ROW | {
        "output-specification": "Print YES or NO in any case.",
        "test_cases": [{"input": "1", "output": "YES"}, {"input": "2", "output": "NO"}],
    }
    assert read(row).problem.checker == TokensChecker(case_sensitive=False)
    assert read(ROW).problem.checker is None


def test_a_row_without_a_contest_has_a_name_all_the_same() -> None:
    assert read(ROW | {"contestId": None}).problem.id == "Short Sort"
    assert read(ROW | {"contestId": 1873.0}).problem.id == "1873A"
    nameless = read(ROW | {"contestId": None, "name": None})
    assert nameless.problem.id == "codeforcessubmissions-3"
    assert nameless.candidates[0].submission.problem_id == nameless.problem.id


@pytest.mark.parametrize(("column", "value"), [("time-limit", "soon"), ("memory-limit", "much"), ("test_cases", "[{")])
def test_what_cannot_be_read_is_named(column: str, value: str) -> None:
    with pytest.raises(RowError, match=f"`{column}`"):
        read(ROW | {column: value})
