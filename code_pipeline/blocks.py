"""One problem's candidates on their way through the worker threads, in blocks.

Theory of operation. `Workers` is a thread pool whose next task is always one of the oldest problem. `Blocks` plans a
block (extract the programs, find identical ones, order the tests by the failures of earlier blocks), hands its groups
of identical candidates to the workers, and returns; the worker that settles the last candidate of a block plans the
next one. So no thread ever waits for another, and one thread is enough. Whatever goes wrong ends in the Future.
"""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from code_pipeline.order import BLOCK, blocks, order_of_tests
from code_pipeline.suite import Suite
from code_pipeline.types import Judgement, Submission
from sandbox import SandboxError


class Workers:
    """A pool of threads that takes the task with the smallest priority first, and equal ones in order of arrival."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="judge")
        self._tasks: list[tuple[int, int, Callable[[], None]]] = []
        self._arrivals = itertools.count()
        self._places = itertools.count()
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self.closing = threading.Event()

    @property
    def inherited(self) -> bool:
        """Whether this process is a fork of the one that made them: the threads are not here."""
        return os.getpid() != self._owner

    def place(self) -> int:
        """The next priority: after all that were given out so far. Raises SandboxError in a forked child."""
        if self.inherited:
            raise SandboxError(
                f"this judge was made by process {self._owner}, of which this one is a fork: make one here, or start "
                "processes with the method `spawn`"
            )
        return next(self._places)

    def add(self, priority: int, task: Callable[[], None]) -> None:
        """Queues `task`, which must not raise. Raises CancelledError when the pool was closed."""
        with self._lock:
            if self.closing.is_set():
                raise CancelledError("the judge was closed")
            heapq.heappush(self._tasks, (priority, next(self._arrivals), task))
            self._pool.submit(self._next)

    def _next(self) -> None:
        with self._lock:
            if self.closing.is_set():
                return  # the pool drops its queue a moment later, this one with it
            task = heapq.heappop(self._tasks)[2]
        task()

    def close(self) -> None:
        """Drops what has not begun and waits for what has."""
        with self._lock:
            self.closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A candidate's program, ready to run, and its language: equal for identical candidates.

    entry, files, sources: of a program that is more than one text, as Submission has them.
    """

    program: str
    language: str
    entry: str | None = None
    files: tuple[tuple[str, str | bytes], ...] = ()
    sources: tuple[str, ...] = ()


class Bench(Protocol):
    """What judges a candidate; the Judge, as seen from here. Neither method raises, but for CancelledError."""

    def prepare(self, suite: Suite, submission: Submission) -> Prepared | Judgement:
        """The program in a submission, or the judgement where there is nothing to run."""

    def judge_program(
        self, suite: Suite, submission: Submission, prepared: Prepared, order: Sequence[int]
    ) -> Judgement:
        """Runs the program on the tests in `order`."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Identical candidates of one block, by index, and the order of their tests."""

    prepared: Prepared
    members: list[int]
    order: tuple[int, ...]


class Blocks:
    """Judges the submissions of one problem block by block; `future` gets the judgements in their order.

    `done` holds judgements of an earlier run: they are not judged again, their failures order the tests of later
    blocks. Of these only the verdict and the first failure's index are used, so a candidate that is identical to one of
    them is judged, with the order of the earlier one's block, which gives what copying would have given.
    """

    def __init__(
        self,
        bench: Bench,
        workers: Workers,
        suite: Suite,
        submissions: Sequence[Submission],
        *,
        done: Sequence[Judgement | None],
        priority: int,
        on_judged: Callable[[int, Judgement], None] | None,
    ) -> None:
        self.future: Future[list[Judgement]] = Future()
        self._bench = bench
        self._workers = workers
        self._priority = priority
        self._suite = suite
        self._submissions = submissions
        self._results: list[Judgement | None] = list(done)
        self._on_judged = on_judged
        self._blocks = blocks(len(submissions))
        self._block = 0
        self._orders: list[tuple[int, ...]] = []
        self._failures: Counter[int] = Counter()
        self._first: dict[Prepared, int] = {}  # the candidate whose block gives the order of a program's tests
        self._judged: dict[Prepared, Judgement] = {}  # what later candidates with the same program take over
        self._waiting = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Queues the first block. Raises CancelledError when the workers were closed."""
        self._workers.add(self._priority, self._begin)

    def abandon(self) -> None:
        """Ends the Future without a result, if it has none yet."""
        self._fail(CancelledError("the judge was closed before this problem was judged"))

    def _begin(self) -> None:
        if self.future.set_running_or_notify_cancel():
            self._advance()

    def _advance(self) -> None:
        """Plans blocks until one has work to do; after the last block, gives the result."""
        try:
            while self._block < len(self._blocks) and None in self._results:
                groups = self._plan(self._blocks[self._block])
                if groups:
                    self._waiting = len(groups)
                    for group in groups:
                        self._workers.add(self._priority, _Task(self, group))
                    return
                self._block += 1
            results = [judgement for judgement in self._results if judgement is not None]
            if len(results) != len(self._submissions):
                raise RuntimeError("a candidate was left without a judgement")  # noqa: TRY301  the handler is its address
            self.future.set_result(results)
        except Exception as error:  # noqa: BLE001  a thread's border: the Future must end
            self._fail(error)

    def _plan(self, block: range) -> list[_Group]:
        """The groups of a block that must be judged; what needs no run is settled on the way."""
        if self._block:
            for index in self._blocks[self._block - 1]:
                result = self._results[index]
                if result is not None and result.first_failure is not None:
                    self._failures[result.first_failure.index] += 1
        self._orders.append(order_of_tests(self._suite.distinct, self._failures))
        groups: dict[Prepared, _Group] = {}
        for index in block:
            prepared = self._bench.prepare(self._suite, self._submissions[index])
            if isinstance(prepared, Judgement):
                if self._results[index] is None:
                    self._settle(index, prepared)
            elif prepared in groups:
                if self._results[index] is None:
                    groups[prepared].members.append(index)
            else:
                self._place(index, prepared, groups)
        return [group for group in groups.values() if group.members]

    def _place(self, index: int, prepared: Prepared, groups: dict[Prepared, _Group]) -> None:
        """Copies the judgement of the same program in an earlier block, or opens a group for it."""
        wanted = self._results[index] is None
        judged = self._judged.get(prepared)
        if judged is not None:
            if wanted:
                self._settle(index, replace(judged, submission_id=self._submissions[index].id))
            return
        first = self._first.setdefault(prepared, index)
        earlier = self._results[first]
        if earlier is not None and not _binding(earlier):
            self._first[prepared] = first = index
        groups[prepared] = _Group(prepared, [index] if wanted else [], self._orders[first // BLOCK])

    def judge_group(self, group: _Group) -> None:
        """Judges a group and, when it was the block's last, goes on to the next block. Does not raise."""
        try:
            if self.future.done():
                return
            judgement: Judgement | None = None
            for index in group.members:
                submission = self._submissions[index]
                if judgement is None or not _binding(judgement):
                    judgement = self._bench.judge_program(self._suite, submission, group.prepared, group.order)
                self._settle(index, replace(judgement, submission_id=submission.id))
            if judgement is not None and _binding(judgement):
                self._judged[group.prepared] = judgement
        except Exception as error:  # noqa: BLE001  a thread's border: the Future must end
            self._fail(error)
            return
        with self._lock:
            self._waiting -= 1
            last = self._waiting == 0
        if last:
            self._block += 1
            self._advance()

    def _settle(self, index: int, judgement: Judgement) -> None:
        self._results[index] = judgement
        if self._on_judged is not None:
            self._on_judged(index, judgement)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if not self.future.done():
                self.future.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Task:
    """One group as a task of the workers."""

    blocks: Blocks
    group: _Group

    def __call__(self) -> None:
        self.blocks.judge_group(self.group)


def _binding(judgement: Judgement) -> bool:
    """Whether identical candidates take this judgement over: anything but a fault that they did not bring about."""
    return not judgement.verdict.is_fault or judgement.provoked
