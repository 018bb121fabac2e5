"""For each of many texts, the earliest one before it that is nearly the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ot_code.similar.bounds import Bound
from ot_code.similar.candidates import Pairs, Places, candidates, refined
from ot_code.similar.confirm import scores
from ot_code.similar.minhash import MinHashes
from ot_code.similar.sketches import Alphabet, Sketches

if TYPE_CHECKING:
    from numpy.typing import NDArray

NONE = -1
_NEVER = np.iinfo(np.int64).max


def earliest_matches(texts: Sequence[str], threshold: float, *, approximate: bool = False) -> NDArray[np.int64]:
    """Of each text, the position of the first text before it whose ratio with it reaches the threshold, or NONE.

    The same as comparing all pairs with rapidfuzz's `fuzz.ratio(a, b) >= threshold` (in percent); `approximate`: of the
    pairs that MinHash finds. Raises UsageError for a threshold outside (0, 100], MissingExtraError without rapidfuzz,
    or rensa.
    """
    bound = Bound(threshold)
    distinct, first, which = _distinct(texts)
    order = np.argsort(np.fromiter(map(len, distinct), np.int64, len(distinct)), kind="stable")
    ordered = [distinct[at] for at in order]
    if approximate:
        sketches = MinHashes.of(ordered, bound)
        earliest = _Earliest(ordered, first[order], bound, sketches.refined)
        pairs = sketches.probable()
    else:
        counts = Sketches.of(ordered, Alphabet.of(ordered))
        earliest = _Earliest(ordered, first[order], bound, lambda pairs: refined(bound, counts, counts, pairs))
        pairs = candidates(bound, counts)
    for some in pairs if threshold < 100 else ():
        earliest.settle(some)
    matched = np.empty_like(first)
    matched[order] = earliest.matched
    again = np.arange(len(which)) != first[which]  # the same text as an earlier one, and what that matches this does
    found = np.where(again, np.minimum(matched[which], first[which]), matched[which])
    return np.where(found == _NEVER, NONE, found)


class _Earliest:
    """What each text matched first, as far as its pairs were looked at.

    rows: the row of each text; of a pair the one with the later row may match the other. refine: leaves out pairs that
    cannot match. matched: rows.
    """

    def __init__(
        self, texts: Sequence[str], rows: NDArray[np.int64], bound: Bound, refine: Callable[[Pairs], Pairs]
    ) -> None:
        self._texts = texts
        self._rows = rows
        self._bound = bound
        self._refine = refine
        self.matched = np.full(len(texts), _NEVER)

    def settle(self, pairs: Pairs) -> None:
        """Looks at pairs that could tell of an earlier match than is known.

        Of each text the earliest comes first, and then twice as many at a time until one matches: of many texts that
        are all alike, each is compared with a few.
        """
        turned = self._rows[pairs[0]] < self._rows[pairs[1]]
        later, earlier = self._open(np.where(turned, pairs[1], pairs[0]), np.where(turned, pairs[0], pairs[1]))
        order = np.lexsort((self._rows[earlier], later))
        later, earlier = later[order], earlier[order]
        high = 1
        while len(later):
            begins = np.flatnonzero(np.r_[True, later[1:] != later[:-1]])
            now = np.arange(len(later)) - np.repeat(begins, np.diff(np.r_[begins, len(later)])) < high
            self._compare(*self._refine((later[now], earlier[now])))
            later, earlier = self._open(later[~now], earlier[~now])
            high *= 2

    def _open(self, later: Places, earlier: Places) -> Pairs:
        left = self._rows[earlier] < self.matched[later]
        return later[left], earlier[left]

    def _compare(self, later: Places, earlier: Places) -> None:
        ones, twos = ([self._texts[at] for at in side.tolist()] for side in (later, earlier))
        hits = scores(ones, twos, self._bound) > 0
        np.minimum.at(self.matched, later[hits], self._rows[earlier[hits]])


def _distinct(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """The different texts, where each stands first, and which of them each text is."""
    numbers: dict[str, int] = {}
    which = np.fromiter((numbers.setdefault(text, len(numbers)) for text in texts), np.int64, len(texts))
    first = np.full(len(numbers), _NEVER)
    np.minimum.at(first, which, np.arange(len(texts)))
    return list(numbers), first, which
