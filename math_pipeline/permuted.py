"""Tuples with all their permutations, or their cyclic ones, written out."""

from __future__ import annotations

import itertools
import re

from math_pipeline.brackets import bracket_end, commas

_MOST_ENTRIES = 4
_OF = r"(?:and|or|with|all|any|the|its|their|of|it|them|these|this|thereof|possible|,)"
_BEFORE = re.compile(
    rf"(?:\\text\s*\{{)?\s*(?:{_OF}\s*)*(cyclic\s+)?permutations?\s*(?:{_OF}\s*)*\}}?\s*", re.IGNORECASE
)
_BEHIND = re.compile(
    rf"\s*,?\s*(?:\\text\s*\{{)?\s*(?:{_OF}\s*)*(cyclic\s+)?permutations?\s*(?:{_OF}\s*)*\}}?\s*", re.IGNORECASE
)
_HEAD = re.compile(r"\(\s*[a-z](?:\s*,\s*[a-z])+\s*\)\s*=\s*")


def tuples_of(text: str) -> list[str] | None:
    """Each tuple of `(1, 2, 3) and all permutations`; None for other texts."""
    if "permutation" not in text:
        return None
    before = _BEFORE.match(text)
    body = text[before.end() :] if before is not None else text
    head = _HEAD.match(body)
    body = body[head.end() :] if head is not None else body
    if not body.startswith("(") or (end := bracket_end(body, 0)) < 0:
        return None
    entries = [entry.strip() for entry in commas(body[1 : end - 1])]
    behind = _BEHIND.fullmatch(body[end:])
    told = before or behind
    if told is None or not 1 < len(entries) <= _MOST_ENTRIES or (before is not None and body[end:].strip()):
        return None
    turned = (entries[at:] + entries[:at] for at in range(len(entries)))
    orders = turned if told[1] else itertools.permutations(entries)
    return sorted({f"({', '.join(order)})" for order in orders})
