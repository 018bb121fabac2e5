"""One pool a node, whatever becomes of the processes round it."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from reward_rows import HOSTILE, RIGHT, TESTS, WRONG, columns, pools

from ot_code.errors import RewardError
from ot_code.rewards import Reward, pool, trl

HERE = str(Path(__file__).parent)
FORKS = f"""
import os, sys, threading
sys.path.insert(0, {HERE!r})
from reward_rows import RIGHT, WRONG, columns
from ot_code.rewards import trl

def ask():
    assert trl([RIGHT, WRONG], **columns(2)) == [1.0, 0.0]

ask()
busy = threading.Thread(target=lambda: [ask() for _ in range(8)])
busy.start()  # connections come and go in this thread at each fork
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        try:
            ask()
            os._exit(7)
        finally:
            os._exit(1)
    children.append(child)
    ask()
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
busy.join()
"""


def _score(number: int) -> list[float | None]:
    return trl([RIGHT, WRONG, f"print({number})"], **columns(3))


def test_processes_of_a_node_share_one():
    with multiprocessing.get_context("spawn").Pool(4) as trainers:
        assert trainers.map(_score, range(8)) == [[1.0, 0.0, 0.0]] * 8
        assert len(pools()) == 1


def _score_slowly(number: int) -> list[float | None]:
    slow = f"import subprocess\nsubprocess.run(['sleep', '0.07'])\n{RIGHT}  # {number}"
    return trl([slow, HOSTILE, f"{slow}, again"], **columns(3))


def _sleeping() -> int:
    """How many programs of the pool are in their sleep."""
    count = 0
    for pid in pools():
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    count += process.name() == "sleep"
    return count


def test_many_trainers_run_no_more_programs_at_once_than_there_are_cpus():
    seen = []
    with multiprocessing.get_context("spawn").Pool(8) as trainers:
        asked = trainers.map_async(_score_slowly, range(32), chunksize=1)
        while not asked.ready():
            seen.append(_sleeping())
            asked.wait(0.005)
        assert asked.get() == [[1.0, 0.0, 1.0]] * 32
    assert max(seen) == len(os.sched_getaffinity(0))


def test_threads_share_one():
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(_score, range(24))) == [[1.0, 0.0, 0.0]] * 24
    assert len(pools()) == 1


def test_forks_of_a_trainer_with_threads():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, check=False, timeout=280
    )
    assert (done.returncode, done.stdout) == (0, f"{[7] * 4}\n"), done.stderr


def test_a_pool_is_no_fork_of_the_trainer():
    trl([RIGHT], **columns(1))
    (pid,) = pools()
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/exe").resolve() == Path(sys.executable).resolve()
    assert "test_pool" not in Path(f"/proc/{pid}/maps").read_text()
    read, write = os.pipe()
    held = {_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    mine = {_target(link) for link in Path("/proc/self/fd").iterdir() if int(link.name) > 2}
    assert not {name for name in held & mine if name.startswith(("pipe", "socket"))}
    assert _target(Path(f"/proc/self/fd/{read}")) in mine
    os.close(read)
    os.close(write)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""  # the folder's own, while it was listed


def test_a_pool_that_dies_is_replaced_and_nothing_is_a_zero():
    trl([RIGHT], **columns(1))
    (before,) = pools()
    done: list[list[float | None]] = []
    slow = f"import time\nt = time.process_time()\nwhile time.process_time() < t + 0.3: pass\n{RIGHT}"
    asking = threading.Thread(target=lambda: done.append(trl([slow + f"#{at}" for at in range(6)], **columns(6))))
    asking.start()
    time.sleep(0.7)
    os.kill(before, signal.SIGKILL)
    asking.join()
    assert done == [[1.0] * 6]
    assert pools() != [before]


def test_a_pool_that_is_told_to_stop_ends_its_answers_in_place_of_faults(monkeypatch, caplog):
    trl([RIGHT], **columns(1))
    (before,) = pools()
    monkeypatch.setattr(pool, "_TRIES", 1)
    slow = f"import time\nwhile time.process_time() < 5: pass\n{RIGHT}"
    stop = threading.Timer(0.7, os.kill, (before, signal.SIGTERM))
    stop.start()
    assert trl([slow, slow + "#", RIGHT + "#2"], **columns(3))[:2] == [None, None]
    stop.join()
    assert "went away" in caplog.text
    assert "a fault of ours" not in caplog.text


def test_idle_connections_to_a_dead_pool_are_dropped():
    trl([RIGHT], **columns(1))
    for pid in pools():
        os.kill(pid, signal.SIGKILL)
    while pools():
        time.sleep(0.02)
    assert pool.address().exists()  # nobody was there to remove it
    assert trl([RIGHT], **columns(1)) == [1.0]


def test_a_pool_ends_when_nobody_is_there(monkeypatch):
    monkeypatch.setenv("OT_REWARDS_IDLE_S", "0.1")
    pool._forget()
    assert trl([RIGHT], **columns(1)) == [1.0]
    assert pools()
    pool._forget()
    until = time.monotonic() + 30
    while pools():
        assert time.monotonic() < until
        time.sleep(0.1)
    assert not pool.address().exists()
    assert trl([RIGHT], **columns(1)) == [1.0]
    pool._forget()


def test_a_pool_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setenv("OT_REWARDS_JOBS", "many")
    pool._forget()
    with pytest.raises(RewardError, match=r"could not be started: ValueError: .*many"):
        trl([RIGHT], **columns(1))
    monkeypatch.setenv("OT_REWARDS_JOBS", "1")
    monkeypatch.setenv("OT_JAIL", "nonsense")
    with pytest.raises(RewardError, match="nonsense"):
        trl([RIGHT], **columns(1))


def test_a_trainer_that_dies_calls_its_work_off():
    trl([RIGHT], **columns(1))
    code = (
        f"import sys; sys.path.insert(0, {HERE!r})\nfrom reward_rows import *\nfrom ot_code.rewards import trl\n"
        "print('asks', flush=True)\ntrl([f'while True: pass #{at}' for at in range(40)], **columns(40))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as trainer:
        assert trainer.stdout is not None
        trainer.stdout.readline()
        time.sleep(1)
        trainer.kill()
    # 40 endless programs would take minutes; those under way are ended by their limits, the rest is never begun.
    begun = time.monotonic()
    assert trl([RIGHT], **columns(1)) == [1.0]
    assert time.monotonic() - begun < 100


def test_a_trainer_that_reads_nothing_holds_nobody_up():
    trl([RIGHT], **columns(1))
    rows = [
        {"columns": {"prompt": "", "answer": "7"}, "responses": [rf"\boxed{{{at}}}" for at in range(3000)]},
        {"columns": {"prompt": "", "test_cases": TESTS}, "responses": [f"{RIGHT}  # {at}" for at in range(8)]},
    ]
    with pool._opened() as stopped:
        stopped.send_bytes(json.dumps({"rows": rows, "all_tests": False, "deadline_s": None}).encode())
        time.sleep(2)  # until the kernel takes no more of its answers
        assert Reward(deadline_s=60).trl([f"{RIGHT}  # another's"], **columns(1)) == [1.0]


def test_a_deadline_holds_for_a_question_that_a_stopped_pool_does_not_read():
    trl([RIGHT], **columns(1))
    (pid,) = pools()
    os.kill(pid, signal.SIGSTOP)
    woken = threading.Timer(20, os.kill, (pid, signal.SIGCONT))
    woken.start()
    try:
        begun = time.monotonic()
        assert Reward(deadline_s=1).trl([RIGHT + "#" * 4_000_000], **columns(1)) == [None]
        assert time.monotonic() - begun < 10
    finally:
        woken.cancel()
        os.kill(pid, signal.SIGCONT)
    assert trl([RIGHT, WRONG], **columns(2)) == [1.0, 0.0]
