"""any_order: the same lines in any order, each as often as expected.

A line is its tokens: spaces inside it do not count, empty lines are left out. No tolerance. For a call: a list whose
items come in any order, each compared without tolerance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from code_pipeline.checkers.base import Actual, Check, Rule, accepted, expected_text, rejected, shown
from code_pipeline.checkers.plain import compare_values
from code_pipeline.checkers.tokens import token_blocks
from code_pipeline.types import TestCase

_WHITESPACE = b" \t\n\r\x0b\x0c"
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class AnyOrderChecker(Rule):
    """Lines as a multiset; see the module's docstring."""

    name: ClassVar[str] = "any_order"

    case_sensitive: bool = True

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether stdout holds the expected lines, in any order."""
        if case.arguments is not None:
            return compare_values(case.expected, actual, float_tolerance=0, any_order=True)
        wanted, got = expected_text(case), actual.stdout
        if not self.case_sensitive:
            wanted, got = wanted.lower(), got.lower()
        if wanted == got:
            return accepted(self.name)
        # Equal multisets have equally many bytes. Checked first, so that memory is bounded by the expected output,
        # and a line that lacks is known by its bytes.
        wanted_size, got_size = (len(text.translate(None, _WHITESPACE)) for text in (wanted, got))
        if wanted_size != got_size:
            return rejected(f"The output has {got_size} bytes besides whitespace, where {wanted_size} were expected.")
        missing = Counter(_lines(wanted))
        for line in _lines(got):
            if not missing[line]:
                return rejected(f"The output has a line {shown(line)} that is not expected, or not so often.")
            missing[line] -= 1
        return accepted(self.name)


def _lines(text: bytes) -> Iterator[bytes]:
    """The lines that are not empty, each as its tokens with one space between."""
    start = 0
    while start < len(text):
        end = text.find(b"\n", min(start + _BLOCK, len(text))) + 1 or len(text)
        for line in text[start:end].split(b"\n"):
            tokens = b" ".join(b" ".join(block) for block in token_blocks(line))
            if tokens:
                yield tokens
        start = end
