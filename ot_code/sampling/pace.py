"""When the next request may go: requests and tokens a minute, slower after a 429, and faster again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_FIRST_S = 0.05  # between two requests, after the first 429
_SLOWEST_S = 10.0
_SLOWER, _FASTER = 1.5, 0.97
_GUESS_TOKENS = 500.0
_NOTHING_S = 1e-4  # what rounding leaves is not waited for


class Pace:
    """Lives in one loop of asyncio. requests, tokens: a minute; None: no limit but what the endpoint says."""

    def __init__(self, requests: float | None, tokens: float | None, *, clock: Callable[[], float]) -> None:
        self._least_s = 60.0 / requests if requests else 0.0
        self._gap_s = self._least_s
        self._per_s = tokens / 60.0 if tokens else None
        self._level = tokens or 0.0
        self._most = tokens or 0.0
        self._guess = _GUESS_TOKENS
        self._clock = clock
        self._filled_at = clock()
        self._next_at = 0.0
        self._closed_until = 0.0

    @property
    def gap_s(self) -> float:
        """Seconds between two requests, now."""
        return self._gap_s

    async def turn(self) -> float:
        """Waits for this request's turn; returns the tokens that are held for it."""
        while True:
            now = self._clock()
            wait_s = max(self._closed_until - now, self._next_at - now, self._tokens_in_s(now))
            if wait_s <= _NOTHING_S:
                self._next_at = max(now, self._next_at) + self._gap_s
                held = self._guess if self._per_s else 0.0
                self._level -= held
                return held
            await asyncio.sleep(wait_s)

    def _tokens_in_s(self, now: float) -> float:
        if self._per_s is None:
            return 0.0
        self._level = min(self._most, self._level + (now - self._filled_at) * self._per_s)
        self._filled_at = now
        return max(0.0, min(self._guess, self._most) - self._level) / self._per_s

    def refused(self, retry_after_s: float | None) -> None:
        """A 429 came: nothing goes before the time that it names, and then more slowly."""
        now = self._clock()
        if now >= self._closed_until:  # those that were under way together count once
            self._gap_s = min(_SLOWEST_S, max(self._gap_s * _SLOWER, _FIRST_S))
        self._closed_until = max(self._closed_until, now + min(retry_after_s or 1.0, 120.0))

    def answered(self, tokens: int, held: float) -> None:
        """A reply came, of so many tokens. held: what was held for all its tries, of which most cost nothing."""
        self._gap_s = max(self._least_s, self._gap_s * _FASTER)
        if self._gap_s < _FIRST_S / 10 and not self._least_s:
            self._gap_s = 0.0
        if self._per_s:
            self._level += held - tokens
            self._guess = 0.9 * self._guess + 0.1 * tokens
