"""The same small tests in a warm Docker jail: beside a bubblewrap jail, and beside `docker run` for every test."""

from __future__ import annotations

import itertools
import statistics
import subprocess
import time
from contextlib import closing

from benchmarks.measure import Line, Rounds, Size, compared, quartiles, timed_ms
from benchmarks.programs import python_tasks
from sandbox import Program, Run, Sandbox
from sandbox.jails.base import JailSpec
from sandbox.jails.docker import DockerLauncher
from sandbox.jails.docker_images import tag_of

DOCKER, BUBBLEWRAP, DOCKER_RUN = "a Docker jail", "a bubblewrap jail", "docker run for each test"
_IMAGE = tag_of("python")


def docker(size: Size) -> list[Line]:
    """In batches as the judge sends them, one by one, against `docker run`, and how long until a jail is ready."""
    programs = [(task.source, task.inputs) for task in itertools.islice(python_tasks(7), size.programs)]
    with Sandbox(jobs=1, jail="docker", image=_IMAGE) as ours, Sandbox(jobs=1, jail="bubblewrap") as other:
        for sandbox in (ours, other):
            _batches_ms(sandbox, programs)  # opened, tested, warm
        batches = Rounds(size.rounds).interleave(
            {
                DOCKER: lambda: _batches_ms(ours, programs),
                BUBBLEWRAP: lambda: _batches_ms(other, programs),
                DOCKER_RUN: lambda: _docker_run_ms(programs[0], max(1, size.processes // 4)),
            }
        )
        single = Rounds(size.rounds).interleave(
            {DOCKER: lambda: _singles_ms(ours, programs[0]), BUBBLEWRAP: lambda: _singles_ms(other, programs[0])}
        )
    starts = _starts_ms(size.starts)
    name = "Python, a small test in batches"
    ready = statistics.median(starts)
    return [
        compared(name, batches, DOCKER, BUBBLEWRAP, says="ours/baseline", wanted=("<=", 1.3)),
        compared(name, batches, DOCKER, DOCKER_RUN, says="baseline/ours", wanted=(">=", 80.0)),
        compared("Python, a small test by itself, there and back", single, DOCKER, BUBBLEWRAP, says="ours/baseline"),
        Line("a Docker jail is ready", ready, "ms", spread=quartiles(starts), wanted=("<=", 1000.0)),
    ]


def _batches_ms(sandbox: Sandbox, programs: list[tuple[str, tuple[str, ...]]]) -> float:
    """Milliseconds a test: each program's inputs as one window."""
    begun, count = time.perf_counter(), 0
    for source, inputs in programs:
        with sandbox.open(Program(source)) as session:
            count += len(session.run([Run(text) for text in inputs], stop_on_failure=False))
    return (time.perf_counter() - begun) * 1000 / count


def _singles_ms(sandbox: Sandbox, program: tuple[str, tuple[str, ...]]) -> float:
    """Milliseconds a test: each input sent when the answer to the last is there."""
    source, inputs = program
    with sandbox.open(Program(source)) as session:
        session.run([Run(inputs[0])])
        return timed_ms(lambda: [session.run([Run(text)]) for text in inputs]) / len(inputs)


def _docker_run_ms(program: tuple[str, tuple[str, ...]], count: int) -> float:
    """Milliseconds a test when every one has a container of its own."""
    source, inputs = program
    command = ["docker", "run", "--rm", "-i", "--network", "none", _IMAGE, "python3", "-I", "-S", "-c", source]

    def run(text: str) -> None:
        subprocess.run(command, input=text.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    return timed_ms(lambda: [run(text) for text in inputs[:count]]) / count


def _starts_ms(count: int) -> list[float]:
    """From asking for a jail until it can run programs."""
    taken = []
    with closing(DockerLauncher(_IMAGE)) as launcher:
        for _ in range(count):
            begun = time.perf_counter()
            with closing(launcher.open(JailSpec(launcher.runtime))):
                taken.append((time.perf_counter() - begun) * 1000)
    return taken
