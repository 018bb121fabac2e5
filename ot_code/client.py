"""A client of one server of `ot-code serve`, with the values of the sandbox and the judges.

    from ot_code.client import Client
    with Client("http://127.0.0.1:8080") as client:
        print(client.run("print(input())", stdin="hi").stdout)

To judge on several servers: `Judge(endpoints=[...])`.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from code_pipeline import wire
from code_pipeline.endpoint import Endpoint, RemoteError
from code_pipeline.types import Judgement, Problem, Submission
from math_pipeline.types import Answer, MathJudgement, MathVerdict, Method
from sandbox import Execution, Limits, Status

_SLACK_S = 30.0


class NotServedError(RemoteError):
    """The server answered with something else than a result. `status` is HTTP's; 503 may be tried again later."""

    def __init__(self, message: str, status: int, retry_after_s: float | None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class Client:
    """Asks one server. Thread-safe. key: an API key; None: the URL's password, or the environment's OT_API_KEY.

    deadline_s: for each answer, unless a call says otherwise. Every method raises NotServedError for an answer that is
    no result, RemoteError where there is no answer; the constructor ValueError for a URL that is none.
    """

    def __init__(self, endpoint: str, *, key: str | None = None, deadline_s: float = 60.0) -> None:
        self._endpoint = Endpoint(endpoint, key=key)
        self._deadline_s = deadline_s

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends its connections."""
        self._endpoint.close()

    def run(
        self,
        source: str,
        *,
        language: str = "python3",
        stdin: str | bytes = b"",
        files: Mapping[str, str | bytes] | None = None,
        collect: Sequence[str] = (),
        limits: Limits | None = None,
        deadline_s: float | None = None,
    ) -> Execution:
        """What one run of a program did; a build that failed has the status `build_failed`."""
        given = stdin.encode("utf-8", "surrogatepass") if isinstance(stdin, str) else stdin
        contents = {name: data if isinstance(data, bytes) else data.encode() for name, data in (files or {}).items()}
        body = {
            "source": source,
            "language": language,
            "stdin_base64": base64.b64encode(given).decode(),
            "files_base64": {name: base64.b64encode(data).decode() for name, data in contents.items()},
            "collect": list(collect),
            "limits": dataclasses.asdict(limits) if limits is not None else {},
        }
        return _execution(self._post("/v1/run", body, deadline_s)["execution"])

    def judge(
        self,
        problem: Problem,
        submissions: Sequence[Submission],
        *,
        all_tests: bool = False,
        deadline_s: float | None = None,
    ) -> list[Judgement]:
        """The judgements, in the order of the submissions. Raises RowError for tests that cannot be sent."""
        shown = wire.problem_json(problem)
        digest = wire.digest_of(shown)
        body = {
            "problem_id": digest,
            "submissions": [wire.submission_json(submission) for submission in submissions],
            "all_tests": all_tests,
        }
        try:
            answer = self._post("/v1/judge", body, deadline_s)
        except NotServedError as error:
            if error.status != 404:
                raise
            self._ask("PUT", f"/v1/problems/{digest}", shown, self._deadline_s)
            answer = self._post("/v1/judge", body, deadline_s)
        return [wire.judgement_from(each) for each in answer["judgements"]]

    def verify_math(self, pairs: Sequence[tuple[str, str]], *, deadline_s: float | None = None) -> list[MathJudgement]:
        """The judgements of (gold, response) pairs, in order."""
        body = {"pairs": [{"gold": gold, "response": response} for gold, response in pairs]}
        return [_math(each) for each in self._post("/v1/math", body, deadline_s)["judgements"]]

    def languages(self) -> dict[str, Any]:
        """The server's languages, and what its verdicts rest on."""
        return dict(self._ask("GET", "/v1/languages", None, self._deadline_s))

    def load(self) -> dict[str, int]:
        """`slots`, and how many are `busy` and requests `waiting` now."""
        return dict(self._ask("GET", "/v1/load", None, self._deadline_s))

    def _post(self, path: str, body: dict[str, Any], deadline_s: float | None) -> Any:
        within = self._deadline_s if deadline_s is None else deadline_s
        return self._ask("POST", path, {**body, "deadline_s": within}, within)

    def _ask(self, method: str, path: str, body: Any, within: float) -> Any:
        data = None if body is None else json.dumps(body).encode()
        answer = self._endpoint.request(method, path, data, timeout_s=within + _SLACK_S)
        if answer.status != 200:
            said = f"{self._endpoint.url}{path} answered {answer.status}: {answer.said}"
            raise NotServedError(said, answer.status, answer.retry_after_s)
        return answer.json()


def _execution(shown: Mapping[str, Any]) -> Execution:
    data = {
        name: base64.b64decode(whole) if (whole := shown.get(f"{name}_base64")) else shown[name].encode()
        for name in ("stdout", "stderr")
    }
    return Execution(
        Status(shown["status"]),
        shown["exit_code"],
        shown["signal"],
        shown["cpu_time_s"],
        shown["wall_time_s"],
        shown["memory_mb"],
        data["stdout"],
        data["stderr"],
        truncated=shown["truncated"],
        marginal=shown["marginal"],
        files={name: base64.b64decode(text) for name, text in shown["files_base64"].items()},
    )


def _math(shown: Mapping[str, Any]) -> MathJudgement:
    return MathJudgement(
        MathVerdict(shown["verdict"]),
        Method(shown["method"]),
        shown["rule"],
        shown["reason"],
        Answer(**shown["gold"]) if shown["gold"] else None,
        Answer(**shown["answer"]) if shown["answer"] else None,
        shown["cpu_time_s"],
        shown["provenance"],
    )
