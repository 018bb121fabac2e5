"""Fuzzy ratios of pairs, by rapidfuzz."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ot_code.errors import MissingExtraError
from ot_code.similar.bounds import Bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONG = 1000  # characters from which on the ends of two texts are compared first
_APART = 0.8  # indel distance of unrelated texts, by the length of both of them: 0.9 to 1.2 in English


def scores(ones: Sequence[str], twos: Sequence[str], bound: Bound) -> NDArray[np.float64]:
    """`rapidfuzz.fuzz.ratio` of each pair, in percent; 0 where it is below the threshold.

    Raises MissingExtraError without rapidfuzz.
    """
    fuzz, process, _ = _rapidfuzz()
    found = np.zeros(len(ones))
    left = _ends_agree(ones, twos, bound)
    found[left] = process.cpdist(
        [ones[at] for at in left.tolist()],
        [twos[at] for at in left.tolist()],
        scorer=fuzz.ratio,
        score_cutoff=bound.threshold,
        dtype=np.float64,
    )
    return found


def ratio(one: str, two: str) -> float:
    """`rapidfuzz.fuzz.ratio` of two texts, in percent. Raises MissingExtraError without rapidfuzz."""
    return float(_rapidfuzz()[0].ratio(one, two))


def _rapidfuzz() -> tuple[Any, Any, Any]:
    try:
        from rapidfuzz import fuzz, process  # noqa: PLC0415  (an extra)
        from rapidfuzz.distance import Indel  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("comparing texts needs rapidfuzz: pip install 'ot-code[dedup]'") from error
    return fuzz, process, Indel


def _ends_agree(ones: Sequence[str], twos: Sequence[str], bound: Bound) -> NDArray[np.intp]:
    """Which pairs are to be compared as a whole; a long pair is not when its beginnings or ends are too far apart.

    Where two texts are D apart, some way of D steps takes one into the other. It takes the first p characters of one to
    the first p + s of the other in x steps and the rest in y, x + y <= D. The first p of both are then x + |s| apart at
    most, and |s| is at most y and the difference of the lengths: no more than D and that difference in all.
    """
    _, process, indel = _rapidfuzz()
    lengths = np.array([(len(one), len(two)) for one, two in zip(ones, twos, strict=True)], np.int64).reshape(-1, 2)
    most = bound.distances(lengths.sum(1)) + np.abs(lengths[:, 0] - lengths[:, 1])
    least = lengths.min(1)
    enough = np.ceil(most / _APART).astype(np.int64)
    left = np.ones(len(ones), bool)
    for ending in (False, True):
        some = np.flatnonzero(left & (least >= _LONG) & (2 * enough < least))
        if not len(some):
            break
        parts = [
            [text[len(text) - size :] if ending else text[:size] for text, size in zip(texts, sizes, strict=True)]
            for texts, sizes in ((([side[at] for at in some.tolist()]), enough[some].tolist()) for side in (ones, twos))
        ]
        apart = process.cpdist(*parts, scorer=indel.distance, score_cutoff=int(most[some].max()), dtype=np.int64)
        left[some] = apart <= most[some]
    return np.flatnonzero(left)
