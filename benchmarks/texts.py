"""Texts as question datasets have them: half of them short, near-duplicates about the threshold, chains of them."""

from __future__ import annotations

import random

_LETTERS = "etaoinshrdlcumwfgypbvk"
_WEIGHTS = (12, 9, 8, 7.5, 7, 6.7, 6.3, 6, 6, 4.3, 4, 2.8, 2.8, 2.4, 2.4, 2.2, 2, 2, 1.9, 1.5, 1, 0.8)
_WORDS = 5000
_SHARE = 0.12  # of texts that have near-duplicates


def texts(count: int, seed: int, *, longest: int = 5000) -> list[str]:
    """So many texts of 10 to `longest` characters, half of them under 200.

    Of every eight or so one has one to three others that differ from the one before them by 3 to 7 %.
    """
    rng = random.Random(seed)
    words = ["".join(rng.choices(_LETTERS, _WEIGHTS, k=rng.randint(2, 9))) for _ in range(_WORDS)]
    made: list[str] = []
    while len(made) < count:
        length = rng.randint(10, 199) if rng.random() < 0.5 else rng.randint(200, longest)
        text = " ".join(rng.choices(words, k=length // 3 + 3))[:length]
        made.append(text)
        if rng.random() < _SHARE:
            for _ in range(rng.randint(1, 3)):
                text = _edited(rng, text, rng.uniform(0.03, 0.07))[:longest]
                made.append(text)
    rng.shuffle(made)
    return made[:count]


def _edited(rng: random.Random, text: str, share: float) -> str:
    """The text with this share of its characters replaced, left out or put in beside."""
    letters = list(text)
    for _ in range(max(1, round(len(letters) * share))):
        at, chance = rng.randrange(len(letters)), rng.random()
        if chance < 0.5:
            letters[at] = rng.choice(_LETTERS)
        elif chance < 0.75 and len(letters) > 1:
            del letters[at]
        else:
            letters.insert(at, rng.choice(_LETTERS))
    return "".join(letters)
