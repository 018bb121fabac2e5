"""floats: tokens in order, where every expected token that is a number, integers too, takes a number near it.

Near: within `absolute_tolerance`, or within `relative_tolerance` times the expected number. A looser rule than
`tokens`, so it is chosen by name. What is not a number must be the same text, as must `nan` and `inf`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from code_pipeline.checkers.base import Actual, Check, Rule, expected_text
from code_pipeline.checkers.numbers import DEFAULT_TOLERANCE, close, number
from code_pipeline.checkers.plain import compare_values
from code_pipeline.checkers.tokens import compare_tokens
from code_pipeline.types import TestCase


@dataclass(frozen=True, slots=True)
class FloatsChecker(Rule):
    """Numbers within a tolerance; see the module's docstring."""

    name: ClassVar[str] = "floats"

    absolute_tolerance: float = DEFAULT_TOLERANCE
    relative_tolerance: float = DEFAULT_TOLERANCE

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether stdout holds the expected numbers (for a call: whether the value's floats are near)."""
        if case.arguments is not None:
            tolerance = max(self.absolute_tolerance, self.relative_tolerance)
            return compare_values(case.expected, actual, float_tolerance=tolerance)
        return compare_tokens(expected_text(case), actual.stdout, self.name, self._overlooks)

    def _overlooks(self, expected: bytes, actual: bytes) -> str | None:
        wanted, got = number(expected), number(actual)
        if wanted is None or got is None:
            return None
        if not close(wanted, got, absolute=self.absolute_tolerance, relative=self.relative_tolerance):
            return None
        return f"absolute {self.absolute_tolerance:g} or relative {self.relative_tolerance:g}"
