"""Chains of equations as linear systems, brought to one form."""

from __future__ import annotations

import itertools
from typing import Any

import sympy

from math_pipeline import symbols

MOST_NAMES = 6


def reduced(sides: list[str]) -> tuple[tuple[str, ...], Any] | None:
    """The names of `a = b = c` and its equations in row echelon form; None where they are not linear.

    Raises symbols.UnreadableError.
    """
    found = [symbols.difference(one, two) for one, two in itertools.pairwise(sides)]
    equations = [equation for equation in found if equation is not None]
    if len(equations) < len(found):
        return None
    names = sorted(set().union(*(equation.free_symbols for equation in equations)), key=str)
    if not 1 <= len(names) <= MOST_NAMES:
        return None
    rows = []
    for equation in equations:
        if not equation.is_polynomial(*names) or not all(number.is_Rational for number in equation.atoms(sympy.Number)):
            return None
        polynomial = sympy.Poly(equation.doit(), *names)
        if polynomial.total_degree() > 1 or (not polynomial.domain.is_QQ and not polynomial.domain.is_ZZ):
            return None
        rows.append([*(polynomial.coeff_monomial(name) for name in names), polynomial.coeff_monomial(1)])
    matrix, _ = sympy.Matrix(rows).rref()
    return tuple(map(str, names)), sympy.ImmutableMatrix([row for row in matrix.tolist() if any(row)])
