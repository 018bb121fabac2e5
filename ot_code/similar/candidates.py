"""Pairs of texts that may reach a threshold: whoever is left out cannot.

Texts are sorted by length, and only lengths that can match are looked at: a block of texts at a time against stretches
of the others, in coarse counts of characters, then what is left in fine ones, then in sets of four-grams. A pair costs
some nanoseconds, so that comparing all of them is quick for a million texts, and memory is that of one stretch.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ot_code.similar.bounds import Bound
from ot_code.similar.sketches import FEW, OF_GRAMS, Sketches, Tier

Places = NDArray[np.int64]
Pairs = tuple[Places, Places]
_BLOCK, _STRETCH = 64, 2048
_AT_ONCE = 2048  # pairs whose fine counts are held at a time
_MOST_IN_16_BITS = np.iinfo(np.int16).max


def candidates(bound: Bound, texts: Sketches, others: Sketches | None = None) -> Iterator[Pairs]:
    """Pairs of positions, (in `texts`, in `others`), that may reach the bound by their coarse counts, some at a time.

    others: None: `texts` itself, each pair once and no text with itself.
    """
    against = texts if others is None else others
    for start in range(0, len(texts.lengths), _BLOCK):
        stop = min(start + _BLOCK, len(texts.lengths))
        shortest, longest = int(texts.lengths[start]), int(texts.lengths[stop - 1])
        first = int(np.searchsorted(against.lengths, bound.shortest(shortest)))
        last = stop if others is None else int(np.searchsorted(against.lengths, bound.longest(longest), "right"))
        for begin in range(first, last, _STRETCH):
            end = min(begin + _STRETCH, last)
            ones, twos = _close(bound, texts, against, slice(start, stop), slice(begin, end))
            if others is None:
                ones, twos = ones[twos < ones], twos[twos < ones]
            if len(ones):
                yield ones, twos


def refined(bound: Bound, texts: Sketches, against: Sketches, pairs: Pairs) -> Pairs:
    """Those of the pairs that fine counts leave."""
    left = []
    for start in range(0, len(pairs[0]), _AT_ONCE):
        some, others = (side[start : start + _AT_ONCE] for side in pairs)
        most = bound.distances(texts.lengths[some] + against.lengths[others])
        # Counts are not negative and fit into 16 bits, and so do their differences.
        apart = np.abs(texts.characters[some] - against.characters[others]).sum(1, dtype=np.int64)
        close = np.flatnonzero(apart <= most)
        close = close[_by_grams(texts, against, (some[close], others[close]), OF_GRAMS * most[close])]
        left.append(start + close)
    kept = np.concatenate(left) if left else np.empty(0, np.int64)
    return pairs[0][kept], pairs[1][kept]


def _close(bound: Bound, texts: Sketches, against: Sketches, rows: slice, columns: slice) -> Pairs:
    """The pairs of a block and a stretch whose coarse counts are close enough."""
    totals = texts.lengths[rows, None] + against.lengths[None, columns]
    kind = np.int16 if int(totals[-1, -1]) <= _MOST_IN_16_BITS else np.int32
    ours, theirs = texts.few[:, rows].astype(kind), against.few[:, columns].astype(kind)
    apart = np.zeros(totals.shape, kind)
    difference = np.empty(totals.shape, kind)
    for at in range(FEW):
        np.subtract(ours[at, :, None], theirs[at, None, :], out=difference)
        np.abs(difference, out=difference)
        apart += difference
    ones, twos = np.nonzero(apart <= bound.distances(totals))
    return ones + rows.start, twos + columns.start


def _by_grams(texts: Sketches, against: Sketches, pairs: Pairs, most: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the sets of each pair differ by no more than `most`; true where one of the two texts has none."""
    left = np.ones(len(most), bool)
    ours, theirs = (_tier(sketches, side) for sketches, side in zip((texts, against), pairs, strict=True))
    both = np.flatnonzero((ours >= 0) & (theirs >= 0))
    kinds = ours[both] * len(texts.tiers) + theirs[both]
    for kind in np.unique(kinds):
        those = both[kinds == kind]
        one, two = texts.tiers[kind // len(texts.tiers)], against.tiers[kind % len(texts.tiers)]
        words = min(one.bits.shape[1], two.bits.shape[1])
        differ = _folded(one, pairs[0][those], words) ^ _folded(two, pairs[1][those], words)
        left[those] = np.bitwise_count(differ).sum(1, dtype=np.int64) <= most[those]
    return left


def _tier(sketches: Sketches, places: Places) -> NDArray[np.intp]:
    """Which tier each text is in; -1 for those that are too short for any."""
    return np.searchsorted([tier.start for tier in sketches.tiers], places, "right") - 1


def _folded(tier: Tier, places: Places, words: int) -> NDArray[np.uint64]:
    """The sets of these texts with so many words of bits: parity lets the same set be told with fewer."""
    bits = tier.bits[places - tier.start]
    if bits.shape[1] == words:
        return bits
    folded: NDArray[np.uint64] = np.bitwise_xor.reduce(bits.reshape(len(places), -1, words), axis=1)
    return folded
