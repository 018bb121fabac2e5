"""Workers end at their deadline, from outside, and take no other pair with them."""

import contextlib
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alarms import alarms, check_that_a_signal_is_met, is_interrupted
from forks import in_a_fork

from math_pipeline import MathCache, MathVerdict, MathVerifier, Method, WorkerError, verify_math
from math_pipeline.asking import Askers
from math_pipeline.pool import Pool

pytestmark = pytest.mark.timeout(240)

TOWER = r"\boxed{9^{9^{9^{9}}}}"
LONG_SUM = r"\boxed{\sum_{k=1}^{10^{9}} \frac{1}{k^3+k+1}}"


def descendants() -> set[int]:
    """The workers that this process started, and what they forked."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if b"math_pipeline.worker" in words:
                parents[int(entry.name)] = int(stat[1])
    ours = {process for process, parent in parents.items() if parent == os.getpid()}
    return ours | {process for process, parent in parents.items() if parent in ours}


def test_a_deadline_is_cpu_time_and_the_neighbours_are_untouched() -> None:
    pairs = [
        ("5", r"\boxed{\sqrt{25}}"),
        ("5", TOWER),
        ("7", r"\boxed{\sqrt{49}+0x}"),
        ("5", LONG_SUM),
        ("x+1", r"\boxed{1+x}"),
    ]
    with MathVerifier(workers=1, cpu_time_s=1.0) as verifier:
        began = time.monotonic()
        found = verifier.verify_many(pairs)
        assert time.monotonic() - began < 60
    verdicts = [judgement.verdict for judgement in found]
    assert verdicts == [
        MathVerdict.CORRECT, MathVerdict.TIMEOUT, MathVerdict.CORRECT, MathVerdict.TIMEOUT, MathVerdict.CORRECT,
    ]  # fmt: skip
    assert "1 s of CPU time" in found[1].reason
    assert found[1].passed is None


def test_what_takes_long_is_compared_anew_by_a_fork_that_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("math_pipeline.pool._AT_FIRST", 1e-4)  # too short for any pair
    with Pool(1, cpu_time_s=20, memory_mb=512) as pool:
        reply = pool.compare(r"\sin(2x)", r"2\sin(x)\cos(x)")
    assert (reply.same, reply.ended) == (True, "")


def test_memory_is_capped() -> None:
    with Pool(1, cpu_time_s=120, memory_mb=40) as pool:
        grown = pool.compare("5", "x+" * 100_000 + "x")
        assert grown.same is None
        assert grown.ended in ("memory", "died")
        assert pool.compare("x+1", "1+x").same is True


def test_a_killed_worker_is_replaced_and_the_pair_tried_again() -> None:
    before = descendants()
    with Pool(1, cpu_time_s=5, memory_mb=512) as pool:
        assert pool.compare("x+1", "1+x").same is True
        for process in descendants() - before:
            os.kill(process, signal.SIGKILL)
        assert pool.compare("x+2", "2+x").same is True


def test_a_fork_that_is_killed_between_two_pairs_is_nobodys_reply() -> None:
    before = descendants()
    with Pool(1, cpu_time_s=20, memory_mb=512) as pool:
        assert pool.compare("x+1", "1+x").same is True
        workers = {worker._process.pid for worker in pool._started}
        for process in descendants() - before - workers:  # as the kernel does where memory is short
            os.kill(process, signal.SIGKILL)
        time.sleep(0.3)
        replies = [pool.compare(f"y+{n}", f"{n + n % 2}+y").same for n in range(6)]
        assert {worker._process.pid for worker in pool._started} == workers
    assert replies == [True, False] * 3


def test_a_pair_whose_workers_are_killed_again_and_again_is_a_fault_and_not_remembered() -> None:
    before = descendants()
    with MathVerifier(workers=1, cpu_time_s=3) as verifier:
        assert verifier.verify(gold="x+1", response=r"\boxed{1+x}").passed is True
        workers = {worker._process.pid for worker in verifier._pool._started}
        judged = threading.Event()

        def kill() -> None:  # as the kernel does where memory is short
            while not judged.wait(0.1):
                for process in descendants() - before - workers:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            found = verifier.verify(gold="5", response=TOWER)
        finally:
            judged.set()
            killer.join()
        assert (found.verdict, found.passed) == (MathVerdict.JUDGE_ERROR, None)
        assert verifier.verify(gold="5", response=TOWER).verdict is MathVerdict.TIMEOUT


def test_a_reply_that_nobody_waits_for_is_not_the_next_pairs() -> None:
    """A trainer's alarm, or Ctrl-C, between any two instructions of the thread that waits."""
    with alarms(), MathVerifier(workers=1) as verifier:
        assert verifier.verify(gold="x+1", response=r"\boxed{1+x}").passed is True
        wrong = []

        def use(n: int) -> None:
            found = verifier.verify(gold=f"x+x^2+{n}", response=f"\\boxed{{x^2+{n + n % 2}+x}}")
            if found.passed is not (n % 2 == 0):
                wrong.append((n, found))

        left = sum(is_interrupted(lambda n=n: use(n), 0.02 * (n % 10 / 10) ** 3) for n in range(200))
    assert not wrong
    assert left > 20


def test_nothing_is_left() -> None:
    gc.collect()  # what earlier tests have left
    before = descendants()
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with Pool(2, cpu_time_s=0.5, memory_mb=512) as pool:
            assert pool.compare("5", "9^{9^{9^{9}}}").ended == "cpu_time"
    assert descendants() == before
    assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors


def test_from_many_threads_at_once(verifier: MathVerifier) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(
            threads.map(
                lambda n: verifier.verify(gold=f"x+{n % 40}", response=f"\\boxed{{{n % 40}+x}}").verdict, range(400)
            )
        )
    assert set(found) == {MathVerdict.CORRECT}


def test_equal_pairs_are_compared_once(verifier: MathVerifier) -> None:
    responses = [f"try {n}: \\boxed{{\\cos(2y)}}" for n in range(200)]
    found = verifier.verify_many([(r"\cos^2 y-\sin^2 y", response) for response in responses])
    assert {judgement.verdict for judgement in found} == {MathVerdict.CORRECT}
    assert len({judgement.cpu_time_s for judgement in found}) == 1


def test_the_same_whatever_the_workers() -> None:
    pairs = [(f"{n}\\sqrt{{{n}}}", f"\\boxed{{\\sqrt{{{n**3 + (n % 3 == 0)}}}}}") for n in range(2, 40)]
    pairs += [(f"x^{n}+1", f"\\boxed{{1+x^{n - (n % 4 == 0)}}}") for n in range(2, 30)]
    results = []
    for workers in (1, 3):
        with MathVerifier(workers=workers) as verifier:
            results.append([(j.verdict, j.rule, j.reason) for j in verifier.verify_many(pairs)])
    assert results[0] == results[1]


def test_cache(tmp_path: Path) -> None:
    cache = MathCache(tmp_path)
    with MathVerifier(workers=1, cache=cache) as verifier:
        first = verifier.verify(gold="x+1", response=r"\boxed{1+x}")
    with MathVerifier(workers=1, cache=cache) as verifier:
        again = verifier.verify(gold="x+1", response=r"\boxed{1+x}")
        assert not verifier._pool._started
    assert again == first
    assert again.method is Method.SYMBOLIC
    with MathVerifier(workers=1, cache=cache, cpu_time_s=0.5) as verifier:
        assert verifier.verify(gold="5", response=TOWER).verdict is MathVerdict.TIMEOUT
    cache.close()
    with sqlite3.connect(tmp_path / "math.sqlite") as kept:
        assert kept.execute("SELECT count(*) FROM kept").fetchone() == (1,)


def test_after_a_fork(verifier: MathVerifier) -> None:
    assert verify_math(gold="x+1", response=r"\boxed{1+x}").passed is True
    assert in_a_fork(lambda: verify_math(gold="x+1", response=r"\boxed{1+x}").verdict) == "correct"


def test_an_inherited_pool_says_so_and_ends_nothing() -> None:
    with Pool(1, cpu_time_s=1, memory_mb=512) as pool:
        assert pool.compare("x+1", "x+2").same is False
        workers = set(pool._started)
        assert "WorkerError" in in_a_fork(lambda: pool.compare("1", "2"))
        assert in_a_fork(pool.close) == "None"
        assert pool.compare("x+1", "x+2").same is False
        assert pool._started == workers


def test_the_callers_alarm_and_thread_are_left_alone() -> None:
    rung = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: rung.set())
    try:
        signal.alarm(1)
        assert verify_math(gold="x", response=r"\boxed{x+0}").passed is True
        assert rung.wait(3) or signal.sigtimedwait([signal.SIGALRM], 0) is None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_no_symbolic_engine_in_this_process() -> None:
    import subprocess

    code = (
        "import sys\nfrom math_pipeline import verify_math\n"
        "assert verify_math(gold='x+1', response=r'\\boxed{1+x}').passed\n"
        "assert 'sympy' not in sys.modules and 'math_verify' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])


def test_workers_that_cannot_start_are_a_fault_and_no_verdict(tmp_path, monkeypatch):
    (tmp_path / "sympy.py").write_text("raise ImportError('half an installation')")
    monkeypatch.setattr("sys.path", [str(tmp_path), *sys.path])
    with MathVerifier(workers=1) as verifier, pytest.raises(WorkerError, match="before their first answer"):
        verifier.verify(gold="x", response="\\boxed{x+0}")


def test_a_signal_that_does_not_wake_the_main_thread_is_met_all_the_same() -> None:
    with contextlib.closing(Askers(1)) as askers:
        check_that_a_signal_is_met(lambda: askers.run(lambda: time.sleep(6)))


def test_the_shared_workers_end_with_their_process() -> None:
    source = "from math_pipeline import verify_math\nverify_math(gold='x+1', response='so it is 1+x')"
    done = subprocess.run([sys.executable, "-W", "error", "-c", source], capture_output=True, text=True, check=True)
    assert done.stderr == ""
