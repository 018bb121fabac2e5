"""C++ programs that begin with the include: built and run, run again from the cache, and with a leading pragma."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Line, Rounds, Size, compared, timed_ms
from benchmarks.programs import Task, cpp_tasks
from sandbox import Sandbox

_PRAGMA = '#pragma GCC optimize("O3,unroll-loops")\n'
BASELINE = "g++ -O2, then run"
BASELINE_PRAGMA = "g++ -O2, then run, with the pragma"


def compiled(size: Size) -> list[Line]:
    """The three lines. The header is precompiled before anything is measured, as it is once a machine."""
    tasks = cpp_tasks(7, tests=2)
    with Sandbox(jobs=1) as sandbox, tempfile.TemporaryDirectory() as folder:
        warm = next(tasks)
        _check(sandbox, warm, Path(folder))
        built: list[Task] = [warm]
        turns = _Turns(sandbox, tasks, Path(folder), size.compiled, built)
        samples = Rounds(min(size.rounds, 5)).interleave(
            {
                "new": lambda: turns.ours(""),
                "cached": turns.again,
                "pragma": lambda: turns.ours(_PRAGMA),
                BASELINE: lambda: turns.theirs(""),
                BASELINE_PRAGMA: lambda: turns.theirs(_PRAGMA),
            }
        )
    says = "baseline/ours"
    return [
        compared("C++ that begins with the include", samples, "new", BASELINE, says=says, wanted=(">=", 3.0)),
        compared("C++, built before (cached)", samples, "cached", BASELINE, says=says, wanted=(">=", 50.0)),
        compared("C++ that begins with #pragma GCC optimize", samples, "pragma", BASELINE_PRAGMA, says=says),
    ]


class _Turns:
    """One turn of each contestant: `count` programs that nobody has compiled, or has, where it says so."""

    def __init__(self, sandbox: Sandbox, tasks: Iterator[Task], folder: Path, count: int, built: list[Task]) -> None:
        self._sandbox = sandbox
        self._tasks = tasks
        self._folder = folder
        self._count = count
        self._built = built

    def ours(self, before: str) -> float:
        """Mean milliseconds to build and run a new program."""
        spent = 0.0
        for task in itertools.islice(self._tasks, self._count):
            spent += timed_ms(lambda: _ours(self._sandbox, before + task.source, task.inputs[0]))  # noqa: B023 - called at once
            if not before:
                self._built.append(task)
        return spent / self._count

    def again(self) -> float:
        """Mean milliseconds to run the latest built program on another input."""
        task = self._built[-1]
        count = 5 * self._count
        return sum(timed_ms(lambda: _ours(self._sandbox, task.source, task.inputs[1])) for _ in range(count)) / count

    def theirs(self, before: str) -> float:
        """Mean milliseconds to build and run a new program without any jail."""
        spent = 0.0
        for task in itertools.islice(self._tasks, self._count):
            source, text = before + task.source, task.inputs[0]
            spent += timed_ms(lambda: _theirs(self._folder, source, text))  # noqa: B023 - called at once
        return spent / self._count


def _ours(sandbox: Sandbox, source: str, text: str) -> str:
    done = sandbox.run(source, language="cpp", stdin=text)
    if not done.ok:
        raise RuntimeError(f"a program of the benchmark failed: {done.stderr}\n{source}")
    return done.stdout


def _theirs(folder: Path, source: str, text: str) -> str:
    (folder / "main.cpp").write_text(source)
    subprocess.run(["g++", "-std=gnu++17", "-O2", "-o", "a.out", "main.cpp"], cwd=folder, check=True)
    done = subprocess.run([str(folder / "a.out")], input=text, capture_output=True, text=True, check=True)
    return done.stdout


def _check(sandbox: Sandbox, task: Task, folder: Path) -> None:
    """Warms the toolchain up, and raises RuntimeError unless both sides print the same."""
    for before in ("", _PRAGMA):
        source = before + task.source
        if _ours(sandbox, source, task.inputs[0]) != _theirs(folder, source, task.inputs[0]):
            raise RuntimeError(f"the contestants print different things for\n{source}")
