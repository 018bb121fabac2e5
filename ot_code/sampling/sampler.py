"""Samples of many problems at once, on a loop of asyncio in a thread of its own, each reply noted before it is used.

Theory of operation. A problem is a coroutine that asks for its samples round by round; a semaphore lets `concurrency`
requests out at a time, in the order in which problems came. Between rounds its answers are judged, on the judges' own
threads. Whoever submits decides how many problems are under way, and so how much is held.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from weakref import WeakValueDictionary

from math_pipeline.loops import LoopThread
from ot_code.sampling.endpoint import Endpoint
from ot_code.sampling.ledger import Ledger
from ot_code.sampling.replies import Reply
from ot_code.sampling.settings import SampleSettings

Judging = Callable[[Sequence[Reply]], "Future[int]"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One problem. row: its index. judging: how many of its replies so far are accepted; None: nobody asks."""

    row: int
    messages: list[dict[str, str]]
    judging: Judging | None = None


Replies = Future[list[Reply]]


class Once:
    """Before a Sampler's `submit`, where rows are content keys: no sample of equal problems is asked twice.

    For one thread. Where nothing is judged between rounds, equal problems under way are one. Else each has a say of its
    own in when it has enough, since its tests may be others: it takes its turn when the one before it is done.
    """

    def __init__(self, submit: Callable[[Asked, Replies | None], Replies]) -> None:
        self._submit = submit
        self._under_way: WeakValueDictionary[int, Replies] = WeakValueDictionary()

    def submit(self, asked: Asked) -> Replies:
        """The problem's replies to come. What has come is in the ledger."""
        known = self._under_way.get(asked.row)
        if known is None or asked.judging is not None:
            known = self._under_way[asked.row] = self._submit(asked, known)
        return known


class Sampler:
    """A context manager. Raises what Endpoint() raises.

    Attributes, for who looks on, of this sitting: in_flight, asked, answered, completion_tokens; budget_is_spent.
    """

    def __init__(self, settings: SampleSettings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self.in_flight = self.asked = self.answered = self.completion_tokens = 0
        self.budget_is_spent = False
        self._loop = LoopThread("sampler")
        self._endpoint, self._turns = self._loop.open(
            lambda: (Endpoint(settings), asyncio.Semaphore(settings.concurrency))
        )

    def __enter__(self) -> Sampler:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.close(self._endpoint.close)

    def submit(self, asked: Asked, after: Replies | None = None) -> Replies:
        """The problem's replies to come, by sample; fewer than n where it had enough, or the budget was spent.

        after: what comes first, of the same problem.
        """
        return self._loop.submit(self._in_turn(asked, after))

    async def _in_turn(self, asked: Asked, after: Replies | None) -> list[Reply]:
        if after is not None:
            await asyncio.wrap_future(after)
        return await self._problem(asked)

    async def _problem(self, asked: Asked) -> list[Reply]:
        settings = self._settings
        known = self._ledger.replies(asked.row)
        replies: list[Reply] = []
        while len(replies) < settings.n:
            numbers = range(len(replies), min(settings.n, len(replies) + settings.round_size))
            tasks = [self._reply(asked, number, known.get(number)) for number in numbers]
            found = [reply for reply in await asyncio.gather(*tasks) if reply is not None]
            replies += found
            if len(found) < len(numbers):
                break
            if asked.judging is not None and settings.until is not None and len(replies) < settings.n:
                judging = await asyncio.to_thread(asked.judging, list(replies))
                if await asyncio.wrap_future(judging) >= settings.until:
                    break
        return replies

    async def _reply(self, asked: Asked, number: int, known: Reply | None) -> Reply | None:
        """The sample; None where there is no budget left for it."""
        if known is not None:
            return known
        async with self._turns:
            budget = self._settings.budget_tokens
            if budget is not None and self._ledger.tokens >= budget:
                self.budget_is_spent = True
                return None
            self._ledger.sent(asked.row, number)
            self.in_flight += 1
            self.asked += 1
            try:
                reply = await self._endpoint.sample(asked.messages, number)
            finally:
                self.in_flight -= 1
            self._ledger.got(asked.row, number, reply)
            self.answered += 1
            self.completion_tokens += reply.completion_tokens
            return reply
