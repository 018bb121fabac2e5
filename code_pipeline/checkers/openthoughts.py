"""openthoughts: what the judge behind OpenThoughts-114k accepts on stdout. Loose; for comparing with its labels only.

Written from what that judge does, not from its text. It takes an output that is any of
- the expected text, whitespace at both ends aside (`stripped text`);
- nothing but digits, without even a newline, as many as the expected output has lines that are not empty, each digit
  near the number on its line (`a digit a line`);
- a *set of characters* match: each token of the output taken as the set of its characters, each expected line that is
  not empty as the set of its tokens, and the two sets of sets are equal (`sets of characters`). So `11` passes for `1`,
  `3 2 1` for three lines `1`, `2`, `3`, and only outputs of one-character tokens can pass at all;
- the same, with each character and each expected token as a number rounded to 3 places (`sets of digits`).
It reads an output as UTF-8 (what is not is wrong) and turns CR LF and CR into newlines. A note says which one it was.

Calls: by value without tolerance, as in `plain`; where a list is expected, its first item alone passes too.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from code_pipeline.checkers.base import Actual, Check, Rule, accepted, expected_text, rejected, shown
from code_pipeline.checkers.plain import compare_values
from code_pipeline.types import TestCase

_TOKEN = re.compile(r"\S+")
_Item = TypeVar("_Item", str, float)


@dataclass(frozen=True, slots=True)
class OpenThoughtsChecker(Rule):
    """The compatibility rule; see the module's docstring."""

    name: ClassVar[str] = "openthoughts"

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether the judge of OpenThoughts would accept."""
        if case.arguments is not None:
            return self._check_call(case.expected, actual)
        wanted = expected_text(case)
        expected = case.expected if isinstance(case.expected, str) else wanted.decode("utf-8", "replace")
        try:
            output = actual.stdout.decode("utf-8")
        except UnicodeDecodeError:
            return rejected("The output is not UTF-8.")
        note = _accepts(expected, output.replace("\r\n", "\n").replace("\r", "\n"))
        if note is None:
            return rejected(f"Not even loosely equal: expected {shown(wanted)}, got {shown(actual.stdout)}.")
        return accepted(self.name, [note])

    def _check_call(self, expected: Any, actual: Actual) -> Check:
        check = compare_values(expected, actual, float_tolerance=0)
        if not check.passed and type(expected) is list and len(expected) > 1:
            first = compare_values(expected[0], actual, float_tolerance=0, unwrap_single=False)
            return accepted(self.name, ["first item of the expected list"]) if first.passed else check
        return accepted(self.name, [check.rule]) if check.passed else check


def _accepts(expected: str, output: str) -> str | None:
    if expected.strip() == output.strip():
        return "stripped text"
    lines = [line.strip() for line in expected.split("\n") if line]
    if _a_digit_a_line(lines, output):
        return "a digit a line"
    wanted = [line.split() for line in lines]
    # An output's sets hold single characters, so the expected ones must too: checked before the output is looked at.
    if all(len(token) == 1 for tokens in wanted for token in tokens) and _covers(
        {frozenset(tokens) for tokens in wanted}, output, str
    ):
        return "sets of characters"
    try:
        numbers = {frozenset(round(float(token), 3) for token in tokens) for tokens in wanted}
        return "sets of digits" if _covers(numbers, output, float) else None
    except ValueError:  # something is not a number: that judge gives up here too
        return None


def _covers(wanted: set[frozenset[_Item]], output: str, read: type[_Item]) -> bool:
    """Whether the sets of the output's tokens are exactly the wanted ones. Raises ValueError where `read` does."""
    unseen = set(wanted)
    for token in _TOKEN.finditer(output):
        characters = frozenset(read(character) for character in set(token[0]))
        if characters not in wanted:
            return False
        unseen.discard(characters)
    return not unseen


def _a_digit_a_line(lines: list[str], output: str) -> bool:
    if len(lines) != len(output):
        return False
    try:
        pairs = [(float(line), float(digit)) for line, digit in zip(lines, output, strict=True)]
    except ValueError:
        return False
    return all(math.isfinite(wanted) and abs(got - wanted) <= 1e-8 + 1e-5 * abs(wanted) for wanted, got in pairs)
