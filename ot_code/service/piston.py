"""Piston's API v2: /api/v2/runtimes, /api/v2/execute, and /api/v2/packages to look at.

Its checks are made in its words and in its order, so that a client that shows them shows the same. Times are
milliseconds, memory is bytes. The codeforces package's languages are in `codeforces.py`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ot_code.service import codeforces
from ot_code.service.execution import Phase, patient, run_all
from ot_code.service.files import check_room, decoded, inside, sent, shown
from ot_code.service.native import REFUSED, caller
from ot_code.service.piston_jobs import EMPTY, Job, late_build, limits_of, program_of, stages
from ot_code.service.queue import BusyError
from ot_code.service.versions import fits, number_in
from ot_code.service.works import Works
from sandbox import Run, SandboxError, Stop, languages

# Piston's name -> ours, its other names, and the runtime where it has one
_LANGUAGES: Mapping[str, tuple[str, tuple[str, ...], str | None]] = {
    "bash": ("bash", ("sh",), None),
    "c": ("c", ("gcc",), "gcc"),
    "c++": ("cpp", ("cpp", "g++"), "gcc"),
    "go": ("go", ("golang",), None),
    "java": ("java", (), None),
    "javascript": ("javascript", ("node-javascript", "node-js", "js"), "node"),
    "pypy3": ("pypy3", ("pypy",), None),
    "python": ("python3", ("py", "py3", "python3", "python3.11"), None),
    "rust": ("rust", ("rs",), None),
    "typescript": ("typescript", ("ts", "node-ts", "tsc"), "node"),
}
_TIMES = {"compile_timeout": 10_000, "run_timeout": 3_000, "compile_cpu_time": 10_000, "run_cpu_time": 3_000}
_MEMORY = ("compile_memory_limit", "run_memory_limit")
_PLAIN = (None, "", "utf8")
_ANSWER_S = 29.0  # open-r1's client gives up a socket that is silent for 30 s
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["language", "version", "files"],
                    "properties": {
                        "language": {"type": "string", "enum": [*_LANGUAGES]},
                        "version": {"type": "string", "enum": ["*"]},
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "required": ["content"],
                                "properties": {"content": {"type": "string"}},
                                "additionalProperties": False,
                            },
                        },
                        "stdin": {"type": "string"},
                    },
                },
                "example": {
                    "language": "python",
                    "version": "*",
                    "files": [{"content": "print(input())"}],
                    "stdin": "hi",
                },
            }
        },
    }
}


class Refused(Exception):  # noqa: N818  not an error of ours: the caller's, in Piston's words
    """What Piston answers with 400."""


def piston(works: Works) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v2", tags=["Piston"])

    @router.get("/runtimes", responses={401: REFUSED[401]})
    async def runtimes() -> list[dict[str, Any]]:
        """The languages that work here, and their versions."""
        return _runtimes(works)

    @router.get("/packages", responses={401: REFUSED[401]})
    async def packages() -> list[dict[str, Any]]:
        """The same as packages; they cannot be changed over HTTP."""
        return [
            {"language": each["language"], "language_version": each["version"], "installed": True}
            for each in _runtimes(works)
        ]

    @router.post("/execute", openapi_extra=_BODY, responses={415: REFUSED[422], 500: REFUSED[422], **REFUSED})
    async def execute(request: Request) -> Response:
        """Runs a program."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"message": "requests must be of type application/json"}, 415)
        try:
            body = json.loads(await request.body())
            job = checked(works, body)
        except (ValueError, RecursionError):
            return JSONResponse({"message": "the body is no JSON that can be read"}, 400)
        except Refused as refused:
            return JSONResponse({"message": str(refused)}, 400)
        except PermissionError:  # a file's name that leaves the folder: Piston says no more
            return Response(status_code=500, media_type="application/json")
        phase, judged = Phase(), codeforces.is_job(job)
        try:
            work = codeforces.work(works, job, phase) if judged else _work(works, job, phase)
        except ValueError as error:
            return JSONResponse({"message": str(error)}, 400)
        wanted = (job.numbers["compile_timeout"] + job.numbers["run_timeout"]) / 1000
        within = (_ANSWER_S if wanted <= _ANSWER_S else wanted + 10) - (time.monotonic() - request.state.arrived)
        try:
            answer = await patient(works.do(caller(request), within, work), phase, job.compile_s)
        except BusyError:
            if phase.has_built_for() < job.compile_s:
                raise
            works.metrics.count("build_failed", fault=False)
            answer = late_build(phase)
        except SandboxError as error:
            works.metrics.count("sandbox_error", fault=True)
            if judged:  # its client looks for a verdict in any 200, and tries anything else again
                return JSONResponse({"message": f"a fault of ours: {error}"}, 500)
            stage = {**EMPTY, "status": "XX", "message": str(error), "code": None, "signal": None}
            answer = {"run": stage}
        return JSONResponse({**answer, "language": job.name, "version": job.version})

    return router


def _runtimes(works: Works) -> list[dict[str, Any]]:
    shown = []
    for name, (ours, aliases, runtime) in _LANGUAGES.items():
        if ours not in works.missing:
            each = {"language": name, "version": _version(works, ours), "aliases": list(aliases)}
            shown.append({**each, "runtime": runtime} if runtime else each)
    for name, (ours, aliases) in codeforces.LANGUAGES.items():
        if ours not in works.missing:
            shown.append({"language": name, "version": codeforces.VERSION, "aliases": list(aliases)})
    return shown


def _version(works: Works, language: str) -> str:
    said = works.toolchains.get(language, "") if language != "python3" else works.sandbox.runtime.python_version
    return number_in(said)


def checked(works: Works, body: Any) -> Job:
    """The job of a body. Raises Refused in Piston's words, PermissionError for a file's name that leaves the folder."""
    if not isinstance(body, dict):
        raise Refused("language is required as a string")
    for name in ("language", "version"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refused(f"{name} is required as a string")
    files = body.get("files")
    if not isinstance(files, list):
        raise Refused("files is required as an array")
    for number, file in enumerate(files):
        if not isinstance(file, dict) or not isinstance(file.get("content"), str):
            raise Refused(f"files[{number}].content is required as a string")
    runtime = _runtime(works, body["language"], body["version"])
    if not any(file.get("encoding") in _PLAIN for file in files):
        raise Refused("files must include at least one utf8 encoded file")
    main = next(file for file in files if file.get("encoding") not in ("base64", "hex"))
    stdin, args = body.get("stdin"), body.get("args")
    if not isinstance(stdin, (str, type(None))) or not _texts(args):
        raise Refused("stdin must be a string and args a list of strings")
    numbers = {name: _memory(body, name) for name in _MEMORY} | {name: _time(works, body, name) for name in _TIMES}
    return Job(
        *runtime,
        main=main["content"],
        main_name=_file_name(main.get("name")) or "",
        files=dict(_file(number, file) for number, file in enumerate(files) if file is not main),
        stdin=stdin or "",
        args=tuple(args or ()),
        numbers=numbers,
        limits_cpu=bool(body.get("run_cpu_time")),
    )


def _texts(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(each, str) and "\0" not in each for each in value)
    )


def _runtime(works: Works, language: str, version: str) -> tuple[str, str, str]:
    for each in _runtimes(works):
        if language in (each["language"], *each["aliases"]) and fits(each["version"], version):
            name: str = each["language"]
            ours = codeforces.LANGUAGES[name][0] if each["version"] == codeforces.VERSION else _LANGUAGES[name][0]
            return name, ours, each["version"]
    raise Refused(shown(f"{language}-{version} runtime is unknown"))


def _file_name(name: Any) -> str | None:
    if name is None or name == "":
        return None
    place = inside(name) if isinstance(name, str) else ""
    if not place:
        raise PermissionError(name)
    return place


def _file(number: int, file: Mapping[str, Any]) -> tuple[str, bytes]:
    content, encoding = file["content"], file.get("encoding") or "utf8"
    try:
        if encoding == "base64":
            plain = "".join(content.split()).rstrip("=")
            data = decoded(plain + "=" * (-len(plain) % 4))
        else:
            data = bytes.fromhex(content) if encoding == "hex" else sent(content)
    except ValueError as error:
        raise Refused(f"files[{number}].content is no {encoding}") from error
    return _file_name(file.get("name")) or f"file{number}.code", data


def _number(body: Mapping[str, Any], name: str) -> float | None:
    """A number of the body; None where it is left out, or nought, or what JavaScript takes for it."""
    value = body.get(name)
    if not value:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124  NaN
        raise Refused(f"If specified, {name} must be a number")
    return value


def _time(works: Works, body: Mapping[str, Any], name: str) -> float:
    value, most = _number(body, name), works.settings.run_s * 1000
    if value is None:
        return _TIMES[name]
    if value > most:
        raise Refused(f"{name} cannot exceed the configured limit of {most:g}")
    if value < 0:
        raise Refused(f"{name} must be non-negative")
    return max(1.0, value)


def _memory(body: Mapping[str, Any], name: str) -> float:
    value = _number(body, name)
    return -1 if value is None else value


def _work(works: Works, job: Job, phase: Phase) -> Callable[[Stop], dict[str, Any]]:
    """What runs the job. Raises ValueError for files that cannot lie beside each other, or are too much."""
    limits = limits_of(works, job)
    # A run that was given longer on the clock alone is not ended for the default of CPU time.
    cpu_s = max(job.numbers["run_cpu_time"], job.numbers["run_timeout"] if not job.limits_cpu else 0) / 1000
    if job.limits_cpu:
        limits = replace(limits, cpu_time_s=min(limits.cpu_time_s, cpu_s))
    check_room(job.files, limits.scratch_mb)
    program = program_of(job)
    run = Run(sent(job.stdin), job.files)
    Run(files={job.main_name or languages()[job.language].file_name: b"", **job.files})

    def work(stop: Stop) -> dict[str, Any]:
        ran = run_all(works.sandbox, program, [run], limits, stop, phase, times_again=False)
        works.metrics.count((ran.build or ran.one).status.value, fault=False)
        return stages(job, ran, cpu_s=cpu_s)

    return work
