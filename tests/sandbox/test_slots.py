"""Slots and seats between real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import timeit
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from alarms import AlarmError, alarms

from sandbox import Program, Run, Sandbox
from sandbox.errors import SandboxError
from sandbox.locks import _private, runtime_dir
from sandbox.seats import Seats
from sandbox.slots import Slots
from sandbox.stop import Stop

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
    wide, wider, narrow = Slots(2, folder / "locks"), Slots(2, folder / "locks"), Slots(1, folder / "locks")
    done = threading.Event()

    def wait_alone() -> None:
        with narrow.alone():
            done.set()

    thread = threading.Thread(target=wait_alone)
    with wide.hold(), wider.hold():
        thread.start()
        assert not done.wait(0.1)
    assert done.wait(10)
    thread.join()
    for each in (wide, wider, narrow):
        each.close()


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
end, timings = time.monotonic() + 2, 0
while time.monotonic() < end:
    with slots.alone():
        time.sleep(0.1)
    timings += 1
(folder / "over").touch()
print(timings)
"""


def test_timings_without_end_leave_others_half_of_the_time(folder):
    """The other runs short programs one after another: between two of them no slot is held."""
    timing = start(folder, MANY_TIMINGS)
    try:
        while not (folder / "ready").exists():
            time.sleep(0.01)
        slots, ran = Slots(2, folder / "locks"), 0
        while not (folder / "over").exists() and timing.poll() is None:
            with slots.hold():
                time.sleep(0.002)
            ran += 1
            time.sleep(0.001)
        timings = int(output(timing))
    finally:
        timing.kill()
        timing.communicate()
    assert ran > 2 * timings  # without a rest: one between each two


def test_timings_follow_at_once_where_nobody_else_runs_programs(folder):
    slots = Slots(2, folder / "locks")
    gaps, ended = [], 0.0
    for _ in range(4):
        with slots.alone():
            gaps.append(time.monotonic() - ended)
            time.sleep(0.5)
        ended = time.monotonic()
    slots.close()
    assert min(gaps[1:]) < 0.25  # with a rest, each is 0.5


def test_closing_while_a_block_is_under_way_leaves_nothing_locked(folder):
    slots = Slots(1, folder / "locks")
    for block in (slots.hold, slots.alone):
        closer = threading.Thread(target=slots.close)
        with block():
            closer.start()
            time.sleep(0.1)
        closer.join(20)
        assert output(start(folder, "with slots.hold(): print(inside(0))", 1), timeout=20) == "0\n"


def test_closing_at_the_moment_of_giving_back_breaks_neither(folder):
    slots = Slots(2, folder / "locks")
    until = time.monotonic() + 2
    faults: list[OSError] = []

    def use() -> None:
        while time.monotonic() < until:
            try:
                with slots.hold():
                    pass
            except SandboxError:
                pass  # it was closed while this one waited
            except OSError as error:
                faults.append(error)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    while time.monotonic() < until:
        slots.close()
    for thread in threads:
        thread.join(20)
    assert not faults


def test_no_slot_is_lost_whenever_an_alarm_rings(folder):
    slots = Slots(2, folder / "locks")
    rung = 0
    with alarms(signal.SIGVTALRM):
        for delay in range(500):
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 1e-5 + delay * 1e-6)
                while True:
                    with slots.hold():
                        pass
            except AlarmError:
                rung += 1
    assert rung == 500
    with slots.hold():  # this thread takes back what it lost
        assert len(slots._files._held) == 1
        assert output(start(folder, "with slots.hold(): print(inside(0))", 2), timeout=20) == "0\n"
    slots.close()


@pytest.mark.parametrize("waits", ["hold", "alone"])
@pytest.mark.parametrize("behind", ["slot", "queue", "thread"])
def test_a_wait_can_be_called_off(folder, waits, behind):
    """For a slot or the queue that another process holds, or behind a thread that waits for them."""
    way = "alone" if behind == "queue" else "hold"
    other = start(folder, f"\nwith slots.{way}():\n    print('in', flush=True)\n    time.sleep(60)\n", 1)
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"
    slots, stop, ended = Slots(1, folder / "locks"), Stop(), []

    def wait() -> None:
        try:
            with getattr(slots, waits)(stop.check):
                ended.append("held it")
        except CancelledError:
            ended.append("called off")

    threads = [threading.Thread(target=wait) for _ in range(1 + (behind == "thread"))]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    assert ended == []
    stop.set()
    for thread in threads:
        thread.join(20)
    assert ended == ["called off"] * len(threads)
    other.kill()
    other.communicate()
    for way in ("hold", "alone"):
        with getattr(slots, way)():
            pass
    slots.close()


def test_closing_waits_for_nobody_elses_slot():
    box, ended = Sandbox(jobs=2), []

    def wait() -> None:
        try:
            ended.extend(box.run_many("print(1)", [""] * 4))
        except SandboxError as error:
            ended.append(error)

    waits = threading.Thread(target=wait)
    others = Slots(box.slots.count)
    with others.alone():
        waits.start()
        time.sleep(0.3)
        assert ended == []
        box.close()
    waits.join(20)
    assert "closed" in str(ended[-1])
    others.close()


def test_a_run_that_is_called_off_waits_for_nobody_elses_slot():
    stop, ended = Stop(), []

    def wait() -> None:
        try:
            ended.append(session.run([Run()]))
        except CancelledError:
            ended.append("called off")

    with Sandbox(jobs=1) as box, box.open(Program("print(1)"), stop=stop) as session:
        others, waits = Slots(box.slots.count), threading.Thread(target=wait)
        with others.alone():
            waits.start()
            time.sleep(0.3)
            assert ended == []
            stop.set()
            waits.join(20)
        others.close()
    assert ended == ["called off"]


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


@pytest.mark.parametrize("way", ["hold", "alone"])
@pytest.mark.parametrize("other", ["hold", "alone"])
def test_a_stopped_holder_holds_nobody_up(folder, way, other):
    holder = start(folder, f"\nwith slots.{way}():\n    print('in', flush=True)\n    time.sleep(2)\nprint('out')\n", 1)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "in\n"
    waits = start(folder, "\nwith slots.hold():\n    pass\n", 1)  # the head of the queue, where the slot is held
    time.sleep(0.3)
    try:
        for process in (holder, waits):
            os.kill(process.pid, signal.SIGSTOP)
        once = f"""
for number in range(40):
    with slots.{other}() if number % 2 else slots.hold():
        assert inside(1) == 1
        time.sleep(0.001)
        inside(-1)
print('done')
"""
        several = [start(folder, once, 1) for _ in range(2)]
        assert [output(process, 60) for process in several] == ["done\n"] * 2
    finally:
        for process in (holder, waits):
            os.kill(process.pid, signal.SIGCONT)
    assert output(holder) == "out\n"
    output(waits)
    # And now that nobody is stopped, the first lock of each name is the one again.
    last = start(folder, "\nwith slots.hold():\n    pass\nprint(sorted(slots._files._opened))\n", 1)
    assert output(last) == "['queue.lock', 'slot-0.lock']\n"


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
    assert len(list(Path("/proc/self/fd").iterdir())) <= files
    slots.close()


def test_where_no_thread_is_to_be_had_the_wait_is_the_callers(folder, monkeypatch):
    holder = start(folder, "\nwith slots.alone():\n    print('in', flush=True)\n    time.sleep(0.5)\n", 1)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "in\n"

    def start_none(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start_none)
    slots = Slots(1, folder / "locks")
    with slots.hold() as index:
        assert index == 0
    slots.close()
    holder.communicate()
