"""Builds end when their caller goes, and none of them holds up the node by being timed again and again."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from sandbox import Limits, Program, Sandbox, Status
from sandbox.frames import Image
from sandbox.session import Session
from sandbox.stop import Stop
from sandbox.types import Execution, Run

_SLOW = "constexpr int f(long n) { int s = 0; for (long i = 0; i < n; ++i) s ^= i; return s; }\n"
SLOW = _SLOW + "".join(f"constexpr int v{n} = f({200_000 + n});\n" for n in range(900)) + "int main() {}\n"


def test_a_build_that_is_called_off_ends(sandbox: Sandbox) -> None:
    stop = Stop()
    timer = threading.Timer(1.0, stop.set)
    timer.start()
    with pytest.raises(CancelledError), sandbox.open(Program(SLOW, "cpp"), stop=stop):
        pass
    timer.join()
    assert sandbox.run("print(6 * 7)").stdout == "42\n"


def test_who_waits_for_a_build_that_another_called_off_builds_it(sandbox: Sandbox) -> None:
    source = "// once more\n#include <bits/stdc++.h>\nint main() { std::cout << 42; }"
    stop = Stop()
    stop.set()
    with pytest.raises(CancelledError), sandbox.open(Program(source, "cpp"), stop=stop):
        pass
    assert sandbox.run(source, language="cpp").stdout == "42"


@pytest.mark.parametrize(
    ("status", "share", "again"),
    [
        (Status.EXITED, 0.9, False),  # it passed: noise only adds
        (Status.EXITED, 0.2, False),
        (Status.MEMORY_LIMIT, 1.2, False),
        (Status.TIME_LIMIT, 1.2, True),  # the machine may have been slow
        (Status.TIME_LIMIT, 1.6, False),
    ],
)
def test_a_build_is_timed_again_only_where_it_failed_closely(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, status: Status, share: float, again: bool
) -> None:
    limits = Limits(cpu_time_s=30)
    session = Session(sandbox, Image("exec", ("x",)), sandbox.images._plain, limits, is_build=True)
    quiet = Execution(Status.EXITED, cpu_time_s=20.0)
    monkeypatch.setattr(session, "_alone", lambda _: quiet)
    first = Execution(status, cpu_time_s=share * limits.cpu_time_s)
    assert session._settled(Run(), first) is (quiet if again else first)
