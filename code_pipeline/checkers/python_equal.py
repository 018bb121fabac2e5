"""python_equal: what `assert f(x) == expected` means in Python, on the host. For tests taken out of assertions.

Nothing is overlooked that Python's own `==` would not: a tuple is no list, `0.1 + 0.2` is not `0.3`; and 1 is 1.0 and
True. An expected value may be `Near`, for an assertion that itself names a tolerance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from code_pipeline.checkers.base import Actual, Check, Rule, accepted, rejected
from code_pipeline.checkers.exact import ExactChecker
from code_pipeline.checkers.plain import describe
from code_pipeline.types import TestCase

_NUMBERS = (bool, int, float)


@dataclass(frozen=True, slots=True)
class Near:
    """An expected value with the tolerance that the assertion names, and the formula it names it by.

    relation: "abs<" for `abs(got - value) < absolute`; "isclose" for `math.isclose`; "allclose" for EvalPlus, which
    takes what equals the value, or each number of it within `absolute + relative * abs(number)`.
    """

    value: Any
    relation: str
    absolute: float
    relative: float = 0.0

    def __repr__(self) -> str:
        return f"{self.value!r} ({self.relation} {self.absolute:g}, {self.relative:g})"

    def holds(self, got: Any) -> bool:
        """Whether `got` is near enough."""
        if self.relation == "allclose":
            return bool(self.value == got) or self._all_close(self.value, got)
        if not isinstance(got, _NUMBERS):
            return False
        try:
            if self.relation == "isclose":
                return math.isclose(got, self.value, rel_tol=self.relative, abs_tol=self.absolute)
            return bool(abs(got - self.value) < self.absolute)
        except OverflowError:  # an integer that no float can hold: Python raises there too
            return False

    def _all_close(self, wanted: Any, got: Any) -> bool:
        if isinstance(wanted, (list, tuple)) and isinstance(got, (list, tuple)):
            return len(wanted) == len(got) and all(map(self._all_close, wanted, got))
        if not isinstance(wanted, _NUMBERS) or not isinstance(got, _NUMBERS):
            return False
        try:
            return wanted == got or abs(got - wanted) <= self.absolute + self.relative * abs(wanted) < math.inf
        except OverflowError:
            return False


@dataclass(frozen=True, slots=True)
class PythonEqualChecker(Rule):
    """Python's `==` on plain data; see the module's docstring."""

    name: ClassVar[str] = "python_equal"

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether the call returned a value equal to the expected one (on a stdin test: whether stdout is exact)."""
        if case.arguments is None:
            return ExactChecker().check(case, actual)
        if not actual.has_returned:
            return rejected("Nothing was returned.")
        wanted, got = case.expected, actual.returned
        near = isinstance(wanted, Near)
        if wanted.holds(got) if near else wanted == got:
            note = [wanted.relation] if near and wanted.value != got else []
            return accepted(self.name, note)
        shown = f"{describe(wanted.value)} ({wanted.relation} {wanted.absolute:g})" if near else describe(wanted)
        return rejected(f"The value differs: expected {shown}, got {describe(got)}.")


@dataclass(frozen=True, slots=True)
class AssertionsChecker(Rule):
    """For an assertion program that ran in the candidate's own process: it can be gamed, and the result says so.

    Readers choose it where they must; nobody chooses it by name.
    """

    name: ClassVar[str] = "assertions"

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether the assertion program came to its end. Raises TypeError where it could not even be compiled."""
        if case.arguments is None:
            raise TypeError("the rule `assertions` is for problems whose tests are an assertion program")
        if not actual.has_returned:
            return rejected("Nothing was returned.")
        if isinstance(actual.returned, str):
            raise TypeError(f"the row's assertion program cannot be run: {actual.returned[:200]}")
        if actual.returned is case.expected is True:
            return Check(passed=True, rule=f"{self.name} (can be gamed)")
        return rejected("An assertion does not hold.")
