"""One program, run once, with what every dialect needs to know of it: the build, the run, and where it is now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ot_code.service.queue import BusyError
from sandbox import Execution, Limits, Program, Run, Sandbox, Stop, languages

T = TypeVar("T")
_LOOK_S = 0.25
_BUILD_GRACE_S = 1.0  # a build's seconds are a clock's, and the machine may be busy


@dataclass(slots=True)
class Phase:
    """Where a run is: when its build began, and when that was over. Written by its thread, read by the event loop."""

    build_from: float | None = None
    build_until: float | None = None

    def has_built_for(self) -> float:
        """Seconds that the build has taken so far; 0 where it is over or has not begun."""
        if self.build_from is None or self.build_until is not None:
            return 0.0
        return time.monotonic() - self.build_from


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of it. build: the failed build, None where it went well or there was none. build_s: its seconds."""

    executions: list[Execution] = field(default_factory=list)
    build: Execution | None = None
    build_s: float = 0.0

    @property
    def one(self) -> Execution:
        """The only execution."""
        return self.executions[0]


def has_build(language: str) -> bool:
    """Whether programs of the language are compiled before they run."""
    return bool(languages()[language].build)


def run_all(
    sandbox: Sandbox, program: Program, runs: list[Run], limits: Limits, stop: Stop, phase: Phase,
    *, stop_on_failure: bool = False, times_again: bool = True,
) -> Ran:  # fmt: skip
    """Builds the program and runs it on each of `runs`. Raises SandboxError for faults of ours alone."""
    phase.build_from = time.monotonic()
    with sandbox.open(program, limits, stop=stop) as session:
        phase.build_until = time.monotonic()
        build_s = phase.build_until - phase.build_from
        stop.check()
        if session.build_failure is not None:
            return Ran(build=session.build_failure, build_s=build_s)
        session.times_again = times_again
        return Ran(session.run(runs, stop_on_failure=stop_on_failure), None, build_s)


def wall_limits(
    sandbox: Sandbox, language: str, wall_s: float, memory_mb: int | None, most_memory_mb: int, *, output_bytes: int = 0
) -> Limits:
    """Limits for callers who know of a clock only: wall_s on it, and CPU time that only threads could spend within it.

    memory_mb: None: the default. The language's own allowance is added, and most_memory_mb is the most.
    """
    known, usual = languages()[language], sandbox.limits
    wanted = (usual.memory_mb if memory_mb is None else memory_mb) + known.memory_mb
    most = max(1, min(most_memory_mb, sandbox.memory_budget_mb))
    limits = replace(
        usual,
        cpu_time_s=2 * wall_s + known.time_offset_s,
        wall_time_s=wall_s + known.time_offset_s,
        memory_mb=max(1, min(wanted, most)),
    )
    return replace(limits, output_bytes=output_bytes) if output_bytes else limits


async def patient(work: Coroutine[Any, Any, T], phase: Phase, compile_timeout: float) -> T:
    """What the work gives. Raises BusyError where its build has taken too long; the build itself goes on to its end."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_S))[0]:
            if phase.has_built_for() > compile_timeout + _BUILD_GRACE_S:
                raise BusyError("the build takes too long")
        return task.result()
    finally:
        task.cancel()
