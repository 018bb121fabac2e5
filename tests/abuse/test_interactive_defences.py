"""Each defence of a talk between two jails, taken out: then what it kept in is no longer kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_defences import Patch, all_of, guest, without

from sandbox import Interaction, Limits, Program, Run, Sandbox, Status, exchange, open_interaction

_LISTS = """\
#include <dirent.h>
#include <stdio.h>
int main() {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder)) count++;
    printf("%d\\n", count - 3);
}
"""  # ".", ".." and the open folder itself are not counted
_HEARS = "import sys\nsys.exit(42 if sys.stdin.readline() == '3\\n' else 43)"
_FLOOD = "import os\nwhile True:\n    os.write(1, bytes(1 << 16))"
_LEAVES = "import os, sys\nprint(3, flush=True)\nif not os.fork():\n    while True:\n        os.write(1, b'x' * 9)"


def _talk(sandbox: Sandbox, candidate: Program, interactor: str) -> Interaction:
    limits = Limits(cpu_time_s=1, wall_time_s=3, memory_mb=128)
    with open_interaction(sandbox, candidate, Program(interactor), limits=limits, interactor_limits=limits) as pair:
        return pair.run(Run())


def only_three_descriptors(sandbox: Sandbox) -> bool:
    return _talk(sandbox, Program(_LISTS, "cpp"), _HEARS).interactor.exit_code == 42


def a_flood_stops_in_its_own_pipe(sandbox: Sandbox) -> bool:
    most = 0
    hear = exchange.Side.hear

    def watched(side: exchange.Side, data: bytes) -> None:
        nonlocal most
        hear(side, data)
        most = max(most, sum(map(len, side._backlog)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange.Side, "hear", watched)
        _talk(sandbox, Program(_FLOOD), "import time\ntime.sleep(0.5)\nraise SystemExit(43)")
    return most <= exchange.WINDOW_BYTES


def nothing_stays_open_in_a_jail(sandbox: Sandbox) -> bool:
    def held() -> list[int]:
        jails = list(sandbox.pool._idle)
        return sorted(len(list(Path(f"/proc/{jail.pid}/fd").iterdir())) for jail in jails)  # type: ignore[attr-defined]

    _talk(sandbox, Program("print(3)"), _HEARS)
    before = held()
    for _ in range(3):
        _talk(sandbox, Program("print(3)"), _HEARS)
    return held() == before


def the_end_of_the_program_is_the_end_of_its_children(sandbox: Sandbox) -> bool:
    done = _talk(sandbox, Program(_LEAVES), "import sys\nwhile sys.stdin.read(1 << 16):\n    pass\nsys.exit(42)")
    pids = [jail.pid for jail in sandbox.pool._idle]  # type: ignore[attr-defined]
    left = "".join(Path(f"/proc/{pid}/task/{pid}/children").read_text() for pid in pids)
    return done.candidate.ok and done.interactor.exit_code == 42 and not left


def waiting_for_each_other_is_seen(sandbox: Sandbox) -> bool:
    begun = time.monotonic()
    done = _talk(sandbox, Program("input()"), "input()")
    return done.candidate.status is Status.TIME_LIMIT and done.deadlock and time.monotonic() - begun < 60


def sleeping_is_not_waiting(sandbox: Sandbox) -> bool:
    sleeps = "import threading\nthreading.Timer(0.5, lambda: print(3, flush=True)).start()\ninput()"
    return _talk(sandbox, Program(sleeps), _HEARS).interactor.exit_code == 42


def traffic_is_capped(sandbox: Sandbox) -> bool:
    limits = Limits(cpu_time_s=1, wall_time_s=3, output_bytes=1 << 20)
    reads = Program("import sys\nwhile sys.stdin.buffer.read(1 << 16):\n    pass")
    writes = Program('import sys\nfor _ in range(64):\n    sys.stdout.write("x" * (1 << 17))')  # 8 MiB
    with open_interaction(sandbox, writes, reads, limits=limits) as pair:
        return pair.run(Run()).candidate.status is Status.OUTPUT_LIMIT


def no_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(side: exchange.Side, data: bytes) -> bytes:
        return data

    monkeypatch.setattr(exchange.Side, "_said", said)
    guest("window", 'cap = program.limits["output_bytes"]', "cap = 1 << 60")(monkeypatch)


DEFENCES: dict[Callable[[Sandbox], bool], Patch] = {
    only_three_descriptors: guest("talk", "os.pipe2(os.O_CLOEXEC)", "os.pipe2(0)"),
    a_flood_stops_in_its_own_pipe: all_of(
        guest("talk", "buffer.view[: self._credit]", "buffer.view"),
        guest("talk", "        if self._credit <= 0:\n            self._poll.unregister(out)", "        "),
    ),
    nothing_stays_open_in_a_jail: guest("window", "            self.talk.close()", "            pass"),
    the_end_of_the_program_is_the_end_of_its_children: guest("window", "self.libc.waitpid(-1, None, 1) != -1", "False"),
    waiting_for_each_other_is_seen: guest("talk", "if quiet is not None and quiet == self._quiet:", "if False:"),
    sleeping_is_not_waiting: guest("talk", "second & 0x7F in _FUTEX_WAITS and fourth == 0", "True"),
    traffic_is_capped: no_cap,
}


@pytest.mark.parametrize("holds", DEFENCES, ids=lambda one: one.__name__)
def test_without_it_it_does_not_hold(holds: Callable[[Sandbox], bool]) -> None:
    with without(DEFENCES[holds]) as sandbox:
        assert not holds(sandbox)


@pytest.mark.parametrize("holds", DEFENCES, ids=lambda one: one.__name__)
def test_with_it_it_does(holds: Callable[[Sandbox], bool], sandbox: Sandbox) -> None:
    assert holds(sandbox)
