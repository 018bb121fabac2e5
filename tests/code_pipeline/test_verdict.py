"""decide and fold, over every status and every kind of case; and what is shown of a failure."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.checkers.base import Check
from code_pipeline.failure import CUT, failure_of, show, steady
from code_pipeline.types import CaseResult, Failure, TestCase, Verdict
from code_pipeline.verdict import compiler_sentence, decide, fold, missing_module, stopped_early
from sandbox.types import Execution, Limits, Status

LIMITS = Limits(cpu_time_s=2.0)
RIGHT, WRONG = Check(passed=True, rule="tokens"), Check(passed=False, reason="token 1: expected 5, got 6")


@pytest.mark.parametrize(
    ("execution", "check", "verdict"),
    [
        (Execution(Status.EXITED, exit_code=0), RIGHT, Verdict.ACCEPTED),
        (Execution(Status.EXITED, exit_code=0), WRONG, Verdict.WRONG_ANSWER),
        (Execution(Status.EXITED, exit_code=0, stderr_bytes=b"Killed\nMemoryError\ntimeout"), RIGHT, Verdict.ACCEPTED),
        (Execution(Status.EXITED, exit_code=1), None, Verdict.RUNTIME_ERROR),
        (Execution(Status.EXITED, exit_code=1), RIGHT, Verdict.RUNTIME_ERROR),
        (Execution(Status.EXITED, exit_code=124), None, Verdict.RUNTIME_ERROR),
        (Execution(Status.EXITED, exit_code=137, stderr_bytes=b"Killed"), None, Verdict.RUNTIME_ERROR),
        (Execution(Status.EXITED), None, Verdict.RUNTIME_ERROR),
        (Execution(Status.SIGNALED, signal=9), None, Verdict.RUNTIME_ERROR),
        (Execution(Status.SIGNALED, signal=42), RIGHT, Verdict.RUNTIME_ERROR),
        (Execution(Status.TIME_LIMIT, exit_code=0), RIGHT, Verdict.TIME_LIMIT),
        (Execution(Status.MEMORY_LIMIT, exit_code=0), RIGHT, Verdict.MEMORY_LIMIT),
        (Execution(Status.OUTPUT_LIMIT, exit_code=0), RIGHT, Verdict.OUTPUT_LIMIT),
        (Execution(Status.BUILD_FAILED, exit_code=1), None, Verdict.COMPILE_ERROR),
    ],
)
def test_decide(execution, check, verdict):
    outcome = decide(execution, check, limits=LIMITS)
    assert outcome.verdict is verdict
    assert (outcome.accepted_by == "tokens") == (verdict is Verdict.ACCEPTED)
    assert outcome.reason or verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_verdict(status):
    outcome = stopped_early(Execution(status), limits=LIMITS)
    assert outcome is not None
    assert outcome.verdict.passed is False


def test_an_answer_that_was_not_compared_is_never_a_pass():
    with pytest.raises(ValueError, match="not compared"):
        decide(Execution(Status.EXITED, exit_code=0), None, limits=LIMITS)


def test_a_call_that_hands_nothing_back_is_a_runtime_error():
    ended = Execution(Status.EXITED, exit_code=0)
    assert decide(ended, RIGHT, limits=LIMITS, is_call=True).verdict is Verdict.RUNTIME_ERROR
    assert decide(replace(ended, has_returned=True), RIGHT, limits=LIMITS, is_call=True).verdict is Verdict.ACCEPTED


def test_the_time_limit_says_which_clock_without_a_measured_number():
    cpu = stopped_early(Execution(Status.TIME_LIMIT, cpu_time_s=2.013), limits=LIMITS)
    wall = stopped_early(Execution(Status.TIME_LIMIT, cpu_time_s=0.013), limits=LIMITS)
    assert cpu is not None
    assert wall is not None
    assert cpu.reason == "needed more than 2 s of CPU time"
    assert wall.reason == "had not ended after 8 s on the clock"


@pytest.mark.parametrize(
    ("stderr", "exit_code", "module"),
    [
        (b"Traceback ...\nModuleNotFoundError: No module named 'sortedcontainers'\n", 1, "sortedcontainers"),
        (b"ModuleNotFoundError: No module named 'a.b'", 1, "a.b"),
        (b"ModuleNotFoundError: No module named 'x'\n", 2, None),
        (b"ModuleNotFoundError: No module named 'x'\nthen more\n", 1, None),
        (b"ImportError: cannot import name 'x'\n", 1, None),
        (b"", 1, None),
    ],
)
def test_missing_module(stderr, exit_code, module):
    assert missing_module(Execution(Status.EXITED, exit_code=exit_code, stderr_bytes=stderr)) == module


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (b'  File "main.py", line 1\n    error = = 3\nSyntaxError: invalid syntax\n', "SyntaxError: invalid syntax"),
        (b"main.cpp: In function 'int main()':\nmain.cpp:3:5: error: 'x' was not declared\n  x\n  ^\n", "main.cpp:3:5"),
        (b"", "the program does not compile"),
        (b"\xff\xfe odd", "\ufffd\ufffd odd"),
    ],
)
def test_the_compilers_sentence(said, sentence):
    assert compiler_sentence(said).startswith(sentence)


def case(index, verdict=Verdict.ACCEPTED, **more):
    rule = "tokens" if verdict is Verdict.ACCEPTED else None
    return CaseResult(index, verdict, "why", rule, **more)


def test_fold_of_all_passed():
    cases = [
        case(1, cpu_time_s=0.5, memory_mb=10.0, marginal=True),
        CaseResult(0, Verdict.ACCEPTED, accepted_by="tokens: x"),
    ]
    judgement = fold("s", cases, total=2, all_tests=False)
    assert judgement.passed is True
    assert judgement.accepted_by == "tokens, tokens: x"
    assert (judgement.tests_passed, judgement.tests_run, judgement.tests_total) == (2, 2, 2)
    assert (judgement.cpu_time_s, judgement.memory_mb, judgement.marginal) == (0.5, 10.0, True)
    assert judgement.first_failure is None


def test_fold_stops_counting_at_the_first_failure_in_the_order_run():
    failure = Failure(4, "in", "1", "2", "")
    cases = [
        case(7),
        case(4, Verdict.WRONG_ANSWER, failure=failure),
        case(0, Verdict.TIME_LIMIT, cpu_time_s=9.0, marginal=True),
    ]
    judgement = fold("s", cases, total=9, all_tests=False)
    assert judgement.verdict is Verdict.WRONG_ANSWER
    assert judgement.first_failure is failure
    assert judgement.reason == "test 4: why"
    assert (judgement.tests_passed, judgement.tests_run, judgement.tests_total) == (None, 2, 9)
    assert (judgement.cpu_time_s, judgement.marginal, judgement.accepted_by) == (0.0, False, None)


def test_fold_of_all_tests_counts_what_passed():
    cases = [case(0), case(1, Verdict.WRONG_ANSWER), case(2), case(3, Verdict.TIME_LIMIT)]
    judgement = fold("s", cases, total=4, all_tests=True)
    assert judgement.verdict is Verdict.WRONG_ANSWER
    assert (judgement.tests_passed, judgement.tests_run) == (2, 4)


def test_a_single_test_that_fails_leaves_the_count_open_unless_all_ran():
    assert fold("s", [case(0), case(1, Verdict.WRONG_ANSWER)], total=3, all_tests=False).tests_passed is None
    assert fold("s", [case(0), case(1, Verdict.WRONG_ANSWER)], total=2, all_tests=False).tests_passed == 1


@pytest.mark.parametrize("fault", [v for v in Verdict if v.is_fault])
def test_our_fault_beats_everything_when_all_tests_run(fault):
    cases = [case(0, Verdict.WRONG_ANSWER), case(1, fault, provoked=True), case(2)]
    judgement = fold("s", cases, total=3, all_tests=True)
    assert judgement.verdict is fault
    assert judgement.passed is None
    assert judgement.tests_passed is None
    assert judgement.provoked


def test_a_fault_is_not_counted_as_a_test_that_was_judged():
    judgement = fold("s", [case(0), case(1, Verdict.SANDBOX_ERROR)], total=5, all_tests=False)
    assert (judgement.verdict, judgement.tests_run, judgement.reason) == (Verdict.SANDBOX_ERROR, 1, "why")


@pytest.mark.parametrize(("cases", "total"), [([], 0), ([], 1), ([case(0)], 2)])
def test_tests_that_did_not_run_are_never_a_pass(cases, total):
    for all_tests in (False, True):
        with pytest.raises(ValueError, match="not judged"):
            fold("s", cases, total=total, all_tests=all_tests)


@pytest.mark.parametrize(("first", "second"), list(itertools.product(Verdict, repeat=2)))
def test_fold_of_every_pair(first, second):
    cases = [case(0, first), case(1, second)]
    one_by_one, together = (fold("s", cases, total=2, all_tests=all_tests).verdict for all_tests in (False, True))
    failed = [v for v in (first, second) if v is not Verdict.ACCEPTED]
    assert one_by_one is (failed[0] if failed else Verdict.ACCEPTED)
    assert together is next((v for v in failed if v.is_fault), one_by_one)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(PLAIN)
def test_show_is_repr_for_small_plain_data(value):
    whole = repr(value)
    assert show(value).startswith(whole[:100]) or "\\" in whole


def test_show_of_what_repr_cannot_or_should_not_do():
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    try:
        assert "..." in show(deep)
    finally:
        while deep:  # a list this deep cannot be freed by recursion on every version
            deep = deep[0]  # type: ignore[assignment]
    assert "5,000 digits" in show([10**4_999])
    assert len(show([["x" * 500] * 1_000] * 1_000)) == CUT + 1
    assert show({1: (2,)}) == "{1: (2,)}"


def test_a_failure_is_cut_and_can_always_be_written():
    test = TestCase("\ud800" + "9" * 5_000, "\udcff")
    failure = failure_of(
        3, test, b"\xff" * 5_000, b"x" * 5_000 + b"ValueError: end", Verdict.RUNTIME_ERROR, is_call=False
    )
    for text in (failure.input, failure.expected, failure.got, failure.stderr):
        assert len(text.encode("utf-8")) < 5 * CUT
    assert failure.got.startswith("\\xff\\xff")
    assert failure.stderr.endswith("ValueError: end")


@pytest.mark.parametrize(
    ("verdict", "got", "stderr"),
    [
        (Verdict.WRONG_ANSWER, "1\n2\n", "at 3"),
        (Verdict.RUNTIME_ERROR, "1\n2\n", "at 3"),
        (Verdict.OUTPUT_LIMIT, "1\n2\n", ""),
        (Verdict.TIME_LIMIT, "", ""),
        (Verdict.MEMORY_LIMIT, "", ""),
    ],
)
def test_how_far_a_program_had_come_when_a_limit_stopped_it_is_not_told(verdict, got, stderr):
    """It differs from run to run, and a failure does not."""
    failure = failure_of(0, TestCase("", ""), b"1\n2\n", b"at 3", verdict, is_call=False)
    assert (failure.got, failure.stderr) == (got, stderr)


def test_a_failed_call_shows_its_arguments_and_values():
    test = TestCase(arguments=([1, 2], "a"), expected=3)
    failure = failure_of(0, test, None, b"", Verdict.WRONG_ANSWER, is_call=True)
    assert (failure.input, failure.expected, failure.got) == ("[1, 2], 'a'", "3", "None")


def test_a_memory_limit_is_told_as_the_problem_has_it():
    plain = stopped_early(Execution(Status.MEMORY_LIMIT), limits=replace(LIMITS, memory_mb=512))
    java = stopped_early(Execution(Status.MEMORY_LIMIT), limits=replace(LIMITS, memory_mb=768), allowance_mb=256)
    assert plain is not None
    assert java is not None
    assert plain.reason == "needed more than 512 MiB of memory"
    assert java.reason == "needed more than 512 MiB of memory beside the 256 MiB that the language itself is given"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<a.B object at 0x7f12ab>, <C at 0x1>", "<a.B object at ...>, <C at ...>"),
        ("<Thread(Thread-1 (f), started 139790083159744)>", "<Thread(Thread-1 (f), started ...)>"),
        ("<Thread(T, started daemon 1397900)>", "<Thread(T, started daemon ...)>"),
        ("Current thread 0x00007f1234567740 (most recent call first):", "Current thread ... (most recent call first):"),
        ("thread 'main' (39) panicked at main.rs:1:48", "thread 'main' (...) panicked at main.rs:1:48"),
        ("0x7f12ab at 0x7f, started 5, thread 0x7 'x' (39)", "0x7f12ab at 0x7f, started 5, thread 0x7 'x' (39)"),
    ],
)
def test_numbers_that_differ_from_run_to_run_are_not_shown(said: str, shown: str) -> None:
    assert steady(said) == shown
