"""What a problem's own reference solutions show of it, run for real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from code_pipeline import Judge
from code_pipeline.checkers import checker_from_spec
from code_pipeline.quality import Finding, Quality, ReferenceCheck, check_references, static_quality
from code_pipeline.quality.answers import Difference
from code_pipeline.quality.references import chosen
from code_pipeline.quality.verdicts import Seen, Tried, conclude
from code_pipeline.readers import ReadOptions, reader_for
from code_pipeline.types import CaseResult, Judgement, Problem, ProblemLimits, Submission, TestCase, Verdict

LONG = "Read two whole numbers from one line and print their sum on a line of its own."
ANY = "Print any two whole numbers whose sum is the number that you read, in one line."
ADD = "print(sum(map(int, input().split())))"
SUMS = (TestCase("1 2\n", "3"), TestCase("3 4\n", "7"))
PAIRS = (TestCase("5\n", "2 3"), TestCase("4\n", "2 2"))
HALVES = "n = int(input()); print(n // 2, n - n // 2)"
ONE = "print(1, int(input()) - 1)"
SAMPLE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "code" / "hub" / "codecontests.jsonl"


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as made:
        yield made


def solutions(*sources: str, language: str = "python3") -> list[Submission]:
    return [
        Submission(str(number), "p", source, language, {"column": "solutions", "index": number, "label": "accepted"})
        for number, source in enumerate(sources)
    ]


def shown(judge: Judge, tests: tuple[TestCase, ...], *sources: str, **changes: Any) -> dict[str, Any]:
    """The findings that running shows, each with its tests (None where it is not about tests)."""
    problem = Problem("p", tests, **{"statement": LONG, **changes})
    quality = check_references(judge, problem, solutions(*sources))
    return {str(name): quality.detail.get(str(name)) for name in quality.findings if name.needs_runs}


def test_a_sound_problem_has_no_findings(judge: Judge) -> None:
    assert shown(judge, SUMS, ADD, ADD + "#") == {}


def test_unpassed_tests_and_rejected_solutions(judge: Judge) -> None:
    tests = (*SUMS, TestCase("5 5\n", "11"))
    assert shown(judge, tests, ADD, ADD + "#") == {"rejected_solutions": None, "unpassed_tests": [2]}


def test_some_solutions_rejected(judge: Judge) -> None:
    assert shown(judge, SUMS, ADD, "raise SystemExit(1)") == {"some_solutions_rejected": None}
    assert shown(judge, SUMS, ADD, "words, no program") == {"some_solutions_rejected": None}


def test_duplicates_of_an_unpassed_test_are_named_too(judge: Judge) -> None:
    tests = (*SUMS, TestCase("5 5\n", "11"), TestCase("5 5\n", "11"))
    assert shown(judge, tests, ADD)["unpassed_tests"] == [2, 3]


def test_unstable_tests(judge: Judge) -> None:
    chance = "import random\nn = int(input())\nprint(random.random() if n == 4 else '2 3')"
    assert shown(judge, PAIRS, chance) == {"rejected_solutions": None, "unpassed_tests": [1], "unstable_tests": [1]}


def test_an_answer_of_chance_that_the_rule_accepts_is_stable(judge: Judge) -> None:
    chance = "import random\nprint(0.5 + random.random() / 1e9)"
    assert shown(judge, (TestCase("", "0.5"),), chance) == {}


def test_several_answers_where_accepted_solutions_disagree(judge: Judge) -> None:
    assert shown(judge, PAIRS, HALVES, ONE) == {"some_solutions_rejected": None, "several_answers": [0, 1]}


def test_several_answers_where_one_disagrees_and_the_statement_takes_any(judge: Judge) -> None:
    assert shown(judge, PAIRS, ONE, statement=ANY)["several_answers"] == [0, 1]


def test_maybe_several_answers_is_the_weaker_name(judge: Judge) -> None:
    found = shown(judge, PAIRS, ONE)
    assert found == {"rejected_solutions": None, "unpassed_tests": [0, 1], "maybe_several_answers": [0, 1]}
    assert "maybe_several_answers" not in shown(judge, SUMS, "print(0)")  # a lone token is simply another one


def test_a_solution_of_another_problem_is_no_second_answer(judge: Judge) -> None:
    found = shown(judge, SUMS, ADD, "print('Hello, world')")
    assert found == {"some_solutions_rejected": None}


def test_with_a_checker_there_is_one_right_answer_less_to_find(judge: Judge) -> None:
    order = "print(*reversed(input().split()), sep=chr(10))"
    tests = (TestCase("1 2\n", "1\n2"),)
    assert shown(judge, tests, order)["maybe_several_answers"] == [0]
    assert shown(judge, tests, order, checker=checker_from_spec("any_order")) == {}


def test_tolerance_needed(judge: Judge) -> None:
    tests = (TestCase("", "1"), TestCase("x", "2.5"))
    found = shown(judge, tests, "import sys; print('2.5' if sys.stdin.read() else '1.0000')")
    assert found == {"rejected_solutions": None, "unpassed_tests": [0], "tolerance_needed": [0]}


def test_the_tolerance_is_the_stated_one(judge: Judge) -> None:
    tests = (TestCase("", "1.5"),)
    stated = LONG + " The absolute or relative error must not exceed 10^-2."
    assert shown(judge, tests, "print(1.503)", statement=stated)["tolerance_needed"] == [0]
    assert "tolerance_needed" not in shown(judge, tests, "print(1.503)")


def test_case_differs(judge: Judge) -> None:
    found = shown(judge, (TestCase("", "YES"),), "print('yes')")
    assert found == {"rejected_solutions": None, "unpassed_tests": [0], "case_differs": [0]}


def test_final_newline_needed(judge: Judge) -> None:
    source = "import sys\nprint(sys.stdin.readline()[:-1])"
    tests = (TestCase("ab", "ab"), TestCase("cd\n", "cd"))
    found = shown(judge, tests, source)
    assert found == {"rejected_solutions": None, "unpassed_tests": [0], "final_newline_needed": [0]}


def test_slow_solutions_are_no_proof_against_the_tests(judge: Judge) -> None:
    slow = "n = input()\nwhile n == '5': pass\nprint('2 2')"
    found = shown(judge, PAIRS, slow, limits=ProblemLimits(time_limit_s=0.5))
    assert found == {"rejected_solutions": None, "slow_solutions": [0]}


def test_no_runnable_solution(judge: Judge) -> None:
    assert shown(judge, SUMS, "import nowhere_to_be_found") == {"no_runnable_solution": None}
    problem = Problem("p", SUMS, statement=LONG)
    quality = check_references(judge, problem, solutions("x", language="cobol"))
    assert quality.findings == (Finding.NO_RUNNABLE_SOLUTION,)
    assert check_references(judge, problem, []).findings == (Finding.NO_SOLUTIONS,)


def test_calls_are_checked_too(judge: Judge) -> None:
    tests = (TestCase(arguments=([2, 1],), expected=[1, 2]), TestCase(arguments=([3],), expected=[3]))
    assert shown(judge, tests, "def f(a): return sorted(a)", function="f") == {}
    found = shown(judge, tests, "def f(a): return a", function="f")
    assert found["maybe_several_answers"] == [0]


def test_at_most_so_many_different_solutions_run(judge: Judge) -> None:
    sources = solutions(ADD, ADD, "print(0)", ADD + "#", "print(1)")
    assert [each.id for each in chosen(sources, 3)] == ["0", "2", "3"]
    problem = Problem("p", SUMS, statement=LONG)
    assert check_references(judge, problem, sources, most=1).findings == ()
    assert check_references(judge, problem, sources, most=2).findings == (Finding.SOME_SOLUTIONS_REJECTED,)


def test_every_run_is_told_and_the_answer_is_the_same_each_time(judge: Judge) -> None:
    told: list[CaseResult] = []
    problem = Problem("p", (*PAIRS, *SUMS), statement=LONG)
    with judge.thorough() as thorough:
        runs = [
            ReferenceCheck(thorough, problem, solutions(HALVES, ONE), observe=lambda _, case: told.append(case)).start()
            for _ in range(4)
        ]
        assert len({json.dumps([run.future.result().findings, run.future.result().detail]) for run in runs}) == 1
    assert len(told) >= 4 * 2 * 2 * 4


def test_a_judge_that_is_closed_ends_it() -> None:
    with Judge() as judge, judge.thorough() as thorough:
        check = ReferenceCheck(thorough, Problem("p", SUMS), solutions("while True: pass")).start()
        thorough.close()
        with pytest.raises(CancelledError):
            check.future.result(60)


# ---- the conclusion, of what could not be had by running ----


def tried(verdict: Verdict, *seen: Seen, again: tuple[Seen, ...] = (), missing: str | None = None) -> Tried:
    judgement = Judgement("s", verdict, missing_module=missing)
    return Tried(Submission("s", "p", ""), judgement, dict(enumerate(seen)), dict(enumerate(again)))


def concluded(*each: Tried, count: int = 2) -> Quality:
    return conclude(Problem("p", (TestCase(),) * count), each, given=len(each))


RIGHT = Seen(Verdict.ACCEPTED, b"a")
WRONG = Seen(Verdict.WRONG_ANSWER, b"b", Difference.OTHER)
FAULT = Seen(Verdict.SANDBOX_ERROR)


@pytest.mark.parametrize("fault", [verdict for verdict in Verdict if verdict.is_fault])
def test_a_fault_of_ours_is_no_finding_about_the_row(fault: Verdict) -> None:
    assert concluded(tried(fault, RIGHT, FAULT)) == Quality(faults=1)
    assert concluded(tried(fault, RIGHT, FAULT), tried(Verdict.ACCEPTED, RIGHT, RIGHT)) == Quality(faults=1)
    both = concluded(tried(fault), tried(Verdict.WRONG_ANSWER, RIGHT, WRONG))
    assert both == Quality(faults=1)  # the one that we failed might have passed what the other does not


def test_what_was_stopped_says_nothing_of_tests_that_it_did_not_reach() -> None:
    assert concluded(tried(Verdict.WRONG_ANSWER, WRONG)).detail["unpassed_tests"] == [0]


def test_tests_on_which_every_solution_crashes_are_those_of_another_problem() -> None:
    crash = Seen(Verdict.RUNTIME_ERROR)
    found = concluded(tried(Verdict.RUNTIME_ERROR, RIGHT, crash), tried(Verdict.RUNTIME_ERROR, RIGHT, crash))
    assert found.detail["crashing_tests"] == found.detail["unpassed_tests"] == [1]
    one_answers = concluded(tried(Verdict.RUNTIME_ERROR, RIGHT, crash), tried(Verdict.WRONG_ANSWER, RIGHT, WRONG))
    assert Finding.CRASHING_TESTS not in one_answers.findings
    newline = replace(tried(Verdict.RUNTIME_ERROR, RIGHT, crash), mended=frozenset({1}))
    assert Finding.CRASHING_TESTS not in concluded(newline).findings


def test_a_limit_in_one_of_two_runs_is_no_change() -> None:
    late = Seen(Verdict.TIME_LIMIT)
    assert concluded(tried(Verdict.ACCEPTED, RIGHT, RIGHT, again=(late, FAULT))) == Quality()
    changed = concluded(tried(Verdict.ACCEPTED, RIGHT, RIGHT, again=(RIGHT, Seen(Verdict.RUNTIME_ERROR))))
    assert changed.findings == (Finding.UNSTABLE_TESTS,)
    assert changed.detail["unstable_tests"] == [1]


def test_what_an_unstable_solution_came_to_is_not_told() -> None:
    told = concluded(tried(Verdict.WRONG_ANSWER, WRONG, again=(replace(WRONG, answer=b"c"),)), count=1)
    assert told.detail["solutions"] == [{"column": None, "index": None, "language": "python3", "unstable": True}]


# ---- rows of CodeContests, each with one accepted solution ----

EXPLAINED = {
    "791_b_bear_and_friendship_condition_8388": "case_differs",
    "680_c_bear_and_prime_100_4430": "interactive_statement",
    "1118_f1_tree_cutting_easy_version_12195": "crashing_tests",  # half of its tests belong to 1118F2
    "1264_c_beautiful_mirrors_with_queries_6684": "crashing_tests",  # some belong to 1265E
    "1133_f1_spanning_tree_with_maximum_degree_10945": "crashing_tests",  # its solution is one of 1133F2
    "1325_c_ehab_and_pathetic_mexs_1064": "maybe_several_answers",  # any labels do; the statement does not say so
    "1521_d_nastia_plays_with_a_tree_11693": "maybe_several_answers",
    "1238_e_keyboard_purchase_2831": "slow_solutions",  # written for PyPy
    "1503_e_2coloring_8359": "slow_solutions",
}


@pytest.mark.skipif(not SAMPLE.exists(), reason="the labelled data is not beside this checkout")
def test_each_accepted_solution_that_is_rejected_is_named_or_explained(judge: Judge) -> None:
    rows = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    reader = reader_for(list(rows[0]), None)
    unnamed = []
    checks = []
    with judge.thorough() as thorough:
        for index, row in enumerate(rows):
            if row["measured_exact_match"] == "accepted":
                continue
            read = reader.read(row, index, ReadOptions("solutions"))
            submissions = [each.submission for each in read.candidates]
            checks.append((row["name"], read.problem, ReferenceCheck(thorough, read.problem, submissions).start()))
        for name, problem, check in checks:
            quality = static_quality(problem).joined(check.future.result())
            if Finding.REJECTED_SOLUTIONS in quality.findings:
                wanted = EXPLAINED.get(name, "several_answers")
                unnamed += [] if wanted in map(str, quality.findings) else [(name, wanted, quality)]
    assert len(checks) == 25
    assert unnamed == []
