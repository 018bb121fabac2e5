"""Intervals that repeat, such as (k pi, k pi + pi/2) for every integer k: the same where both of their ends are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from math_pipeline import symbols
from math_pipeline.brackets import bracket_end, commas
from math_pipeline.families import Family, clause_of, same_numbers, step_of
from math_pipeline.outcome import Outcome

_IN = re.compile(r"\s*[a-zA-Z]\s*\\in\s*(?=[\[(])")
_BETWEEN = re.compile(r"([^<>]+?)\s*(<|\\le(?![a-zA-Z]))\s*(?:[a-zA-Z]|\\theta)\s*(<|\\le(?![a-zA-Z]))([^<>]+)")


@dataclass(frozen=True, slots=True)
class _Repeated:
    closed: tuple[bool, bool]
    start: Family
    end: Family


def compared(gold: str, answer: str) -> Outcome | None:
    """Whether two intervals that repeat cover the same numbers; None where one is none, or they touch or overlap."""
    clauses = clause_of(gold), clause_of(answer)
    if clauses == (None, None):
        return None
    one, two = _repeated(gold), _repeated(answer)
    if one is None or two is None:
        return None
    ends = same_numbers(one.start, two.start), same_numbers(one.end, two.end)
    if one.closed != two.closed or False in ends:
        return Outcome(False, "intervals that repeat", "the two sets of numbers differ")
    return Outcome(True, "intervals that repeat") if all(ends) else None


def _repeated(text: str) -> _Repeated | None:
    clause = clause_of(text)
    if clause is not None and clause[1] != "\\mathbb{Z}":
        return None
    body = _IN.sub("", text if clause is None else text[: clause[2]], count=1).strip().rstrip(",;").strip()
    between = _BETWEEN.fullmatch(body)
    if between is not None:
        low, high = between[1], between[4]
        closed = (between[2] != "<", between[3] != "<")
    elif body[:1] in ("(", "[") and bracket_end(body, 0) == len(body) and len(pieces := commas(body[1:-1])) == 2:
        low, high = pieces
        closed = (body[0] == "[", body[-1] == "]")
    else:
        return None
    parameter = None if clause is None else clause[0]
    try:
        first, last = (step_of(symbols.read(end), parameter) for end in (low, high))
    except symbols.UnreadableError:
        return None
    if first is None or last is None or first[1] != last[1] or not 0 < last[0] - first[0] < abs(first[1]):
        return None
    return _Repeated(closed, Family("", (first,)), Family("", (last,)))
