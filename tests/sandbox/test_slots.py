"""Slots and seats between real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import timeit
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.locks import _private, runtime_dir
from sandbox.seats import Seats
from sandbox.slots import Slots

PREAMBLE = """
import fcntl, os, sys, time
from pathlib import Path
from sandbox.slots import Slots
folder = Path(sys.argv[1])
slots = Slots(int(sys.argv[2]), folder / "locks")
def inside(step):
    "Adds step to the number in the file, under a lock of its own; returns the sum."
    with open(folder / "inside", "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        count = int(file.read()) + step
        file.seek(0); file.truncate(); file.write(str(count)); file.flush()
        return count
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "locks").mkdir()
    (tmp_path / "inside").write_text("0")
    return tmp_path


def start(folder: Path, source: str, count: int = 2) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PREAMBLE + source, str(folder), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def output(process: subprocess.Popen[str], timeout: float = 60) -> str:
    text, _ = process.communicate(timeout=timeout)
    assert process.returncode == 0
    return text


HOLD_OFTEN = """
most = 0
for _ in range(40):
    with slots.hold():
        most = max(most, inside(1))
        time.sleep(0.001)
        inside(-1)
print(most)
"""


def test_eight_processes_on_two_slots_run_two_at_once(folder):
    most = [int(output(process)) for process in [start(folder, HOLD_OFTEN) for _ in range(8)]]
    assert max(most) == 2


def test_processes_that_disagree_run_at_most_the_larger_count(folder):
    most = [int(output(process)) for process in [start(folder, HOLD_OFTEN, 1 + n % 3) for n in range(6)]]
    assert max(most) <= 3


def test_threads_and_two_objects_of_one_process_share_the_slots(folder):
    inside, most, lock = [0], [0], threading.Lock()

    def work(slots: Slots) -> None:
        for _ in range(30):
            with slots.hold() as index:
                assert index in (0, 1)
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                time.sleep(0.0005)
                with lock:
                    inside[0] -= 1

    both = [Slots(2, folder / "locks"), Slots(2, folder / "locks")]
    threads = [threading.Thread(target=work, args=(both[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for slots in both:
        slots.close()
    assert most == [2]


ALONE = """
for _ in range(10):
    with slots.alone():
        before = inside(0)
        time.sleep(0.002)
        assert before == inside(0) == 0, before
print("alone")
"""


def test_alone_excludes_everybody_and_is_not_starved(folder):
    busy = "\nwhile True:\n    with slots.hold():\n        inside(1)\n        time.sleep(0.001)\n        inside(-1)\n"
    holders = [start(folder, busy, 3) for _ in range(4)]
    try:
        while (folder / "inside").read_text() in ("", "0"):
            time.sleep(0.005)
        began = time.monotonic()
        assert [output(p, 30) for p in [start(folder, ALONE), start(folder, ALONE)]] == ["alone\n"] * 2
        print(f"20 times alone under the load of 4 processes: {time.monotonic() - began:.2f} s")
    finally:
        for holder in holders:
            holder.kill()
            holder.communicate()


def test_alone_waits_for_a_slot_beyond_its_own_count(folder):
    wide, narrow = Slots(2, folder / "locks"), Slots(1, folder / "locks")
    done = threading.Event()

    def wait_alone() -> None:
        with narrow.alone():
            done.set()

    thread = threading.Thread(target=wait_alone)
    with wide.hold(), wide.hold():
        thread.start()
        assert not done.wait(0.1)
    assert done.wait(10)
    thread.join()
    wide.close()
    narrow.close()


def test_alone_within_a_thread_of_constant_load_comes_to_its_turn(folder):
    slots, stop = Slots(2, folder / "locks"), threading.Event()

    def load() -> None:
        while not stop.is_set():
            with slots.hold():
                time.sleep(0.0005)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    for _ in range(10):
        with slots.alone():
            assert not slots._files._held
    waited = time.monotonic() - began
    stop.set()
    for thread in threads:
        thread.join()
    slots.close()
    assert waited < 10


MANY_TIMINGS = """
(folder / "ready").touch()
end = time.monotonic() + 2
while time.monotonic() < end:
    with slots.alone():
        time.sleep(0.1)
"""


def test_timings_without_end_leave_others_half_of_the_time(folder):
    """The other runs short programs one after another: between two of them no slot is held."""
    timing = start(folder, MANY_TIMINGS)
    try:
        while not (folder / "ready").exists():
            time.sleep(0.01)
        slots, ran = Slots(2, folder / "locks"), 0
        while timing.poll() is None:
            with slots.hold():
                time.sleep(0.002)
            ran += 1
            time.sleep(0.001)
    finally:
        timing.kill()
        timing.communicate()
    assert ran > 100  # one between each two timings would be twenty


def test_timings_follow_at_once_where_nobody_else_runs_programs(folder):
    slots = Slots(2, folder / "locks")
    began = time.monotonic()
    for _ in range(2):
        with slots.alone():
            time.sleep(0.5)
    assert time.monotonic() - began < 1.4


def test_alone_inside_hold_is_refused(folder):
    slots = Slots(2, folder / "locks")
    with slots.hold(), pytest.raises(RuntimeError, match="wait for itself"), slots.alone():
        pass
    with slots.alone():
        pass
    slots.close()


@pytest.mark.parametrize("way", ["hold", "alone"])
def test_a_killed_holder_frees_its_lock(folder, way):
    holder = start(folder, f"\nwith slots.{way}():\n    print('in', flush=True)\n    time.sleep(60)\n", 1)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "in\n"
    waiter = start(folder, "\nwith slots.hold():\n    print('got', flush=True)\n", 1)
    time.sleep(0.2)
    assert waiter.poll() is None
    os.kill(holder.pid, signal.SIGKILL)
    assert output(waiter, 10) == "got\n"
    holder.communicate()


FORKS = """
with slots.hold():
    child = os.fork()
    if child == 0:
        time.sleep(60)
    print(child, flush=True)
    time.sleep(60)
"""


def test_a_forked_child_does_not_keep_the_lock_of_its_killed_parent(folder):
    parent = start(folder, FORKS, 1)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    slots = Slots(1, folder / "locks")
    with slots.hold() as index:
        assert index == 0
    slots.close()
    os.kill(child, signal.SIGKILL)
    parent.communicate()


def test_a_forked_child_waits_for_its_parents_slot_and_gives_none_back(folder):
    source = """
with slots.hold():
    child = os.fork()
    if child:
        inside(1); time.sleep(0.3); inside(-1)
if child:
    assert os.waitpid(child, 0)[1] == 0
else:
    with slots.hold():
        print(inside(0), flush=True)
    os._exit(0)
"""
    assert output(start(folder, source, 1)) == "0\n"


def test_seats_are_unique_and_come_back(folder):
    seats = Seats(folder / "locks")
    first, second = seats.lease(), seats.lease()
    assert (first.index, second.index) == (0, 1)
    other = start(folder, "\nfrom sandbox.seats import Seats\nprint(Seats(folder / 'locks').lease().index)\n")
    assert output(other) == "2\n"
    first.close()
    first.close()
    third = seats.lease()
    assert third.index == 0
    second.close()
    third.close()


def test_the_folder_is_private_and_somebody_elses_is_refused(tmp_path):
    loose = tmp_path / "loose"
    loose.mkdir(mode=0o755)
    assert _private(loose, os.geteuid()).stat().st_mode & 0o777 == 0o700
    (tmp_path / "link").symlink_to(loose)
    with pytest.raises(SandboxError, match=r"link.*have it removed"):
        _private(tmp_path / "link", os.geteuid())
    with pytest.raises(SandboxError, match=r"loose belongs to user"):
        _private(loose, os.geteuid() + 1)
    assert runtime_dir().stat().st_mode & 0o777 == 0o700


def test_no_slots_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="at least one slot"):
        Slots(0, tmp_path)


def test_what_a_slot_costs_when_nobody_else_wants_one(folder):
    slots = Slots(2, folder / "locks")

    def once() -> None:
        with slots.hold():
            pass

    once()
    files = len(list(Path("/proc/self/fd").iterdir()))
    print(f"hold: {min(timeit.repeat(once, number=2000, repeat=5)) / 2000 * 1e6:.1f} us")
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    slots.close()
