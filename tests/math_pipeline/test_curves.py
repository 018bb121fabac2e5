"""Equations that a clear point tells apart without solving either."""

from __future__ import annotations

import pytest
import sympy

from math_pipeline import MathVerifier, compare, curves, symbols

x, y, z = sympy.symbols("x y z")


@pytest.mark.parametrize(
    ("one", "two", "differ"),
    [
        (x**2 + y**2 - 25, y - sympy.sqrt(5 - x**2), True),
        (x**2 + y**2 - 25, 4 * x**2 + 4 * y**2 - 100, False),
        ((x - 1) ** 2 + (y + 2) ** 2 - 9, (x + 1) ** 2 + (y - 2) ** 2 - 9, True),
        ((x - y) ** 2, x - y, False),
        ((x - y) * (x**2 + 1), x - y, False),  # the same real points
        (x**2 + y**2 + 1, x**2 + y**2 + 2, False),  # none
        (y - x / 3, y - sympy.Float("0.3333") * x, False),  # rounded
        (y - sympy.exp(x), y - sympy.exp(2 * x), True),
        (x + y + z - 1, x + y - z - 1, True),
        (sympy.sin(x * y), sympy.cos(x * y), False),  # a polynomial in no name
        (x - 2, x - 3, False),  # of one name: not decided here
        (y - sympy.sqrt(x), y - sympy.sqrt(-x) - 5, False),  # real nowhere together
    ],
)
def test_only_a_clear_point_tells_apart(one: sympy.Expr, two: sympy.Expr, differ: bool) -> None:
    assert curves.differ(one, two) is differ
    assert curves.differ(two, one) is differ


def test_an_equation_of_an_unknown_function() -> None:
    with MathVerifier(workers=1) as verifier:
        for gold, answer, passed in (
            ("f(x)+1=2x", "2f(x)=4x-2", True),
            ("f(x+y)=f(x)+f(y)", "f(x+y)=f(x)f(y)", None),
            ("f(x+1)=f(x)", "f(x)=f(x-1)", None),
        ):
            assert verifier.verify(gold=gold, response=rf"\boxed{{{answer}}}").passed is passed


def test_what_a_point_tells_apart_is_not_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    def solved(*_: str) -> None:
        raise AssertionError("it was solved")

    monkeypatch.setattr(symbols, "relation_same", solved)
    assert compare.compare("x^2+y^2=25", r"y=\pm\sqrt{5-x^2}").same is False
    assert compare.compare("f(x+y)=f(x)+f(y)", "f(x+y)=f(x)f(y)").same is None
