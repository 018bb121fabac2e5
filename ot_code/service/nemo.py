"""NeMo-Skills' /execute, without sessions: each call is a fresh process."""

from __future__ import annotations

import json
import time
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from ot_code.service.execution import Phase, Ran, run_all
from ot_code.service.files import sent
from ot_code.service.jupyter import CELLS, RESULT
from ot_code.service.native import REFUSED, caller
from ot_code.service.sandbox_fusion import fusion_limits
from ot_code.service.works import Works
from sandbox import Program, Run, SandboxError, Status, Stop

_OURS = {"python": "python3", "python3": "python3", "pypy3": "pypy3", "shell": "bash", "ipython": "python3"}
_GRACE_S = 4.5  # its client waits 5 s longer than the program may take


class ExecuteRequest(BaseModel):
    """A program, as NeMo-Skills has it."""

    generated_code: str = Field(examples=["print(1 + 1)"])
    std_input: str = ""
    timeout: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 10.0
    language: Annotated[str, Field(json_schema_extra={"enum": [*_OURS]})] = "ipython"
    max_output_characters: Annotated[int, Field(ge=0)] = 1000
    traceback_verbosity: str = "Plain"


class ExecuteResponse(BaseModel):
    """What came of it."""

    process_status: str
    stdout: str
    stderr: str
    new_session_created: bool = True


def nemo(works: Works) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["NeMo-Skills"], responses=REFUSED)
    driver = Program((resources.files("ot_code.service") / "jupyter_driver.py").read_text("utf-8"))

    @router.post("/execute", responses={501: REFUSED[422], 502: REFUSED[422]})
    async def execute(body: ExecuteRequest, request: Request) -> ExecuteResponse:
        """Runs a program, or the cell of a notebook (`ipython`)."""
        name = body.language
        language = _OURS.get(name)
        if language is None or language in works.missing:
            raise HTTPException(501, f"no {name:.80} here: {works.missing.get(language or '', 'it is not built')}")
        cell = name == "ipython"
        program = driver if cell else Program(body.generated_code, language)
        files = {CELLS: json.dumps([body.generated_code])} if cell else {}
        run = Run(sent(body.std_input), files, (RESULT,) if cell else ())
        limits = fusion_limits(works, language, body.timeout, -1)

        def work(stop: Stop) -> Ran:
            return run_all(works.sandbox, program, [run], limits, stop, Phase(), times_again=False)

        try:
            within = limits.wall_s + _GRACE_S - (time.monotonic() - request.state.arrived)
            ran = await works.do(caller(request), within, work)
        except SandboxError as error:  # its client tries a 502 again
            works.metrics.count("sandbox_error", fault=True)
            raise HTTPException(502, f"a fault of ours: {error}") from error
        works.metrics.count((ran.build or ran.one).status.value, fault=False)
        status, stdout, stderr = _told(ran, cell=cell)
        cut = body.max_output_characters
        return ExecuteResponse(process_status=status, stdout=_cut(stdout, cut), stderr=_cut(stderr, cut))

    return router


def _told(ran: Ran, *, cell: bool) -> tuple[str, str, str]:
    execution = ran.build or ran.one
    stdout, stderr = execution.stdout, execution.stderr
    status = "completed" if execution.ok else "error"
    if execution.status is Status.TIME_LIMIT:
        return "timeout", stdout, stderr + "Timed out\n"
    if cell and execution.files.get(RESULT):
        try:
            done = json.loads(execution.files[RESULT].split(b"\n")[0])
            stdout = done["stdout"] + "".join(f"{each['text/plain']}\n" for each in done["display"])
            stderr = done["stderr"] + "".join("".join(each["traceback"]) for each in done["error"])
            status = "error" if done["error"] else status
        except (ValueError, LookupError, TypeError):  # the cell wrote over its own result
            status = "error"
    return status, stdout, stderr


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "<output cut>"
