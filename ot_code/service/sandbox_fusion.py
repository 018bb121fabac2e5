"""SandboxFusion's routes, as its SDK, verl and others call them: /run_code, /run_jupyter, /submit.

Every program that was run is HTTP 200. `SandboxError` is a fault of ours, never the program's: the SDK tries those
again five times. What its schema has no word for stands in further keys, which its clients ignore.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import Enum
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from ot_code.service.execution import Phase, Ran, has_build, patient, run_all, wall_limits
from ot_code.service.files import beside, check_room, decoded, inside, left_files, places, sent
from ot_code.service.native import REFUSED, caller
from ot_code.service.queue import BusyError
from ot_code.service.works import Works
from sandbox import Execution, Limits, Program, Run, SandboxError, Status, Stop

_COMPILED = frozenset({"cpp", "go", "java", "rust"})  # there; the others it hands to what runs them
GRACE_S = 9.0  # its clients wait for compile_timeout + run_timeout + 10 s
_OURS = {
    "python": "python3", "cpp": "cpp", "nodejs": "javascript", "go": "go", "java": "java", "bash": "bash",
    "typescript": "typescript", "rust": "rust",
}  # fmt: skip
_THEIRS = (
    *_OURS, "go_test", "php", "csharp", "sql", "cuda", "lua", "R", "perl", "D_ut", "ruby", "scala", "julia", "pytest",
    "junit", "kotlin_script", "jest", "verilog", "python_gpu", "lean", "swift", "racket", "python2", "gtest", "react",
)  # fmt: skip
FusionLanguage = Enum("FusionLanguage", {name: name for name in _THEIRS}, type=str)  # type: ignore[misc]  # of a table
Timeout = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class RunCodeRequest(BaseModel):
    """A program, as SandboxFusion has it. Times are seconds on the clock."""

    compile_timeout: Timeout = 10
    run_timeout: Timeout = 10
    memory_limit_MB: Annotated[int, Field(le=1 << 40)] = -1  # noqa: N815  its name there
    code: str = Field(examples=["print(sum(map(int, input().split())))"])
    stdin: str | None = Field(default=None, examples=["1 2\n"])
    language: FusionLanguage = Field(examples=["python"])
    files: dict[str, str | None] = {}
    fetch_files: list[str] = []


class CommandRunResult(BaseModel):
    """What a command did. verdict, cpu_time, memory_bytes, truncated: ours, beside its fields."""

    status: str
    execution_time: float | None = None
    return_code: int | None = None
    stdout: str | None = None
    stderr: str | None = None
    verdict: str | None = None
    cpu_time: float | None = None
    memory_bytes: int | None = None
    truncated: bool = False


class RunCodeResponse(BaseModel):
    """What came of a program."""

    status: str
    message: str = ""
    compile_result: CommandRunResult | None = None
    run_result: CommandRunResult | None = None
    executor_pod_name: str | None = None
    files: dict[str, str] = {}


def fusion(works: Works) -> APIRouter:
    """Its /run_code, and 501 for what needs its datasets."""
    router = APIRouter(tags=["SandboxFusion"], responses=REFUSED)

    @router.post("/run_code")
    async def run_code(body: RunCodeRequest, request: Request) -> RunCodeResponse:
        """Runs a program: files in, files out."""
        language = _OURS.get(body.language.value)
        if language is None or language in works.missing:
            return _fault(works, f"no {body.language.value} here: {works.missing.get(language or '', 'not built in')}")
        limits = fusion_limits(works, language, body.run_timeout, body.memory_limit_MB)
        try:
            program, files = beside(Program(body.code, language), given_files(body.files, limits))
        except ValueError as error:
            raise wrong("", str(error)) from error
        wanted = places(body.fetch_files)
        run = Run(sent(body.stdin or ""), files, tuple(wanted))
        phase = Phase()
        begun = time.monotonic() - request.state.arrived
        within = body.compile_timeout + min(body.run_timeout, works.settings.run_s) + GRACE_S - begun
        try:
            work = works.do(caller(request), within, partial(_one, works, program, run, limits, phase))
            ran = await (patient(work, phase, body.compile_timeout) if has_build(language) else work)
        except BusyError:
            if phase.has_built_for() < body.compile_timeout:
                raise
            return _slow_build(works, phase, language)
        except SandboxError as error:
            return _fault(works, str(error))
        return response(works, language, ran, wanted)

    return router


def _one(works: Works, program: Program, run: Run, limits: Limits, phase: Phase, stop: Stop) -> Ran:
    return run_all(works.sandbox, program, [run], limits, stop, phase, times_again=False)


def fusion_limits(works: Works, language: str, run_timeout: float, memory_mb: int) -> Limits:
    """Limits of a run; its `run_timeout` is a clock's."""
    wall_s = min(run_timeout, works.settings.run_s)
    wanted = memory_mb if memory_mb > 0 else None
    return wall_limits(works.sandbox, language, wall_s, wanted, works.settings.memory_mb)


def given_files(files: Mapping[str, str | None], limits: Limits) -> dict[str, bytes]:
    """The files that go in. Raises HTTPException 422 naming one that cannot."""
    given = {}
    for name, content in files.items():
        if content is None or "IGNORE_THIS_FILE" in name:
            continue
        place = inside(name)
        if not place:
            raise wrong(name, "must be a file's name inside the working directory, /tmp")
        try:
            given[place] = decoded(content)
        except ValueError as error:
            raise wrong(name, str(error)) from error
    try:
        Run(files=given)
        check_room(given, limits.scratch_mb)
    except ValueError as error:
        raise wrong("", str(error)) from error
    return given


def wrong(name: str, why: str) -> HTTPException:
    """What is wrong with a file, as FastAPI says such things."""
    return HTTPException(422, [{"type": "value_error", "loc": ["body", "files", name[:200]], "msg": why}])


def response(works: Works, language: str, ran: Ran, wanted: Mapping[str, list[str]]) -> RunCodeResponse:
    """What a program came to, in SandboxFusion's words."""
    compiled = language in _COMPILED
    if ran.build is not None:
        works.metrics.count(ran.build.status.value, fault=False)
        failed = command(ran.build, ran.build_s, build=True)
        return _unbuilt(language, failed)
    execution = ran.one
    works.metrics.count(execution.status.value, fault=False)
    if execution.status is Status.BUILD_FAILED:  # an interpreter that refuses its source
        result = command(execution, execution.wall_time_s, build=True)
        return RunCodeResponse(status="Failed", run_result=result)
    result = command(execution, execution.wall_time_s)
    done = CommandRunResult(
        status="Finished", execution_time=ran.build_s, return_code=0, stdout="", stderr="", verdict="exited"
    )
    files = left_files(execution, wanted)
    return RunCodeResponse(
        status="Success" if result.status == "Finished" and result.return_code == 0 else "Failed",
        compile_result=done if compiled else None,
        run_result=result,
        files=files,
    )


def command(execution: Execution, seconds: float, *, build: bool = False) -> CommandRunResult:
    """One command's result. A return code is 0 only where the run ended well; memory is 137, output 153."""
    status = execution.status
    late = status is Status.TIME_LIMIT or (build and execution.stderr_bytes.startswith(_BUILD_LATE))
    if status is Status.EXITED:
        code = execution.exit_code if execution.exit_code is not None else 1
    elif status is Status.SIGNALED:
        code = -(execution.signal or 9)
    else:
        code = {Status.MEMORY_LIMIT: 137, Status.OUTPUT_LIMIT: 153}.get(status, execution.exit_code or 1)
    return CommandRunResult(
        status="TimeLimitExceeded" if late else "Finished",
        execution_time=round(seconds, 6),
        return_code=None if late else code,
        stdout=execution.stdout,
        stderr=execution.stderr,
        verdict=status.value,
        cpu_time=execution.cpu_time_s,
        memory_bytes=None if execution.memory_mb is None else int(execution.memory_mb * 2**20),
        truncated=execution.truncated,
    )


_BUILD_LATE = b"the compiler was stopped: time_limit"


def _slow_build(works: Works, phase: Phase, language: str) -> RunCodeResponse:
    works.metrics.count("build_failed", fault=False)
    result = CommandRunResult(
        status="TimeLimitExceeded", execution_time=phase.has_built_for(), stdout="", stderr="", verdict="time_limit"
    )
    return _unbuilt(language, result)


def _unbuilt(language: str, result: CommandRunResult) -> RunCodeResponse:
    if language in _COMPILED:
        return RunCodeResponse(status="Failed", compile_result=result)
    return RunCodeResponse(status="Failed", run_result=result)


def _fault(works: Works, message: str) -> RunCodeResponse:
    works.metrics.count("sandbox_error", fault=True)
    return RunCodeResponse(status="SandboxError", message=message)
