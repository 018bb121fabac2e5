"""A sandbox is the process's that opened it, and its end is not held up by what is under way."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alarms import alarms, check_that_a_signal_is_met, is_interrupted
from forks import in_a_fork

import sandbox as package
from sandbox import Program, Sandbox, SandboxError
from sandbox.aside import Aside
from sandbox.jails.base import Jail, JailSpec
from sandbox.jails.spawner import Spawner
from sandbox.types import Run


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_a_fork_is_told_to_open_its_own_and_ends_nothing(kind: str) -> None:
    with Sandbox(jobs=2, jail=kind) as one:
        assert one.run("print(1)").stdout == "1\n"  # a jail is idle now, whose stream the child has too
        assert "is a fork: open one here" in in_a_fork(lambda: one.run("print(2)"))
        assert "is a fork: open one here" in in_a_fork(lambda: next(one.run_many("print(2)", [""])))
        assert in_a_fork(one.close) == "None"
        with one.open(Program("print(3)")) as session:
            assert session.run([Run()])[0].stdout == "3\n"
            assert "is a fork: open one here" in in_a_fork(lambda: session.run([Run()]))
            assert in_a_fork(lambda: session.close(broken=True)) == "None"
            assert session.run([Run()])[0].stdout == "3\n"
        assert one.pool.replaced == 0
        assert one.run("print(4)").stdout == "4\n"


def test_the_processes_own_sandbox_is_opened_anew_in_a_fork() -> None:
    assert package.run("print(1)").stdout == "1\n"
    assert in_a_fork(lambda: package.run("print(2)").stdout) == "2\n"


def test_what_comes_to_a_closed_spawner_is_refused() -> None:
    spawner = Spawner()
    spawner.close()
    with pytest.raises(SandboxError, match="closed"):
        spawner.start(lambda: (["true"], {}))


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_closing_while_jails_open_ends_every_run(kind: str) -> None:
    for wait_s in (0.0, 0.01, 0.03, 0.06, 0.1):
        one = Sandbox(jobs=4, jail=kind)
        one.run("print(1)")
        ends: list[object] = []

        def use(one: Sandbox = one, ends: list[object] = ends) -> None:
            try:
                while True:
                    session = one.open(Program("print(2)"))
                    ends.append(session.run([Run()])[0].stdout)
                    session.close(broken=True)  # the next opens a jail
            except SandboxError as error:
                ends.append(error)

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(wait_s)
        one.close()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        assert sum(isinstance(end, SandboxError) for end in ends) == 4
        assert {end for end in ends if isinstance(end, str)} <= {"2\n"}
        assert one.pool.open_count == 0


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_nothing_is_lost_whenever_an_alarm_rings(kind: str) -> None:
    with alarms(), Sandbox(jobs=2, jail=kind) as one:
        assert one.run("print(1)").stdout == "1\n"
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        wrong: list[int] = []

        def use(number: int) -> None:
            if one.run(f"print({number})").stdout != f"{number}\n":
                wrong.append(number)

        rung = sum(is_interrupted(lambda n=number: use(n), 0.3 * (number % 10 / 10) ** 4) for number in range(150))
        assert not wrong
        assert rung > 50
        assert one.call("def f(x): return x", "f", 3).returned == 3
        until = time.monotonic() + 10
        while (one.pool._lent or one.pool._under_way) and time.monotonic() < until:
            time.sleep(0.01)
        assert not one.pool._lent
        assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors + 20  # of the jail that is idle now


def test_a_hard_limit_of_our_own_that_is_too_low_is_named() -> None:
    source = (
        "from sandbox import Sandbox, SandboxError\n"
        "try:\n"
        "    with Sandbox(jobs=1, jail='bubblewrap') as sandbox: sandbox.run('print(1)')\n"
        "except SandboxError as error: print(error)"
    )
    command = ["/bin/sh", "-c", 'ulimit -f 100 && exec "$0" -c "$1"', sys.executable, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "ulimit -f" in done.stdout, done


def test_a_signal_that_does_not_wake_the_main_thread_is_met_all_the_same() -> None:
    with contextlib.closing(Aside("test")) as aside:
        check_that_a_signal_is_met(lambda: aside.run(lambda: time.sleep(6)))


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_closing_waits_for_a_jail_that_is_being_opened(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(jobs=1, jail=kind) as one:
        one.run("print(1)")
        opening, opened, real = threading.Event(), [], one._launcher.open

        def slowly(spec: JailSpec) -> Jail:
            opening.set()
            time.sleep(0.5)
            opened.append(real(spec))
            return opened[-1]

        monkeypatch.setattr(one._launcher, "open", slowly)
        spec = JailSpec(one.runtime, scratch_mb=7)  # of which none is idle
        ends: list[SandboxError] = []

        def borrow() -> None:
            try:
                one.pool.borrow(spec)
            except SandboxError as error:
                ends.append(error)

        monkeypatch.setattr("sandbox.pool._RETURN_S", 30.0)
        thread = threading.Thread(target=borrow)
        thread.start()
        assert opening.wait(20)
        one.pool.close()
        assert [jail._closed for jail in opened] == [True]
        thread.join(20)
        assert len(ends) == 1
