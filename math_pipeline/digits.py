"""Expressions as numbers: evaluated at fixed points, to as many digits as their largest powers call for."""

from __future__ import annotations

from math import lgamma, log
from typing import Any

import sympy

DIGITS = 60
_FEW = 15
_FULL_BITS = 50
MOST_DIGITS = 20_000
# What sympy raises where it cannot: then nothing is known, and nothing passes by it.
UNKNOWN = (TypeError, ValueError, ArithmeticError, AttributeError, NotImplementedError, RecursionError)
SAME = sympy.Rational(1, 10**50)
POINTS = (
    ("1.37", "0.731", "2.113", "1.911", "0.389", "2.719"),
    ("-1.613", "2.347", "-0.577", "1.171", "-2.239", "0.823"),
    ("3", "2", "5", "7", "4", "6"),
    ("7", "5", "3", "2", "6", "9"),
    ("0.417", "1.559", "0.213", "0.677", "3.109", "1.293"),
)  # fmt: skip
# What goes by steps may agree at few points by luck: the fractional parts of these are spread from 0 to 1.
BETWEEN = tuple(
    tuple(f"{(part * 7 * place % 97 - 48) / 8 + part / 37:.4f}" for place in range(1, 7)) for part in range(1, 37)
)
FAR = (
    ("-57.31", "41.7", "13.9", "88.3", "29.1", "64.7"),
    ("73.4", "19.6", "152.3", "37.1", "95.2", "11.8"),
    ("-1803.7", "1207.3", "2411.9", "977.1", "1511.3", "3089.9"),
    ("2903.3", "811.9", "1709.1", "4201.7", "613.3", "1999.1"),
)
WHOLE = (*POINTS[2:4], ("4", "6", "9", "8", "2", "5"))  # of either parity: (-2)^n is not -2^n


def at(names: list[Any], point: tuple[str, ...]) -> dict[Any, Any]:
    """A value for each name."""
    return {name: sympy.Rational(point[k % len(point)]) + k // len(point) for k, name in enumerate(names)}


def evaluated(expression: Any, values: dict[Any, Any], digits: int = DIGITS) -> Any | None:
    """The finite number that an expression is at a point, or None."""
    try:
        value = expression.xreplace(values) if values else expression
        if value.has(sympy.Integral, sympy.Limit, sympy.Derivative) or value.atoms(sympy.core.function.AppliedUndef):
            return None
        result = sympy.N(value.doit() if value.has(sympy.Sum, sympy.Product) else value, digits)
    except UNKNOWN:
        return None
    if not getattr(result, "is_number", False) or result.has(sympy.nan, sympy.zoo, sympy.oo):
        return None
    real, imaginary = result.as_real_imag()
    if not (real.is_Float or real.is_Rational) or not (imaginary.is_Float or imaginary.is_Rational):
        return None
    return result


def agreements(one: Any, two: Any, points: list[dict[Any, Any]]) -> list[bool | None]:
    """Whether two expressions are the same number at each point, up to the first at which they are not.

    Most that differ do so in their first digits, at one point or another: that costs little to see.
    """
    if any(_plainly_apart(one, two, values) for values in points):
        return [False]
    found: list[bool | None] = []
    for values in points:
        found.append(agree(one, two, values))
        if found[-1] is False:
            break
    return found


def _plainly_apart(one: Any, two: Any, values: dict[Any, Any]) -> bool:
    first, second = evaluated(one, values, _FEW), evaluated(two, values, _FEW)
    return (
        first is not None and second is not None and _is_full(first) and _is_full(second) and _apart(first, second, 18)
    )


def _is_full(number: Any) -> bool:
    """Whether all digits that were asked for are known: what cancels has fewer."""
    return all(part._prec >= _FULL_BITS for part in number.atoms(sympy.Float))  # noqa: SLF001 - it is known no other way


def agree(one: Any, two: Any, values: dict[Any, Any]) -> bool | None:
    """Whether two expressions are the same number at a point; None where that is not known.

    Sixty digits are enough for expressions without large powers. Others get as many more as their largest power has,
    so that 1 - 2^{-300} is not 1.
    """
    first, second = evaluated(one, values), evaluated(two, values)
    if first is None or second is None:
        return None
    if _apart(first, second, DIGITS):
        return False
    size = max(_size(one.xreplace(values)), _size(two.xreplace(values)))
    if size <= DIGITS // 4:
        return True
    digits = DIGITS + 2 * int(size)
    if digits > MOST_DIGITS:
        return None
    first, second = evaluated(one, values, digits), evaluated(two, values, digits)
    return None if first is None or second is None else not _apart(first, second, digits)


def _apart(first: Any, second: Any, digits: int) -> bool:
    scale = max(abs(first), abs(second))
    return bool(scale != 0 and abs(first - second) > sympy.Rational(1, 10 ** (digits - 10)) * scale)


def _size(expression: Any) -> float:
    """How many digits the largest power, factorial or number in an expression has, before or after its point."""
    largest = 0.0
    for part in sympy.preorder_traversal(expression):
        if isinstance(part, sympy.Rational):
            largest = max(largest, _digits_of(part.p), _digits_of(part.q))
        elif isinstance(part, sympy.Pow | sympy.exp) and part.exp.is_number and part.base.is_number:
            base, exponent = evaluated(part.base, {}, 15), evaluated(part.exp, {}, 15)
            if base is None or exponent is None or base == 0:
                continue
            largest = max(largest, float(min(abs(exponent * sympy.log(abs(base), 10).evalf(15)), 2 * MOST_DIGITS)))
        elif isinstance(part, sympy.factorial | sympy.gamma | sympy.binomial) and part.args[0].is_number:
            held = evaluated(part.args[0], {}, 15)
            if held is not None and held.is_real and held > 0:
                largest = max(largest, lgamma(min(float(held), 1e15) + 1) / log(10))
    return largest


def _digits_of(number: int) -> float:
    return int(abs(number)).bit_length() * 0.30103
