"""The order in which a candidate's tests run: a pure function of the row, so that every run agrees on it.

Candidates are judged in blocks of 8 in index order. In a block, the tests that failed most candidates of earlier
blocks come first (they end a wrong candidate soonest), then the row's order holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

BLOCK = 8
LONGEST_WINDOW = 16
LARGEST_WINDOW_BYTES = 8 * 1024 * 1024  # of inputs and expected outputs; a window is held in memory at once


def blocks(count: int) -> list[range]:
    """The blocks of `count` candidates, in order."""
    return [range(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]


def order_of_tests(tests: Iterable[int], failures: Mapping[int, int]) -> tuple[int, ...]:
    """`tests` (indexes in the row, ascending) by how often each was a first failure, most first, then by index."""
    return tuple(sorted(tests, key=lambda index: (-failures.get(index, 0), index)))


def window_end(order: Sequence[int], start: int, length: int, size: Mapping[int, int] | Sequence[int]) -> int:
    """Where the window that begins at `start` ends: after `length` tests, or sooner when these are large."""
    end = start + 1
    held = size[order[start]]
    while end < min(start + length, len(order)):
        held += size[order[end]]
        if held > LARGEST_WINDOW_BYTES:
            break
        end += 1
    return end
