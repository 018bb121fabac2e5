"""tokens: the default rule. What stands between ASCII whitespace, in order, as many as expected.

Where the expected token is a float, a number within the tolerance passes too: `float_tolerance` absolute, or relative
to the expected number, whichever is wider. None is the default of 1e-6; 0 compares text alone. An expected integer is
never compared within a tolerance with an integer: 1000001 is not 1000000. (With a tolerance that the problem states, an
expected integer also takes a *float* that is near: such a jury prints 3 where others print 2.99999999.) `nan` and
`inf` pass only as the same text. With `case_sensitive` false, ASCII letters match in either case.

Both sides are walked in step, and must end together, so a prefix never passes. Memory: the two texts and one block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from code_pipeline.checkers.base import Actual, Check, Rule, accepted, expected_text, rejected, shown
from code_pipeline.checkers.numbers import DEFAULT_TOLERANCE, close, is_float, number
from code_pipeline.checkers.plain import compare_values
from code_pipeline.types import TestCase

_SPACE = re.compile(rb"[ \t\n\r\x0b\x0c]")
_BLOCK = 1 << 18  # bytes split at once: a token costs 40 bytes and more, so a whole text would cost twenty times itself


@dataclass(frozen=True, slots=True)
class TokensChecker(Rule):
    """Tokens in order; see the module's docstring."""

    name: ClassVar[str] = "tokens"

    case_sensitive: bool = True
    float_tolerance: float | None = None

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether stdout holds the expected tokens (for a call: whether the value is the expected one)."""
        if case.arguments is not None:
            return compare_values(case.expected, actual, float_tolerance=self._tolerance)
        return compare_tokens(expected_text(case), actual.stdout, self.name, self._overlooks)

    @property
    def _tolerance(self) -> float:
        return DEFAULT_TOLERANCE if self.float_tolerance is None else self.float_tolerance

    def _overlooks(self, expected: bytes, actual: bytes) -> str | None:
        if not self.case_sensitive and expected.lower() == actual.lower():
            return "case"
        tolerance = self._tolerance
        if not tolerance or not (is_float(expected) or (self.float_tolerance is not None and is_float(actual))):
            return None
        wanted, got = number(expected), number(actual)
        if wanted is None or got is None or not close(wanted, got, absolute=tolerance, relative=tolerance):
            return None
        return f"float tolerance {tolerance:g}"


def compare_tokens(expected: bytes, actual: bytes, rule: str, overlooks: Callable[[bytes, bytes], str | None]) -> Check:
    """Whether two texts have the same tokens in order.

    overlooks(expected, actual) is asked about each pair that differs: what to overlook so that it passes, or None.
    """
    if expected == actual:
        return accepted(rule)
    overlooked: dict[str, None] = {}
    place = 0
    for wanted, got in _in_step(expected, actual):
        if wanted is None or got is None:
            return rejected(_ends_apart(place, wanted, got))
        if wanted != got:
            for index, (wanted_token, got_token) in enumerate(zip(wanted, got, strict=True), start=place + 1):
                if wanted_token != got_token:
                    note = overlooks(wanted_token, got_token)
                    if note is None:
                        difference = f"expected {shown(wanted_token)}, got {shown(got_token)}"
                        return rejected(f"Token {index} differs: {difference}.")
                    overlooked[note] = None
        place += len(wanted)
    return accepted(rule, sorted(overlooked))


def _ends_apart(place: int, wanted: list[bytes] | None, got: list[bytes] | None) -> str:
    if wanted is not None:
        return f"The output ends after {place} tokens, where {shown(wanted[0])} was expected next."
    assert got is not None  # noqa: S101 - _in_step never yields a pair without a block
    return f"The output goes on after the {place} expected tokens with {shown(got[0])}."


def _in_step(expected: bytes, actual: bytes) -> Iterator[tuple[list[bytes] | None, list[bytes] | None]]:
    """Blocks of equally many tokens from both; where one ends first, a last pair with None for it."""
    wanted_blocks, got_blocks = token_blocks(expected), token_blocks(actual)
    wanted: list[bytes] = []
    got: list[bytes] = []
    while True:
        wanted = wanted or next(wanted_blocks, [])
        got = got or next(got_blocks, [])
        count = min(len(wanted), len(got))
        if not count:
            break
        if len(wanted) == len(got):
            yield wanted, got
        else:
            yield wanted[:count], got[:count]
        wanted, got = wanted[count:], got[count:]
    if wanted or got:
        yield wanted or None, got or None


def token_blocks(data: bytes) -> Iterator[list[bytes]]:
    """The tokens of a text, in lists that are never empty and of bounded size (one token aside)."""
    start = 0
    while start < len(data):
        gap = _SPACE.search(data, min(start + _BLOCK, len(data)))
        end = gap.start() if gap else len(data)
        tokens = data[start:end].split()
        if tokens:
            yield tokens
        start = end
