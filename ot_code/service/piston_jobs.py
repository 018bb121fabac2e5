"""A job of Piston's: what runs, under which limits, and what came of it in Piston's words."""

from __future__ import annotations

import math
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ot_code.service.execution import Phase, Ran, has_build, wall_limits
from ot_code.service.files import beside
from ot_code.service.works import Works
from sandbox import Execution, Limits, Program, Status


@dataclass(frozen=True, slots=True)
class Job:
    """A checked request."""

    name: str
    language: str
    version: str
    main: str
    main_name: str
    files: Mapping[str, bytes]
    stdin: str
    args: tuple[str, ...]
    numbers: Mapping[str, float]
    limits_cpu: bool = False

    @property
    def compile_s(self) -> float:
        """Seconds on the clock that its build may take; without end where there is none."""
        return self.numbers["compile_timeout"] / 1000 if has_build(self.language) else math.inf


def limits_of(works: Works, job: Job, *, wall_s: float | None = None, memory_mb: int | None = None) -> Limits:
    """The limits of a job's run, or others where they are given."""
    given = job.numbers["run_memory_limit"]
    asked = int(min(given / 2**20, 1 << 30)) or 1 if given > 0 else None
    wall_s = job.numbers["run_timeout"] / 1000 if wall_s is None else wall_s
    wanted = memory_mb if memory_mb is not None else asked
    return wall_limits(works.sandbox, job.language, wall_s, wanted, works.settings.memory_mb)


def program_of(job: Job, *, with_files: bool = True) -> Program:
    """The program; a compiler is given the other files of its language too."""
    compiled = has_build(job.language)
    if job.main_name and not compiled:
        return Program(language=job.language, files={job.main_name: job.main}, entry=job.main_name, arguments=job.args)
    program, files = beside(Program(job.main, job.language, arguments=job.args), job.files if with_files else {})
    ending = re.compile(r"\.(c|cc|cpp|cxx|go)$")
    return replace(program, sources=tuple(sorted(filter(ending.search, files)))) if compiled else program


EMPTY: dict[str, Any] = {
    "stdout": "", "stderr": "", "output": "", "code": 0, "signal": None, "message": None, "status": None,
    "cpu_time": None, "wall_time": None, "memory": None,
}  # fmt: skip


def stages(job: Job, ran: Ran, *, cpu_s: float | None = None) -> dict[str, Any]:
    """`compile` where there is a build, and `run`."""
    if ran.build is not None:
        failed = stage(ran.build)
        return {"compile": failed, "run": failed}
    run = stage(ran.one, cpu_s=cpu_s)
    if has_build(job.language):
        return {"compile": {**EMPTY, "wall_time": round(ran.build_s * 1000)}, "run": run}
    return {"run": run}


def late_build(phase: Phase) -> dict[str, Any]:
    """What a build came to that took too long, as `stages` says such things."""
    late = {"code": None, "signal": "SIGKILL", "message": "Time limit exceeded", "status": "TO"}
    failed = {**EMPTY, **late, "wall_time": round(phase.has_built_for() * 1000)}
    return {"compile": failed, "run": failed}


def stage(execution: Execution, *, cpu_s: float | None = None) -> dict[str, Any]:
    """An execution in Piston's words. cpu_s: its limit of CPU time."""
    status = execution.status
    code, name = execution.exit_code, None
    word: str | None = None
    message = None
    if cpu_s is not None and execution.cpu_time_s > cpu_s:
        status = Status.TIME_LIMIT
    if status is Status.SIGNALED:
        word, name = "SG", _signal_name(execution.signal)
        message = f"Caught fatal signal {execution.signal}"
    elif status is Status.MEMORY_LIMIT:
        word, name, message = "SG", "SIGKILL", "Memory limit exceeded"
    elif status is Status.TIME_LIMIT:
        word, name, message = "TO", "SIGKILL", "Time limit exceeded"
    elif status is Status.OUTPUT_LIMIT:
        word, name, message = "OL", "SIGKILL", "stdout length exceeded"
    elif status is Status.BUILD_FAILED:
        code, word, message = code or 1, "RE", f"Exited with error status {code or 1}"
    elif code != 0:
        word, message = "RE", f"Exited with error status {code}"
    return {
        "stdout": execution.stdout,
        "stderr": execution.stderr,
        "output": execution.stdout + execution.stderr,
        "code": None if name else code,
        "signal": name,
        "message": message,
        "status": word,
        "cpu_time": round(execution.cpu_time_s * 1000),
        "wall_time": round(execution.wall_time_s * 1000),
        "memory": None if execution.memory_mb is None else int(execution.memory_mb * 2**20),
    }


def _signal_name(number: int | None) -> str:
    try:
        return signal.Signals(number or signal.SIGKILL).name
    except ValueError:
        return f"SIG{number}"
