"""Texts that many others are held against: the closest one by fuzzy ratio, and runs of words in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ot_code.similar.bounds import Bound
from ot_code.similar.candidates import candidates, refined
from ot_code.similar.confirm import scores
from ot_code.similar.sketches import Alphabet, Sketches

# A word is letters and digits together; of scripts that put no space between words, a character.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Match:
    """What a text matched: the number of an item, and the ratio in percent."""

    item: int
    score: float


class ClosestItem:
    """Finds of any text the item that it is most like, if their ratio reaches the threshold."""

    def __init__(self, items: Sequence[str], threshold: float) -> None:
        self._bound = Bound(threshold)
        self._numbers = sorted(range(len(items)), key=lambda at: len(items[at]))
        self._items = [items[at] for at in self._numbers]
        self._alphabet = Alphabet.of(self._items)
        self._sketches = Sketches.of(self._items, self._alphabet)

    def of(self, texts: Sequence[str]) -> list[Match | None]:
        """For each text the item with the highest ratio, of several the first. Raises MissingExtraError."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        ordered = [texts[at] for at in order]
        sketches = Sketches.of(ordered, self._alphabet)
        found: list[Match | None] = [None] * len(texts)
        for pairs in candidates(self._bound, sketches, self._sketches):
            ones, twos = (side.tolist() for side in refined(self._bound, sketches, self._sketches, pairs))
            ratios = scores([ordered[at] for at in ones], [self._items[at] for at in twos], self._bound)
            for at in np.flatnonzero(ratios > 0).tolist():
                match = Match(self._numbers[twos[at]], float(ratios[at]))
                before = found[order[ones[at]]]
                if before is None or (match.score, -match.item) > (before.score, -before.item):
                    found[order[ones[at]]] = match
        return found


class SharedWords:
    """Finds items that have n words in a row in common with a text, whatever case and punctuation.

    short: how many items have fewer words than n, so that nothing can share that many with them.
    """

    def __init__(self, items: Sequence[str], n: int) -> None:
        self._n = n
        self._items: list[str] = []
        self._places: dict[int, list[int]] = {}
        self.short = 0
        for number, text in enumerate(items):
            words = words_of(text)
            self._items.append(_joined(words))
            self.short += len(words) < n
            for at in range(len(words) - n + 1):
                places = self._places.setdefault(hash(tuple(words[at : at + n])), [])
                if not places or places[-1] != number:
                    places.append(number)

    def of(self, text: str) -> dict[int, str]:
        """The items that share words with a text, in their order, and of each the first words that it shares."""
        words, n = words_of(text), self._n
        found: dict[int, str] = {}
        for at in range(len(words) - n + 1):
            run = tuple(words[at : at + n])
            for number in self._places.get(hash(run), ()):
                if number not in found and _joined(run) in self._items[number]:  # two runs may have one hash
                    found[number] = " ".join(run)
        return dict(sorted(found.items()))


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters and in one of the ways that Unicode has of writing them."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "
