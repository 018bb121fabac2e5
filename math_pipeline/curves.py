"""Equations in two names or more: a point of one that is clearly none of the other tells them apart, at little cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from mpmath.libmp import NoConvergence
from sympy.polys.polyerrors import BasePolynomialError

from math_pipeline import digits

_PLACES = (("0.417", "0.213", "0.677"), ("-0.319", "0.559", "-0.142"))
_MOST_POWER = 8
_CLEARLY = sympy.Rational(1, 100)  # of the terms: decimals that were rounded are not told apart here
_REAL = sympy.Rational(1, 10**12)
_FEW = 30


def differ(one: Any, two: Any) -> bool:
    """Whether one = 0 and two = 0 have different real solutions for certain; False where that is not seen."""
    names = sorted(one.free_symbols | two.free_symbols, key=str)
    if len(names) < 2:
        return False
    return any(_is_off(other, point) for each, other in ((one, two), (two, one)) for point in _points(each, names))


def _points(curve: Any, names: list[Any]) -> Iterator[dict[Any, Any]]:
    """Real solutions of curve = 0, where it is a polynomial in one of its names."""
    for name in names:
        others = [each for each in names if each != name]
        for place in _PLACES:
            values = digits.at(others, place)
            try:
                polynomial = sympy.Poly(curve.xreplace(values), name)
                if not 0 < polynomial.degree() <= _MOST_POWER:
                    break
                roots = polynomial.sqf_part().nroots(n=_FEW)
            except (BasePolynomialError, NoConvergence, *digits.UNKNOWN):
                break  # no polynomial in that name, or no roots to be had: nothing is seen, and nothing decided by it
            for root in roots:
                if abs(sympy.im(root)) < _REAL:
                    yield {**values, name: sympy.re(root)}


def _is_off(curve: Any, point: dict[Any, Any]) -> bool:
    value = digits.evaluated(curve, point, _FEW)
    if value is None or not value.is_real:
        return False
    terms = [digits.evaluated(term, point, _FEW) for term in sympy.Add.make_args(curve)]
    known = [abs(term) for term in terms if term is not None]
    return len(known) == len(terms) and bool(abs(value) > _CLEARLY * (1 + sum(known)))
