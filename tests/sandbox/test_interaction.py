"""Two programs that talk: what passes between them, what does not, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sandbox import (
    Interaction,
    Limits,
    Program,
    Run,
    Sandbox,
    SandboxError,
    Status,
    exchange,
    executor,
    open_interaction,
)
from sandbox.slots import Slots

LIMITS = Limits(cpu_time_s=2, memory_mb=128)
OF_INTERACTOR = Limits(cpu_time_s=10, memory_mb=256)
NO_FILES = Run()
ACCEPTS_A_LINE = "import sys\nsys.exit(42 if sys.stdin.readline() else 43)"
ECHO = "for line in iter(input, 'end'):\n    print(line, flush=True)\n"
ROUNDS = """\
import sys
for number in range({rounds}):
    print(number, flush=True)
    assert sys.stdin.readline() == f"{{number}}\\n"
print("end", flush=True)
sys.exit(42)
"""
ECHO_CPP = """\
#include <bits/stdc++.h>
int main() {
    std::string line;
    while (std::getline(std::cin, line) && line != "end") std::cout << line << std::endl;
}
"""


@pytest.fixture(scope="module", autouse=True)
def _own_slots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Else it would wait for whatever else runs on this node, and that is what takes long."""
    folder = tmp_path_factory.mktemp("slots")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executor, "Slots", lambda count: Slots(count, folder))
        yield


@pytest.fixture(scope="module")
def sandbox(_own_slots: None) -> Iterator[Sandbox]:
    with Sandbox(jobs=1) as one:
        yield one


def talk(
    sandbox: Sandbox,
    candidate: str,
    interactor: str = ACCEPTS_A_LINE,
    run: Run = NO_FILES,
    *,
    language: str = "python3",
    limits: Limits = LIMITS,
    of_interactor: Limits = OF_INTERACTOR,
) -> Interaction:
    first, second = Program(candidate, language), Program(interactor)
    with open_interaction(sandbox, first, second, limits=limits, interactor_limits=of_interactor) as pair:
        return pair.run(run)


@pytest.mark.parametrize(("language", "source"), [("python3", ECHO), ("cpp", ECHO_CPP)])
def test_ten_thousand_rounds(sandbox, language, source, record_property):
    done = talk(sandbox, source, ROUNDS.format(rounds=10_000), language=language)
    assert done.interactor.exit_code == 42, done
    assert done.candidate.ok
    rate = 10_000 / done.candidate.wall_time_s
    record_property("rounds_per_second", round(rate))
    print(f"{language}: {rate:.0f} rounds a second")


def test_every_byte_arrives_in_both_directions(sandbox):
    """Twenty megabytes of all bytes each way, which is far more than any pipe or window holds."""
    sends = """\
import hashlib, os, sys, threading
data = bytes(range(256)) * 80_000
def send():
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]
    os.close(1)
thread = threading.Thread(target=send)
thread.start()
got = sys.stdin.buffer.read(len(data))
thread.join()
"""
    done = talk(sandbox, sends + "assert got == data", sends + "sys.exit(42 if got == data else 43)")
    assert done.interactor.exit_code == 42, done
    assert done.candidate.ok


def test_the_candidate_floods_an_interactor_that_reads(sandbox):
    reads = "import sys\nwhile sys.stdin.buffer.read(1 << 16):\n    pass\nsys.exit(43)"
    flood = "import os\nfor _ in range(1 << 14):\n    os.write(1, bytes(1 << 16))"  # 1 GB
    done = talk(sandbox, flood, reads, limits=Limits(cpu_time_s=5, output_bytes=1 << 20))
    assert done.candidate.status is Status.OUTPUT_LIMIT


def test_the_candidate_floods_an_interactor_that_does_not_read(sandbox, monkeypatch):
    """It stops in its own pipe: neither the host nor the other jail holds what nobody takes."""
    most = [0]
    hear = exchange.Side.hear

    def watched(side: exchange.Side, data: bytes) -> None:
        hear(side, data)
        most[0] = max(most[0], sum(map(len, side._backlog)))

    monkeypatch.setattr(exchange.Side, "hear", watched)
    flood = "import os\nwhile True:\n    os.write(1, bytes(1 << 16))"
    done = talk(sandbox, flood, "import time\ntime.sleep(0.5)\nraise SystemExit(43)")
    assert done.interactor.exit_code == 43
    assert most[0] <= exchange.WINDOW_BYTES


def test_both_write_and_nobody_reads(sandbox):
    flood = "import os\nwhile True:\n    os.write(1, bytes(1 << 16))"
    done = talk(sandbox, flood, flood)
    assert done.deadlock
    assert done.candidate.status is Status.TIME_LIMIT
    assert max(done.candidate.wall_time_s, done.interactor.wall_time_s) < 4


def test_the_interactor_floods(sandbox):
    flood = "import os\nwhile True:\n    os.write(1, bytes(1 << 16))"
    reads = "import sys\nwhile sys.stdin.buffer.read(1 << 16):\n    pass"
    done = talk(sandbox, reads, flood, of_interactor=Limits(cpu_time_s=5, output_bytes=1 << 20))
    assert done.interactor.status is Status.OUTPUT_LIMIT
    assert done.candidate_stopped


def test_a_side_that_sleeps_is_no_deadlock(sandbox):
    done = talk(sandbox, "import time\ntime.sleep(1)\nprint(1)", limits=Limits(cpu_time_s=1))
    assert (done.interactor.exit_code, done.deadlock) == (42, False)


def test_an_alarm_is_no_deadlock(sandbox):
    """It waits in a read, and yet goes on by itself."""
    alarm = """\
import signal, sys
def ring(*_):
    print(1, flush=True)
    sys.exit(0)
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.5)
input()
"""
    assert talk(sandbox, alarm).interactor.exit_code == 42


def test_threads_with_timers_are_no_deadlock(sandbox):
    timer = "import threading\nthreading.Timer(0.5, lambda: print(1, flush=True)).start()\ninput()"
    assert talk(sandbox, timer).interactor.exit_code == 42


def test_an_interactor_that_takes_its_time_costs_the_candidate_nothing(sandbox):
    thinks = "import time\nwhile time.process_time() < 1.5:\n    pass\nprint(1, flush=True)\n" + ACCEPTS_A_LINE
    limits = Limits(cpu_time_s=1, wall_time_s=1)
    assert talk(sandbox, "print(input())", thinks, limits=limits).interactor.exit_code == 42


def test_an_interactor_that_sleeps_for_ever_is_stopped(sandbox):
    sleeps = "import time\ntime.sleep(100)"
    done = talk(sandbox, "input()", sleeps, limits=Limits(wall_time_s=1), of_interactor=Limits(wall_time_s=1))
    assert done.interactor.status is Status.TIME_LIMIT
    assert done.candidate_stopped
    done = talk(sandbox, "pass", sleeps, limits=Limits(wall_time_s=1), of_interactor=Limits(wall_time_s=1))
    assert done.interactor.status is Status.TIME_LIMIT
    assert done.candidate.ok


# ---- what a candidate may not do ----


def test_the_candidate_sees_nothing_of_the_interactor(sandbox):
    looks = """\
import os
found = []
for root, folders, files in os.walk("/"):
    if root.startswith(("/proc", "/usr", "/opt", "/lib")):
        folders.clear()
        continue
    found += [os.path.join(root, name) for name in files if "canary" in name]
for name in os.listdir("/proc"):
    if name.isdigit():
        try:
            found += [name for text in (open(f"/proc/{name}/cmdline").read(), ) if "canary" in text]
        except OSError:
            pass
descriptors = sorted(os.listdir("/proc/self/fd"))
print(found, len(descriptors) - 1, flush=True)
"""
    says = "import sys\nline = sys.stdin.readline()\nsys.stderr.write(line)\nsys.exit(42 if line == '[] 3\\n' else 43)"
    done = talk(sandbox, looks, says, Run(files={"canary.txt": "the answer", "in/canary": "too"}))
    assert done.interactor.exit_code == 42, done.interactor.stderr


def test_a_forked_child_does_not_keep_the_pipe(sandbox):
    forks = "import os, time\nprint(1, flush=True)\nif not os.fork():\n    os.setsid()\n    time.sleep(60)\n"
    until_eof = "import sys\nsys.exit(42 if sys.stdin.read() == '1\\n' else 43)"
    begun = time.monotonic()
    done = talk(sandbox, forks, until_eof)
    assert (done.candidate.ok, done.interactor.exit_code) == (True, 42)
    assert time.monotonic() - begun < 20, "it was waited for the child"


def test_a_candidate_that_closes_its_stdin(sandbox):
    writes = "import sys\nfor _ in range(100_000):\n    print('x' * 50, flush=True)\n" + ACCEPTS_A_LINE
    done = talk(sandbox, "import os, time\nos.close(0)\ntime.sleep(0.5)\nprint(1)", writes)
    assert done.interactor.exit_code == 42, done.interactor.stderr


def test_the_interactor_meets_no_broken_pipe(sandbox):
    writes = "import sys, time\ntime.sleep(0.3)\nfor _ in range(100_000):\n    print('x' * 50)\nsys.exit(42)"
    done = talk(sandbox, "pass", writes)
    assert (done.candidate.ok, done.interactor.exit_code) == (True, 42), done.interactor.stderr


def test_the_next_run_in_the_same_jail_meets_no_old_pipe(sandbox):
    """Nor any byte that was still under way: each run gets its own pipes, and what comes late is read past."""
    shows = "import os, sys\nprint(sorted(os.listdir('/proc/self/fd')), sys.stdin.read())"
    alone = sandbox.run(shows, stdin="mine").stdout
    for _ in range(3):
        done = talk(sandbox, "pass", "import sys\nfor _ in range(20000):\n    print('late')\nsys.exit(42)")
        assert done.interactor.exit_code == 42
        assert sandbox.run(shows, stdin="mine").stdout == alone
        both = [sandbox.run(shows, stdin="mine").stdout for _ in range(2)]
        assert both == [alone, alone]


def test_stdin_of_a_talk_says_that_it_cannot_seek(sandbox):
    says = "import sys\nprint(sys.stdin.seekable(), sys.stdin.name, open('/dev/stdin').readline().strip(), flush=True)"
    hears = "import sys\nprint('hello', flush=True)\nsys.stderr.write(sys.stdin.readline())\nsys.exit(42)"
    assert talk(sandbox, says, hears).interactor.stderr == "False <stdin> hello\n"


def test_memory_of_each_side_is_its_own(sandbox):
    done = talk(sandbox, "x = bytearray(b'x') * (400 << 20)\nprint(1)")
    assert done.candidate.status is Status.MEMORY_LIMIT
    done = talk(sandbox, "input()", "x = bytearray(b'x') * (400 << 20)\nprint(1)")
    assert done.interactor.status is Status.MEMORY_LIMIT


# ---- our faults, and what is left behind ----


def test_a_jail_that_is_killed_is_replaced_and_the_talk_tried_again():
    with Sandbox(jobs=1) as sandbox:
        talk(sandbox, "print(1)")

        def kill() -> None:
            deadline = time.monotonic() + 20
            while len(sandbox.pool._lent) < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.3)
            os.kill(next(iter(sandbox.pool._lent)).pid, signal.SIGKILL)  # type: ignore[attr-defined]

        killer = threading.Thread(target=kill)
        killer.start()
        done = talk(sandbox, "import time\ntime.sleep(3)\nprint(1)")
        killer.join()
        assert (done.candidate.ok, done.interactor.exit_code) == (True, 42)


def test_a_side_that_was_not_built_says_so(sandbox):
    with open_interaction(sandbox, Program("int x = y;", "cpp"), Program("")) as pair:
        assert pair.build_failure is not None
        with pytest.raises(SandboxError, match="not built"):
            pair.run(Run())


def test_more_talks_than_slots_wait_for_nobody_for_ever():
    with Sandbox(jobs=4) as sandbox:
        found: list[int | None] = []
        threads = [
            threading.Thread(
                target=lambda: found.append(talk(sandbox, ECHO, ROUNDS.format(rounds=50)).interactor.exit_code)
            )
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert found == [42] * 6


def _facts(sandbox: Sandbox) -> tuple[int, int, int, list[int]]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    jails = list(sandbox.pool._idle)
    inside = [len(list(Path(f"/proc/{jail.pid}/fd").iterdir())) for jail in jails]  # type: ignore[attr-defined]
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), len(children), sorted(inside)


def test_two_hundred_talks_leak_nothing():
    """Descriptors of the host and of both supervisors, threads, processes, jails."""
    candidates = [
        ECHO,
        "print(1)",
        "raise ValueError",
        "input()",
        "import os\nos.fork()\nprint(1)",
        "import os\nos.close(0)\nos.close(1)",
    ]
    with Sandbox(jobs=1) as sandbox:

        def some(count: int) -> None:
            for number in range(count):
                talk(sandbox, candidates[number % len(candidates)] + f"\n# {number}")

        some(12)
        before = _facts(sandbox)
        some(200)
        after = _facts(sandbox)
        assert after[3] == before[3]
        assert all(now <= then for now, then in zip(after[:3], before[:3], strict=True)), (before, after)


SUSPENDED = """
import os, sys, threading, time
from sandbox import Limits, Program, Run, Sandbox, open_interaction

candidate = "import time\\nwhile time.process_time() < 2: pass\\nprint(7, flush=True)"
decides = "import sys\\nsys.exit(42 if sys.stdin.readline() else 43)"
limits = Limits(cpu_time_s=8, wall_time_s=4)
with Sandbox(jobs=1) as sandbox:
    sandbox.run("print(1)")
    with open_interaction(sandbox, Program(candidate), Program(decides), limits=limits) as one:
        threading.Timer(0.5, lambda: print("talks", flush=True)).start()
        done = one.run(Run())
        print(done.candidate.status, done.interactor.exit_code)
"""


def test_a_host_that_is_suspended_ends_no_talk_for_its_time_on_the_clock() -> None:
    with subprocess.Popen([sys.executable, "-c", SUSPENDED], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == "talks\n"
        jailed = [host.pid, *(each.pid for each in psutil.Process(host.pid).children(recursive=True))]
        for pid in jailed:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(6)
        for pid in jailed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        assert host.stdout.read() == "exited 42\n"
