"""The routes together, as one ASGI application."""

from __future__ import annotations

import json
import logging
import math
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from math_pipeline.errors import MissingExtraError
from ot_code.service.guard import Guard
from ot_code.service.jupyter import jupyter
from ot_code.service.keys import Keys
from ot_code.service.native import REFUSED, native
from ot_code.service.nemo import nemo
from ot_code.service.piston import piston
from ot_code.service.queue import BusyError
from ot_code.service.sandbox_fusion import fusion
from ot_code.service.settings import ServiceSettings
from ot_code.service.submit import submit
from ot_code.service.works import Works
from sandbox import SandboxError

log = logging.getLogger("ot_code.service")
_ABOUT = """Runs untrusted programs in a hardened sandbox, and judges answers. Routes below /v1 are ours; the others
answer clients of SandboxFusion, Piston and NeMo-Skills as those do."""
_NOT_BUILT = {
    "/get_prompts": "datasets are not kept here", "/get_prompt_by_id": "datasets are not kept here",
    "/list_datasets": "datasets are not kept here", "/list_ids": "datasets are not kept here",
    "/get_metrics": "datasets are not kept here", "/get_metrics_function": "datasets are not kept here",
    "/api/v2/connect": "programs are run by POST /api/v2/execute, not over a WebSocket",
    "/sessions/{session}": "each call is a fresh process: there are no sessions",
    "/sessions": "each call is a fresh process: there are no sessions",
    "/execute_batch": "scripts are sent one by one, to /execute",
    "/jobs/{job}": "each call is a fresh process: there are no jobs", "/jobs": "there are no jobs",
    "/jobs/{job}/cancel": "there are no jobs: a caller that leaves ends its program",
    **dict.fromkeys(
        ("/run", "/file", "/file/{file}", "/version", "/config", "/stream", "/ws"),
        "go-judge's routes are not built: ours is /v1/run",
    ),
    "/eval": "snekbox's routes are not built: ours is /v1/run",
    **dict.fromkeys(
        ("/submissions", "/submissions/batch", "/submissions/{token}", "/languages", "/languages/{language}",
         "/statuses", "/about", "/system_info", "/config_info"),
        "Judge0's routes are not built: ours are /v1/judge and /v1/languages",
    ),
}  # fmt: skip
_EVERY = ["GET", "POST", "PUT", "DELETE"]


def make_app(settings: ServiceSettings, works: Works) -> Guard:
    """The application. Whoever opened `works` closes it. Raises InputError for an unusable file of keys."""
    app = FastAPI(
        title="ot-code", version=works.judge.version, description=_ABOUT, lifespan=_life(works), docs_url=None,
        redoc_url=None,
    )  # fmt: skip
    for routes in (native, fusion, jupyter, submit, piston, nemo):
        app.include_router(routes(works))
    _add_state(app, works)
    for path, why in _NOT_BUILT.items():
        _refuse(app, path, why)
    _refuse(app, "/api/v2/packages", "packages cannot be changed over HTTP", ["POST", "DELETE"])
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _said)
    app.add_exception_handler(BusyError, _busy)
    app.add_exception_handler(SandboxError, _fault)
    app.add_exception_handler(MissingExtraError, _missing)
    app.add_exception_handler(Exception, _fault)
    return Guard(app, works, None if settings.keys is None else Keys.read(settings.keys))


def _life(works: Works) -> Any:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=works.warm_up, name="warm-up", daemon=True).start()
        yield

    return life


def _add_state(app: FastAPI, works: Works) -> None:
    page = (resources.files("ot_code.service") / "page.html").read_text("utf-8")

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def start_page() -> HTMLResponse:
        own = "style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"
        policy = f"default-src 'none'; {own}"
        headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
        return HTMLResponse(page, headers=headers)

    @app.get("/healthz", tags=["state"])
    async def healthz() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "ok"}

    @app.get("/health", include_in_schema=False)  # NeMo-Skills asks here
    async def health() -> dict[str, str]:
        return {"status": "healthy"}

    @app.get("/v1/ping", include_in_schema=False)  # SandboxFusion's
    async def ping() -> str:
        return "pong"

    @app.get("/readyz", tags=["state"], responses={503: REFUSED[503]})
    async def readyz() -> dict[str, str]:
        """Whether programs can be run here now."""
        if works.draining or not works.ready:
            raise BusyError("the server is stopping" if works.draining else works.not_ready_because, 2)
        return {"status": "ready"}

    @app.get("/metrics", tags=["state"], response_class=PlainTextResponse, responses={401: REFUSED[401]})
    async def metrics() -> Response:
        """Figures, for Prometheus."""
        works.measure()
        return Response(works.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _refuse(app: FastAPI, path: str, why: str, methods: list[str] = _EVERY) -> None:
    async def not_built() -> JSONResponse:
        return _told(501, f"{path} is not built: {why}")

    app.add_api_route(path, not_built, methods=methods, include_in_schema=False)


# ---- what is answered where something is wrong: always JSON, with the words under both names that clients look at ----


def _told(status: int, said: Any, headers: dict[str, str] | None = None) -> JSONResponse:
    text = said if isinstance(said, str) else json.dumps(said, default=str)
    return JSONResponse({"detail": said, "message": text}, status, headers)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return _told(422, [{name: _harmless(value) for name, value in each.items()} for each in error.errors()[:20]])


def _harmless(value: Any, depth: int = 0) -> Any:
    """A value of the request as any JSON can hold it, cut."""
    if isinstance(value, str):
        return value[:200].encode("utf-8", "backslashreplace").decode()
    if isinstance(value, (list, tuple)) and depth < 4:
        return [_harmless(each, depth + 1) for each in value[:20]]
    if isinstance(value, dict) and depth < 4:
        return {str(_harmless(str(name))): _harmless(each, depth + 1) for name, each in list(value.items())[:20]}
    if value is None or isinstance(value, bool) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, int) and value.bit_length() < 64:
        return value
    return f"<{type(value).__name__}>"


async def _said(_: Request, error: Exception) -> Response:
    if not isinstance(error, StarletteHTTPException):
        raise error
    return _told(error.status_code, _harmless(error.detail), dict(error.headers or {}))


async def _busy(_: Request, error: Exception) -> Response:
    wait = error.retry_after_s if isinstance(error, BusyError) else 1
    return _told(503, str(error), {"Retry-After": str(wait)})


async def _missing(_: Request, error: Exception) -> Response:
    return _told(501, str(error))


async def _fault(_: Request, error: Exception) -> Response:
    if not isinstance(error, SandboxError):
        log.error("a fault of ours", exc_info=error)
    return _told(500, f"a fault of ours, never the program's: {type(error).__name__}: {error}"[:500])
