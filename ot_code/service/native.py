"""The routes of our own, below /v1."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response

from code_pipeline import wire
from code_pipeline.errors import CodePipelineError
from code_pipeline.version import judge_version
from math_pipeline import MathJudgement
from ot_code.service.asked import found, judged, kept, prepared, submission_of
from ot_code.service.execution import Phase, Ran, run_all
from ot_code.service.files import beside, check_room, decoded, sent
from ot_code.service.schemas import (
    ExecutionOut,
    JudgeIn,
    JudgementsOut,
    MathIn,
    MathOut,
    Problem503,
    ProblemOut,
    RunIn,
    RunOut,
)
from ot_code.service.works import Works
from sandbox import Execution, Limits, Program, Run, Stop, languages
from sandbox.languages import language as language_named

Responses = dict[int | str, dict[str, Any]]
REFUSED: Responses = {
    400: {"model": Problem503, "description": "the body is no JSON"},
    401: {"model": Problem503, "description": "no key, or one that is not known"},
    408: {"model": Problem503, "description": "the body took too long to come"},
    413: {"model": Problem503, "description": "the body is too large"},
    422: {"model": Problem503, "description": "what the body asks for cannot be meant"},
    503: {"model": Problem503, "description": "not in time; Retry-After says when to come again"},
}
_FAULT: Responses = {500: {"model": Problem503, "description": "a fault of ours, twice: never the program's"}}
_MISSING: Responses = {404: {"model": Problem503, "description": "the problem is not kept here (any more)"}}
_NEEDS_EXTRA: Responses = {501: {"model": Problem503, "description": "without the [math] extra"}}


def native(works: Works) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/v1", tags=["ot-code"], responses=REFUSED)

    @router.post("/run", response_model_exclude_none=False, responses=_FAULT)
    async def run(body: RunIn, request: Request) -> RunOut:
        """Runs one program, once or on several inputs, each in a fresh process of a jail."""
        try:
            program, runs, limits = _asked(works, body)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        known = languages()[program.language]
        room = replace(limits, memory_mb=min(limits.memory_mb + known.memory_mb, works.sandbox.memory_budget_mb))
        work = partial(_run, works, program, runs, room)
        ran = await works.do(caller(request), deadline(works, body.deadline_s), work)
        executions = [ran.build] if ran.build is not None else ran.executions
        for execution in executions:
            works.metrics.count(execution.status.value, fault=False)
        shown = [shown_execution(execution) for execution in executions]
        return RunOut(
            execution=shown[0],
            executions=None if body.inputs is None else shown,
            build_failed=ran.build is not None,
            build_s=round(ran.build_s, 6),
            limits=dataclasses.asdict(room),
            jail=works.sandbox.jail_kind,
        )

    @router.put("/problems/{problem_id}", responses={**_MISSING})
    async def put_problem(
        problem_id: Annotated[str, Path(pattern="^[0-9a-f]{40}$")], body: dict[str, Any], request: Request
    ) -> ProblemOut:
        """Keeps a problem under the digest of its content, so that its tests are sent once."""
        size = int(request.headers.get("content-length") or 0) or len(await request.body())
        try:
            suite = await asyncio.to_thread(kept, works, problem_id, body, size)
        except (CodePipelineError, ValueError) as error:
            raise HTTPException(422, str(error)) from error
        return ProblemOut(problem_id=problem_id, tests=len(suite.tests))

    @router.get("/problems/{problem_id}", responses={**_MISSING})
    async def get_problem(problem_id: Annotated[str, Path(pattern="^[0-9a-f]{40}$")]) -> ProblemOut:
        """Whether a problem is kept here."""
        return ProblemOut(problem_id=problem_id, tests=len(found(works, problem_id).tests))

    @router.post("/judge", responses={**_MISSING}, response_model=JudgementsOut)
    async def judge(body: JudgeIn, request: Request) -> Response:
        """Judges candidates against a problem's tests: one judgement each, with its grounds."""
        suite, judge_of_these, order = await asyncio.to_thread(prepared, works, body)
        until = deadline(works, body.deadline_s)
        who = caller(request)
        asked = [submission_of(suite, given) for given in body.submissions]
        jobs = [
            asyncio.ensure_future(works.do(who, until, partial(judged, judge_of_these, suite, one, order)))
            for one in asked
        ]
        try:
            judgements = await asyncio.gather(*jobs)
        finally:
            for job in jobs:
                job.cancel()
        for judgement in judgements:
            works.metrics.count(judgement.verdict.value, fault=judgement.verdict.is_fault)
        return _whole([wire.judgement_json(judgement) for judgement in judgements])

    _add_math(router, works)
    return router


def _add_math(router: APIRouter, works: Works) -> None:
    @router.post("/math", responses=_NEEDS_EXTRA, response_model=MathOut)
    async def math(body: MathIn, request: Request) -> Response:
        """Judges math answers by exact arithmetic and symbols."""
        pairs = [(pair.gold, pair.response) for pair in body.pairs]

        def work(stop: Stop) -> list[MathJudgement]:
            verifier = works.math()
            judged = []
            for gold, response in pairs:
                stop.check()
                judged.append(verifier.verify(gold=gold, response=response))
            return judged

        judgements = await works.do(caller(request), deadline(works, body.deadline_s), work)
        for judgement in judgements:
            works.metrics.count(judgement.verdict.value, fault=judgement.verdict.value == "judge_error")
        return _whole([_math_json(judgement) for judgement in judgements])

    @router.get("/languages")
    async def what_there_is() -> dict[str, Any]:
        """The languages, whether each works here, and what every verdict of this server rests on."""
        return facts(works)

    @router.get("/load")
    async def load() -> dict[str, Any]:
        """What runs and what waits now."""
        queue = works.queue
        return {"slots": queue.places, "busy": queue.places - queue.free, "waiting": queue.waiting}


def _whole(judgements: list[dict[str, Any]]) -> Response:
    """In ASCII, so that whatever texts were judged come back as they are, lone surrogates too."""
    return Response(json.dumps({"judgements": judgements}), media_type="application/json")


def caller(request: Request) -> str:
    """Whose turn the request takes."""
    return str(request.state.caller)


def deadline(works: Works, asked: float | None) -> float:
    """Seconds within which the request is to be answered."""
    return min(works.settings.deadline_s if asked is None else asked, works.settings.longest_deadline_s)


def facts(works: Works) -> dict[str, Any]:
    """What the server is."""
    return {
        "version": works.judge.version,
        "judge": judge_version(),
        "jail": works.sandbox.jail_kind,
        "slots": works.queue.places,
        "limits": dataclasses.asdict(works.sandbox.limits),
        "provenance": dict(works.sandbox.provenance),
        "languages": [
            {
                "name": name,
                "aliases": list(language.aliases),
                "available": name not in works.missing,
                "missing": works.missing.get(name),
                "toolchain": works.toolchains.get(name, ""),
                "compiled": bool(language.build),
            }
            for name, language in languages().items()
        ],
    }


def _bytes(text: str, where: str) -> bytes:
    try:
        return decoded(text)
    except ValueError as error:
        raise ValueError(f"{where} {error}") from error


def _asked(works: Works, body: RunIn) -> tuple[Program, list[Run], Limits]:
    files: dict[str, str | bytes] = dict(body.files)
    files.update({name: _bytes(text, f"files_base64: {name!r}") for name, text in body.files_base64.items()})
    language = language_named(body.language.value)
    program = Program(body.source, language.name, arguments=tuple(body.arguments))
    program, _ = beside(replace(program, files=files), files, strict=True)
    if any("\0" in word for word in program.arguments):
        raise ValueError("`arguments` hold a null character, which no argument can")
    stdin = sent(body.stdin) if body.stdin_base64 is None else _bytes(body.stdin_base64, "stdin_base64")
    inputs = [stdin] if not body.inputs else [sent(each) for each in body.inputs]
    collect = tuple(dict.fromkeys(body.collect))
    runs = [Run(each, files if language.build else {}, collect) for each in inputs]
    given = {name: value for name, value in body.limits.model_dump().items() if value is not None}
    limits = replace(works.sandbox.limits, **given)
    check_room(files, limits.scratch_mb)
    settings = works.settings
    if max(limits.cpu_time_s, limits.wall_s if limits.wall_time_s else 0) > settings.run_s:
        raise ValueError(f"`limits`: a program may have {settings.run_s:g} s here")
    if limits.memory_mb > min(settings.memory_mb, works.sandbox.memory_budget_mb):
        raise ValueError(f"`limits`: a program may have {settings.memory_mb} MiB here")
    return program, runs, limits


def _run(works: Works, program: Program, runs: list[Run], limits: Limits, stop: Stop) -> Ran:
    return run_all(works.sandbox, program, runs, limits, stop, Phase())


def shown_execution(execution: Execution) -> ExecutionOut:
    """An execution as JSON can hold it."""
    whole = {}
    for name in ("stdout", "stderr"):
        data: bytes = getattr(execution, f"{name}_bytes")
        try:
            data.decode()
        except UnicodeDecodeError:
            whole[f"{name}_base64"] = base64.b64encode(data).decode()
    return ExecutionOut(
        status=execution.status.value,
        exit_code=execution.exit_code,
        signal=execution.signal,
        cpu_time_s=execution.cpu_time_s,
        wall_time_s=execution.wall_time_s,
        memory_mb=execution.memory_mb,
        stdout=execution.stdout,
        stderr=execution.stderr,
        truncated=execution.truncated,
        marginal=execution.marginal,
        files_base64={name: base64.b64encode(data).decode() for name, data in execution.files.items()},
        **whole,
    )


def _math_json(judgement: MathJudgement) -> dict[str, Any]:
    shown = dataclasses.asdict(judgement)
    shown["verdict"], shown["method"] = judgement.verdict.value, judgement.method.value
    shown["passed"] = judgement.passed
    shown["provenance"] = dict(judgement.provenance)
    return dict(json.loads(json.dumps(shown, default=str)))
