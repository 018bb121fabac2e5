"""Judges a problem by its own reference solutions: runs them on every test, and says what that shows of the row.

Theory of operation. Each solution is judged by itself on all tests (a first sitting), and of each run only the verdict,
a digest of the answer and how it differs from the expected one are kept. When all have ended, a second sitting runs
them again, to find answers that change, but for those that met a limit, which would only cost; and tests that failed
on an input without a final newline are run once with one, as contests store theirs. The sittings are handed to the
judge's own threads, from which the last to end goes on, so that nobody waits. What a fault of ours touched shows
nothing. Everything is a function of the row, as verdicts are, but for what the solutions themselves leave to chance.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace

from code_pipeline.checkers.base import Actual
from code_pipeline.judge import Judge
from code_pipeline.quality.answers import Difference, difference, digest
from code_pipeline.quality.names import Quality
from code_pipeline.quality.statement import stated_tolerance
from code_pipeline.quality.verdicts import Seen, Tried, conclude
from code_pipeline.suite import Observe
from code_pipeline.types import CaseResult, Judgement, Problem, Submission, TestCase, Verdict

DEFAULT_SOLUTIONS = 5
_USUAL_TOLERANCE = 1e-6
_LIMITS = frozenset({Verdict.TIME_LIMIT, Verdict.MEMORY_LIMIT, Verdict.OUTPUT_LIMIT})


@dataclass(slots=True)
class _Trying:
    """One solution on its way: what was seen of each test in the first sitting, the second, and with a newline."""

    submission: Submission
    first: dict[int, Seen] = field(default_factory=dict)
    second: dict[int, Seen] = field(default_factory=dict)
    mended: set[int] = field(default_factory=set)
    judgement: Judgement | None = None


class ReferenceCheck:
    """Runs solutions of `problem` on `judge`, which is one that runs every test (Judge.thorough()).

    `future` gets the Quality, or what ended the judge (CancelledError). solutions: the first `most` that differ are
    run. given: how many the row has, where some are left out here since nothing can run them. on_done: told of the
    Quality from a worker's thread; what it raises ends the Future. observe: told of every single run.
    """

    def __init__(
        self,
        judge: Judge,
        problem: Problem,
        solutions: Sequence[Submission],
        *,
        most: int = DEFAULT_SOLUTIONS,
        given: int | None = None,
        on_done: Callable[[Quality], None] | None = None,
        observe: Observe | None = None,
    ) -> None:
        self.future: Future[Quality] = Future()
        self._judge = judge
        self._problem = problem
        self._given = len(solutions) if given is None else given
        self._trying = [_Trying(submission) for submission in chosen(solutions, most)]
        self._tolerance = stated_tolerance(problem.statement) or _USUAL_TOLERANCE
        # A checker or interactor of the problem's own knows all right answers: what it rejects is not another one.
        self._compares = problem.interactor is None and judge.checker_of(problem).name != "program"
        self._on_done = on_done
        self._observe = observe
        self._priority = judge.place()
        self._waiting = 0
        self._lock = threading.Lock()
        self._then: Callable[[], None] = self._second_sitting

    def start(self) -> ReferenceCheck:
        """Queues the first sitting. Raises CancelledError when the judge was closed."""
        self._sit([self._job(trying, self._problem, trying.first, keep=True) for trying in self._trying])
        return self

    # ---- a sitting: jobs that are queued together, and what comes after the last of them ----

    def _job(
        self, trying: _Trying, problem: Problem, seen: dict[int, Seen], *, keep: bool = False
    ) -> Callable[[], Future[list[Judgement]]]:
        tests = problem.tests

        def observe(actual: Actual, case: CaseResult) -> None:
            seen[case.index] = self._seen(tests[case.index], actual, case)
            if self._observe is not None:
                self._observe(actual, case)

        def on_judged(_: int, judgement: Judgement) -> None:
            for case in judgement.cases:  # the duplicates of a test, and runs that nobody observed
                seen.setdefault(case.index, Seen(case.verdict))
            if keep:
                trying.judgement = judgement

        return lambda: self._judge.submit(
            problem, [trying.submission], observe=observe, on_judged=on_judged, priority=self._priority
        )

    def _seen(self, test: TestCase, actual: Actual, case: CaseResult) -> Seen:
        if case.verdict not in (Verdict.ACCEPTED, Verdict.WRONG_ANSWER):
            return Seen(case.verdict)
        differs: Difference | None = None
        if case.verdict is Verdict.WRONG_ANSWER and self._compares:
            differs = difference(test, actual, self._tolerance)
        return Seen(case.verdict, digest(test, actual), differs)

    def _sit(self, jobs: Sequence[Callable[[], Future[list[Judgement]]]]) -> None:
        self._waiting = len(jobs) + 1  # one for this method: a job may end before the next is queued
        for job in jobs:
            job().add_done_callback(self._ended)
        self._arrived()

    def _ended(self, future: Future[list[Judgement]]) -> None:
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            self._fail(error)
        self._arrived()

    def _arrived(self) -> None:
        with self._lock:
            self._waiting -= 1
            last = self._waiting == 0
        if last and not self.future.done():
            try:
                self._then()
            except Exception as error:  # noqa: BLE001  a thread's border: the Future must end
                self._fail(error)

    def _second_sitting(self) -> None:
        self._then = self._conclude
        jobs = []
        for trying in self._trying:
            ran = trying.judgement is not None and trying.judgement.cases
            if ran and not any(seen.verdict in _LIMITS for seen in trying.first.values()):
                jobs.append(self._job(trying, self._problem, trying.second))
            indexes = self._without_newline(trying)
            if indexes:
                jobs.append(self._newline_job(trying, indexes))
        self._sit(jobs)

    def _without_newline(self, trying: _Trying) -> list[int]:
        failed = (Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR)
        if self._problem.function is not None or self._problem.interactor is not None:
            return []
        return [
            index
            for index, seen in sorted(trying.first.items())
            if seen.verdict in failed and _lacks_newline(self._problem.tests[index].stdin)
        ]

    def _newline_job(self, trying: _Trying, indexes: Sequence[int]) -> Callable[[], Future[list[Judgement]]]:
        tests = tuple(_with_newline(self._problem.tests[index]) for index in indexes)
        problem = replace(self._problem, tests=tests)

        def on_judged(_: int, judgement: Judgement) -> None:
            trying.mended = {indexes[case.index] for case in judgement.cases if case.verdict is Verdict.ACCEPTED}

        return lambda: self._judge.submit(
            problem, [trying.submission], observe=self._observe, on_judged=on_judged, priority=self._priority
        )

    def _conclude(self) -> None:
        tried = [
            Tried(trying.submission, trying.judgement, trying.first, trying.second, frozenset(trying.mended))
            for trying in self._trying
            if trying.judgement is not None
        ]
        quality = conclude(self._problem, tried, given=self._given)
        if self._on_done is not None:
            self._on_done(quality)
        if not self.future.done():
            self.future.set_result(quality)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if not self.future.done():
                self.future.set_exception(error)


def chosen(solutions: Sequence[Submission], most: int) -> list[Submission]:
    """The first `most` solutions, each program once."""
    different = {(solution.language, solution.response): solution for solution in reversed(solutions)}
    return sorted(different.values(), key=solutions.index)[:most]


def _lacks_newline(stdin: str | bytes) -> bool:
    return bool(stdin) and stdin[-1:] not in ("\n", b"\n")


def _with_newline(test: TestCase) -> TestCase:
    stdin = test.stdin + b"\n" if isinstance(test.stdin, bytes) else test.stdin + "\n"
    return replace(test, stdin=stdin)
