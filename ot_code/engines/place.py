"""A sandbox and a judge that answer as a server of `ot-code serve` does, without HTTP: what an actor holds."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from code_pipeline import wire
from code_pipeline.blocks import Prepared
from code_pipeline.errors import CodePipelineError
from code_pipeline.judge import Judge
from code_pipeline.suite import Suite
from code_pipeline.types import Judgement, Submission
from code_pipeline.version import judge_version
from ot_code.jails import open_sandbox
from ot_code.service.problems import Problems
from sandbox import LanguageError, languages

_PROBLEMS_BYTES = 256 * 1024 * 1024


class Place:
    """Judges one program a call. Thread-safe. jails: as keywords of Sandbox; jobs: programs at once."""

    def __init__(self, jails: Mapping[str, Any], jobs: int) -> None:
        self._jobs = jobs
        self._sandbox = open_sandbox(jails, jobs=jobs)
        self._judge = Judge(self._sandbox)
        self._problems = Problems(_PROBLEMS_BYTES)

    def request(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """The status and body that a server would answer. What goes wrong is an answer too."""
        try:
            if (method, path) == ("GET", "/v1/languages"):
                return 200, json.dumps(self._facts()).encode()
            if method == "PUT":
                return self._keep(path.rsplit("/", 1)[-1], body or b"")
            return self._judged(json.loads(body or b""))
        except (CodePipelineError, ValueError, LookupError, TypeError) as error:
            return 422, json.dumps({"detail": str(error)}).encode()

    def close(self) -> None:
        """Ends the jails."""
        self._sandbox.close()
        self._judge.close()

    def _facts(self) -> dict[str, Any]:
        return {
            "version": self._judge.version,
            "judge": judge_version(),
            "jail": self._sandbox.jail_kind,
            "slots": self._jobs,
            "limits": dataclasses.asdict(self._sandbox.limits),
            "provenance": dict(self._sandbox.provenance),
            "languages": [self._language(name) for name in languages()],
        }

    def _language(self, name: str) -> dict[str, Any]:
        try:
            return {"name": name, "available": True, "toolchain": self._sandbox.toolchain(name)}
        except LanguageError:
            return {"name": name, "available": False, "toolchain": ""}

    def _keep(self, digest: str, body: bytes) -> tuple[int, bytes]:
        suite = Suite(wire.problem_from(json.loads(body)))
        _ = suite.distinct  # read once here, as Suite wants it before threads share it
        self._problems.put(digest, suite, max(1, len(body)))
        return 200, b"{}"

    def _judged(self, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        suite = self._problems.get(asked["problem_id"])
        if suite is None:
            return 404, b'{"detail": "this problem is not here"}'
        checker = None if asked["checker"] is None else wire.checker_from(asked["checker"])
        judge = self._judge.like(all_tests=asked["all_tests"], checker=checker, time_factors=asked["time_factors"])
        found = [self._one(judge, suite, given, asked["order"]) for given in asked["submissions"]]
        return 200, json.dumps({"judgements": [wire.judgement_json(judgement) for judgement in found]}).encode()

    def _one(self, judge: Judge, suite: Suite, given: Mapping[str, Any], order: list[int]) -> Judgement:
        files = {name: wire.value_of(content) for name, content in given.get("files", {}).items()}
        submission = Submission(
            given["id"], suite.problem.id, wire.value_of(given["response"]), given["language"], {},
            given.get("entry"), files, tuple(given.get("sources", ())),
        )  # fmt: skip
        prepared = judge.prepare(suite, submission)
        if not isinstance(prepared, Prepared):
            return prepared
        return judge.judge_program(suite, submission, prepared, order)
