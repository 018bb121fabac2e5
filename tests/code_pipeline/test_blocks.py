"""How candidates pass through the workers: blocks, identical candidates, resume, and that no Future is ever lost.

The bench here decides from a table instead of running programs, since only that can fail on command.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError

import pytest

from code_pipeline.blocks import Blocks, Prepared, Workers
from code_pipeline.suite import Suite
from code_pipeline.types import Failure, Judgement, Problem, Submission, TestCase, Verdict

TESTS = tuple(TestCase(str(n), str(n)) for n in range(6))


class TableBench:
    """`fails 3` fails test 3 if it comes before an earlier failure in the order; the order each one got is kept."""

    def __init__(self, faults: dict[str, list[Verdict]] | None = None):
        self.orders: list[tuple[str, tuple[int, ...]]] = []
        self.faults = faults or {}
        self.lock = threading.Lock()

    def prepare(self, suite: Suite, submission: Submission) -> Prepared | Judgement:
        if submission.response == "":
            return Judgement(submission.id, Verdict.NO_CODE)
        return Prepared(submission.response, submission.language)

    def judge_program(
        self, suite: Suite, submission: Submission, prepared: Prepared, order: Sequence[int]
    ) -> Judgement:
        with self.lock:
            self.orders.append((prepared.program, tuple(order)))
            faults = self.faults.get(prepared.program)
            if faults:
                verdict = faults.pop(0)
                return Judgement(submission.id, verdict, provoked=verdict is Verdict.JUDGE_ERROR)
        if prepared.program == "raise":
            raise OSError("disk full")
        failing = {int(word) for word in prepared.program.split() if word.isdigit()}
        for ran, index in enumerate(order, 1):
            if index in failing:
                failure = Failure(index, "", "", "", "")
                return Judgement(submission.id, Verdict.WRONG_ANSWER, tests_run=ran, first_failure=failure)
        return Judgement(submission.id, Verdict.ACCEPTED, tests_run=len(order))


def submissions(*programs: str) -> list[Submission]:
    return [Submission(f"s{n}", "p", program) for n, program in enumerate(programs)]


def judged(programs, *, threads=2, bench=None, done=None, on_judged=None):
    workers = Workers(threads)
    bench = bench or TableBench()
    made = Blocks(
        bench,
        workers,
        Suite(Problem("p", TESTS)),
        submissions(*programs),
        done=done or [None] * len(programs),
        priority=0,
        on_judged=on_judged,
    )
    made.start()
    try:
        return made.future.result(timeout=20), bench
    finally:
        workers.close()


# Block 0 fails 4 twice and 2 once; block 1 begins with 4, 2 and fails 5 once; one program comes again in each block.
PROGRAMS = [
    "a 4",
    "b 2",
    "c 4 5",
    "ok",
    "",
    "ok",
    "d",
    "ok ",
    *["e 5 2", "a 4", "ok", "", "f 0", "g 1", "h 5", "i 5"],
    "a 4",
    "j",
]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_the_order_comes_from_earlier_blocks_alone(threads):
    results, bench = judged(PROGRAMS, threads=threads)
    orders = dict(bench.orders)
    assert orders["a 4"] == orders["ok"] == (0, 1, 2, 3, 4, 5)
    assert orders["e 5 2"] == orders["i 5"] == (4, 2, 0, 1, 3, 5)
    assert orders["j"] == (4, 2, 5, 0, 1, 3)
    assert [r.submission_id for r in results] == [f"s{n}" for n in range(len(PROGRAMS))]
    assert results == judged(PROGRAMS, threads=1)[0]


def test_identical_candidates_are_judged_once():
    results, bench = judged(PROGRAMS)
    programs = [program for program, _ in bench.orders]
    assert sorted(programs) == sorted({p for p in PROGRAMS if p})
    assert results[0].tests_run == results[9].tests_run == results[16].tests_run == 5


@pytest.mark.parametrize(
    "kept", [(), (0,), (3, 9), tuple(range(8)), tuple(range(12)), tuple(range(17)), tuple(range(18))]
)
def test_resumed_is_as_undisturbed(kept):
    whole, _ = judged(PROGRAMS)
    bare = [
        Judgement(j.submission_id, j.verdict, first_failure=j.first_failure) if n in kept else None
        for n, j in enumerate(whole)
    ]
    settled: dict[int, Judgement] = {}
    resumed, bench = judged(PROGRAMS, done=bare, on_judged=settled.__setitem__)
    assert sorted(settled) == [n for n in range(len(PROGRAMS)) if n not in kept]
    assert [resumed[n] for n in settled] == [whole[n] for n in settled]
    assert all(resumed[n] is bare[n] for n in kept)
    assert len(bench.orders) <= len({p for p in PROGRAMS if p})


def test_a_fault_is_not_handed_to_identical_candidates_unless_they_provoked_it():
    bench = TableBench({"x": [Verdict.SANDBOX_ERROR, Verdict.SANDBOX_ERROR]})
    results, _ = judged(["x"] * 12, bench=bench)
    assert [r.verdict for r in results] == [Verdict.SANDBOX_ERROR] * 2 + [Verdict.ACCEPTED] * 10
    assert [r.submission_id for r in results] == [f"s{n}" for n in range(12)]
    provoked = TableBench({"x": [Verdict.JUDGE_ERROR]})
    results, _ = judged(["x"] * 12, bench=provoked)
    assert {r.verdict for r in results} == {Verdict.JUDGE_ERROR}
    assert len(provoked.orders) == 1


def test_no_candidates_and_none_to_judge():
    assert judged([])[0] == []
    done = [Judgement("s0", Verdict.ACCEPTED)]
    results, bench = judged(["a"], done=done)
    assert results == done
    assert bench.orders == []


@pytest.mark.parametrize("at", [0, 5, 9])
def test_a_caller_that_fails_ends_the_future(at):
    def failing(index, judgement):
        if index == at:
            raise OSError("no room for the journal")

    with pytest.raises(OSError, match="journal"):
        judged(["a", "b", "c", "d", "e", "", "g", "h", "i", ""], on_judged=failing)


def test_a_bench_that_raises_ends_the_future():
    with pytest.raises(OSError, match="disk full"):
        judged(["a", "raise"])


def test_many_problems_on_one_thread_end_oldest_first():
    workers, ended, bench = Workers(1), [], TableBench()
    hold = threading.Event()
    workers.add(-1, lambda: hold.wait(20) and None)
    made = []
    for number in range(20):
        one = Blocks(
            bench,
            workers,
            Suite(Problem(str(number), TESTS)),
            submissions(*(f"{n} x" for n in range(20))),
            done=[None] * 20,
            priority=number,
            on_judged=None,
        )
        one.future.add_done_callback(lambda _, number=number: ended.append(number))
        one.start()
        made.append(one)
    hold.set()
    assert all(len(one.future.result(timeout=20)) == 20 for one in made)
    workers.close()
    assert ended == list(range(20))


def test_closing_leaves_no_future_open():
    workers = Workers(1)
    hold = threading.Event()
    workers.add(-1, lambda: hold.wait(20) and None)
    made = Blocks(
        TableBench(), workers, Suite(Problem("p", TESTS)), submissions("a"), done=[None], priority=0, on_judged=None
    )
    made.start()
    closer = threading.Thread(target=workers.close)
    closer.start()
    assert workers.closing.wait(20)
    hold.set()
    closer.join(20)
    made.abandon()
    with pytest.raises(CancelledError):
        made.future.result(timeout=20)
    with pytest.raises(CancelledError):
        made.start()


def test_a_future_that_was_cancelled_is_not_begun():
    workers, bench = Workers(1), TableBench()
    hold = threading.Event()
    workers.add(-1, lambda: hold.wait(20) and None)
    made = Blocks(bench, workers, Suite(Problem("p", TESTS)), submissions("a"), done=[None], priority=0, on_judged=None)
    made.start()
    assert made.future.cancel()
    hold.set()
    workers.close()
    assert bench.orders == []
