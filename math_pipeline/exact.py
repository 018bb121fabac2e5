"""The fast path: what exact arithmetic settles for certain, on the host, without a symbolic engine.

Only numbers (integers, decimals, fractions, percentages), simple square roots and tuples of them. Anything that
could be read in another way (a comma, a percent sign on one side, a decimal that may round a fraction) is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

MOST_DIGITS = 2000

_DECIMAL = re.compile(r"([-+]?)(\d*)(?:\.(\d+))?\Z")
_FRACTION = re.compile(r"([-+]?)\\frac\{([-+]?)(\d+)\}\{([-+]?)(\d+)\}\Z")
_SLASHED = re.compile(r"([-+]?\d+)/(\d+)\Z")
_ROOT = re.compile(r"([-+]?)(\d*)\\sqrt\{(\d{1,14})\}(?:/(\d+))?\Z")


@dataclass(frozen=True, slots=True)
class Number:
    """factor x sqrt(radicand), the radicand without square factors. is_decimal: it was written with a point."""

    factor: Fraction
    radicand: int = 1
    is_decimal: bool = False


def settled(gold: str, answer: str) -> tuple[bool, str] | None:
    """Whether two normal forms are the same number or tuple, and by which rule; None where this is not certain."""
    one, two = gold.replace(" ", ""), answer.replace(" ", "")
    if re.search(r"\d\s+\d", gold) or re.search(r"\d\s+\d", answer):
        return None
    one, two = _without_dollars(one, two)
    first, second = number(one), number(two)
    if first is not None and second is not None:
        if first.factor == second.factor and first.radicand == second.radicand:
            return True, "exact: number"
        if first.is_decimal != second.is_decimal and not _whole(first if not first.is_decimal else second):
            return None  # 0.333 may round 1/3
        return (False, "exact: number") if first.radicand == second.radicand or _both_plain(first, second) else None
    if one.endswith("%") and two.endswith("%"):
        inner = number(one[:-1].rstrip("\\")), number(two[:-1].rstrip("\\"))
        if inner[0] is not None and inner[1] is not None and inner[0] == inner[1]:
            return True, "exact: percent"
        return None
    return _tuples(one, two)


def _without_dollars(one: str, two: str) -> tuple[str, str]:
    """Prices in dollars beside one another, or beside a bare number, as numbers."""
    money = "\\text{dollars}"
    bare = one.removesuffix(money), two.removesuffix(money)
    return bare if bare != (one, two) and all(number(each) is not None for each in bare) else (one, two)


def _both_plain(first: Number, second: Number) -> bool:
    """sqrt(8) is no 3: exact where neither is a decimal, which may round the other."""
    return not (first.is_decimal or second.is_decimal)


def _whole(value: Number) -> bool:
    return value.factor.denominator == 1 and value.radicand == 1


def _tuples(one: str, two: str) -> tuple[bool, str] | None:
    """(1, 2/3) beside (1, 2/3): every entry, in order. Only sameness: brackets and order are for others to judge."""
    if not (one[:1] == two[:1] == "(" and one[-1:] == two[-1:] == ")"):
        return None
    entries = [part.split(",") for part in (one[1:-1], two[1:-1])]
    if len(entries[0]) != len(entries[1]) or len(entries[0]) < 2:
        return None
    for left, right in zip(*entries, strict=True):
        first, second = number(left), number(right)
        if first is None or second is None:
            return None
        if (first.factor, first.radicand) != (second.factor, second.radicand):
            return None
    return True, "exact: tuple"


def number(text: str) -> Number | None:
    """The number that a text without spaces is, or None."""
    if len(text) > MOST_DIGITS:
        return None
    match = _DECIMAL.match(text)
    if match is not None and (match[2] or match[3]):
        value = Fraction(int((match[2] or "0") + (match[3] or "")), 10 ** len(match[3] or ""))
        return Number(-value if match[1] == "-" else value, is_decimal=bool(match[3]) and value.denominator != 1)
    match = _FRACTION.match(text)
    if match is not None:
        below = int(match[5])
        if below == 0:
            return None
        negative = [match[1], match[2], match[4]].count("-") % 2
        value = Fraction(int(match[3]), below)
        return Number(-value if negative else value)
    match = _SLASHED.match(text)
    if match is not None and int(match[2]):
        return Number(Fraction(int(match[1]), int(match[2])))
    match = _ROOT.match(text)
    if match is not None and (match[4] is None or int(match[4])):
        outside, inside = _square_free(int(match[3]))
        value = Fraction(int(match[2] or "1") * outside, int(match[4] or "1"))
        if inside == 0 or value == 0:
            return Number(Fraction(0))
        return Number(-value if match[1] == "-" else value, inside)
    return None


def _square_free(radicand: int) -> tuple[int, int]:
    """A and b of sqrt(radicand) = a sqrt(b), b without square factors."""
    outside, inside = 1, radicand
    if radicand == 0:
        return 0, 0
    divisor = 2
    while divisor * divisor <= inside and divisor <= 10_000:
        while inside % (divisor * divisor) == 0:
            inside //= divisor * divisor
            outside *= divisor
        divisor += 1
    root = isqrt(inside)
    return (outside * root, 1) if root * root == inside else (outside, inside)
