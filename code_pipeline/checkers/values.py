"""values: what a call returned, by value. The default for tests that call a function; `plain` says what equals what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from code_pipeline.checkers.base import Actual, Check, Rule
from code_pipeline.checkers.numbers import DEFAULT_TOLERANCE
from code_pipeline.checkers.plain import compare_values
from code_pipeline.checkers.tokens import TokensChecker
from code_pipeline.types import TestCase


@dataclass(frozen=True, slots=True)
class ValuesChecker(Rule):
    """Plain data by value.

    float_tolerance: where a float is expected, absolute or relative to it; 0: none. unwrap_single: `[x]` takes `x`.
    """

    name: ClassVar[str] = "values"

    float_tolerance: float = DEFAULT_TOLERANCE
    unwrap_single: bool = True

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether the call returned the expected value (on a stdin test: whether stdout has the expected tokens)."""
        if case.arguments is None:
            tolerance = None if self.float_tolerance == DEFAULT_TOLERANCE else self.float_tolerance
            return TokensChecker(float_tolerance=tolerance).check(case, actual)
        return compare_values(
            case.expected, actual, float_tolerance=self.float_tolerance, unwrap_single=self.unwrap_single
        )
