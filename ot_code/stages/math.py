"""Math rows before their judge: candidates of one gold answer in, verdict columns out, on a pool of threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from math_pipeline import MathCache, MathJudgement, MathVerdict, MathVerifier
from ot_code.columns import without_verdict
from ot_code.shapes import clean_text


class MathBench:
    """Judges math rows. A context manager; its workers start with the first row. Thread-safe.

    jobs: comparisons at once; None: as many as this process has CPUs. cache: the folder of verdicts found before.
    """

    def __init__(self, *, jobs: int | None, cache: Path | None) -> None:
        self._jobs = jobs or len(os.sched_getaffinity(0))
        self._cache = cache
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._verifier: MathVerifier | None = None

    def __enter__(self) -> MathBench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends workers and threads; what is under way is given up."""
        with self._lock:
            verifier, self._verifier = self._verifier, None
            threads, self._threads = self._threads, None
        if verifier is not None:
            verifier.close()
        if threads is not None:
            threads.shutdown(wait=True, cancel_futures=True)

    def submit(
        self,
        gold: str | None,
        responses: Sequence[str],
        *,
        done: Sequence[Mapping[str, Any] | None],
        on_judged: Callable[[int, dict[str, Any]], None],
    ) -> Future[list[dict[str, Any]]]:
        """The verdict columns of each response, in order. done: those of an earlier sitting, not done again."""
        threads, verifier = self._opened()

        def judged() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = []
            for number, (response, before) in enumerate(zip(responses, done, strict=True)):
                if before is not None:
                    found.append(dict(before))
                    continue
                found.append(math_columns(_judged(verifier, gold, response)))
                on_judged(number, found[-1])
            return found

        return threads.submit(judged)

    def _opened(self) -> tuple[ThreadPoolExecutor, MathVerifier]:
        with self._lock:
            if self._threads is None or self._verifier is None:
                cache = None if self._cache is None else MathCache(self._cache)
                self._verifier = MathVerifier(workers=self._jobs, cache=cache)
                self._threads = ThreadPoolExecutor(self._jobs, thread_name_prefix="ot-code-math")
            return self._threads, self._verifier


def _judged(verifier: MathVerifier, gold: str | None, response: str) -> MathJudgement:
    if gold is None:
        return MathJudgement(MathVerdict.UNPARSABLE_GOLD, reason="the row has no gold answer")
    return verifier.verify(gold=gold, response=response)


def math_columns(judgement: MathJudgement) -> dict[str, Any]:
    """The verdict columns of a math judgement: plain JSON data."""
    columns = without_verdict()
    columns.update(
        verdict=str(judgement.verdict),
        passed=judgement.passed,
        reason=clean_text(judgement.reason),
        accepted_by=judgement.rule if judgement.passed else None,
        method=str(judgement.method),
        gold_answer=None if judgement.gold is None else clean_text(judgement.gold.normal),
        extracted_answer=None if judgement.answer is None else clean_text(judgement.answer.normal),
        cpu_time_s=judgement.cpu_time_s,
    )
    return columns
