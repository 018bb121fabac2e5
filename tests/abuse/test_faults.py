"""Our faults are ours: jails that are killed, hang or speak nonsense, and programs that break them on purpose."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable

import psutil
import pytest
from test_defences import guest, without

from sandbox import JailError, Limits, Program, Run, Sandbox, SandboxError, Status, session
from sandbox.jails.connection import Connection


def _kill_when_running(sandbox: Sandbox, times: int) -> threading.Thread:
    """Kills the first process of the jail in use, `times` times, each a while after another jail came into use."""

    def kill() -> None:
        seen: set[int] = set()
        deadline = time.monotonic() + 20
        while len(seen) < times and time.monotonic() < deadline:
            for jail in list(sandbox.pool._lent):
                pid = jail.pid  # type: ignore[attr-defined]
                if pid not in seen:
                    time.sleep(0.2)
                    os.kill(pid, signal.SIGKILL)
                    seen.add(pid)
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_a_killed_jail_is_replaced_and_its_run_tried_again() -> None:
    with Sandbox(jobs=1) as sandbox:
        sandbox.run("print(1)")
        killer = _kill_when_running(sandbox, 1)
        with sandbox.open(Program("import time\ntime.sleep(0.3)\nprint(input())")) as one:
            done = one.run([Run(str(number)) for number in range(4)])
        killer.join()
        assert [(run.status, run.stdout) for run in done] == [(Status.EXITED, f"{number}\n") for number in range(4)]


def test_a_job_that_is_suspended_meets_no_limit_on_the_clock() -> None:
    def suspend() -> None:
        while not (lent := list(sandbox.pool._lent)):
            time.sleep(0.01)
        time.sleep(0.4)
        first = psutil.Process(lent[0].pid)  # type: ignore[attr-defined]
        jailed = [first, *first.children(recursive=True)]
        for process in jailed:
            process.suspend()
        time.sleep(6)
        for process in jailed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    program = "import time\nwhile time.process_time() < 1.5: pass\nprint(input())"
    with Sandbox(jobs=1) as sandbox:
        sandbox.run("print(1)")
        suspending = threading.Thread(target=suspend)
        suspending.start()
        done = sandbox.run(program, stdin="7", limits=Limits(cpu_time_s=10, wall_time_s=4))
        suspending.join()
        assert (done.status, done.stdout) == (Status.EXITED, "7\n")
        assert done.wall_time_s is not None
        assert done.wall_time_s > 6  # it was
        assert (
            sandbox.run("while True: __import__('time').sleep(1)", limits=Limits(wall_time_s=1)).status
            is Status.TIME_LIMIT
        )


def test_a_jail_killed_twice_is_a_fault_and_never_a_verdict() -> None:
    with Sandbox(jobs=1) as sandbox:
        sandbox.run("print(1)")
        killer = _kill_when_running(sandbox, 2)
        with pytest.raises(SandboxError, match="two jails broke"):
            sandbox.run("import time\ntime.sleep(5)")
        killer.join()
        assert sandbox.run("print(2)").stdout == "2\n"


_NONSENSE: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "an unknown frame": guest("window", '{"op": "done"', '{"op": "verdict"'),
    "sizes that do not add up": guest("buffers", 'facts["sizes"] = [out.used', 'facts["sizes"] = [out.used + 1'),
    "an ill-formed frame": guest("window", '"wall_ns": item.wall_ns}', '"wall_ns": None}'),
    "no JSON": guest("wire", 'text = json.dumps(header, separators=(",", ":")).encode("ascii")', 'text = b"[" * 99'),
    "a head beyond all caps": guest("wire", "return HEAD.pack(len(text), body_bytes) + text", "return b'\\xff' * 12"),
    "it dies": guest("window", "ending.close()", "os._exit(3)"),
    "it says that it ends, and has run nothing": guest(
        "window", "for item in items:\n            dirty", "for item in ():\n            dirty"
    ),
}


@pytest.mark.parametrize("name", _NONSENSE)
def test_nonsense_is_a_fault_that_is_not_provoked(name: str) -> None:
    with without(_NONSENSE[name]) as sandbox:
        with pytest.raises(SandboxError) as raised:
            sandbox.run("print(1)")
        assert not raised.value.provoked
        assert not sandbox.pool._idle, "a broken jail was kept"


def test_more_runs_than_were_asked_for_are_no_results() -> None:
    add = "self.results.add_done(facts, out, err, ret)"
    with without(guest("window", add, f"{add}; out.used = err.used = 0; {add}")) as sandbox:
        with sandbox.open(Program("print(1)")) as one:
            assert [done.stdout for done in one.run([Run()])] == ["1\n"]
        assert not sandbox.pool._idle, "a broken jail was kept"


def test_a_fault_says_what_the_supervisor_said_last() -> None:
    broken = without(guest("window", "ending.close()", "raise OSError('a fault of ours')"))
    with broken as sandbox, pytest.raises(SandboxError, match=r"it said: .*a fault of ours"):
        sandbox.run("print(1)")


def test_a_silent_jail_is_a_fault() -> None:
    hang = guest("window", "ending.close()", "time.sleep(60)")
    with pytest.MonkeyPatch.context() as patch, without(hang) as sandbox:
        patch.setattr(session, "SILENCE_S", 1.0)
        begun = time.monotonic()
        with pytest.raises(SandboxError, match="said nothing"):
            sandbox.run("print(1)")
        assert time.monotonic() - begun < 20


_BREAKS = guest(
    "supervisor",
    "self.program = Program(header, blob, exe, watched=self.clocks.watched, grouped=self.clocks.grouped)",
    """self.program = Program(header, blob, exe, watched=self.clocks.watched, grouped=self.clocks.grouped)
        if header["main"][1] == 7:
            os._exit(3)""",
)


def test_a_program_that_breaks_two_jails_where_a_control_passes_has_provoked_it() -> None:
    with without(_BREAKS) as sandbox:
        with pytest.raises(SandboxError) as raised:
            sandbox.run("print()")  # the seven bytes at which this guest breaks
        assert raised.value.provoked
        assert sandbox.run("print(1)").stdout == "1\n"


def test_a_thousand_runs_in_one_window(sandbox: Sandbox) -> None:
    with sandbox.open(Program("print(input())")) as one:
        assert [run.stdout for run in one.run([Run(f"{n}\n") for n in range(1000)])] == [f"{n}\n" for n in range(1000)]


def test_killing_the_supervisor_by_memory_is_a_verdict(sandbox: Sandbox) -> None:
    """Who is killed when memory runs out is the kernel's choice; the verdict is not."""
    source = """\
import contextlib
import os
import select
open('/proc/self/oom_score_adj', 'w').write('1000')
for _ in range(4):
    os.fork()
held = []
while True:
    held.append(bytearray(b'x' * (1 << 20)))
"""
    for _ in range(3):
        assert sandbox.run(source, limits=Limits(cpu_time_s=5, memory_mb=64)).status is Status.MEMORY_LIMIT
        assert sandbox.run("print(1)").stdout == "1\n"


def test_a_closed_sandbox_says_so() -> None:
    sandbox = Sandbox(jobs=1)
    sandbox.run("print(1)")
    running: list[BaseException] = []

    def run() -> None:
        try:
            sandbox.run("import time\ntime.sleep(20)", limits=Limits(wall_time_s=30))
        except SandboxError as error:
            running.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    sandbox.close()
    thread.join(10)
    assert running
    with pytest.raises(SandboxError):
        sandbox.run("print(1)")
    assert issubclass(JailError, SandboxError)


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_idle_jails_that_died_are_no_try_of_a_run(kind: str) -> None:
    """As when an engine is restarted between two programs: all idle jails are gone."""
    with Sandbox(jobs=2, jail=kind) as sandbox:
        spec = sandbox.images.image(Program("print(1)"), 64)[1]
        jails = [sandbox.pool.borrow(spec) for _ in range(3)]
        for jail in jails:
            sandbox.pool.give_back(jail, broken=False)
        assert sandbox.run("print(1)").stdout == "1\n"
        assert sandbox.pool.replaced == 0, "a jail that lives was taken for a dead one"
        for jail in sandbox.pool._idle:
            jail.kill()
            assert select.select([jail.connection.descriptors[0]], [], [], 10)[0]
        assert sandbox.run("print(2)").stdout == "2\n"
        assert sandbox.pool.replaced == 3
        assert len(sandbox.pool._idle) == 1


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_a_run_that_lost_its_jail_is_tried_again_in_none_that_was_idle(kind: str) -> None:
    """Whatever killed the one may have killed all, and the idle ones may be about to die."""
    with Sandbox(jobs=1, jail=kind) as sandbox:
        spec = sandbox.images.image(Program("print(1)"), 64)[1]
        for jail in [sandbox.pool.borrow(spec) for _ in range(2)]:
            sandbox.pool.give_back(jail, broken=False)
        sandbox.run("print(1)")  # with the self-test, which would meet the kill otherwise
        before = set(sandbox.pool._idle)

        def kill() -> None:
            while not sandbox.pool._lent:
                time.sleep(0.001)
            for jail in list(sandbox.pool._lent):
                jail.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        assert sandbox.run("import time\ntime.sleep(1)\nprint(2)").stdout == "2\n"
        killer.join()
        assert len(before & set(sandbox.pool._idle)) == 1
        assert len(set(sandbox.pool._idle) - before) == 1


def test_a_host_that_is_slow_to_take_output_is_not_the_programs_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A right program with much output, beside which the host process gets little of the CPU."""
    real = Connection._read

    def slowly(self: Connection) -> None:
        time.sleep(0.005)  # for each 64 KiB: three seconds in all
        real(self)

    monkeypatch.setattr(Connection, "_read", slowly)
    source = "import sys\nfor _ in range(40):\n    sys.stdout.write('x' * 999999 + '\\n')"
    with Sandbox(jobs=1) as sandbox:
        done = sandbox.run(source, limits=Limits(cpu_time_s=5, wall_time_s=1))
        assert (done.status, len(done.stdout_bytes)) == (Status.EXITED, 40_000_000)
        assert done.wall_time_s > 1, "the host was not slow"
        sleeps = sandbox.run("import time\ntime.sleep(30)", limits=Limits(wall_time_s=1))
        assert sleeps.status is Status.TIME_LIMIT
        assert sleeps.wall_time_s < 3
