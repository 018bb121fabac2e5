"""Ratios such as 5:8 and 1:2:3. A time of day, 12:00, is the same only as it stands."""

from __future__ import annotations

import re

from math_pipeline import symbols
from math_pipeline.brackets import split_top
from math_pipeline.outcome import Outcome

_COLON = re.compile(r"\s*(?::|(?<=\d)(?:\s*\\text\s*\{\s*to\s*\}\s*|\s+to\s+)(?=\d))\s*")
_TIME = re.compile(r"\s*([01]?\d|2[0-4]):([0-5]\d)\s*\Z")


def compared(gold: str, answer: str) -> Outcome | None:
    """Whether two ratios of as many parts are proportional; None where they are not both ratios."""
    one, two = split_top(gold, _COLON), split_top(answer, _COLON)
    if len(one) < 2 or len(two) < 2 or not all(part.strip() for part in (*one, *two)):
        return None
    if len(one) != len(two):
        return Outcome(False, "ratio", f"a ratio of {len(one)} parts beside one of {len(two)}")
    times = _TIME.match(gold), _TIME.match(answer)
    if times[0] and times[1]:
        if [int(part) for part in one] == [int(part) for part in two]:
            return Outcome(True, "time")
        if 0 in (int(one[1]), int(two[1])):
            return Outcome(False, "time", "two times of day")
    outcomes = [
        symbols.same(f"({one[0]}) \\cdot ({b})", f"({two[0]}) \\cdot ({a})")
        for a, b in zip(one[1:], two[1:], strict=True)
    ]
    if False in outcomes:
        return Outcome(False, "ratio", "the two ratios differ")
    if None in outcomes or (times[0] and times[1]):
        return Outcome(None, "ratio", "perhaps two times of day")
    return Outcome(True, "ratio")


def divided(latex: str) -> str:
    """5:8 as a fraction, for what is no ratio itself; others as they are."""
    parts = split_top(latex, _COLON)
    if len(parts) != 2 or not all(part.strip() for part in parts):
        return latex
    return f"\\frac{{{parts[0].strip()}}}{{{parts[1].strip()}}}"
