"""How a statement says that answers are compared, for sources that give no checker: letters in any case, an error.

Only what makes the default rule take right answers that it would reject: a contest that says "print YES in any case"
takes "yes". What a statement leaves open (any of several answers) cannot be checked without the contest's checker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from code_pipeline.checkers import TokensChecker
from code_pipeline.checkers.numbers import DEFAULT_TOLERANCE
from code_pipeline.types import TestCase

_CASE = re.compile(
    r"\b(?:print|output|letters?|write|answer|display)\b[^.\n]{0,160}\b(?:in|of) (?:any|either|arbitrary) (?:letter )?"
    r"(?:case|register)\b"
    r"|\b(?:any|either|arbitrary) (?:letter )?(?:case|register)\b[^.\n]{0,40}\b(?:upper|lower)"
    r"|\b(?:upper|lower)[- ]?(?:case)? or (?:upper|lower)[- ]?case\b"
    r"|\b(?:is|are) case[- ]insensitive\b"
    r"|\bcase of (?:each |the |any )?letters? (?:is|does)[^.\n]{0,20}(?:matter|importan)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?:absolute|relative)\b[^.\n]{0,40}\b(?:error|difference|precision)\b[^\n]{0,160}?"
    r"(?:\b1e-|\b10\s*(?:\^|\*\*)?\s*[{(]?\s*[-\u2212\u2013]\s*)([0-9]{1,2})\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+")
MOST_WORDS = 8  # of answers that a statement can name; with more, letters are data
LONGEST_STATEMENT = 200_000


def checker_stated(statement: str, tests: Sequence[TestCase]) -> TokensChecker | None:
    """Tokens as the statement has them compared; None where it says nothing that the default does not do."""
    statement = statement[:LONGEST_STATEMENT]
    tolerance = _tolerance(statement)
    any_case = _CASE.search(statement) is not None and _words_are_answers(tests, statement)
    if tolerance is None and not any_case:
        return None
    return TokensChecker(case_sensitive=not any_case, float_tolerance=tolerance)


def _tolerance(statement: str) -> float | None:
    """The error that the statement allows, never less than the default: a jury prints no more digits than it must."""
    exponents = [int(found) for found in _ERROR.findall(statement)]
    return max(DEFAULT_TOLERANCE, 10.0 ** -min(exponents)) if exponents and min(exponents) > 0 else None


def _words_are_answers(tests: Sequence[TestCase], statement: str) -> bool:
    """Whether the words in the expected outputs are a few that the statement names, no two alike but for case."""
    words: set[str] = set()
    for test in tests:
        if not isinstance(test.expected, str):
            return False
        for found in _WORD.finditer(test.expected):
            words.add(found[0])
            if len(words) > MOST_WORDS:
                return False
    named = {word.lower() for word in _WORD.findall(statement)}
    lowered = {word.lower() for word in words}
    return len(lowered) == len(words) and lowered <= named
