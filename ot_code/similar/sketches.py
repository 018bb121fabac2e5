"""Texts as counts of characters and as sets of four-grams, whose differences tell how far apart texts must be.

A step of the indel distance changes one count of characters by one. It takes away at most four four-grams and brings
three, or the other way round, so that multisets of them differ by seven more at most. Counts that are added up
(characters that share a bin) or cut off at a maximum never differ by more than they did before, and neither do sets
whose members share bits by parity: all of these only make the bound weaker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ot_code.errors import MissingExtraError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW, BINS = 16, 64  # bins of characters
GRAM = 4  # characters
OF_GRAMS = 2 * GRAM - 1  # by how many members of their multisets two texts may differ more after one step
GRAMS_FROM = (
    400  # characters of a text from which on it has such a set: in shorter ones counts of characters tell enough
)
_NAMED = 48  # characters with a bin of their own; the others share the rest
_BATCH_CHARACTERS, _BATCH_TEXTS = 1 << 20, 4096
_CODE_POINTS = 0x110000
_SAMPLE, _SAMPLE_CHARACTERS = 20_000, 2_000  # texts, and characters of each, that frequent characters are learned from
_TIERS = (
    (GRAMS_FROM, 4096),
    (512, 8192),
    (1024, 16384),
    (2048, 32768),
)  # characters from which on, and bits of the set
_MIX, _AGAIN = np.uint32(2246822519), np.uint32(2654435761)


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Which bin a character counts in. bins: by code point."""

    bins: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Alphabet:
        """Characters that are frequent in the texts get bins of their own."""
        counts = np.zeros(_CODE_POINTS, np.int64)
        step = max(1, len(texts) // _SAMPLE)
        for _, points in _batches([text[:_SAMPLE_CHARACTERS] for text in texts[::step]]):
            found, times = np.unique(points, return_counts=True)
            counts[found] += times
        frequent = np.argsort(-counts, kind="stable")[:_NAMED]
        bins = (_NAMED + np.arange(_CODE_POINTS) % (BINS - _NAMED)).astype(np.uint8)
        bins[frequent] = np.arange(_NAMED)
        return cls(bins)


@dataclass(frozen=True, slots=True)
class Tier:
    """The sets of four-grams of texts of about one length: bits by parity, (texts, words). start: the first of them."""

    start: int
    bits: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Sketches:
    """Counts of texts that are sorted by length.

    lengths: characters. few: (FEW, texts), characters in coarse bins. characters: (texts, BINS). tiers: of long texts,
    with more bits the longer they are. A text costs 170 bytes, one of 400 characters or more about one byte a character
    beside them, and 4 KB at most.
    """

    lengths: NDArray[np.int64]
    few: NDArray[np.int16]
    characters: NDArray[np.int16]
    tiers: tuple[Tier, ...]

    @classmethod
    def of(cls, texts: Sequence[str], alphabet: Alphabet) -> Sketches:
        """The counts of texts, the shortest first. Raises MissingExtraError without numpy 2."""
        if not hasattr(np, "bitwise_count"):
            raise MissingExtraError("comparing texts needs numpy 2: pip install 'ot-code[dedup]'")
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        counts = np.zeros((len(texts), BINS), np.int16)
        for rows, points in _batches(texts):
            place = np.repeat(np.arange(len(rows)) * BINS, lengths[rows.start : rows.stop]) + alphabet.bins[points]
            found = np.bincount(place, minlength=len(rows) * BINS).reshape(len(rows), BINS)
            counts[rows.start : rows.stop] = _cut(found)
        few = _cut(counts.reshape(len(texts), BINS // FEW, FEW).sum(1, dtype=np.int64))
        starts = [int(np.searchsorted(lengths, least)) for least, _ in _TIERS]
        tiers = [
            Tier(start, _sets(texts[start:stop], bits))
            for start, stop, (_, bits) in zip(starts, [*starts[1:], len(texts)], _TIERS, strict=True)
        ]
        return cls(lengths, np.ascontiguousarray(few.T), counts, tuple(tiers))


def _batches(texts: Sequence[str]) -> Iterator[tuple[range, NDArray[np.uint32]]]:
    """The code points of some texts at a time, one after the other, and which texts these are."""
    start = 0
    while start < len(texts):
        stop, size = start, 0
        while stop < len(texts) and size < _BATCH_CHARACTERS and stop - start < _BATCH_TEXTS:
            size += len(texts[stop])
            stop += 1
        yield range(start, stop), _points("".join(texts[start:stop]))
        start = stop


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _cut(counts: NDArray[np.int64]) -> NDArray[np.int16]:
    return np.minimum(counts, np.iinfo(np.int16).max).astype(np.int16)


def _sets(texts: Sequence[str], bits: int) -> NDArray[np.uint64]:
    """Of each text, its multiset of four-grams as bits: the second of two equal ones is a member of its own."""
    found = np.zeros((len(texts), bits // 64), np.uint64)
    for at, text in enumerate(texts):
        points = _points(text)
        mixed = points[: 1 - GRAM].copy()
        for place in range(1, GRAM):
            mixed = mixed * _MIX + points[place : len(points) + 1 - GRAM + place]
        mixed.sort()
        places = np.arange(len(mixed), dtype=np.uint32)
        fresh = np.r_[True, mixed[1:] != mixed[:-1]]
        times = places - np.maximum.accumulate(np.where(fresh, places, np.uint32(0)))
        members = (mixed ^ times * _AGAIN) * _MIX
        members ^= members >> np.uint32(15)
        odd = np.bincount(members * _AGAIN >> np.uint32(17), minlength=_TIERS[-1][1]) & 1
        folded = np.bitwise_xor.reduce(odd.reshape(-1, bits).astype(np.uint8), axis=0)
        found[at] = np.packbits(folded, bitorder="little").view(np.uint64)
    return found
