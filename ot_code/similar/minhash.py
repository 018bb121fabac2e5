"""Pairs of texts that probably reach a threshold, by MinHash (rensa): nearly linear in the number of texts.

A text is the set of its triples of characters. Texts that agree in all rows of a band share a bucket; how many rows a
band has follows from the threshold. In a bucket each text is paired with its neighbours only, sorted by the next band,
where the most similar ones stand together: so a template with a hundred thousand fillings costs no more than others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ot_code.errors import MissingExtraError
from ot_code.similar.bounds import Bound
from ot_code.similar.candidates import Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRAM = 3  # characters
_HASHES = 128  # of a text
_SEED = 1
_NEIGHBOURS = 4
_BATCH_TEXTS = 4096
_ENOUGH = 0.98  # of pairs at the threshold that are to share a bucket, where their differences lie apart
_AT_ONCE = 8192  # pairs
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class MinHashes:
    """The hashes of texts, 512 bytes each. rows: of a band. least: hashes that two texts must share to be compared."""

    digests: NDArray[np.uint32]
    rows: int
    least: int

    @classmethod
    def of(cls, texts: Sequence[str], bound: Bound) -> MinHashes:
        """Raises MissingExtraError without rensa."""
        return cls(_digests(texts), _rows(bound), _least(bound))

    def probable(self) -> Iterator[Pairs]:
        """Pairs of positions, some at a time, the same ones every time; a pair may come again."""
        bands = [_keys(self.digests[:, start : start + self.rows]) for start in range(0, _HASHES, self.rows)]
        for at, band in enumerate(bands):
            order = np.lexsort((bands[(at + 1) % len(bands)], band))
            keys = band[order]
            for step in range(1, _NEIGHBOURS + 1):
                same = np.flatnonzero(keys[step:] == keys[:-step])
                if len(same):
                    yield order[same], order[same + step]

    def refined(self, pairs: Pairs) -> Pairs:
        """Those of the pairs that share enough hashes."""
        shared = np.empty(len(pairs[0]), np.int64)
        for start in range(0, len(shared), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            equal = self.digests[pairs[0][some]] == self.digests[pairs[1][some]]
            shared[some] = np.count_nonzero(equal, axis=1)
        return pairs[0][shared >= self.least], pairs[1][shared >= self.least]


def _least(bound: Bound) -> int:
    """How many hashes pairs at the threshold share at least, but for a few in a thousand, however they differ."""
    kept = max(0.0, 1 - (2 * GRAM - 1) * (100 - bound.threshold) / 100)  # each step by itself
    alike = kept / (2 - kept)
    return int(_HASHES * max(0.0, alike - 3 * (alike * (1 - alike) / _HASHES) ** 0.5))


def _rows(bound: Bound) -> int:
    """How many hashes a band has: as many as let pairs at the threshold share a bucket."""
    kept = max(0.0, 1 - GRAM * (100 - bound.threshold) / 100)  # of the triples, where characters were replaced
    alike = kept / (2 - kept)
    fitting = [rows for rows in (8, 4, 2) if 1 - (1 - alike**rows) ** (_HASHES // rows) >= _ENOUGH]
    return fitting[0] if fitting else 1


def _keys(columns: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One number for the hashes of each text in a band."""
    keys = np.zeros(len(columns), np.uint64)
    for column in columns.T:
        keys = (keys ^ column) * _MIX
        keys ^= keys >> np.uint64(29)
    return keys


def _digests(texts: Sequence[str]) -> NDArray[np.uint32]:
    try:
        from rensa import RMinHash  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("--approximate needs rensa: pip install 'ot-code[dedup]'") from error
    digests = np.empty((len(texts), _HASHES), np.uint32)
    for start in range(0, len(texts), _BATCH_TEXTS):
        some = texts[start : start + _BATCH_TEXTS]
        digests[start : start + len(some)] = _of_batch(RMinHash, some)
    return digests


def _of_batch(sketch: Any, texts: Sequence[str]) -> list[list[int]]:
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    counts = np.maximum(sizes - (GRAM - 1), 0)
    starts = np.repeat(np.cumsum(sizes) - sizes, counts)
    offsets = np.r_[0, np.cumsum(counts)]
    places = starts + np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
    hashes = np.zeros(len(places), np.uint64)
    for step in range(GRAM):
        hashes = (hashes ^ points[places + step]) * _MIX
        hashes ^= hashes >> np.uint64(32)
    matrix = sketch.digest_matrix_from_flat_token_hashes(hashes, offsets.astype(np.uint64), _HASHES, _SEED)
    rows: list[list[int]] = matrix.to_rows()
    return rows
