"""Whose turn it is: a fixed number of places, given to waiting callers in rotation, earliest deadline first in each.

Used from one event loop's thread only.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections import Counter, OrderedDict


class BusyError(Exception):
    """The request cannot be served in its time. retry_after_s: when to come again."""

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


# deadline on the loop's clock, order of coming, and what is set when it comes
_Turn = tuple[float, int, "asyncio.Future[None]"]


class FairQueue:
    """Places for `places` requests at once, and at most `most_waiting` that wait.

    Where that many wait, a caller with few in the line takes the room of one with many: filling it shuts nobody out.
    """

    def __init__(self, places: int, most_waiting: int) -> None:
        self.places = places
        self.free = places
        self.waiting = 0
        self._most_waiting = most_waiting
        self._callers: OrderedDict[str, list[_Turn]] = OrderedDict()  # a heap each
        self._waiting_of: Counter[str] = Counter()
        self._sent_away: set[asyncio.Future[None]] = set()  # no longer counted; whoever waits has still to be told
        self._order = itertools.count()  # of turns with the same deadline
        self._closed = False

    async def take(self, caller: str, timeout_s: float) -> None:
        """Waits for a place; `give` must follow. Raises BusyError after timeout_s, or where too many wait."""
        if self._closed:
            raise BusyError("the server is stopping; send the request to another, or again later", 5)
        if self.free and not self.waiting:
            self.free -= 1
            return
        if self.waiting >= self._most_waiting:
            self._make_room(caller)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._callers.setdefault(caller, []), (loop.time() + timeout_s, next(self._order), turn))
        self.waiting += 1
        self._waiting_of[caller] += 1
        timer = loop.call_later(max(0.0, timeout_s), self._expire, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give()  # it had been given a place in the same moment
            raise
        finally:
            timer.cancel()
            if turn in self._sent_away:
                self._sent_away.remove(turn)
            else:
                self._left(caller)

    def give(self) -> None:
        """Gives a place back, or on to the next caller in the rotation."""
        while self._callers:
            caller, turns = next(iter(self._callers.items()))
            self._callers.move_to_end(caller)
            while turns:
                turn = heapq.heappop(turns)[2]
                if not turn.done():
                    if not turns:
                        del self._callers[caller]
                    turn.set_result(None)
                    return
            del self._callers[caller]
        self.free += 1

    def close(self) -> None:
        """Sends everybody away who waits, and who comes."""
        self._closed = True
        for turns in self._callers.values():
            for _, _, turn in turns:
                if not turn.done():
                    turn.set_exception(BusyError("the server is stopping; send the request to another", 5))
        self._callers.clear()

    def _make_room(self, caller: str) -> None:
        """Sends the last comer of the caller with the most in the line away, where `caller` will still have fewer.

        Raises BusyError where it would not.
        """
        error = BusyError(f"{self.waiting} requests are waiting already", self._guess())
        most = max(self._waiting_of, key=lambda each: self._waiting_of[each], default=caller)
        if self._waiting_of[most] <= self._waiting_of[caller] + 1:
            raise error
        turns = [turn for turn in self._callers.get(most, ()) if not turn[2].done()]
        if not turns:  # they have their places, and only have to be told
            raise error
        last = max(turns, key=lambda turn: turn[1])
        turns.remove(last)
        heapq.heapify(turns)
        self._callers[most][:] = turns
        last[2].set_exception(error)
        self._sent_away.add(last[2])
        self._left(most)

    def _left(self, caller: str) -> None:
        self.waiting -= 1
        self._waiting_of[caller] -= 1
        if not self._waiting_of[caller]:
            del self._waiting_of[caller]

    def _expire(self, turn: asyncio.Future[None]) -> None:
        if not turn.done():
            message = f"the request's deadline passed while {self.waiting} requests waited for {self.places} places"
            turn.set_exception(BusyError(message, self._guess()))

    def _guess(self) -> int:
        return max(1, min(30, math.ceil(self.waiting / (10 * self.places))))
