"""kattis: what the default output validator of contest packages (Kattis, DOMjudge) accepts, rule for rule.

Tokens between ASCII whitespace in order, as many as expected, letters of ASCII in either case unless `case_sensitive`.
With a tolerance set, an expected token that C's `scanf` reads as a float (so 3, 1e5, .5, 0x1p3, inf and nan too) is
compared as a double: the answer's token must be such a number as well, and within the absolute tolerance, or within the
relative one times the expected number. So an expected integer *has* the tolerance here, unlike in `tokens`. Infinities
and nan equal themselves, as in DOMjudge's version (by Kattis' own arithmetic nothing equals them). With
`space_change_sensitive` every run of whitespace must be the expected one, byte by byte.

A test's `validator_args` are read as the validator's command line, and come after the rule's own settings.
Source: default_validator.cc of Kattis' problemtools; compare.cc of DOMjudge.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from code_pipeline.checkers.base import Actual, Check, Rule, accepted, expected_text, rejected, shown
from code_pipeline.checkers.plain import compare_values
from code_pipeline.checkers.tokens import compare_tokens
from code_pipeline.errors import CheckerSpecError
from code_pipeline.types import TestCase

# Digits are never matched in two ways: a token of 100,000 digits and a letter would take minutes.
_DECIMAL = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEXADECIMAL = re.compile(rb"[+-]?0[xX](?:[0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?")
_SPECIAL = re.compile(rb"([+-]?)(inf|infinity|nan(?:\([0-9a-z_]*\))?)", re.IGNORECASE)
_PIECE = re.compile(rb"([ \t\n\r\x0b\x0c]*)([^ \t\n\r\x0b\x0c]*)")
_LONGEST = 100_000  # of a token that is read as a number: Python's float() is linear in it
_WITH_VALUE = {
    "float_absolute_tolerance": ("float_absolute_tolerance",),
    "float_relative_tolerance": ("float_relative_tolerance",),
    "float_tolerance": ("float_absolute_tolerance", "float_relative_tolerance"),
}
_SWITCHES = ("case_sensitive", "space_change_sensitive")


@dataclass(frozen=True, slots=True)
class KattisChecker(Rule):
    """The default validator of contest packages; see the module's docstring. A tolerance of None is not set."""

    name: ClassVar[str] = "kattis"

    case_sensitive: bool = False
    space_change_sensitive: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None

    def with_args(self, args: Sequence[str]) -> KattisChecker:
        """The rule with the validator's command line read on top. Raises CheckerSpecError for an unknown word."""
        found = self
        words = iter(args)
        for word in words:
            if word in _SWITCHES:
                found = replace(found, **{word: True})
            elif word in _WITH_VALUE:
                value = _tolerance(word, next(words, None))
                found = replace(found, **dict.fromkeys(_WITH_VALUE[word], value))
            else:
                known = ", ".join((*_SWITCHES, *_WITH_VALUE))
                raise CheckerSpecError(f"the default validator has no argument {word!r:.80}; it knows {known}")
        return found

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether stdout is accepted (for a call: whether the value is the expected one). Raises CheckerSpecError."""
        rule = self.with_args(case.validator_args) if case.validator_args else self
        if case.arguments is not None:
            return compare_values(case.expected, actual, float_tolerance=rule.float_absolute_tolerance or 0.0)
        return rule.compare(expected_text(case), actual.stdout)

    def compare(self, expected: bytes, output: bytes) -> Check:
        """Whether the validator accepts `output`."""
        if self.space_change_sensitive:
            return self._compare_with_spaces(expected, output)
        return compare_tokens(expected, output, self.name, self._overlooks)

    def _overlooks(self, expected: bytes, got: bytes) -> str | None:
        """What must be overlooked for two tokens that differ to be the same, None where nothing helps."""
        if self.float_absolute_tolerance is not None or self.float_relative_tolerance is not None:
            wanted = _c_double(expected)
            if wanted is not None:
                return self._near(wanted, _c_double(got))
        if not self.case_sensitive and expected.lower() == got.lower():
            return "case"
        return None

    def _near(self, wanted: float, got: float | None) -> str | None:
        if got is None:
            return None
        if not (math.isfinite(wanted) and math.isfinite(got)):
            return "the same number" if wanted == got or (math.isnan(wanted) and math.isnan(got)) else None
        difference = abs(wanted - got)
        for kind, tolerance, scale in (
            ("absolute", self.float_absolute_tolerance, 1.0),
            ("relative", self.float_relative_tolerance, abs(wanted)),
        ):
            if tolerance is not None and difference <= tolerance * scale:
                return f"{kind} float tolerance {tolerance:g}"
        return None

    def _compare_with_spaces(self, expected: bytes, output: bytes) -> Check:
        overlooked: dict[str, None] = {}
        ours, theirs = _pieces(expected), _pieces(output)
        place = 0
        while True:
            (wanted_space, wanted), (got_space, got) = next(ours), next(theirs)
            if wanted_space != got_space:
                place_of = f"before token {place + 1}" if wanted else "at the end"
                return rejected(
                    f"The whitespace {place_of} differs: expected {shown(wanted_space)}, got {shown(got_space)}."
                )
            if not wanted or not got:
                break
            place += 1
            if wanted != got:
                note = self._overlooks(wanted, got)
                if note is None:
                    return rejected(f"Token {place} differs: expected {shown(wanted)}, got {shown(got)}.")
                overlooked[note] = None
        if wanted:
            return rejected(f"The output ends after {place} tokens, where {shown(wanted)} was expected next.")
        if got:
            return rejected(f"The output goes on after the {place} expected tokens with {shown(got)}.")
        return accepted(self.name, sorted(overlooked))


def _pieces(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each token with the whitespace before it; then, for ever, what is left at the end and no token."""
    end = 0
    for match in _PIECE.finditer(data):
        if not match[2]:
            break
        end = match.end()
        yield match[1], match[2]
    yield data[end:], b""
    while True:
        yield b"", b""


def _tolerance(word: str, text: str | None) -> float | None:
    """The number after a word; None for a negative one, which the validator takes for none."""
    value = None if text is None else _c_double(text.encode("utf-8", "surrogatepass"))
    if value is None or math.isnan(value):
        raise CheckerSpecError(f"the default validator's {word} must be followed by a number, not {text!r:.80}")
    return value if value >= 0 else None


def _c_double(token: bytes) -> float | None:
    """The double that C's `scanf("%lf")` reads from the whole of a token, None where it reads none."""
    if len(token) > _LONGEST:
        return None
    if _DECIMAL.fullmatch(token):
        return float(token)
    if _HEXADECIMAL.fullmatch(token):
        try:
            return float.fromhex(token.decode("ascii"))
        except OverflowError:
            return -math.inf if token.startswith(b"-") else math.inf
    special = _SPECIAL.fullmatch(token)
    if special is None:
        return None
    value = math.inf if special[2][:1] in b"iI" else math.nan
    return -value if special[1] == b"-" else value
