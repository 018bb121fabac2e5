"""Inequalities in one name -> the set of reals that meet them: polynomials, fractions of them, absolute values."""

from __future__ import annotations

import itertools
from typing import Any

import sympy

MOST_DEGREE = 8
MOST_ABSOLUTES = 3
_DIGITS = 50
_NOTHING = sympy.Rational(1, 10**40)
# Of the left side less the right one.
HOLDS = {
    "<": lambda value: value < 0,
    ">": lambda value: value > 0,
    "\\le": lambda value: value <= 0,
    "\\ge": lambda value: value >= 0,
    "\\ne": lambda value: value != 0,
    "=": lambda value: value == 0,
}


def known(value: Any) -> Any | None:
    """A real number as the rational that stands for it, so that equal ends are equal objects.

    None for what is ever so near to a plain number, and not it.
    """
    if value.is_Rational:
        return value
    held = sympy.Rational(str(sympy.Float(value.evalf(_DIGITS), 28))).limit_denominator(10**24)
    return None if held.q < 10**12 else held


def solved(difference: Any, sign: str) -> Any | None:
    """Where an expression in one name is below 0, or whatever the sign says; None where that is not known."""
    if len(difference.free_symbols) != 1:
        return None
    (name,) = difference.free_symbols
    x = sympy.Dummy(real=True)
    expression = difference.xreplace({name: x}).doit()
    found = _marks(expression, x)
    if found is None:
        return None
    marks, poles = found
    ends = sorted(marks, key=lambda mark: marks[mark])
    parts: list[Any] = [
        sympy.FiniteSet(end)
        for end in ends
        if end not in poles and (value := _value(expression, x, marks[end])) is not None and HOLDS[sign](value)
    ]
    for low, high in itertools.pairwise([-sympy.oo, *ends, sympy.oo]):
        value = _value(expression, x, _between(low, high))
        if value is None:
            return None
        if HOLDS[sign](value):
            parts.append(sympy.Interval.open(low, high))
    return sympy.Union(*parts)


def _between(low: Any, high: Any) -> Any:
    if low == -sympy.oo:
        return sympy.Integer(0) if high == sympy.oo else high - 1
    return low + 1 if high == sympy.oo else (low + high) / 2


def _value(expression: Any, name: Any, point: Any) -> Any | None:
    value = sympy.N(expression.xreplace({name: point}), _DIGITS)
    if not value.is_real or not value.is_finite:
        return None
    return sympy.Integer(0) if abs(value) < _NOTHING else value


def _marks(expression: Any, name: Any) -> tuple[dict[Any, Any], set[Any]] | None:
    """The points between which its sign cannot change, each with its exact value, and which of them are poles."""
    absolutes = sorted(expression.atoms(sympy.Abs), key=str)
    if len(absolutes) > MOST_ABSOLUTES or any(part.args[0].has(sympy.Abs) for part in absolutes):
        return None
    above, below = {part.args[0] for part in absolutes}, set()
    for signs in itertools.product((1, -1), repeat=len(absolutes)):
        plain = expression.xreplace({part: way * part.args[0] for part, way in zip(absolutes, signs, strict=True)})
        over, under = sympy.fraction(sympy.together(plain))
        above.add(over)
        below.add(under)
    if any(not part.is_polynomial(name) for part in above | below):
        return None
    marks: dict[Any, Any] = {}
    poles: set[Any] = set()
    for part in above | below:
        roots = _roots(part, name)
        if roots is None:
            return None
        for root in roots:
            end = known(root)
            if end is None:
                return None
            marks[end] = root
            if part in below:
                poles.add(end)
    return marks, poles


def _roots(part: Any, name: Any) -> list[Any] | None:
    polynomial = sympy.Poly(part, name)
    if polynomial.is_zero or polynomial.degree() < 1:
        return []
    if polynomial.degree() > MOST_DEGREE:
        return None
    if polynomial.domain.is_QQ or polynomial.domain.is_ZZ:
        return list(dict.fromkeys(sympy.real_roots(polynomial)))
    if polynomial.degree() > 2:
        return None
    roots = sympy.roots(polynomial)
    return [root for root in roots if root.is_real] if all(root.is_real is not None for root in roots) else None
