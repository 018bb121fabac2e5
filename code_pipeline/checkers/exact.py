"""exact: the same bytes. One newline more or less at the very end is overlooked, since data sets disagree about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from code_pipeline.checkers.base import Actual, Check, Rule, accepted, expected_text, rejected, shown
from code_pipeline.checkers.plain import compare_values
from code_pipeline.types import TestCase


@dataclass(frozen=True, slots=True)
class ExactChecker(Rule):
    """The same bytes, one final newline aside."""

    name: ClassVar[str] = "exact"

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether stdout is what was expected (for a call: whether the value is, without any tolerance)."""
        if case.arguments is not None:
            return compare_values(case.expected, actual, float_tolerance=0)
        wanted, got = expected_text(case), actual.stdout
        if wanted == got:
            return accepted(self.name)
        if wanted.removesuffix(b"\n") == got.removesuffix(b"\n"):
            return accepted(self.name, ["final newline"])
        return rejected(_first_difference(wanted, got))


def _first_difference(wanted: bytes, got: bytes) -> str:
    same, limit = 0, min(len(wanted), len(got))  # the first `same` bytes are equal; halving keeps it at memcmp's speed
    while same < limit:
        half = (same + limit + 1) // 2
        if wanted[same:half] == got[same:half]:
            same = half
        else:
            limit = half - 1
    line = wanted.count(b"\n", 0, same) + 1
    column = same - (wanted.rfind(b"\n", 0, same) + 1) + 1
    difference = f"expected {_rest(wanted, same)}, got {_rest(got, same)}"
    return f"Line {line} differs at byte {column}: {difference}."


def _rest(data: bytes, start: int) -> str:
    if start == len(data):
        return "the end"
    end = data.find(b"\n", start) + 1
    return shown(data[start : end or len(data)])
