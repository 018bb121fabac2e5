"""Every schema's rows, as the hub has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from code_pipeline.errors import RowError
from code_pipeline.readers import ReadOptions, domain_of, reader_for
from code_pipeline.types import ProblemLimits, Verdict

HUB = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "code" / "hub"
CANDIDATES = ReadOptions()
SOLUTIONS = ReadOptions(judged="solutions")
BOTH = ReadOptions(judged="solutions+incorrect_solutions")

APPS = {
    "problem_id": 7,
    "question": "Double it.",
    "solutions": json.dumps(["print(int(input())*2)", "n = int(input())\nprint(n + n)"]),
    "input_output": json.dumps({"inputs": ["1\n", ["2", ""]], "outputs": ["2\n", ["4", ""]]}),
    "difficulty": "interview",
    "url": "",
    "starter_code": "",
}
TACO = APPS | {
    "raw_tags": "['math']",
    "name": None,
    "Expected Auxiliary Space": None,
    "time_limit": "1.5 seconds",
    "memory_limit": "256.0 megabytes",
}
CODE_CONTESTS = {
    "name": "76_B. Mice",
    "description": "Mice.",
    "public_tests": {"input": ["1\r\n"], "output": ["1\r\n"]},
    "private_tests": {"input": ["2"], "output": ["2"]},
    "generated_tests": {"input": ["3", "4"], "output": ["3", "4"]},
    "solutions": {"language": [1, 2, 3, 4, 0, 9], "solution": ["a", "b", "c", "d", "e", "f"]},
    "incorrect_solutions": {"language": [3], "solution": ["w"]},
    "time_limit": {"seconds": 2, "nanos": 500_000_000},
    "memory_limit_bytes": 256 * 2**20,
    "input_file": "",
    "output_file": "",
}

OPEN_THOUGHTS = {
    "problem": "Double it.",
    "deepseek_reasoning": "hm",
    "deepseek_solution": "```python\nprint(1)\n```",
    "ground_truth_solution": "print(2)",
    "domain": "code",
    "source": "taco",
    "test_cases": json.dumps({"inputs": ["1"], "outputs": ["2"]}),
    "starter_code": None,
}


def read(row, options=CANDIDATES, source=None):
    return reader_for(row.keys(), source).read(row, 5, options)


class TestApps:
    def test_the_reader_is_found_by_its_columns(self):
        assert reader_for(APPS.keys(), None).name == "apps"

    def test_tests_and_lines_are_joined(self):
        problem = read(APPS).problem
        assert [(t.stdin, t.expected) for t in problem.tests] == [("1\n", "2\n"), ("2\n", "4\n")]
        assert (problem.id, problem.statement, problem.function) == ("7", "Double it.", None)
        assert (problem.source.dataset, problem.source.row) == ("apps", 5)
        assert problem.limits == ProblemLimits()

    @pytest.mark.parametrize("nothing", ["", None, " ", "{}", "[]", '{"inputs": [], "outputs": []}'])
    def test_no_tests_is_no_error(self, nothing):
        assert read(APPS | {"input_output": nothing}).problem.tests == ()

    def test_a_call_keeps_arguments_and_wrapped_output(self):
        cell = json.dumps({"fn_name": "f", "inputs": [[1, [2]], [{"1": 2}]], "outputs": [[3], [{"1": 2}]]})
        problem = read(APPS | {"input_output": cell, "starter_code": "class Solution:"}).problem
        assert problem.function == "f"
        assert problem.tests[0].arguments == (1, [2])
        assert problem.tests[0].expected == [3]
        assert problem.tests[1].arguments == ({1: 2},)  # JSON had made its keys text
        assert problem.starter_code == "class Solution:"

    def test_solutions_are_judged_only_when_asked(self):
        assert read(APPS).candidates[0].verdict is Verdict.NO_RESPONSE
        row = read(APPS, SOLUTIONS)
        assert row.list_column == "solutions"
        assert [c.submission.response for c in row.candidates] == json.loads(APPS["solutions"])
        assert row.candidates[1].submission.origin == {"column": "solutions", "index": 1, "label": "accepted"}
        assert row.candidates[1].submission.id == "7#1"

    def test_empty_solutions_are_no_response(self):
        (only,) = read(APPS | {"solutions": ""}, SOLUTIONS).candidates
        assert (only.verdict, only.raw) == (Verdict.NO_RESPONSE, None)

    def test_counts_that_differ_are_both_named(self):
        cell = json.dumps({"inputs": ["1", "2", "3"], "outputs": ["1"]})
        with pytest.raises(RowError, match="`input_output`: 3 inputs and 1 outputs"):
            read(APPS | {"input_output": cell})

    def test_real_rows(self):
        if not HUB.exists():
            pytest.skip("the shared real rows are not on this machine")
        rows = [
            json.loads(line)
            for line in (HUB / "apps_test_10rows.jsonl").read_text(encoding="utf-8").split("\n")
            if line
        ]
        assert sum(len(read(row).problem.tests) for row in rows) == 213


class TestTaco:
    def test_its_own_columns_and_english_limits(self):
        reader = reader_for(TACO.keys(), None)
        assert reader.name == "taco"
        problem = read(TACO).problem
        assert problem.limits == ProblemLimits(1.5, 256.0, tuned_for_cpp=True)
        assert len(problem.tests) == 2

    def test_null_limits(self):
        assert read(TACO | {"time_limit": None, "memory_limit": None}).problem.limits == ProblemLimits(None, None, True)

    def test_a_limit_that_is_none_is_named(self):
        with pytest.raises(RowError, match=r"`time_limit`.*soon"):
            read(TACO | {"time_limit": "soon"})


class TestCodeContests:
    def test_the_statement_says_how_answers_are_compared(self):
        plain = read(CODE_CONTESTS).problem
        assert plain.checker is None
        words = "Your answer is right if its absolute or relative error does not exceed 10^{-4}."
        assert read({**CODE_CONTESTS, "description": words}).problem.checker.float_tolerance == 1e-4

    def test_tests_of_all_three_kinds_in_order(self):
        row = read(CODE_CONTESTS)
        assert [t.stdin for t in row.problem.tests] == [
            "1\r\n",
            "2\n",
            "3\n",
            "4\n",
        ]  # a contest's files end their lines
        assert row.generated_tests == 2
        assert row.test_columns == ("public_tests", "private_tests", "generated_tests")
        assert row.problem.limits == ProblemLimits(2.5, 256.0, tuned_for_cpp=True)
        assert row.problem.id == "76_B. Mice"
        assert row.problem.input_file is None

    def test_lists_of_structs_are_the_same(self):
        turned = {
            column: [{"input": i, "output": o} for i, o in zip(cell["input"], cell["output"], strict=True)]
            for column, cell in CODE_CONTESTS.items()
            if column.endswith("_tests")
        }
        assert read(CODE_CONTESTS | turned).problem == read(CODE_CONTESTS).problem

    @pytest.mark.parametrize("names", [None, ("UNKNOWN_LANGUAGE", "PYTHON", "CPP", "PYTHON3", "JAVA")])
    def test_languages_by_number(self, names):
        labels = {} if names is None else {"solutions.language": names}
        row = read(CODE_CONTESTS, ReadOptions("solutions", labels))
        unsupported = Verdict.UNSUPPORTED_LANGUAGE
        assert [c.verdict for c in row.candidates] == [unsupported, None, None, None, unsupported, unsupported]
        assert [c.submission.language for c in row.candidates[1:4]] == ["cpp", "python3", "java"]
        assert "Python 2" in row.candidates[0].reason
        assert row.candidates[1].raw == {"language": 2, "solution": "b"}

    def test_names_from_the_features_win(self):
        row = read(CODE_CONTESTS, ReadOptions("solutions", {"solutions.language": ("PYTHON3",) * 10}))
        assert {c.submission.language for c in row.candidates} == {"python3"}

    def test_right_and_wrong_ones_are_marked(self):
        row = read(CODE_CONTESTS, BOTH)
        assert [c.submission.origin["label"] for c in row.candidates] == ["accepted"] * 6 + ["incorrect"]
        assert row.list_column == "solutions"
        assert "incorrect_solutions" in row.test_columns
        assert read(CODE_CONTESTS, ReadOptions("incorrect_solutions")).list_column == "incorrect_solutions"

    def test_added_candidates_are_python_unless_said(self):
        row = read(CODE_CONTESTS | {"candidates": ["a", {"language": "c++", "response": "b", "model": "m"}]})
        assert [c.submission.language for c in row.candidates] == ["python3", "cpp"]
        assert row.candidates[1].raw == {"language": "c++", "response": "b", "model": "m"}

    def test_files_in_place_of_streams(self):
        problem = read(CODE_CONTESTS | {"input_file": "input.txt", "output_file": "output.txt"}).problem
        assert (problem.input_file, problem.output_file) == ("input.txt", "output.txt")
        with pytest.raises(RowError, match="`input_file`"):
            read(CODE_CONTESTS | {"input_file": "../../etc/passwd"})

    def test_zero_limits_say_nothing(self):
        row = read(CODE_CONTESTS | {"time_limit": None, "memory_limit_bytes": 0})
        assert row.problem.limits == ProblemLimits(None, None, tuned_for_cpp=True)

    def test_lengths_that_differ(self):
        with pytest.raises(RowError, match="2 languages and 1 solutions"):
            read(CODE_CONTESTS | {"solutions": {"language": [3, 3], "solution": ["a"]}}, SOLUTIONS)

    def test_real_rows(self):
        if not HUB.exists():
            pytest.skip("the shared real rows are not on this machine")
        rows = [
            json.loads(line) for line in (HUB / "codecontests.jsonl").read_text(encoding="utf-8").split("\n") if line
        ]
        found = [read(row, SOLUTIONS) for row in rows]
        assert len(found) == 144
        assert all(r.problem.tests and r.candidates[0].verdict is None for r in found)
        example = json.loads((HUB / "codecontests_alphacodium_example.json").read_text(encoding="utf-8"))
        assert read(example).generated_tests == 200


class TestOpenThoughts:
    def test_the_answer_is_the_row(self):
        assert reader_for(OPEN_THOUGHTS.keys(), None).name == "openthoughts"
        row = read(OPEN_THOUGHTS)
        assert row.list_column is None
        assert row.candidates[0].submission.response == OPEN_THOUGHTS["deepseek_solution"]
        assert row.problem.id == "openthoughts-5"

    def test_ground_truth_on_demand(self):
        (only,) = read(OPEN_THOUGHTS, SOLUTIONS).candidates
        assert only.submission.response == "print(2)"

    def test_other_domains_are_told(self):
        assert domain_of(OPEN_THOUGHTS.keys(), OPEN_THOUGHTS) == "code"
        assert domain_of(OPEN_THOUGHTS.keys(), OPEN_THOUGHTS | {"domain": "math", "test_cases": None}) == "math"
        assert domain_of(OPEN_THOUGHTS.keys(), OPEN_THOUGHTS | {"domain": "biology"}) == "science"
