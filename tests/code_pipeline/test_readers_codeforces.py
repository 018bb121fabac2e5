"""Rows of open-r1/codeforces, codeforces-cots and verifiable-coding-problems-python."""

from __future__ import annotations

import json
from typing import Any

import pytest

from code_pipeline.checkers import TokensChecker
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.errors import RowError
from code_pipeline.readers import ProblemRow, ReadOptions, reader_for
from code_pipeline.types import ProblemLimits, Verdict

PROBLEM: dict[str, Any] = {
    "id": "1259/D",
    "aliases": None,
    "contest_id": "1259",
    "contest_type": "CF",
    "index": "D",
    "time_limit": 2.0,
    "memory_limit": 256.0,
    "title": "Double",
    "description": "Double it.",
    "input_format": "A number.",
    "output_format": "Its double.",
    "interaction_format": None,
    "note": None,
    "examples": [{"input": "1", "output": "2"}],
    "editorial": None,
    "testset_size": 5,
    "official_tests": [{"input": "1\n", "output": "2\n"}, {"input": "3\n", "output": "6\n"}],
    "official_tests_complete": True,
    "input_mode": "stdio",
    "generated_checker": None,
    "executable": True,
    "generated_tests": 0,
}
COTS = {name: PROBLEM[name] for name in list(PROBLEM)[: list(PROBLEM).index("testset_size")]} | {
    "prompt": "Solve it, then provide a complete implementation in C++17.",
    "generation": "<think>hm</think>\n```cpp\nint main() {}\n```",
    "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "```cpp\nint main() {}\n```"}],
}
INFO = {
    "language": "python",
    "test_cases": [
        {"fn_name": None, "input": "1\n", "output": "2\n", "type": "stdin_stdout"},
        {"fn_name": None, "input": "3\n", "output": "6\n", "type": "stdin_stdout"},
    ],
}
CALLS = [{"fn_name": "add", "input": [1, 2], "output": [3], "type": "function_call"}]


def read(row: dict[str, Any], options: ReadOptions | None = None) -> ProblemRow:
    return reader_for(row.keys(), None).read(row, 3, options or ReadOptions())


class TestProblems:
    def test_its_parts(self) -> None:
        row = read(PROBLEM)
        problem = row.problem
        assert [(test.stdin, test.expected) for test in problem.tests] == [("1\n", "2\n"), ("3\n", "6\n")]
        assert problem.id == "1259/D"
        assert problem.limits == ProblemLimits(2.0, 256.0, tuned_for_cpp=True)
        assert problem.statement == "Double it.\n\nA number.\n\nIts double."
        assert (problem.input_file, problem.output_file, problem.checker) == (None, None, None)
        assert row.candidates[0].verdict is Verdict.NO_RESPONSE
        assert row.findings == {}

    def test_files_in_place_of_streams(self) -> None:
        problem = read(PROBLEM | {"input_mode": "file"}).problem
        assert (problem.input_file, problem.output_file) == ("input.txt", "output.txt")
        with pytest.raises(RowError, match="`input_mode`: must be stdio or file"):
            read(PROBLEM | {"input_mode": "socket"})

    def test_its_checker_decides(self) -> None:
        checker = read(PROBLEM | {"generated_checker": "print(1)"}).problem.checker
        assert checker == ProgramChecker("score", "python3", {"checker.py": "print(1)"})
        assert read(PROBLEM | {"generated_checker": " "}).problem.checker is None
        assert read(PROBLEM | {"generated_checker": "print(1)", "checker": "exact"}).problem.checker.name == "exact"

    def test_an_interactive_problem_is_about_the_row(self) -> None:
        with pytest.raises(RowError, match="`interaction_format`: the problem is interactive"):
            read(PROBLEM | {"interaction_format": "Print a query.", "candidates": ["x"]})
        assert read(PROBLEM | {"interaction_format": " "}).problem.tests

    def test_tests_that_are_not_there_are_said(self) -> None:
        assert read(PROBLEM | {"official_tests_complete": False}).findings == {"incomplete_tests": 3}
        assert read(PROBLEM | {"official_tests_complete": False, "testset_size": None}).findings == {
            "incomplete_tests": 0
        }

    def test_dots_at_an_end_are_the_test_s_own(self) -> None:
        cell = [{"input": "x" * 300 + "...", "output": "..."}]
        assert len(read(PROBLEM | {"official_tests": cell}).problem.tests) == 1

    def test_the_row_s_language(self) -> None:
        for language, ours in (("python", "python3"), ("cpp", "cpp"), (None, "python3")):
            row = read(PROBLEM | {"language": language, "response": "x = 1"})
            assert row.candidates[0].submission.language == ours
        assert read(PROBLEM | {"response": "```cpp\n#include <cstdio>\n```"}).candidates[0].submission.language == "cpp"
        assert read(PROBLEM | {"responses": ["a"]}).list_column == "responses"


class TestGeneratedTests:
    def test_they_come_after_the_official_ones(self) -> None:
        asked: list[str] = []

        def lookup(problem_id: str) -> list[dict[str, str]]:
            asked.append(problem_id)
            return [{"input": "4", "output": "8"}, {"input": "5", "output": "10"}]

        row = read(PROBLEM | {"generated_tests": 2}, ReadOptions(generated_tests=lookup))
        assert asked == ["1259/D"]
        assert [test.stdin for test in row.problem.tests] == ["1\n", "3\n", "4", "5"]
        assert (row.generated_tests, row.findings) == (2, {})
        row = read(PROBLEM | {"generated_tests": 5}, ReadOptions(generated_tests=lookup))
        assert row.findings == {"missing_generated_tests": 3}

    def test_none_are_looked_for_where_there_are_none(self) -> None:
        for number in (0, None):
            read(PROBLEM | {"generated_tests": number}, ReadOptions(generated_tests=lambda _: 1 / 0))  # type: ignore[arg-type,return-value]

    def test_without_their_files(self) -> None:
        for options in (ReadOptions(), ReadOptions(generated_tests=lambda _: None)):
            row = read(PROBLEM | {"generated_tests": 30}, options)
            assert len(row.problem.tests) == 2
            assert row.findings == {"missing_generated_tests": 30}


class TestChainsOfThought:
    def test_examples_alone_make_no_answer_right(self) -> None:
        (only,) = read(COTS).candidates
        assert only.verdict is Verdict.NO_TESTS
        assert "--problems" in only.reason
        assert only.submission.response == COTS["generation"]
        assert read(COTS).problem.tests == ()

    def test_joined_with_problems_it_is_judged(self) -> None:
        row = read(PROBLEM | {"generation": COTS["generation"]}, ReadOptions(response_column="generation"))
        assert [each.verdict for each in row.candidates] == [None]
        assert row.candidates[0].submission.language == "cpp"
        rest = {name: value for name, value in PROBLEM.items() if name != "official_tests"}
        row = read(rest | {"generation": "int"}, ReadOptions(response_column="generation"))
        assert [each.verdict for each in row.candidates] == [None]

    def test_lists_of_tests_in_the_row(self) -> None:
        cells = {
            "public_tests": {"input": ["1"], "output": ["2"]},
            "private_tests": {"input": ["3"], "output": ["6"]},
            "generated_tests": {"input": ["4"], "output": ["8"]},
            "public_tests_ms": [{"input": "1", "output": "2"}],
        }
        row = read(COTS | cells)
        assert [test.stdin for test in row.problem.tests] == ["1", "3", "4"]
        assert row.generated_tests == 1
        assert row.candidates[0].verdict is None
        assert "generated_tests" in row.test_columns
        public_alone = COTS | cells | {"private_tests": {"input": [], "output": []}, "generated_tests": None}
        assert read(public_alone).candidates[0].verdict is Verdict.NO_TESTS

    @pytest.mark.parametrize(
        ("prompt", "generation", "language"),
        [
            ("a complete implementation in C++17", "x", "cpp"),
            ("a complete implementation in Python 3.", "x", "python3"),
            ("a complete implementation in Python 3", "```cpp\n```", "python3"),
            ("Solve it.", "```python\nx\n```\nor rather\n```cpp\ny\n```", "cpp"),
            ("", "```py\nx\n```", "python3"),
            (None, "#include <cstdio>", "cpp"),
            (None, "print(1)", "python3"),
        ],
    )
    def test_its_language(self, prompt: str | None, generation: str, language: str) -> None:
        (only,) = read(COTS | {"prompt": prompt, "generation": generation}).candidates
        assert only.submission.language == language

    def test_the_last_turn_where_there_is_no_generation(self) -> None:
        (only,) = read(COTS | {"generation": None}).candidates
        assert only.submission.response == COTS["messages"][1]["content"]

    def test_known_solutions_keep_their_languages(self) -> None:
        solutions = [{"code": "a", "programmingLanguage": "GNU C++17"}, {"code": "b", "programmingLanguage": "Delphi"}]
        row = read(COTS | {"accepted_solutions": solutions}, ReadOptions("solutions"))
        assert [each.submission.language for each in row.candidates] == ["cpp", "Delphi"]
        assert row.candidates[1].verdict is Verdict.UNSUPPORTED_LANGUAGE
        assert row.candidates[0].submission.origin["label"] == "accepted"
        wrong = read(COTS | {"failed_solutions": solutions}, ReadOptions("incorrect_solutions"))
        assert wrong.candidates[0].submission.origin["label"] == "incorrect"


class TestWhatStatementsSay:
    WORDS = ({"input": "1", "output": "YES\n7"}, {"input": "2", "output": "NO"})

    def checker(self, statement: str, tests: Any = WORDS) -> Any:
        return read(PROBLEM | {"output_format": statement, "official_tests": list(tests)}).problem.checker

    @pytest.mark.parametrize(
        "statement",
        [
            'Print "YES" or "NO". You can print each letter in any case (upper or lower).',
            "Output YES or NO in any register.",
            "Print yes or no. You may print every letter in either case.",
            "Answer YES or NO; you can use uppercase or lowercase letters.",
        ],
    )
    def test_letters_in_any_case(self, statement: str) -> None:
        assert self.checker(statement) == TokensChecker(case_sensitive=False)

    @pytest.mark.parametrize(
        "statement",
        ['Print "YES" or "NO".', "In any case there is an answer: YES or NO.", "Print the letters, then YES or NO."],
    )
    def test_case_counts_unless_said(self, statement: str) -> None:
        assert self.checker(statement) is None

    def test_case_counts_where_letters_are_data(self) -> None:
        said = 'Print "YES" or "NO" in any case, then the string.'
        assert self.checker(said, [{"input": "1", "output": "YES\nabA"}]) is None  # a word that no statement names
        assert self.checker(said + " yes", [{"input": "1", "output": "YES\nyes"}]) is None  # alike but for case

    @pytest.mark.parametrize(
        ("statement", "tolerance"),
        [
            ("Your answer is correct if its absolute or relative error does not exceed $10^{-4}$.", 1e-4),
            ("absolute or relative error must not exceed 10^-3", 1e-3),
            ("with absolute or relative error at most 1e-2", 1e-2),
            ("its absolute or relative error is at most $$$10^{-9}$$$", 1e-6),
        ],
    )
    def test_a_stated_error(self, statement: str, tolerance: float) -> None:
        assert self.checker(statement) == TokensChecker(float_tolerance=tolerance)

    def test_a_checker_comes_first(self) -> None:
        said = {"output_format": "absolute or relative error at most 1e-2", "generated_checker": "print(1)"}
        assert isinstance(read(PROBLEM | said).problem.checker, ProgramChecker)


class TestVerificationInfo:
    def row(self, info: Any, **more: Any) -> ProblemRow:
        return read({"problem_id": "p7", "prompt": "Double it.", "verification_info": info, "response": "x"} | more)

    @pytest.mark.parametrize(
        "info", [INFO, json.dumps(INFO), repr(INFO), INFO | {"test_cases": json.dumps(INFO["test_cases"])}]
    )
    def test_a_struct_or_its_text(self, info: Any) -> None:
        row = self.row(info)
        assert [(test.stdin, test.expected) for test in row.problem.tests] == [("1\n", "2\n"), ("3\n", "6\n")]
        assert (row.problem.id, row.problem.statement) == ("p7", "Double it.")
        assert row.candidates[0].submission.language == "python3"
        assert row.problem.limits == ProblemLimits()

    def test_a_struct_of_lists(self) -> None:
        lists = {name: [case[name] for case in INFO["test_cases"]] for name in ("fn_name", "input", "output", "type")}
        assert self.row({"language": "python", "test_cases": lists}).problem.tests == self.row(INFO).problem.tests

    def test_calls(self) -> None:
        problem = self.row({"language": "python", "test_cases": CALLS}).problem
        assert problem.function == "add"
        assert (problem.tests[0].arguments, problem.tests[0].expected) == ((1, 2), [3])

    def test_calls_as_texts(self) -> None:
        """A struct has one type a field, so arguments and values come as JSON in text."""
        texts = [CALLS[0] | {"input": "[1, 2]", "output": "[3]"}, CALLS[0] | {"input": '[[1], "a"]', "output": "4"}]
        problem = self.row({"language": "python", "test_cases": texts}).problem
        assert [test.arguments for test in problem.tests] == [(1, 2), ([1], "a")]
        assert [test.expected for test in problem.tests] == [[3], 4]
        plain = [texts[0] | {"output": "yes"}, texts[1]]
        assert [t.expected for t in self.row({"test_cases": plain}).problem.tests] == ["yes", "4"]

    @pytest.mark.parametrize("info", [None, "", {}, {"language": "python", "test_cases": []}, {"test_cases": None}])
    def test_no_tests(self, info: Any) -> None:
        assert self.row(info).problem.tests == ()

    @pytest.mark.parametrize(
        ("tests", "reason"),
        [
            ([*CALLS, INFO["test_cases"][0]], "some tests are stdin_stdout"),
            ([CALLS[0] | {"fn_name": None}], "function_call without fn_name"),
            ([CALLS[0] | {"type": "odd"}], "type must be"),
            ([{"type": "function_call", "fn_name": "f", "input": []}], "test 0 has no output"),
            ([7], "test 0 is a number"),
            (7, "tests are an object"),
            ([CALLS[0] | {"input": "[1"}], "no JSON list of arguments"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, tests: Any, reason: str) -> None:
        with pytest.raises(RowError, match=rf"`verification_info`.*{reason}"):
            self.row({"language": "python", "test_cases": tests})

    def test_other_languages_and_solutions(self) -> None:
        assert self.row(INFO | {"language": "cpp"}).candidates[0].submission.language == "cpp"
        row = {"verification_info": INFO, "gold_standard_solution": "print(1)"}
        assert read(row, ReadOptions("solutions")).candidates[0].submission.response == "print(1)"
