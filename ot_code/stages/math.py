"""Answers before their judge: candidates of one gold answer in, verdict columns out, on a pool of threads.

Mathematics goes before symbols, and what they leave open before a language model where there is one; puzzles and what
else is told in words go before the model alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from math_pipeline import MathCache, MathJudgement, MathVerdict, MathVerifier
from ot_code.columns import without_verdict
from ot_code.shapes import clean_text

if TYPE_CHECKING:
    from math_pipeline.judge import JudgePolicy, LlmJudge

OnJudged = Callable[[int, dict[str, Any]], None]


class MathBench:
    """Judges rows that have a gold answer. A context manager; its workers start with the first row. Thread-safe.

    jobs: comparisons at once; None: as many as this process has CPUs. cache: the folder of verdicts found before.
    judge, policy: the language model, which its owner closes, and which answers it sees.
    """

    def __init__(
        self, *, jobs: int | None, cache: Path | None, judge: LlmJudge | None = None, policy: JudgePolicy | None = None
    ) -> None:
        self._jobs = jobs or len(os.sched_getaffinity(0))
        self._cache = cache
        self._judge = judge
        self._policy = policy
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
        in_words: bool,
        done: Sequence[Mapping[str, Any] | None],
        on_judged: OnJudged,
    ) -> Future[list[dict[str, Any]]]:
        """The verdict columns of each response, in order.

        in_words: no mathematics: the language model alone compares. done: those of an earlier sitting, not done again.
        """
        row = _Row(len(responses), on_judged)
        for number, before in enumerate(done):
            if before is not None:
                row.put(number, dict(before))
        threads = self._opened()

        def judged() -> None:
            try:
                for number, (response, before) in enumerate(zip(responses, done, strict=True)):
                    if before is None:
                        row.take(number, self._judged(gold, response, in_words=in_words))
            except BaseException as error:  # noqa: BLE001 - a thread's border: it is raised where the row is waited for
                row.fail(error)

        threads.submit(judged)
        return row.future

    def _judged(self, gold: str | None, response: str, *, in_words: bool) -> Future[MathJudgement] | MathJudgement:
        if gold is None:
            return MathJudgement(MathVerdict.UNPARSABLE_GOLD, reason="the row has no gold answer")
        if self._judge is None:
            return self._symbols().verify(gold=gold, response=response)
        from math_pipeline.judge import JudgedVerifier  # noqa: PLC0415 - only where there is a judge

        if in_words:  # a policy is about what symbols said; here they say nothing
            return JudgedVerifier(None, self._judge).submit_words(gold=gold, response=response)
        return JudgedVerifier(self._symbols(), self._judge, self._policy).submit(gold=gold, response=response)

    def _opened(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self._jobs, thread_name_prefix="ot-code-math")
            return self._threads

    def _symbols(self) -> MathVerifier:
        with self._lock:
            if self._verifier is None:
                cache = None if self._cache is None else MathCache(self._cache)
                self._verifier = MathVerifier(workers=self._jobs, cache=cache)
            return self._verifier


class _Row:
    """The columns of a row's responses, which come in any order and from any thread."""

    def __init__(self, count: int, on_judged: OnJudged) -> None:
        self.future: Future[list[dict[str, Any]]] = Future()
        self._on_judged = on_judged
        self._found: dict[int, dict[str, Any]] = {}
        self._count = count
        self._lock = threading.Lock()

    def put(self, number: int, columns: dict[str, Any]) -> None:
        """Notes what is known of one response; the last one makes the row whole."""
        with self._lock:
            self._found[number] = columns
            whole = len(self._found) == self._count and not self.future.done()
        if whole:
            self.future.set_result([self._found[place] for place in range(self._count)])

    def take(self, number: int, judged: Future[MathJudgement] | MathJudgement) -> None:
        """Notes a judgement, or when it comes."""
        if isinstance(judged, MathJudgement):
            self._settle(number, judged)
        else:
            judged.add_done_callback(lambda done: self._came(number, done))

    def _came(self, number: int, done: Future[MathJudgement]) -> None:
        try:
            self._settle(number, done.result())
        except BaseException as error:  # noqa: BLE001 - a callback's border: it is raised where the row is waited for
            self.fail(error)

    def _settle(self, number: int, judgement: MathJudgement) -> None:
        columns = math_columns(judgement)
        self._on_judged(number, columns)
        self.put(number, columns)

    def fail(self, error: BaseException) -> None:
        """Gives the row up."""
        with self._lock:
            if not self.future.done():
                self.future.set_exception(error)


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
        judge=_ruling_columns(judgement),
        cpu_time_s=judgement.cpu_time_s,
    )
    return columns


def _ruling_columns(judgement: MathJudgement) -> dict[str, Any] | None:
    ruling = judgement.ruling
    if ruling is None:
        return None
    return {
        "verdict": str(ruling.verdict),
        "before": None if ruling.before is None else str(ruling.before),
        "right": ruling.right,
        "wrong": ruling.wrong,
        "reasoning": clean_text(ruling.reasoning),
        "prompt_tokens": ruling.prompt_tokens,
        "completion_tokens": ruling.completion_tokens,
        "cost": ruling.cost,
    }
