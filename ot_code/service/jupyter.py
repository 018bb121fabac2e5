"""SandboxFusion's /run_jupyter: cells in one fresh process of a jail, and what each of them said."""

from __future__ import annotations

import json
import time
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from ot_code.service.execution import Phase, run_all
from ot_code.service.files import left_files, places
from ot_code.service.native import REFUSED, caller
from ot_code.service.sandbox_fusion import (
    GRACE_S,
    CommandRunResult,
    Timeout,
    command,
    fusion_limits,
    given_files,
)
from ot_code.service.works import Works
from sandbox import Program, Run, SandboxError, Stop

CELLS, RESULT = ".cells.json", ".cells.result"


class RunJupyterRequest(BaseModel):
    """Cells, as SandboxFusion has them. cell_timeout is taken and, as there, not used: total_timeout binds."""

    cells: list[str] = Field(examples=[["a = 1", "print(a)"]])
    cell_timeout: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    total_timeout: Timeout = 45
    memory_limit_MB: Annotated[int, Field(le=1 << 40)] = -1  # noqa: N815  its name there
    kernel: Annotated[str | None, Field(json_schema_extra={"enum": ["python3", None]})] = "python3"
    files: dict[str, str | None] = {}
    fetch_files: list[str] = []


class CellResult(BaseModel):
    """What one cell did."""

    stdout: str
    stderr: str
    display: list[dict[str, Any]]
    error: list[dict[str, Any]]


class RunJupyterResponse(BaseModel):
    """What the cells did that were begun and ended; `driver` is the process that ran them."""

    status: str
    message: str = ""
    driver: CommandRunResult | None = None
    cells: list[CellResult] = []
    executor_pod_name: str | None = None
    files: dict[str, str] = {}


def jupyter(works: Works) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["SandboxFusion"], responses=REFUSED)
    program = Program((resources.files("ot_code.service") / "jupyter_driver.py").read_text("utf-8"))

    @router.post("/run_jupyter")
    async def run_jupyter(body: RunJupyterRequest, request: Request) -> RunJupyterResponse:
        """Runs the cells of a notebook in one fresh process."""
        if body.kernel not in ("python3", None):
            raise HTTPException(422, f"the kernel {body.kernel!r:.80} is not built; python3 is")
        limits = fusion_limits(works, "python3", body.total_timeout, body.memory_limit_MB)
        files = given_files(body.files, limits)
        files[CELLS] = json.dumps(body.cells).encode()
        wanted = places(body.fetch_files)
        run = Run("", files, tuple({RESULT: None, **dict.fromkeys(wanted)}))

        def work(stop: Stop) -> Any:
            return run_all(works.sandbox, program, [run], limits, stop, Phase(), times_again=False)

        within = limits.wall_s + GRACE_S - (time.monotonic() - request.state.arrived)
        try:
            ran = await works.do(caller(request), within, work)
        except SandboxError as error:
            works.metrics.count("sandbox_error", fault=True)
            return RunJupyterResponse(status="SandboxError", message=str(error))
        execution = ran.one
        works.metrics.count(execution.status.value, fault=False)
        driver = command(execution, execution.wall_time_s)
        return RunJupyterResponse(
            status="Success" if driver.return_code == 0 else "Failed",
            driver=driver,
            cells=_cells(execution.files.get(RESULT, b"")),
            files=left_files(execution, wanted),
        )

    return router


def _cells(written: bytes) -> list[CellResult]:
    """The cells' results as far as they were written whole; who writes over them harms themselves alone."""
    cells = []
    for line in written.split(b"\n"):
        try:
            cells.append(CellResult.model_validate_json(line))
        except ValueError:
            break
    return cells
