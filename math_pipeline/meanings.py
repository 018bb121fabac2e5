"""What words say: one phrase for all that mean the same, and the sets that phrases name."""

from __future__ import annotations

import re

# What says the same in other words; the keys have lost their plural, their article and "all".
_MEANINGS = {
    "dne": "does not exist",
    "doesnt exist": "does not exist",
    "doesn t exist": "does not exist",
    "undefined": "does not exist",
    "not defined": "does not exist",
    "impossible": "not possible",
    "real": "real number",
    "real x": "real number",
    "real value": "real number",
    "infinitely many solution": "infinitely many",
    "infinite": "infinitely many",
    "infinity": "infinitely many",
    "infinite solution": "infinitely many",
    "whole number": "integer",
    "counting number": "positive integer",
    "equal to": "equal",
    "equals": "equal",
    "they are equal": "equal",
    "less": "less than",
    "greater": "greater than",
    "right-angled triangle": "right triangle",
    "empty": "empty set",
    "null set": "empty set",
}
_NO_SOLUTION = re.compile(
    r"(?:there (?:is|are)|has|have|it has)?\s*no (?:such |possible )?(?:solution|root)(?: exists?)?"
)
_ALL = re.compile(r"^(?:(?:set of )?(?:all|every|any|each)(?: the| of the| of)?|set of(?! all\b)) ")
_SETS = {
    "real number": "\\mathbb{R}",
    "positive real number": "\\mathbb{R}^{+}",
    "rational number": "\\mathbb{Q}",
    "complex number": "\\mathbb{C}",
    "integer": "\\mathbb{Z}",
    "positive integer": "\\mathbb{Z}^{+}",
    "natural number": "\\mathbb{N}",
    "no solution": "\\emptyset",
    "empty set": "\\emptyset",
}
NEVER_NUMBERS = frozenset({"does not exist", "infinitely many", *(name for name in _SETS if " number" in name)})
NOTHING = frozenset({"no solution", "none", "empty set"})  # which may mean the number 0


def set_named(said: str) -> str | None:
    """The set that a phrase names, as LaTeX; None for other phrases."""
    return _SETS.get(said)


def singular(words: str) -> str:
    """Without the s of a plural."""
    return re.sub(r"(?<=[a-rt-z])s\b(?!\s*(?:not|no)\b)", "", words)


def meaning(words: str) -> str:
    """What words say: without an article, "all" and a plural, and one phrase for those that mean the same."""
    folded = re.sub(r"^(?:the|a|an)\s+", "", words.strip()).rstrip(".").removesuffix(" only")
    plain = _ALL.sub("", singular(folded) if " " in folded else folded)
    plain = singular(plain) if plain != folded else plain
    if _NO_SOLUTION.fullmatch(plain):
        return "no solution"
    return _MEANINGS.get(plain, plain)
