"""Thousands of programs in a row leave nothing behind: descriptors, threads, memory, files, cgroups, zombies."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import tempfile
import threading
from pathlib import Path

import pytest
from control_groups import groups_of

from sandbox import Program, Run, Sandbox, executor
from sandbox.slots import Slots

PROGRAMS = 10_000
_CHUNK = 2_000


def _children() -> int:
    return len(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _facts(sandbox: Sandbox) -> dict[str, object]:
    gc.collect()
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "children": _children(),
        "jails": sorted(jail.pid for jail in sandbox.pool._idle),  # type: ignore[attr-defined]
        "lent": len(sandbox.pool._lent),
        "cgroups": groups_of(),
        "temporary": sorted(Path(tempfile.gettempdir()).iterdir()),
    }


@pytest.mark.slow
def test_ten_thousand_programs_leak_nothing(tmp_path: Path) -> None:
    """In a process of its own: what other tests allocate and free moves this one's memory by more than a leak."""
    process = multiprocessing.get_context("spawn").Process(target=_ten_thousand, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 0


def _ten_thousand(folder: Path) -> None:
    """Distinct programs, right and wrong, some of which leave files and processes; each run once."""
    # Slots of its own: else it would wait for whatever else runs on this node, and that is what takes long.
    executor.Slots = lambda count: Slots(count, folder)  # type: ignore[assignment,misc]
    (folder / "tmp").mkdir()
    tempfile.tempdir = str(folder / "tmp")  # nobody else's
    with Sandbox(jobs=2) as sandbox:

        def some(first: int, count: int) -> None:
            for index, done in enumerate(sandbox.run_each(map(_program, range(first, first + count)), [Run()])):
                assert done[0].stdout == f"{first + index}\n", done[0]

        some(0, 500)
        before, held = _facts(sandbox), [_resident_mb()]
        assert before["cgroups"] or "watched" in sandbox.jail_kind
        usage = [jail.group.memory_usage() for jail in sandbox.pool._idle if jail.group is not None]
        for first in range(500, 500 + PROGRAMS, _CHUNK):
            some(first, min(_CHUNK, 500 + PROGRAMS - first))
            held.append(_resident_mb())
        assert _facts(sandbox) == before
        grown = sorted(later - earlier for earlier, later in itertools.pairwise(held))
        assert grown[1] < 0.4, held  # a leak of 200 bytes a program grows so in each chunk
        after = [jail.group.memory_usage() for jail in sandbox.pool._idle if jail.group is not None]
        assert sum(after) < sum(usage) + 32 * 2**20, (usage, after)
    assert not {path for path in groups_of() if "seat" in path.name and not _live(path)}


def _live(path: Path) -> bool:
    return bool((path / "cgroup.procs").read_text())


def _program(number: int) -> Program:
    kind = number % 10
    extra = {
        1: "import sys\nsys.exit(3)",
        2: "open('left', 'w').write('x' * 1000)",
        3: "import os\nif not os.fork():\n    import time\n    time.sleep(9)",
        4: "raise ValueError",
        5: "import os\nos.makedirs('a/b')\nos.kill(os.getpid(), 9)",
        6: "x = list(range(100000))",
    }.get(kind, "pass")
    return Program(f"print({number}, flush=True)\n{extra}\n")


def test_opening_and_closing_sandboxes_leaks_nothing() -> None:
    def once() -> None:
        with Sandbox(jobs=1) as sandbox:
            sandbox._tested = True
            assert sandbox.run("print(1)").ok

    def facts() -> tuple[int, int, int, set[Path]]:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), _children(), groups_of()

    once()
    before = facts()
    for _ in range(5):
        once()
    after = facts()
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
