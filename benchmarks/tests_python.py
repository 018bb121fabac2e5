"""Small stdin tests of Python candidates: against the floor, a clean interpreter, an OpenThoughts-like judge."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.floor import Floor
from benchmarks.measure import Line, Rounds, Size, compared
from benchmarks.programs import Task, numpy_tasks, python_tasks
from sandbox import Program, Run, Sandbox

FLOOR = "fork+exit of the same warm template"
FLOOR_BARE = "the same, at-fork callbacks suppressed"
CLEAN = "python3 -I FILE a test"
HEADER = "python3 with an OpenThoughts-like header a test"

# Written anew from the description of that judge: everything a program may want, numpy among it, before each program.
_HEADER = """\
import sys, os, io, re, math, cmath, time, copy, json, heapq, bisect, random, string, datetime, statistics
import itertools, functools, collections, operator, fractions, decimal
import numpy as np
from collections import *
from functools import *
from itertools import *
from heapq import *
from bisect import *
from typing import *
sys.setrecursionlimit(6 * 10 ** 5)

def code():
"""


def floors(size: Size) -> list[Line]:
    """A test in one jail on one thread, against fork+exit, both floors."""
    ours = _Ours(python_tasks(1), size.programs)
    with Sandbox(jobs=1) as sandbox, Floor(callbacks=True) as usual, Floor(callbacks=False) as bare:
        ours.turn(sandbox)
        samples = Rounds(size.rounds).interleave(
            {
                "ot-code": lambda: ours.turn(sandbox),
                FLOOR: lambda: usual.fork_ms(size.forks),
                FLOOR_BARE: lambda: bare.fork_ms(size.forks),
            }
        )
    name = "Python, a small stdin test"
    says = "ours/baseline"
    return [
        compared(name, samples, "ot-code", FLOOR, says=says, wanted=("<=", 2.0)),
        compared(name, samples, "ot-code", FLOOR_BARE, says=says),
    ]


def jails(size: Size) -> list[Line]:
    """Tests a second of all jails of this machine together, against one jail's times their number."""
    alone, together = _Ours(python_tasks(2), size.programs), _Ours(python_tasks(3), size.programs)
    with Sandbox() as sandbox:
        count = sandbox.jobs
        together.spread(sandbox, count)
        baseline = f"{count} x one jail"
        samples = Rounds(size.rounds).interleave(
            {
                "all jails": lambda: 1000 / together.spread(sandbox, count),
                baseline: lambda: count * 1000 / alone.turn(sandbox),
            }
        )
    name = f"Python, {count} jails at once, each on a thread"
    wanted = (">=", 0.85)
    return [compared(name, samples, "all jails", baseline, says="ours/baseline", unit="tests/s", wanted=wanted)]


def interpreters(size: Size) -> list[Line]:
    """A test against a new interpreter for each: clean, and as the OpenThoughts judge starts it."""
    ours = _Ours(python_tasks(4), size.programs)
    with Sandbox(jobs=1) as sandbox, tempfile.TemporaryDirectory() as folder:
        clean = _Processes(python_tasks(4), size.processes, Path(folder) / "clean.py", ["-I"], lambda source: source)
        header = _Processes(python_tasks(4), size.header_processes, Path(folder) / "header.py", [], wrapped)
        _agree(sandbox, clean, header)
        samples = Rounds(size.rounds).interleave(
            {"ot-code": lambda: ours.turn(sandbox), CLEAN: clean.turn, HEADER: header.turn}
        )
    name, says = "Python, a small stdin test", "baseline/ours"
    return [
        compared(name, samples, "ot-code", CLEAN, says=says, wanted=(">=", 4.0)),
        compared(name, samples, "ot-code", HEADER, says=says, wanted=(">=", 45.0)),
    ]


def numpy_programs(size: Size) -> list[Line]:
    """The same for programs that import numpy themselves."""
    ours = _Ours(numpy_tasks(5), size.programs)
    with Sandbox(jobs=1) as sandbox, tempfile.TemporaryDirectory() as folder:
        plain = _Processes(numpy_tasks(5), size.header_processes, Path(folder) / "plain.py", [], lambda source: source)
        ours.turn(sandbox)
        baseline = "python3 FILE a test"
        samples = Rounds(size.rounds).interleave({"ot-code": lambda: ours.turn(sandbox), baseline: plain.turn})
    return [compared("Python with numpy, a small stdin test", samples, "ot-code", baseline, says="baseline/ours")]


def wrapped(source: str) -> str:
    """The program as that judge runs it: below the header, inside a function."""
    return f"{_HEADER}{textwrap.indent(source, '    ')}\ncode()\n"


class _Ours:
    """Turns of the Sandbox: each takes new programs and judges every one on its inputs, one session a program."""

    def __init__(self, tasks: Iterator[Task], programs: int) -> None:
        self._tasks = tasks
        self._programs = programs

    def turn(self, sandbox: Sandbox) -> float:
        """Mean milliseconds a test, on this thread."""
        tasks = list(itertools.islice(self._tasks, self._programs))
        begun = time.perf_counter()
        for task in tasks:
            _judge(sandbox, task)
        return _ms_a_test(begun, tasks)

    def spread(self, sandbox: Sandbox, threads: int) -> float:
        """Milliseconds a test, with that many threads at work on the programs at once."""
        tasks = list(itertools.islice(self._tasks, self._programs * threads))
        with ThreadPoolExecutor(threads) as pool:
            begun = time.perf_counter()
            for _ in pool.map(lambda task: _judge(sandbox, task), tasks):
                pass
            return _ms_a_test(begun, tasks)


def _judge(sandbox: Sandbox, task: Task) -> None:
    with sandbox.open(Program(task.source)) as session:
        done = session.run([Run(text) for text in task.inputs])
    if len(done) != len(task.inputs) or not done[-1].ok:
        raise RuntimeError(f"a program of the benchmark failed: {done[-1].stderr}\n{task.source}")


def _ms_a_test(begun: float, tasks: list[Task]) -> float:
    return (time.perf_counter() - begun) * 1000 / sum(len(task.inputs) for task in tasks)


class _Processes:
    """Turns of a new interpreter for each test."""

    def __init__(
        self, tasks: Iterator[Task], count: int, path: Path, options: list[str], dress: Callable[[str], str]
    ) -> None:
        self._tests = ((task.source, text) for task in tasks for text in task.inputs[:2])
        self._count = count
        self._path = path
        self._argv = [sys.executable, *options, str(path)]
        self._dress = dress

    def output(self, source: str, text: str) -> str:
        """What the program prints."""
        self._path.write_text(self._dress(source))
        return self._run(text)

    def turn(self) -> float:
        """Mean milliseconds a test; writing the file is not counted."""
        spent = 0.0
        for source, text in itertools.islice(self._tests, self._count):
            self._path.write_text(self._dress(source))
            begun = time.perf_counter()
            self._run(text)
            spent += time.perf_counter() - begun
        return spent * 1000 / self._count

    def _run(self, text: str) -> str:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(self._argv, input=text, capture_output=True, text=True, check=True, env=environment)
        return done.stdout


def _agree(sandbox: Sandbox, *others: _Processes) -> None:
    """Raises RuntimeError unless all contestants print the same: a figure of wrong runs would say nothing."""
    for task in itertools.islice(python_tasks(6, tests=1), 10):
        ours = sandbox.run(task.source, stdin=task.inputs[0]).stdout
        for other in others:
            if other.output(task.source, task.inputs[0]) != ours:
                raise RuntimeError(f"the contestants print different things for\n{task.source}")
