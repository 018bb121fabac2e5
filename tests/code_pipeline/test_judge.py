"""The judge on real programs in the real sandbox; a stand-in only where a sandbox must break on command."""

import threading
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from forks import in_a_fork

from code_pipeline import (
    Judge,
    Judgement,
    Problem,
    ProblemLimits,
    Submission,
    TestCase,
    Verdict,
    VerdictCache,
)
from code_pipeline.checkers import checker_from_spec
from code_pipeline.languages import LOOKS
from sandbox import Execution, Limits, Sandbox, SandboxError, Status, languages
from sandbox.languages import _NAMES, Tool

TESTS = tuple(TestCase(f"{n}\n", f"{n * n}\n") for n in range(12))
QUICK = ProblemLimits(time_limit_s=1.0, memory_limit_mb=128)
SQUARE = Problem("square", TESTS, limits=QUICK)
RIGHT = "print(int(input()) ** 2)"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(jobs=2) as shared:
        yield shared


@pytest.fixture(scope="module")
def judge(sandbox):
    with Judge(sandbox) as shared:
        yield shared


def submissions(*responses, language="python3", problem="square"):
    return [Submission(f"s{n}", problem, response, language) for n, response in enumerate(responses)]


def one(judge, problem, response, language="python3"):
    return judge.judge(problem, submissions(response, language=language))[0]


def facts(judgement: Judgement):
    """Every column but times and memory."""
    bare = replace(judgement, cpu_time_s=None, wall_time_s=None, memory_mb=None, provenance={}, cases=())
    return replace(bare, marginal=False)


WAYS = [
    ("right", RIGHT, Verdict.ACCEPTED, "all 12 tests passed"),
    ("right, in a model's answer", f"<think>hm</think>Here:\n```python\n{RIGHT}\n```\nDone.", Verdict.ACCEPTED, ""),
    ("right, noisy", "import sys\nsys.stderr.write('Killed\\n')\n" + RIGHT + "\nsys.exit(0)", Verdict.ACCEPTED, ""),
    ("wrong from 3 on", "n = int(input())\nprint(n * n if n < 3 else 0)", Verdict.WRONG_ANSWER, "test 3: "),
    ("silent", "input()", Verdict.WRONG_ANSWER, "test 0: "),
    ("forever", "while True: pass", Verdict.TIME_LIMIT, "test 0: needed more than 1 s of CPU time"),
    ("greedy", "x = bytearray(300 << 20)\n" + RIGHT, Verdict.MEMORY_LIMIT, "test 0: needed more than 128 MiB"),
    ("loud", "import os\nb = b'x' * (1 << 20)\nfor _ in range(70): os.write(1, b)", Verdict.OUTPUT_LIMIT, "test 0: "),
    ("raises", "print(0 // int(input()))", Verdict.RUNTIME_ERROR, "test 0: "),
    ("exits 137", RIGHT + "\nimport sys; sys.exit(137)", Verdict.RUNTIME_ERROR, "test 0: exit code 137"),
    ("kills itself", "import os; os.kill(os.getpid(), 11)", Verdict.RUNTIME_ERROR, "test 0: killed by signal 11"),
    ("no Python", "def f(:\n    print(", Verdict.COMPILE_ERROR, "SyntaxError"),
    ("no code", "", Verdict.NO_CODE, "the response holds no program"),
]


@pytest.mark.parametrize(("response", "verdict", "reason"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
def test_every_verdict(judge, response, verdict, reason):
    judgement = one(judge, SQUARE, response)
    assert judgement.verdict is verdict, judgement
    assert judgement.passed is verdict.passed
    assert judgement.reason.startswith(reason)
    assert judgement.tests_total == 12


def test_what_an_accepted_one_says(judge):
    judgement = one(judge, SQUARE, RIGHT)
    assert (judgement.accepted_by, judgement.tests_passed, judgement.tests_run) == ("tokens", 12, 12)
    assert judgement.first_failure is None
    assert judgement.cpu_time_s is not None
    assert judgement.provenance["limits"]["cpu_time_s"] == 1.0
    assert judgement.provenance["jail"]
    assert len(judgement.cases) == 12


def test_what_a_wrong_one_says(judge):
    judgement = one(judge, SQUARE, "import sys\nn = int(input())\nprint('hm', file=sys.stderr)\nprint(n * n + (n > 4))")
    failure = judgement.first_failure
    assert failure is not None
    assert (failure.index, failure.input, failure.expected, failure.got) == (5, "5\n", "25\n", "26\n")
    assert failure.stderr == "hm\n"
    assert (judgement.tests_passed, judgement.tests_run, judgement.accepted_by) == (None, 6, None)


def test_a_module_that_is_missing_is_named(judge):
    judgement = one(judge, SQUARE, "import no_such_module_at_all\n" + RIGHT)
    assert judgement.verdict is Verdict.RUNTIME_ERROR
    assert judgement.missing_module == "no_such_module_at_all"


def test_all_tests_run_when_asked(sandbox):
    with Judge(sandbox, all_tests=True) as judge:
        judgement = one(judge, SQUARE, "n = int(input())\nif n == 7: raise SystemExit(1)\nprint(n * n + (n % 4 == 2))")
    assert judgement.verdict is Verdict.WRONG_ANSWER
    assert (judgement.tests_passed, judgement.tests_run) == (8, 12)
    assert judgement.first_failure is not None
    assert judgement.first_failure.index == 2
    assert [case.index for case in judgement.cases if case.verdict is Verdict.RUNTIME_ERROR] == [7]


def test_rows_that_cannot_be_judged(judge):
    assert one(judge, replace(SQUARE, tests=()), RIGHT).verdict is Verdict.NO_TESTS
    assert one(judge, SQUARE, "print(1)", "cobol").verdict is Verdict.UNSUPPORTED_LANGUAGE
    called = Problem("c", (TestCase(arguments=(1,), expected=1),), function="f")
    for language in languages().keys() - {"python3"}:  # our limit is no verdict on the answer
        assert one(judge, called, "def f(x): return x", language).verdict is Verdict.UNSUPPORTED_LANGUAGE
    bad = one(judge, replace(SQUARE, limits=ProblemLimits(time_limit_s=float("nan"))), RIGHT)
    assert (bad.verdict, "time_limit_s" in bad.reason) == (Verdict.BAD_PROBLEM, True)
    assert one(judge, replace(SQUARE, input_file="/etc/passwd"), RIGHT).verdict is Verdict.BAD_PROBLEM


def test_every_language_of_the_sandbox_can_be_judged():
    assert languages().keys() <= LOOKS.keys()


def test_cpp(judge):
    if "cpp" not in languages():
        pytest.skip("no C++ in the table of languages")
    right = "#include <iostream>\nint main() { long n; std::cin >> n; std::cout << n * n; }"
    results = judge.judge(SQUARE, submissions(right, "int main() { return x; }", language="cpp"))
    assert [r.verdict for r in results] == [Verdict.ACCEPTED, Verdict.COMPILE_ERROR]
    assert "error" in results[1].reason


CPP = "#include <iostream>\nint main() { long n; std::cin >> n; std::cout << n * n; }"


def test_another_compiler_judges_anew(tmp_path, sandbox):
    counting = CountingSandbox(sandbox)
    with closing(VerdictCache(tmp_path)) as cache, Judge(counting, cache=cache) as judge:
        first = one(judge, SQUARE, CPP, "cpp")
        assert "g++" in first.provenance["toolchain"]
        assert (one(judge, SQUARE, CPP, "cpp").verdict, counting.opened) == (Verdict.ACCEPTED, 1)
        counting.toolchain = lambda language: "g++ 99"
        assert (one(judge, SQUARE, CPP, "cpp").verdict, counting.opened) == (Verdict.ACCEPTED, 2)


def test_a_missing_toolchain_is_our_fault(judge, monkeypatch):
    absent = replace(languages()["cpp"], toolchain=(Tool("/usr/bin/no-such-compiler", "apt-get install it"),))
    monkeypatch.setitem(_NAMES, "cpp", absent)
    judgement = one(judge, SQUARE, CPP, "cpp")
    assert (judgement.verdict, judgement.passed) == (Verdict.SANDBOX_ERROR, None)
    assert "cpp needs /usr/bin/no-such-compiler, which this host lacks: apt-get install it" in judgement.reason


ADD = Problem(
    "add",
    (TestCase(arguments=(1, 2), expected=3), TestCase(arguments=([1], [2]), expected=[1, 2])),
    function="add",
    limits=QUICK,
)


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        ("def add(a, b):\n    return a + b", Verdict.ACCEPTED),
        ("class Solution:\n    def add(self, a, b):\n        return a + b", Verdict.ACCEPTED),
        ("def add(a, b):\n    return a - b", Verdict.WRONG_ANSWER),
        ("def add(a, b):\n    print(a + b)", Verdict.WRONG_ANSWER),
        ("def add(a, b):\n    raise SystemExit(0)", Verdict.RUNTIME_ERROR),
        ("import os\ndef add(a, b):\n    os._exit(0)", Verdict.RUNTIME_ERROR),
        ("def other(a, b):\n    return a + b", Verdict.RUNTIME_ERROR),
        (
            "class Sly:\n    def __eq__(self, other):\n        return True\ndef add(a, b):\n    return Sly()",
            Verdict.RUNTIME_ERROR,
        ),
    ],
)
def test_functions(judge, response, verdict):
    judgement = one(judge, ADD, response)
    assert judgement.verdict is verdict, judgement
    assert (judgement.accepted_by or "").startswith("values") == (verdict is Verdict.ACCEPTED)


def test_a_function_cannot_be_called_in_cpp(judge):
    assert one(judge, ADD, "int add(int a, int b) { return a + b; }", "cpp").verdict is Verdict.UNSUPPORTED_LANGUAGE


def test_duplicated_tests_run_once_and_count_as_often_as_they_stand(judge):
    repeated = replace(SQUARE, tests=(TESTS[3], TESTS[3], TESTS[4], TESTS[3]))
    judgement = one(judge, repeated, RIGHT)
    assert (judgement.tests_passed, judgement.tests_run, judgement.tests_total) == (4, 4, 4)
    assert [case.index for case in judgement.cases] == [0, 1, 3, 2]
    assert len({case.wall_time_s for case in judgement.cases}) <= 2


def test_files_in_place_of_stdin_and_stdout(judge):
    problem = replace(SQUARE, input_file="in.txt", output_file="out.txt")
    right = "open('out.txt', 'w').write(str(int(open('in.txt').read()) ** 2))"
    results = judge.judge(problem, submissions(right, RIGHT, "print(25)"))
    assert [r.verdict for r in results] == [Verdict.ACCEPTED, Verdict.RUNTIME_ERROR, Verdict.WRONG_ANSWER]
    assert results[2].reason == "test 0: the file 'out.txt' was not written"


CROWD = [
    f"n = int(input())\nprint(n * n if n % {modulus} != {rest} else -1)  # {extra}"
    for modulus, rest, extra in [(m, r, e) for e in range(2) for m in (3, 5, 7) for r in (0, 1, 2, 4)]
] + [RIGHT, "n = int(input())\nwhile n > 5: pass\nprint(n * n)", RIGHT, "", "import os; os.abort()"]


@pytest.fixture(scope="module")
def crowd(judge):
    return judge.judge(SQUARE, submissions(*CROWD))


def test_verdicts_do_not_depend_on_the_number_of_jails(crowd):
    with Sandbox(jobs=1) as alone, Judge(alone) as judge:
        again = judge.judge(SQUARE, submissions(*CROWD))
    assert [facts(j) for j in again] == [facts(j) for j in crowd]


@pytest.mark.parametrize("kept", [range(3), range(0, 29, 2), range(8, 16), range(29)])
def test_resumed_is_as_undisturbed(judge, crowd, kept):
    done = [replace(crowd[n], reason="", cases=()) if n in kept else None for n in range(len(crowd))]
    told = {}
    again = judge.submit(SQUARE, submissions(*CROWD), done=done, on_judged=told.__setitem__).result(timeout=120)
    assert sorted(told) == [n for n in range(len(crowd)) if n not in kept]
    assert [facts(again[n]) for n in told] == [facts(crowd[n]) for n in told]


def test_a_checker_of_the_runs_and_one_that_fails(sandbox):
    loose = "print('  ', int(input()) ** 2, sep='')"
    with Judge(sandbox, checker=checker_from_spec("exact")) as strict:
        assert one(strict, SQUARE, loose).verdict is Verdict.WRONG_ANSWER
    with Judge(sandbox) as judge:
        assert one(judge, SQUARE, loose).verdict is Verdict.ACCEPTED
        broken = replace(SQUARE, tests=(TestCase("1", 17),))
        judgement = one(judge, broken, RIGHT)
    assert judgement.verdict is Verdict.CHECKER_ERROR
    assert judgement.passed is None
    assert "TypeError" in judgement.reason


def test_the_cache_spares_the_sandbox(tmp_path, sandbox, crowd):
    cache = VerdictCache(tmp_path)
    with Judge(sandbox, cache=cache) as judge:
        first = judge.judge(SQUARE, submissions(*CROWD))
    counting = CountingSandbox(sandbox)
    with Judge(counting, cache=cache) as judge:
        again = judge.judge(SQUARE, submissions(*CROWD))
        other = one(judge, replace(SQUARE, tests=TESTS[:5]), RIGHT)
    cache.close()
    assert [facts(j) for j in again] == [facts(j) for j in first] == [facts(j) for j in crowd]
    assert other.tests_run == 5
    time_limits = sum(j.verdict is Verdict.TIME_LIMIT or j.marginal for j in first)
    assert time_limits >= 1
    assert counting.opened == time_limits + 1


def test_a_judge_closes_only_a_sandbox_of_its_own(sandbox):
    with Judge() as judge:
        assert one(judge, SQUARE, RIGHT).passed
    with Judge(sandbox) as judge:
        pass
    with pytest.raises(CancelledError):
        judge.submit(SQUARE, submissions(RIGHT))
    assert sandbox.run("print(1)").ok


def test_done_must_be_as_long_as_the_submissions(judge):
    with pytest.raises(ValueError, match="0 entries for 1"):
        judge.submit(SQUARE, submissions(RIGHT), done=[])


class CountingSandbox:
    """The real sandbox, counting how often a session was opened."""

    def __init__(self, real):
        self.real = real
        self.jobs, self.jail_kind = real.jobs, real.jail_kind
        self.limits, self.provenance = real.limits, real.provenance
        self.toolchain = real.toolchain
        self.opened = 0

    def open(self, program, limits, *, stop=None):
        self.opened += 1
        return self.real.open(program, limits, stop=stop)


class BreakingSandbox:
    """Breaks on command: at open, or at the window that begins with run number `at`."""

    jobs, jail_kind, limits, provenance = 2, "none", Limits(), {}

    def __init__(self, error, at=None):
        self.error, self.at = error, at

    def toolchain(self, language):
        return ""

    @contextmanager
    def open(self, program, limits, *, stop=None):
        if self.at is None:
            raise self.error
        yield self

    build_failure = None
    ran = 0

    def run(self, runs, *, stop_on_failure=True):
        if self.ran >= self.at:
            raise self.error
        self.ran += len(runs)
        return [Execution(Status.EXITED, exit_code=0, stdout_bytes=str(int(run.stdin) ** 2).encode()) for run in runs]


@pytest.mark.parametrize("provoked", [False, True])
@pytest.mark.parametrize(("at", "ran"), [(None, 0), (0, 0), (3, 3)])
def test_a_broken_sandbox_is_our_fault(provoked, at, ran):
    with Judge(BreakingSandbox(SandboxError("the jail is gone", provoked=provoked), at)) as judge:
        judgement = one(judge, SQUARE, RIGHT)
    assert (judgement.verdict, judgement.passed) == (Verdict.SANDBOX_ERROR, None)
    assert (judgement.provoked, judgement.tests_run, judgement.tests_passed) == (provoked, ran, None)
    assert judgement.reason == "SandboxError: the jail is gone"
    assert judgement.first_failure is None


def test_a_fault_in_our_own_code_is_a_verdict_too():
    with Judge(BreakingSandbox(ZeroDivisionError("ours"))) as judge:
        judgements = judge.judge(SQUARE, submissions(RIGHT, "print(1)", ""))
    assert [j.verdict for j in judgements] == [Verdict.JUDGE_ERROR, Verdict.JUDGE_ERROR, Verdict.NO_CODE]
    assert judgements[0].reason == "ZeroDivisionError: ours"


def test_closing_ends_what_waits(sandbox):
    judge = Judge(sandbox)
    begun = threading.Event()
    waiting = [judge.submit(SQUARE, submissions(*CROWD), on_judged=lambda _, __: begun.set()) for _ in range(10)]
    assert begun.wait(60)
    judge.close()
    assert all(future.done() for future in waiting)
    assert isinstance(waiting[-1].exception(), CancelledError)


def test_a_fork_is_told_to_make_its_own_and_ends_nothing():
    with Judge() as judge:
        assert one(judge, SQUARE, RIGHT).passed
        assert "is a fork: make one here" in in_a_fork(lambda: one(judge, SQUARE, RIGHT))
        assert in_a_fork(judge.close) == "None"
        assert one(judge, SQUARE, RIGHT).passed
