"""Judging on other machines: servers that take the place of a Sandbox in a Judge.

The Judge goes on planning here: which candidates are the same, in which order tests run. Each program with its order of
tests is one request to the server with the least to do; a problem's tests are sent to a server once, by content. A
server that fails, refuses or says what cannot be is left alone for a while and its program is given to another, so that
a death loses nothing: judging twice gives the same verdict. Who comes back says first what it is, to one program at a
time. All servers must judge alike: other versions, limits or runtimes are refused by name.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, fields, replace
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
FACTS_S = 30.0  # for a server to say what it is, at the start
AGAIN_S = 10.0  # and again, once it has failed
LONGEST_S = 3_600.0  # for one program
GIVE_UP_S = 120.0  # without any server that answers, from the first failure on
_LONG_TRIES = 3  # that failed after more than GIVE_UP_S of work, and begin that time anew
_SILENCE_S = LONGEST_S + 30
_PAUSE_FIRST_S, _PAUSE_LAST_S = 0.25, 5.0
_SAME = ("judge", "version", "limits", "provenance", "jail")
_GROUNDS = (("judge", "judge"), ("version", "version"), ("jail", "jail"), ("provenance", "sandbox"))  # in provenances


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

    @property
    def is_ready(self) -> bool:
        """Whether it may be asked now: one that has to say what it is, by one program only."""
        if self.refused or self.resting_until > time.monotonic():
            return False
        return self.facts is not None or not self.in_flight

    def rest(self, seconds: float | None = None) -> None:
        self.resting_until = time.monotonic() + (self.pause_s if seconds is None else seconds)
        self.pause_s = min(2 * self.pause_s, _PAUSE_LAST_S)

    def failed(self) -> None:
        """It rests, and another may be in its place when it comes back."""
        self.facts = None
        self.rest()


@dataclass(slots=True)
class _Tries:
    """What came of one program so far. said: the last word against it. refused: servers that will not judge it."""

    said: str = "no server answers"
    since: float | None = None
    long: int = 0
    refused: set[_Server] = field(default_factory=set)
    fault: Judgement | None = None

    def failed(self, said: str, seconds: float) -> None:
        """One try more came to nothing, after so many seconds."""
        self.said = said
        if seconds > GIVE_UP_S and self.long < _LONG_TRIES:
            self.since, self.long = None, self.long + 1
        if self.since is None:
            self.since = time.monotonic()

    @property
    def are_over(self) -> bool:
        return self.since is not None and time.monotonic() - self.since > GIVE_UP_S


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
        # Submissions of many problems have the same id. Under one of its own, no other request's answer is taken for
        # this one's, whatever a proxy on the way mixes up.
        sent = replace(submission, id=secrets.token_hex(16))
        body = json.dumps(
            {
                "problem_id": digest,
                "submissions": [wire.submission_json(sent)],
                "order": list(order),
                "deadline_s": LONGEST_S,
                **asked.as_json(),
            }
        ).encode()
        tries = _Tries()
        while not tries.are_over:
            if self._closed or asked.closing.is_set():
                raise CancelledError("the judge is being closed")
            server = self._best(tries.refused)
            if server is None:
                if tries.fault is not None or self._none_is_left(tries.refused):
                    break
                tries.since = time.monotonic() if tries.since is None else tries.since
                time.sleep(0.05)
                continue
            begun = time.monotonic()
            try:
                answer = self._asked(server, digest, problem, body)
                if answer.status == 200:
                    judgement = replace(self._judgement_of(answer, sent, suite), submission_id=submission.id)
                    server.pause_s = _PAUSE_FIRST_S
                    if judgement.verdict not in (Verdict.SANDBOX_ERROR, Verdict.JUDGE_ERROR) or tries.fault is not None:
                        return judgement
                    tries.fault = judgement  # what one machine cannot do, another may
                    tries.refused.add(server)
                    continue
                said = f"{server.endpoint.url} answered {answer.status}: {answer.said}"
                if answer.status in (429, 503):
                    tries.said, tries.since = said, None  # it is there, and busy
                    server.rest(answer.retry_after_s)
                    continue
                tries.failed(said, time.monotonic() - begun)
                if answer.status not in (500, 502, 504):
                    tries.refused.add(server)  # it would say the same again; others may not be what it is
                if answer.status != 422:  # which is about the program
                    server.failed()
            except (RemoteError, ValueError, LookupError, TypeError) as error:
                tries.failed(str(error), time.monotonic() - begun)
                server.failed()
            finally:
                with self._lock:
                    server.in_flight -= 1
        return tries.fault or Judgement(submission.id, Verdict.SANDBOX_ERROR, tries.said, tests_total=len(suite.tests))

    def _asked(self, server: _Server, digest: str, problem: bytes, body: bytes) -> Answer:
        endpoint = server.endpoint
        if server.facts is None:
            self._meet(server, AGAIN_S)
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

    def _judgement_of(self, answer: Answer, submission: Submission, suite: Suite) -> Judgement:
        """The judgement that was asked for. Raises ValueError, LookupError or TypeError for anything else.

        Each says what it rests on, so one by a server that was replaced meanwhile is not taken for its forerunner's.
        """
        (shown,) = answer.json()["judgements"]
        judgement = wire.judgement_from(shown)
        if judgement.submission_id != submission.id or judgement.tests_total != len(suite.tests):
            raise ValueError("a server's judgement is of another program or problem")
        for name, ours in _GROUNDS:
            if judgement.provenance.get(ours) != self._known[name]:
                raise ValueError(f"a server's judgement rests on another {name} than the servers said")
        return judgement

    def _problem(self, suite: Suite) -> tuple[str, bytes]:
        with self._lock:
            known = self._problems.get(suite)
        if known is None:
            shown = wire.problem_json(suite.problem)
            known = (wire.digest_of(shown), json.dumps(shown).encode())
            with self._lock:
                self._problems[suite] = known
        return known

    def _best(self, without: set[_Server]) -> _Server | None:
        """The server with the least to do for its size, now one more; None where all rest."""
        with self._lock:
            ready = [server for server in self._servers if server not in without and server.is_ready]
            if not ready:
                return None
            best = min(ready, key=lambda server: server.load)
            best.in_flight += 1
            return best

    def _none_is_left(self, without: set[_Server]) -> bool:
        return all(server in without or server.refused for server in self._servers)

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

    def _meet(self, server: _Server, within_s: float = FACTS_S) -> None:
        """Asks a server what it is. Raises RemoteError where it does not say, or judges otherwise than the others."""
        answer = server.endpoint.request("GET", "/v1/languages", timeout_s=within_s)
        if answer.status != 200:
            raise RemoteError(f"{server.endpoint.url} answered {answer.status}: {answer.said}")
        facts = answer.json()
        if not _are_facts(facts):
            raise RemoteError(f"{server.endpoint.url} is no server of `ot-code serve`")
        with self._lock:
            known = self._known = self._known or facts
        for name in _SAME:
            if facts[name] != known[name]:
                server.refused = f"its {name} is {facts[name]!r:.200}, another server's {known[name]!r:.200}"
                raise RemoteError(f"{server.endpoint.url} would judge differently: {server.refused}")
        server.facts = facts


def _are_facts(facts: Any) -> bool:
    """Whether that is what a server of ours says of itself."""
    if not isinstance(facts, dict) or not {*_SAME, "slots", "languages"} <= set(facts):
        return False
    named = isinstance(facts["languages"], list) and all(isinstance(each, dict) for each in facts["languages"])
    limits = {each.name for each in fields(Limits)}
    whole = isinstance(facts["limits"], dict) and set(facts["limits"]) == limits
    return named and whole and isinstance(facts["slots"], int) and isinstance(facts["provenance"], dict)
