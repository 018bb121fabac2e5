"""Responses and gold answers -> MathJudgements: extraction, the fast path, and workers for what it leaves open.

Golds are read once, equal pairs are compared once, and nothing here runs a symbolic engine in this process.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import importlib.util
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

from math_pipeline import exact
from math_pipeline.cache import MathCache
from math_pipeline.errors import MissingExtraError
from math_pipeline.extraction import answer_of, gold_of
from math_pipeline.filters import gives_none
from math_pipeline.pool import Pool, Reply
from math_pipeline.types import Answer, MathJudgement, MathVerdict, Method
from math_pipeline.version import math_versions

CPU_TIME_S = 2.0
MEMORY_MB = 512
_KEPT = 65_536
MOST_COMPARED = 4_000  # characters of a normal form that the symbolic engine is given
_CERTAIN = frozenset({"box", "answer tag", "bare", "anchor", "after ####"})


class MathVerifier:
    """Judges math answers on a pool of killable workers. A context manager; thread-safe.

    workers: processes at most; None: as many as this process has CPUs. cpu_time_s: the deadline of one comparison, in
    CPU time, so that load decides nothing. memory_mb: what a worker may use beyond its imports. cache: verdicts found
    before. Raises MissingExtraError where Math-Verify is not installed.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        cpu_time_s: float = CPU_TIME_S,
        memory_mb: int = MEMORY_MB,
        cache: MathCache | None = None,
    ) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        if not cpu_time_s > 0:
            raise ValueError(f"cpu_time_s must be positive, not {cpu_time_s!r}")
        if importlib.util.find_spec("math_verify") is None:
            raise MissingExtraError("math rows need Math-Verify: pip install 'ot-code[math]'")
        self.workers = workers or len(os.sched_getaffinity(0))
        self._cpu_time_s = cpu_time_s
        self._pool = Pool(self.workers, cpu_time_s=cpu_time_s, memory_mb=memory_mb)
        self._cache = cache
        self._golds: OrderedDict[str, Answer | None] = OrderedDict()
        self._compared: OrderedDict[tuple[str, str], Reply] = OrderedDict()
        self._under_way: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> MathVerifier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers."""
        self._pool.close()

    @functools.cached_property
    def provenance(self) -> Mapping[str, Any]:
        """What every verdict rests on: versions, and the deadline of a comparison."""
        return {"cpu_time_s": self._cpu_time_s, **math_versions()}

    def verify(self, *, gold: str, response: str) -> MathJudgement:
        """The judgement of one response. Raises WorkerError where no worker process can be had."""
        wanted = self._gold(gold)
        if wanted is None:
            reason = "no answer is found in the gold answer"
            return self._judged(MathVerdict.UNPARSABLE_GOLD, reason=reason)
        answer = answer_of(response)
        if answer is None:
            return self._judged(MathVerdict.NO_ANSWER, gold=wanted, reason="no answer is found in the response")
        return self._settled(wanted, answer)

    def verify_many(self, pairs: Iterable[tuple[str, str]]) -> list[MathJudgement]:
        """The judgements of many (gold, response) pairs, in order, over all workers."""
        held = list(pairs)
        if self.workers == 1 or len(held) < 2:
            return [self.verify(gold=gold, response=response) for gold, response in held]
        with ThreadPoolExecutor(self.workers) as threads:
            chunk = max(1, min(64, len(held) // (4 * self.workers)))
            chunks = [held[at : at + chunk] for at in range(0, len(held), chunk)]
            judged = threads.map(lambda part: [self.verify(gold=g, response=r) for g, r in part], chunks)
            return [judgement for part in judged for judgement in part]

    async def verify_async(self, *, gold: str, response: str) -> MathJudgement:
        """`verify` for a loop of asyncio: it waits in a thread."""
        return await asyncio.to_thread(self.verify, gold=gold, response=response)

    def _gold(self, gold: str) -> Answer | None:
        with self._lock:
            if gold in self._golds:
                self._golds.move_to_end(gold)
                return self._golds[gold]
        found = gold_of(gold)
        if found is not None and gives_none(found.text):
            found = None
        with self._lock:
            self._golds[gold] = found
            if len(self._golds) > _KEPT:
                self._golds.popitem(last=False)
        return found

    def _settled(self, gold: Answer, answer: Answer) -> MathJudgement:
        fast = exact.settled(gold.normal, answer.normal)
        if fast is not None and (fast[0] or answer.how in _CERTAIN):
            verdict = MathVerdict.CORRECT if fast[0] else MathVerdict.INCORRECT
            reason = "" if fast[0] else f"{answer.normal:.60} is not {gold.normal:.60}"
            return self._judged(verdict, Method.FAST_PATH, rule=fast[1], reason=reason, gold=gold, answer=answer)
        if max(len(gold.normal), len(answer.normal)) > MOST_COMPARED:
            same = gold.normal == answer.normal
            verdict = MathVerdict.CORRECT if same else MathVerdict.UNDECIDED
            reason = "" if same else f"an answer of more than {MOST_COMPARED} characters is not compared by symbols"
            return self._judged(verdict, Method.FAST_PATH, rule="text", reason=reason, gold=gold, answer=answer)
        return self._by_symbols(gold, answer)

    def _by_symbols(self, gold: Answer, answer: Answer) -> MathJudgement:
        reply = self._compare((gold.normal, answer.normal))
        if reply.ended == "killed":
            reason = "the comparison's workers were killed again and again, as a machine without memory does"
            return self._judged(
                MathVerdict.JUDGE_ERROR, Method.SYMBOLIC, reason=reason, gold=gold, answer=answer, reply=reply
            )
        if reply.ended:
            why = {"cpu_time": f"{self._cpu_time_s:g} s of CPU time", "memory": "its memory"}.get(
                reply.ended, "its worker"
            )
            reason = f"the comparison used up {why}"
            return self._judged(
                MathVerdict.TIMEOUT, Method.SYMBOLIC, reason=reason, gold=gold, answer=answer, reply=reply
            )
        if reply.unreadable == "gold":
            verdict = MathVerdict.UNPARSABLE_GOLD
        elif reply.same is None:
            verdict = MathVerdict.UNDECIDED
        else:
            verdict = MathVerdict.CORRECT if reply.same else MathVerdict.INCORRECT
        return self._judged(
            verdict, Method.SYMBOLIC, rule=reply.rule, reason=reply.reason, gold=gold, answer=answer, reply=reply
        )

    def _compare(self, pair: tuple[str, str]) -> Reply:
        """A worker's reply, asked for once for equal pairs, however many threads want it."""
        with self._lock:
            known = self._compared.get(pair)
            if known is not None:
                self._compared.move_to_end(pair)
                return known
            turn = self._under_way.setdefault(pair, threading.Lock())
        with turn:
            with self._lock:
                known = self._compared.get(pair)
            if known is not None:
                return known
            key = (*pair, repr(sorted(self.provenance.items())))
            stored = self._cache.get(key) if self._cache is not None else None
            reply = stored or self._pool.compare(*pair)
            if self._cache is not None and stored is None and not reply.ended:
                self._cache.put(key, reply)
            with self._lock:
                if reply.ended != "killed":
                    self._compared[pair] = reply
                self._under_way.pop(pair, None)
                if len(self._compared) > _KEPT:
                    self._compared.popitem(last=False)
            return reply

    def _judged(
        self,
        verdict: MathVerdict,
        method: Method = Method.NONE,
        *,
        rule: str = "",
        reason: str = "",
        gold: Answer | None = None,
        answer: Answer | None = None,
        reply: Reply | None = None,
    ) -> MathJudgement:
        cpu_time_s = reply.cpu_time_s if reply is not None else 0.0
        return MathJudgement(verdict, method, rule, reason, gold, answer, cpu_time_s, self.provenance)


_shared: MathVerifier | None = None
_shared_owner = 0
_shared_lock = threading.Lock()


def verify_math(*, gold: str, response: str) -> MathJudgement:
    """The judgement of one response, on workers that this process keeps warm. Safe in threads, and after a fork.

    Raises MissingExtraError without the [math] extra, WorkerError where no worker can be started.
    """
    return _shared_verifier().verify(gold=gold, response=response)


def verify_math_many(pairs: Sequence[tuple[str, str]]) -> list[MathJudgement]:
    """The judgements of many (gold, response) pairs, in order."""
    return _shared_verifier().verify_many(pairs)


async def verify_math_async(*, gold: str, response: str) -> MathJudgement:
    """`verify_math` for a loop of asyncio."""
    return await _shared_verifier().verify_async(gold=gold, response=response)


def _shared_verifier() -> MathVerifier:
    global _shared, _shared_owner
    with _shared_lock:
        if _shared is None or _shared_owner != os.getpid():
            _shared, _shared_owner = MathVerifier(), os.getpid()
            atexit.register(_shared.close)
        return _shared
