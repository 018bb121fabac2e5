"""How a candidate's answers are compared, window by window: by a rule on the host, or by the problem's own program.

A `Comparison` is asked about the answers of one window, after the candidate's runs have given their slot back: a
checker's run never waits for one that its own candidate holds. Nothing it is given is believed: what a checker reads is
a file of a jail of its own, what comes back is a `Check`, or a `CheckerFault` where nobody could say.

Several right answers: a test is passed when its expected output or one of `accepted_outputs` passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from code_pipeline.checkers.base import Actual, Check, Checker
from code_pipeline.types import TestCase


@dataclass(frozen=True, slots=True)
class CheckerFault:
    """Nobody could say whether an answer is right. provoked: this answer alone made the checker fail."""

    reason: str
    provoked: bool = False


Answer = tuple[TestCase, Actual]


class Comparison(Protocol):
    """Compares the answers of one candidate; used by one thread; closed once."""

    def checks(self, answers: Sequence[Answer]) -> Iterator[Check | CheckerFault]:
        """What each answer is, in order. May be left unfinished. Raises SandboxError for a fault of the sandbox."""

    def close(self) -> None:
        """Gives back what it holds."""


def alternatives(test: TestCase) -> Iterator[TestCase]:
    """The test, once for each of its right answers, the expected one first."""
    yield test
    for other in test.accepted_outputs:
        yield replace(test, expected=other, accepted_outputs=())


def check_all(checker: Checker, test: TestCase, actual: Actual) -> Check:
    """Whether the answer is one of the test's right ones; where it is not, why it is not the expected one.

    Raises TypeError where a right answer is of the wrong kind for the rule.
    """
    first: Check | None = None
    for case in alternatives(test):
        check = checker.check(case, actual)
        if check.passed:
            return check
        first = first or check
    assert first is not None  # noqa: S101 - alternatives() yields the test itself
    if not test.accepted_outputs:
        return first
    return replace(first, reason=f"{first.reason} (Nor is it one of {len(test.accepted_outputs)} other right answers.)")


class ByRule:
    """Compares by a rule, lazily."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker

    def checks(self, answers: Sequence[Answer]) -> Iterator[Check | CheckerFault]:
        """What each answer is, in order."""
        for test, actual in answers:
            try:
                yield check_all(self._checker, test, actual)
            except Exception as error:  # noqa: BLE001  rules read foreign data: their fault is a verdict of its own
                yield CheckerFault(f"the checker {self._checker.name} failed: {named(error)}")

    def close(self) -> None:
        """Holds nothing."""


def named(error: Exception) -> str:
    """An exception in one sentence: its class, and its words where it has some."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
