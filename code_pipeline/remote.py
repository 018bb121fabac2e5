"""Judging on other machines: servers that take the place of a Sandbox in a Judge.

The Judge goes on planning here: which candidates are the same, in which order tests run. Each program with its order of
tests is one request to the server with the least to do; a problem's tests are sent to a server once, by content. A
server that fails is left alone for a while and its program is given to another, so that a death loses nothing: judging
twice gives the same verdict. All servers must judge alike: other versions, limits or runtimes are refused by name.
"""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from code_pipeline import wire
from code_pipeline.checkers.base import Checker
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.endpoint import Answer, Endpoint, RemoteError
from code_pipeline.suite import Suite
from code_pipeline.types import Judgement, Submission, Verdict
from sandbox import LanguageError, Limits

ENDPOINTS = "OT_ENDPOINTS"
FACTS_S = 30.0  # for a server to say what it is
LONGEST_S = 3_600.0  # for one program
GIVE_UP_S = 120.0  # without any server that answers
_SILENCE_S = LONGEST_S + 30
_PAUSE_FIRST_S, _PAUSE_LAST_S = 0.25, 5.0
_SAME = ("judge", "version", "limits", "provenance", "jail")


def endpoints_of(text: str) -> tuple[str, ...]:
    """The URLs in a list with commas. Raises ValueError where there is none."""
    urls = tuple(part.strip() for part in text.split(",") if part.strip())
    if not urls:
        raise ValueError(f"{text!r} names no server; write http://host:8080,http://other:8080")
    return urls


@dataclass(frozen=True, slots=True)
class Asked:
    """How a Judge wants a program judged."""

    all_tests: bool
    checker: Checker | ProgramChecker | None
    factors: Mapping[str, float]
    closing: threading.Event

    def as_json(self) -> dict[str, Any]:
        """As a request's fields."""
        checker = None if self.checker is None else wire.plain_object(self.checker.spec)
        return {"all_tests": self.all_tests, "checker": checker, "time_factors": dict(self.factors)}


class Channel(Protocol):
    """A way to one server: an Endpoint, or something that answers as one."""

    @property
    def url(self) -> str:
        """Its name, for messages."""

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout_s: float) -> Answer:
        """What it answers. Raises RemoteError."""

    def close(self) -> None:
        """Ends it, and what waits for it."""


class _Server:
    """A server, what it said of itself, and how it does. Guarded by the lock of Servers."""

    def __init__(self, endpoint: Channel) -> None:
        self.endpoint = endpoint
        self.facts: Mapping[str, Any] | None = None
        self.in_flight = 0
        self.resting_until = 0.0
        self.pause_s = _PAUSE_FIRST_S
        self.refused = ""

    @property
    def load(self) -> float:
        slots: int = (self.facts or {}).get("slots", 1)
        return (self.in_flight + 1) / max(1, slots)

    def rest(self, seconds: float | None = None) -> None:
        self.resting_until = time.monotonic() + (self.pause_s if seconds is None else seconds)
        self.pause_s = min(2 * self.pause_s, _PAUSE_LAST_S)


class Servers:
    """Several servers as one place to judge in; what a Judge asks of a Sandbox, it answers for them. Thread-safe.

    key: for all of them; None: what the URLs hold, or the environment's OT_API_KEY. jobs: programs that are with the
    servers at once; None: two for each of their slots. channels: ways to the servers, in place of URLs.
    Raises ValueError for a URL that is none, RemoteError where no server answers or two of them judge differently.
    """

    def __init__(
        self,
        urls: Sequence[str] = (),
        *,
        key: str | None = None,
        jobs: int | None = None,
        channels: Sequence[Channel] = (),
    ) -> None:
        if not urls and not channels:
            raise ValueError("`endpoints` is empty: name at least one server, such as http://host:8080")
        ways = [*channels, *(Endpoint(url, key=key) for url in dict.fromkeys(urls))]
        self._servers = [_Server(way) for way in ways]
        self._lock = threading.Lock()
        self._closed = False
        self._known: Mapping[str, Any] = {}
        self._problems: weakref.WeakKeyDictionary[Suite, tuple[str, bytes]] = weakref.WeakKeyDictionary()
        self.notices: list[str] = []
        self._meet_all()
        self.limits = Limits(**self._known["limits"])
        self.jail_kind: str = self._known["jail"]
        self.provenance: Mapping[str, Any] = self._known["provenance"]
        slots = sum((server.facts or {}).get("slots", 1) for server in self._servers)
        self.jobs = jobs or min(256, 2 * slots)  # one runs and one waits at each slot, so that none is idle on the way

    def __enter__(self) -> Servers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every connection; who waits for an answer sees CancelledError."""
        self._closed = True
        for server in self._servers:
            server.endpoint.close()

    def toolchain(self, language: str) -> str:
        """The versions of the language's tools there. Raises LanguageError where the servers lack it."""
        for known in self._known.get("languages", ()):
            if known["name"] == language and known["available"]:
                return str(known["toolchain"])
        raise LanguageError(f"the servers have no {language}")

    def judged(self, suite: Suite, submission: Submission, order: Sequence[int], asked: Asked) -> Judgement:
        """The judgement of one program, by whichever server answers.

        Where none does for GIVE_UP_S it is `sandbox_error`. Raises CancelledError once the Judge is being closed.
        """
        digest, problem = self._problem(suite)
        body = json.dumps(
            {
                "problem_id": digest,
                "submissions": [wire.submission_json(submission)],
                "order": list(order),
                "deadline_s": LONGEST_S,
                **asked.as_json(),
            }
        ).encode()
        give_up = time.monotonic() + GIVE_UP_S
        said = "no server answers"
        while time.monotonic() < give_up:
            if self._closed or asked.closing.is_set():
                raise CancelledError("the judge is being closed")
            server = self._best()
            if server is None:
                time.sleep(0.05)
                continue
            try:
                answer = self._asked(server, digest, problem, body)
                if answer.status == 200:
                    server.pause_s = _PAUSE_FIRST_S
                    return wire.judgement_from(answer.json()["judgements"][0])
                said = f"{server.endpoint.url} answered {answer.status}: {answer.said}"
                if answer.status not in (429, 500, 502, 503, 504):
                    break  # it would say the same again, and so would the others
                if answer.status in (429, 503):
                    give_up = max(give_up, time.monotonic() + GIVE_UP_S)  # it is there, and busy
                server.rest(answer.retry_after_s)
            except (RemoteError, ValueError, LookupError, TypeError) as error:
                said = str(error)
                server.rest()
            finally:
                with self._lock:
                    server.in_flight -= 1
        return Judgement(submission.id, Verdict.SANDBOX_ERROR, said, tests_total=len(suite.tests))

    def _asked(self, server: _Server, digest: str, problem: bytes, body: bytes) -> Answer:
        endpoint = server.endpoint
        if server.facts is None:
            self._meet(server)
        answer = endpoint.request("POST", "/v1/judge", body, timeout_s=_SILENCE_S)
        if answer.status != 404:
            return answer
        sent = endpoint.request("PUT", f"/v1/problems/{digest}", problem, timeout_s=LONGEST_S)
        if sent.status != 200:
            return sent
        answer = endpoint.request("POST", "/v1/judge", body, timeout_s=_SILENCE_S)
        if answer.status != 404:
            return answer
        # Behind a balancer the problem may have gone to another server than the question: so both go together.
        whole = b'{"problem":' + problem + b"," + body[1:].replace(b'"problem_id": "%s", ' % digest.encode(), b"", 1)
        return endpoint.request("POST", "/v1/judge", whole, timeout_s=_SILENCE_S)

    def _problem(self, suite: Suite) -> tuple[str, bytes]:
        with self._lock:
            known = self._problems.get(suite)
        if known is None:
            shown = wire.problem_json(suite.problem)
            known = (wire.digest_of(shown), json.dumps(shown).encode())
            with self._lock:
                self._problems[suite] = known
        return known

    def _best(self) -> _Server | None:
        """The server with the least to do for its size, now one more; None where all rest."""
        now = time.monotonic()
        with self._lock:
            ready = [server for server in self._servers if server.resting_until <= now and not server.refused]
            if not ready:
                return None
            best = min(ready, key=lambda server: server.load)
            best.in_flight += 1
            return best

    def _meet_all(self) -> None:
        said = []
        for server in self._servers:
            try:
                self._meet(server)
            except RemoteError as error:
                if server.refused:
                    self.close()
                    raise
                said.append(str(error))
                server.rest()
        if not self._known:
            self.close()
            raise RemoteError(f"no server can be used: {'; '.join(said)}")
        self.notices += [f"{each}; it is used once it answers" for each in said]

    def _meet(self, server: _Server) -> None:
        """Asks a server what it is. Raises RemoteError where it does not say, or judges otherwise than the others."""
        answer = server.endpoint.request("GET", "/v1/languages", timeout_s=FACTS_S)
        if answer.status != 200:
            raise RemoteError(f"{server.endpoint.url} answered {answer.status}: {answer.said}")
        facts = answer.json()
        if not isinstance(facts, dict) or not {*_SAME, "slots", "languages"} <= set(facts):
            raise RemoteError(f"{server.endpoint.url} is no server of `ot-code serve`")
        with self._lock:
            known = self._known = self._known or facts
        for name in _SAME:
            if facts[name] != known[name]:
                server.refused = f"its {name} is {facts[name]!r:.200}, another server's {known[name]!r:.200}"
                raise RemoteError(f"{server.endpoint.url} would judge differently: {server.refused}")
        server.facts = facts
