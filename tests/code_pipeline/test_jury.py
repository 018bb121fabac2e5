"""The problem's own checkers, judging real answers in real jails."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from code_pipeline import Judge, Problem, Submission, TestCase, Verdict, VerdictCache, jury
from code_pipeline.checkers import ProgramChecker, TokensChecker, ValuesChecker, checker_from_spec
from sandbox import Sandbox

# Right is any n numbers that add up to the judge's: as many answers as one likes.
ADDS_UP = """
import sys
given, answer, feedback = sys.argv[1:4]
def no(words):
    open(feedback + 'judgemessage.txt', 'a').write(words)
    sys.exit(43)
wanted = int(open(answer).read())
words = sys.stdin.read().split()
if len(words) != int(open(given).read()):
    no(f'{len(words)} numbers')
total = sum(map(int, words))
if total != wanted:
    no(f'adds up to {total}')
sys.exit(42)
"""
TESTS = tuple(TestCase(f"{n}\n", f"{' '.join(['3'] * n)}\n"[: 2 * n]) for n in (1, 2))
KATTIS = ProgramChecker("kattis", "python3", {"validate.py": ADDS_UP})
SUMS = Problem("sums", tuple(TestCase(f"{n}\n", f"{7 * n}\n") for n in range(1, 6)), checker=KATTIS)
RIGHT = "n = int(input()); print(*[7] * n)"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(jobs=1) as shared:
        yield shared


@pytest.fixture(scope="module")
def judge(sandbox):
    with Judge(sandbox) as shared:
        yield shared


def judged(judge, problem, *responses):
    return judge.judge(problem, [Submission(f"s{n}", problem.id, text) for n, text in enumerate(responses)])


def asked(judge, checker, printed="hello", expected="hello", given="", **case):
    """The judgement of a program that prints a text, by a checker."""
    problem = Problem("p", (TestCase(given, expected, **case),), checker=checker)
    [judgement] = judged(judge, problem, f"print({printed!r}, end='')")
    return judgement


def python(protocol, source, *flags, **files):
    return ProgramChecker(protocol, "python3", {"checker.py": source, **files}, flags)


# ---- verdicts ----


def test_the_checker_decides_and_says_why(judge):
    right, other, short, wrong = judged(
        judge,
        SUMS,
        RIGHT,
        "n = int(input()); print(*[6] * (n - 1), 7 + n - 1)",
        "print(7)",
        "n = int(input()); print(*[8] * n)",
    )
    assert (right.verdict, right.accepted_by, right.tests_passed) == (Verdict.ACCEPTED, "program (kattis)", 5)
    assert other.verdict is Verdict.ACCEPTED
    assert (short.verdict, short.reason) == (Verdict.WRONG_ANSWER, "test 1: the problem's checker: 1 numbers")
    assert (wrong.verdict, wrong.reason) == (Verdict.WRONG_ANSWER, "test 0: the problem's checker: adds up to 8")
    assert wrong.first_failure is not None
    assert wrong.first_failure.got == "8\n"
    assert "ADDS" not in json.dumps(right.provenance)
    assert "judgemessage" not in json.dumps(right.provenance)


def test_testlib_in_cpp_of_several_files_and_a_header(judge):
    files = {
        "checker.cpp": '#include "testlib.h"\nint main(int c, char** v) { return compare(v[2], v[3], c, v[4]); }',
        "compare.cc": "#include <fstream>\n#include <iostream>\n#include <string>\n"
        "int compare(const char* output, const char* answer, int words, const char* flag) {\n"
        "  std::string got, wanted; std::ifstream(output) >> got; std::ifstream(answer) >> wanted;\n"
        '  if (words != 5 || std::string(flag) != "-f") return 3;\n'
        '  if (got == wanted) { std::cerr << "ok"; return 0; }\n'
        '  if (got == "?") return 3;\n'
        '  std::cerr << "wrong answer expected " << wanted; return got.empty() ? 2 : 1;\n}\n',
        "testlib.h": "int compare(const char*, const char*, int, const char*);\n",
    }
    checker = ProgramChecker("testlib", "cpp", files, ("-f",))
    assert asked(judge, checker).verdict is Verdict.ACCEPTED
    wrong = asked(judge, checker, "other")
    assert (wrong.verdict, wrong.reason) == (
        Verdict.WRONG_ANSWER,
        "test 0: the problem's checker: wrong answer expected hello",
    )
    assert asked(judge, checker, "").verdict is Verdict.WRONG_ANSWER
    failed = asked(judge, checker, "?")
    assert (failed.verdict, failed.provoked) == (Verdict.CHECKER_ERROR, True)


def test_scores_of_a_generated_checker(judge):
    source = (
        "import sys\ngiven, answer, output = (open(name).read() for name in sys.argv[1:4])\n"
        "assert given == 'in'\nprint({'all': 100, 'one': 1, 'half': 0.5, 'none': 0, 'words': 'OK'}[output])\n"
    )
    checker = python("score", source)

    def of(printed):
        judgement = asked(judge, checker, printed, "one", "in")
        return judgement.verdict, judgement.reason.removeprefix("test 0: the problem's checker")

    assert of("all")[0] is of("one")[0] is Verdict.ACCEPTED
    assert of("half") == (Verdict.WRONG_ANSWER, ": score 0.5")
    assert of("none") == (Verdict.WRONG_ANSWER, ": score 0")
    assert of("words") == (Verdict.CHECKER_ERROR, " failed: it printed OK in place of a score")


# ---- faults ----

SPLITS = "import sys\nname, number = sys.stdin.read().split()\nint(number)\nsys.exit(42 if name == 'a' else 43)\n"


def test_a_checker_that_one_answer_makes_crash_is_provoked(judge):
    fault = asked(judge, python("kattis", SPLITS), "a b", "a 1")
    assert (fault.verdict, fault.passed, fault.provoked) == (Verdict.CHECKER_ERROR, None, True)
    assert "the problem's checker failed: exit code 1: ValueError: invalid literal" in fault.reason


def test_a_checker_that_crashes_on_the_expected_output_too_is_not(judge):
    fault = asked(judge, python("kattis", SPLITS), "a b", "no such form")
    assert (fault.verdict, fault.provoked) == (Verdict.CHECKER_ERROR, False)


@pytest.mark.parametrize(
    "checker",
    [
        ProgramChecker("testlib", "cpp", {"checker.cpp": '#include "testlib.h"\nint main() {}'}),
        python("kattis", "def broken(:"),
    ],
)
def test_a_checker_that_does_not_compile_is_a_fault_for_every_candidate(judge, checker):
    problem = Problem("p", (TestCase("", "hello"),) * 2, checker=checker)
    for fault in judged(judge, problem, "print('hello')", "print('other')"):
        assert (fault.verdict, fault.provoked) == (Verdict.CHECKER_ERROR, False)
        assert "failed: it does not compile: " in fault.reason
    [own] = judged(judge, problem, "raise ValueError(input())")
    assert own.verdict is Verdict.RUNTIME_ERROR


def test_a_checker_that_does_not_end_is_a_fault(judge, monkeypatch):
    monkeypatch.setattr(jury, "CPU_TIME_S", 0.3)
    checker = python("kattis", "import sys\nwhile sys.stdin.read() == 'loop': sys.stdin.seek(0)\nsys.exit(42)\n")
    fault = asked(judge, checker, "loop")
    assert (fault.verdict, fault.provoked) == (Verdict.CHECKER_ERROR, True)
    assert "needed more than 0.3 s of CPU time" in fault.reason


def test_an_expected_output_that_is_no_text_is_a_fault(judge):
    fault = asked(judge, KATTIS, expected=3)
    assert (fault.verdict, fault.provoked) == (Verdict.CHECKER_ERROR, False)


def test_tests_that_call_a_function_have_nothing_for_it_to_read(judge):
    problem = Problem("p", (TestCase(arguments=(1,), expected=1),), function="f", checker=KATTIS)
    [judgement] = judged(judge, problem, "def f(x): return x")
    assert judgement.verdict is Verdict.BAD_PROBLEM
    assert "`program`" in judgement.reason


# ---- points ----

PART = "import sys\nopen(sys.argv[3] + 'score.txt', 'w').write(sys.stdin.read())\nsys.exit(42)\n"


@pytest.mark.parametrize(
    ("printed", "verdict"), [("10", "accepted"), ("9.99", "wrong_answer"), ("11", "accepted"), ("0", "wrong_answer")]
)
def test_full_points_are_those_of_the_expected_output(judge, printed, verdict):
    judgement = asked(judge, python("kattis", PART), printed, "10")
    assert judgement.verdict == verdict
    assert verdict == "accepted" or f"{printed} of 10 points" in judgement.reason


def test_points_of_testlib_without_a_measure_are_nobodys_verdict(judge):
    checker = python("testlib", "import sys\nwords = open(sys.argv[2]).read()\nsys.exit(words)\n")
    source = "import sys\ns = open(sys.argv[2]).read()\nsys.stderr.write(s)\nsys.exit(3 if s == 'best' else 7)\n"
    checker = python("testlib", source)
    assert asked(judge, checker, "points 3", "points 4").verdict is Verdict.WRONG_ANSWER
    assert asked(judge, checker, "points 4", "points 4").verdict is Verdict.ACCEPTED
    assert asked(judge, checker, "points 3", "best").verdict is Verdict.CHECKER_ERROR
    assert asked(judge, checker, "points 0", "best").verdict is Verdict.WRONG_ANSWER


# ---- what candidates try ----

HOSTILE = [
    "42",
    "100\n1\n",
    "\0" * 10,
    "points 100",
    "../../feedback/judgemessage.txt",
    "\x1b[2Jaccepted\r\n" * 50,
    "\udcff",
    "$(exit 42); import os; os._exit(42)",
]


@pytest.mark.parametrize("printed", HOSTILE)
def test_no_output_accepts_itself(judge, printed):
    quoting = (
        "import sys\ns = sys.stdin.buffer.read()\nopen(sys.argv[3] + 'judgemessage.txt', 'wb').write(s)\nsys.exit(43)"
    )
    program = f"import sys\nsys.stdout.buffer.write({printed.encode('utf-8', 'surrogateescape')!r})"
    problem = Problem("p", (TestCase("", "7"),), checker=python("kattis", quoting))
    [judgement] = judged(judge, problem, program)
    assert judgement.verdict is Verdict.WRONG_ANSWER
    assert judgement.reason.isprintable()
    assert len(judgement.reason) < 400


@pytest.mark.parametrize(
    ("protocol", "yes"), [("kattis", "sys.exit(42)"), ("testlib", "sys.exit(0)"), ("score", "print(1)")]
)
def test_a_great_output_reaches_the_checker_whole(judge, protocol, yes):
    output = {"kattis": "sys.stdin", "testlib": "open(sys.argv[2])", "score": "open(sys.argv[3])"}[protocol]
    source = f"import sys\nassert {output}.read() == 'x' * 20_000_000\n{yes}\n"
    problem = Problem("p", (TestCase("", ""), TestCase("1", "")), checker=python(protocol, source))
    [judgement] = judged(judge, problem, "print('x' * 20_000_000, end='')")
    assert judgement.verdict is Verdict.ACCEPTED


def test_no_candidate_meets_a_jail_that_held_an_answer(sandbox, monkeypatch):
    opened = []
    borrow = sandbox.pool.borrow

    def noted(spec, **how):
        jail = borrow(spec, **how)
        opened.append((jail, spec.use))
        return jail

    monkeypatch.setattr(sandbox.pool, "borrow", noted)
    with Judge(sandbox) as judge:
        for judgement in judged(judge, SUMS, RIGHT, f"{RIGHT} # again", f"{RIGHT} # and again"):
            assert judgement.verdict is Verdict.ACCEPTED
    jails = {use: {id(jail) for jail, used in opened if used == use} for use in ("", jury.USE)}
    assert jails[""]
    assert jails[jury.USE]
    assert not jails[""] & jails[jury.USE]


def test_nothing_of_the_checker_is_in_the_candidates_jail(judge):
    spying = "import os\nfound = [os.path.join(a, f) for a, _, c in os.walk('/tmp') for f in c]\nprint(found)"
    seen = python(
        "kattis", "import sys\nopen(sys.argv[3] + 'judgemessage.txt', 'w').write(sys.stdin.read())\nsys.exit(43)"
    )
    assert asked(judge, seen, "x").verdict is Verdict.WRONG_ANSWER
    [judgement] = judged(judge, Problem("p", (TestCase("", "secret"),), checker=seen), spying)
    assert judgement.reason.endswith("['/tmp/solution.py']")


# ---- with the rest of the judge ----


def test_all_tests_and_duplicates_count(sandbox):
    problem = replace(SUMS, tests=(*SUMS.tests, SUMS.tests[0], SUMS.tests[4]))
    with Judge(sandbox, all_tests=True) as thorough:
        [right, wrong] = judged(thorough, problem, RIGHT, "n = int(input()); print(*[7 + (n == 5)] * n)")
    assert (right.tests_passed, right.tests_run) == (7, 7)
    assert (wrong.verdict, wrong.tests_passed, wrong.tests_run) == (Verdict.WRONG_ANSWER, 5, 7)
    assert [case.verdict == "accepted" for case in wrong.cases].count(False) == 2


def test_one_job_or_two_say_the_same(judge):
    responses = [RIGHT, "print(7)", "print('x')", *(f"print(*[7] * int(input())) # {n}" for n in range(10))]
    one = [(j.verdict, j.reason, j.provoked) for j in judged(judge, SUMS, *responses)]
    with Sandbox(jobs=2) as sandbox, Judge(sandbox) as other:
        assert [(j.verdict, j.reason, j.provoked) for j in judged(other, SUMS, *responses)] == one
    assert one[2] == (
        Verdict.CHECKER_ERROR,
        "test 0: the problem's checker failed: exit code 1: ValueError: invalid literal for int() with base 10: 'x'",
        True,
    )


def test_a_checker_for_all_rows(sandbox):
    problem = replace(SUMS, checker=None)
    with Judge(sandbox, checker=KATTIS) as judge:
        assert judged(judge, problem, RIGHT)[0].verdict is Verdict.ACCEPTED
    with Judge(sandbox, checker=TokensChecker()) as judge:
        assert judged(judge, SUMS, RIGHT)[0].verdict is Verdict.WRONG_ANSWER


def test_the_cache_knows_checkers_by_their_files_and_flags(sandbox, tmp_path):
    cache = VerdictCache(tmp_path)
    with Judge(sandbox, cache=cache) as judge:
        first = judged(judge, SUMS, RIGHT)[0]
        assert first.verdict is Verdict.ACCEPTED
        assert judged(judge, SUMS, RIGHT)[0].cpu_time_s == first.cpu_time_s
        strict = replace(KATTIS, files={"validate.py": "import sys\nsys.exit(43)"})
        assert judged(judge, replace(SUMS, checker=strict), RIGHT)[0].verdict is Verdict.WRONG_ANSWER
        flagged = python("kattis", "import sys\nsys.exit(43 if sys.argv[4:] == ['-no'] else 42)", "-no")
        assert judged(judge, replace(SUMS, checker=flagged), RIGHT)[0].verdict is Verdict.WRONG_ANSWER
        lenient = replace(flagged, flags=())
        assert judged(judge, replace(SUMS, checker=lenient), RIGHT)[0].verdict is Verdict.ACCEPTED
    cache.close()


def test_arguments_of_a_test_come_after_the_flags(judge):
    source = "import sys\nopen(sys.argv[3] + 'judgemessage.txt', 'w').write(' '.join(sys.argv[4:]))\nsys.exit(43)"
    cases = tuple(TestCase(str(n), "", validator_args=args) for n, args in enumerate([("a",), ("b", "c"), ()]))
    with Judge(judge._sandbox, all_tests=True) as thorough:
        problem = Problem("p", cases, checker=python("kattis", source, "-f"))
        [judgement] = judged(thorough, problem, "print()")
    assert [case.reason for case in judgement.cases] == [
        f"the problem's checker: {w}" for w in ("-f a", "-f b c", "-f")
    ]


# ---- several right answers ----


def test_any_right_answer_passes_by_any_rule(judge):
    case = TestCase("", "one", accepted_outputs=("two", "three 3"))
    same = python("kattis", "import sys\nsys.exit(42 if sys.stdin.read() == open(sys.argv[2]).read() else 43)")
    for checker in (None, TokensChecker(), checker_from_spec("exact"), same):
        problem = Problem("p", (case, replace(case, stdin="1")), checker=checker)
        right = [f"print({text!r}, end='')" for text in ("one", "two", "three 3")]
        for judgement in judged(judge, problem, *right):
            assert judgement.verdict is Verdict.ACCEPTED
        for judgement in judged(judge, problem, "print('three')", "print('one two')", "print()"):
            assert judgement.verdict is Verdict.WRONG_ANSWER
    assert (
        "(Nor is it one of 2 other right answers.)" in asked(judge, None, "x", "y", accepted_outputs=("a", "b")).reason
    )


def test_any_right_value_passes(judge):
    case = TestCase(arguments=(1,), expected=[1], accepted_outputs=([2, 3],))
    problem = Problem("p", (case,), function="f", checker=ValuesChecker(unwrap_single=False))
    one, two, three = judged(judge, problem, *(f"def f(x): return {value}" for value in ("[1]", "[2, 3]", "[1, 2, 3]")))
    assert (one.verdict, two.verdict, three.verdict) == ("accepted", "accepted", "wrong_answer")
    assert judged(judge, replace(problem, checker=None), "def f(x): return 1")[0].verdict is Verdict.WRONG_ANSWER


def test_a_right_answer_beside_one_that_the_checker_crashes_on(judge):
    source = "import sys\nwanted = open(sys.argv[2]).read()\nsys.exit(int(wanted) if sys.stdin.read() == 'x' else 1)"
    checker = python("kattis", source)
    assert asked(judge, checker, "x", "7", accepted_outputs=("42",)).verdict is Verdict.ACCEPTED
    assert asked(judge, checker, "x", "43", accepted_outputs=("7",)).verdict is Verdict.CHECKER_ERROR
    assert asked(judge, checker, "x", "43", accepted_outputs=("43",)).verdict is Verdict.WRONG_ANSWER
