"""Inequalities as they stand: multiples of one another, and chains that a point tells apart."""

from __future__ import annotations

import itertools
from typing import Any

import sympy

from math_pipeline import digits, solving, symbols
from math_pipeline.nodes import Expr, Relation

BOUNDS = frozenset({"<", ">", "\\le", "\\ge", "\\ne"})
_MOST_NAMES = 5
_VALUES = ("-2.3", "-0.7", "0.4", "1.9", "3.1")


def one_inequality(gold: Relation, answer: Relation) -> bool | None:
    """Whether two single inequalities are one another's multiples, whatever names they hold; None where unknown."""
    if len(gold.signs) != 1 or len(answer.signs) != 1:
        return None
    forms = []
    for relation in (gold, answer):
        left, right = relation.sides
        if not isinstance(left, Expr) or not isinstance(right, Expr) or relation.signs[0] not in BOUNDS | {"="}:
            return None
        sign = relation.signs[0]
        first, second = (left, right) if sign in ("<", "\\le", "\\ne", "=") else (right, left)
        difference = symbols.difference(first.latex, second.latex)
        if difference is None:
            return None
        forms.append((difference, {">": "<", "\\ge": "\\le"}.get(sign, sign)))
    (one, sign), (two, other) = forms
    if sign != other:
        return False
    proportional = symbols.proportional(one, two)
    if not proportional or sign in ("=", "\\ne"):
        return proportional
    ratio = sympy.N(
        (one / two).xreplace(
            {
                name: sympy.Rational("1.37") + k
                for k, name in enumerate(sorted(one.free_symbols | two.free_symbols, key=str))
            }
        )
    )
    return bool(ratio > 0) if ratio.is_real else None


def told_apart(gold: Relation, answer: Relation) -> bool:
    """Whether a point meets one of two chains of inequalities in the same names, and not the other."""
    chains = [_chain(relation) for relation in (gold, answer)]
    if chains[0] is None or chains[1] is None:
        return False
    names = [set().union(*(side.free_symbols for side in chain)) for chain in chains if chain is not None]
    held = sorted(names[0], key=str)
    if names[0] != names[1] or not 1 < len(held) <= _MOST_NAMES:
        return False
    for values in itertools.permutations(map(sympy.Rational, _VALUES), len(held)):
        point = dict(zip(held, values, strict=True))
        met = [_met(chain, relation.signs, point) for chain, relation in zip(chains, (gold, answer), strict=True)]
        if None not in met and met[0] is not met[1]:
            return True
    return False


def _chain(relation: Relation) -> list[Any] | None:
    if not set(relation.signs) <= BOUNDS | {"="}:
        return None
    sides = [symbols.read(side.latex) if isinstance(side, Expr) else None for side in relation.sides]
    return sides if all(isinstance(side, sympy.Expr) for side in sides) else None


def _met(chain: list[Any] | None, signs: tuple[str, ...], point: dict[Any, Any]) -> bool | None:
    """Whether a chain holds at a point; None where a side is no real number there."""
    found = [digits.evaluated(side, point) for side in chain or ()]
    values = [value for value in found if value is not None and value.is_real]
    if len(values) < len(found):
        return None
    steps = zip(signs, itertools.pairwise(values), strict=True)
    return all(solving.HOLDS[sign](before - after) for sign, (before, after) in steps)
