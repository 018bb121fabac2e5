"""SandboxFusion's /submit for problems that the client brings (`provided_data` of a CommonOJDataset).

Answers are compared as it compares them, which is looser than our own checkers: lines, whatever their case, and numbers
to a relative 1e-5. Who wants a contest's judgement asks /v1/judge.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from code_pipeline.extract import extract_program
from ot_code.service.execution import Phase, Ran, run_all
from ot_code.service.files import check_room, inside, sent, shown
from ot_code.service.native import REFUSED, Responses, caller
from ot_code.service.sandbox_fusion import (
    _OURS,
    GRACE_S,
    FusionLanguage,
    RunCodeResponse,
    Timeout,
    fusion_limits,
    response,
)
from ot_code.service.works import Works
from sandbox import Limits, Program, Run, SandboxError, Stop

_TOLERANCE, _LEAST = 1e-5, 1e-10
_LONG = 1_000


class TestConfig(BaseModel):
    """How a completion is tested."""

    __test__ = False

    dataset_type: Annotated[str | None, Field(json_schema_extra={"enum": ["CommonOJDataset"]})] = None
    language: Annotated[FusionLanguage | None, Field(json_schema_extra={"enum": [*_OURS]})] = None
    locale: str | None = None
    is_fewshot: bool | None = None
    compile_timeout: Timeout | None = None
    run_timeout: Timeout | None = None
    custom_extract_logic: Annotated[str | None, Field(json_schema_extra={"maxLength": 0})] = None
    provided_data: list[dict[str, Any]] | dict[str, Any] | None = Field(
        default=None, examples=[{"id": 1, "test": [{"input": {"stdin": "1 2"}, "output": {"stdout": "3"}}]}]
    )
    extra: dict[str, Any] = {}


class SubmitRequest(BaseModel):
    """A completion, and the problem that it is for."""

    dataset: str
    id: int | str
    completion: str = Field(examples=["```python\nprint(sum(map(int, input().split())))\n```"])
    config: TestConfig


class EvalTestCase(BaseModel):
    """One test's outcome."""

    passed: bool
    exec_info: RunCodeResponse
    test_info: dict[str, Any] | None = None


class EvalResult(BaseModel):
    """Whether the completion passed."""

    id: int | str
    accepted: bool
    extracted_code: str
    full_code: str | None = None
    test_code: str | None = None
    tests: list[EvalTestCase]
    extracted_type: str | None = None
    extra: dict[str, Any] | None = None


def submit(works: Works) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["SandboxFusion"], responses=REFUSED)
    not_built: Responses = {400: REFUSED[422], 501: REFUSED[422], 500: REFUSED[422]}

    @router.post("/submit", responses=not_built)
    async def submit_completion(body: SubmitRequest, request: Request) -> EvalResult:
        """Tests a completion on the tests in `config.provided_data`."""
        language, tests = _asked(body)
        code = extract_program(body.completion, language=language) or ""
        config = body.config
        run_s = config.run_timeout or 20.0
        limits = fusion_limits(works, language, run_s, -1)
        runs = [_run(number, test, limits) for number, test in enumerate(tests)]
        every = bool(config.extra.get("run_all_cases"))
        program = Program(code, language)

        def work(stop: Stop) -> list[Ran]:
            done: list[Ran] = []
            for run, test in zip(runs, tests, strict=True):
                ran = run_all(works.sandbox, program, [run], limits, stop, Phase(), times_again=False)
                done.append(ran)
                if not every and not _passed(ran, test, code):
                    break
            return done

        within = (config.compile_timeout or 20.0) + run_s * len(tests) + GRACE_S
        within = min(within, works.settings.longest_deadline_s) - (time.monotonic() - request.state.arrived)
        try:
            done = await works.do(caller(request), within, work)
        except SandboxError as error:
            raise HTTPException(500, f"a fault of ours, twice: {error}") from error
        cases = [
            EvalTestCase(
                passed=_passed(ran, test, code),
                exec_info=response(works, language, ran, {}),
                test_info=shown(test if config.extra.get("return_full_case", True) else _short(test)),
            )
            for ran, test in zip(done, tests, strict=False)
        ]
        accepted = len(cases) == len(tests) > 0 and all(case.passed for case in cases)
        return EvalResult(id=shown(body.id), accepted=accepted, extracted_code=shown(code), tests=cases)

    return router


def _asked(body: SubmitRequest) -> tuple[str, list[dict[str, Any]]]:
    """The language and the tests. Raises HTTPException as SandboxFusion does, and 501 for what is not built."""
    config = body.config
    if config.dataset_type is None:
        raise HTTPException(400, f"no eval class found for dataset {body.dataset}")
    if config.provided_data is None:
        raise HTTPException(501, "datasets are not kept here: send the problem in config.provided_data")
    if config.dataset_type != "CommonOJDataset":
        raise HTTPException(501, f"the dataset type {config.dataset_type!r:.80} is not built; CommonOJDataset is")
    if config.custom_extract_logic:
        raise HTTPException(501, "custom_extract_logic is code for the server itself, which runs nobody's")
    if config.language is None:
        raise HTTPException(400, "config.language field must exist for CommonOJDataset, got None")
    language = _OURS.get(config.language.value)
    if language is None:
        raise HTTPException(501, f"no {config.language.value} here; there are {', '.join(_OURS)}")
    row = _row(config.provided_data, body.id)
    tests = row.get("test", row.get("tests"))
    if isinstance(tests, str):
        try:
            tests = json.loads(tests)
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, f"the problem's `test` is no JSON: {error}") from error
    if not isinstance(tests, list) or not tests or not all(map(_is_test, tests)):
        raise HTTPException(400, "the problem's `test` must be a list of {input: {stdin}, output: {stdout}}")
    return language, tests


def _row(data: list[dict[str, Any]] | dict[str, Any], wanted: int | str) -> dict[str, Any]:
    """The problem: the one that was sent, whatever its id, or the one of that id in a list."""
    if isinstance(data, dict):
        return data
    row = next((each for each in data if str(each.get("id")) == str(wanted)), None)
    if row is None:
        raise HTTPException(400, f"config.provided_data has no problem {wanted!r:.80}")
    return row


def _short(test: Mapping[str, Any]) -> dict[str, Any]:
    """A test without the middle of its long texts."""
    return {
        side: {
            name: text if len(text) <= _LONG else f"{text[: _LONG // 2]}...{text[-_LONG // 2 :]}"
            for name, text in test[side].items()
        }
        for side in ("input", "output")
    }


def _is_test(test: Any) -> bool:
    """A test that expects nothing is none: every program would pass it."""
    sides = [test.get("input"), test.get("output")] if isinstance(test, dict) else []
    return bool(sides and sides[1]) and all(
        isinstance(side, dict) and all(isinstance(text, str) for text in side.values()) for side in sides
    )


def _run(number: int, test: Mapping[str, Any], limits: Limits) -> Run:
    files: dict[str, str | bytes] = {}
    wanted = []
    for side in ("input", "output"):
        for name, text in test[side].items():
            if name in ("stdin", "stdout"):
                continue
            place = inside(name)
            if not place:
                raise HTTPException(400, f"test {number}: {name!r:.80} is no name inside the working directory")
            if side == "input":
                files[place] = sent(text)
            else:
                wanted.append(place)
    try:
        check_room(files, limits.scratch_mb)
        return Run(sent(test["input"].get("stdin", "")), files, tuple(wanted))
    except ValueError as error:
        raise HTTPException(400, f"test {number}: {error}") from error


def _passed(ran: Ran, test: Mapping[str, Any], code: str) -> bool:
    if not code.strip() or ran.build is not None or not ran.one.ok:  # no program is never a right one
        return False
    for name, expected in test["output"].items():
        got = ran.one.stdout_bytes if name == "stdout" else ran.one.files.get(inside(name))
        if got is None or not same(got.decode("utf-8", "replace"), expected):
            return False
    return True


def same(got: str, expected: str) -> bool:
    """Whether two outputs are the same as SandboxFusion compares them."""
    lines, wanted = got.strip().split("\n"), expected.strip().split("\n")
    return len(lines) == len(wanted) and all(map(_same_line, lines, wanted))


def _same_line(got: str, expected: str) -> bool:
    if got.strip().lower() == expected.strip().lower():
        return True
    try:
        number, wanted = float(got), float(expected)
    except ValueError:
        return False
    return math.isfinite(wanted) and abs(number - wanted) < _TOLERANCE * max(abs(wanted), _LEAST)
