"""The fast path never disagrees with exact arithmetic."""

from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from math_pipeline.exact import number, settled
from math_pipeline.normal import normal

rationals = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)


def written(value: Fraction, way: int) -> str:
    if way == 0:
        return f"{value.numerator}/{value.denominator}"
    if way == 1:
        return f"\\frac{{{value.numerator}}}{{{value.denominator}}}"
    if way == 2:
        return f"-\\dfrac{{{-value.numerator}}}{{{value.denominator}}}"
    return str(value.numerator) if value.denominator == 1 else f"\\tfrac{{{value.numerator}}}{{{value.denominator}}}"


@given(rationals, rationals, st.integers(0, 3), st.integers(0, 3))
def test_rationals(one: Fraction, two: Fraction, first: int, second: int) -> None:
    got = settled(normal(written(one, first)), normal(written(two, second)))
    assert got is None or got[0] is (one == two)


@given(rationals, st.integers(0, 3), st.integers(0, 3), st.integers(1, 50))
def test_equal_rationals_are_settled(value: Fraction, first: int, second: int, by: int) -> None:
    scaled = f"\\frac{{{value.numerator * by}}}{{{value.denominator * by}}}"
    assert settled(normal(written(value, first)), normal(scaled)) == (True, "exact: number")


@given(st.decimals(-(10**6), 10**6, places=4), st.decimals(-(10**6), 10**6, places=3))
def test_decimals(one: object, two: object) -> None:
    got = settled(normal(str(one)), normal(str(two)))
    assert got is None or got[0] is (Fraction(str(one)) == Fraction(str(two)))


@given(st.integers(1, 500), st.integers(0, 10**6), st.integers(1, 500), st.integers(0, 10**6))
def test_roots(a: int, b: int, c: int, d: int) -> None:
    got = settled(f"{a}\\sqrt{{{b}}}", f"{c}\\sqrt{{{d}}}")
    assert got is not None
    assert got[0] is (a * a * b == c * c * d)


@given(st.integers(0, 10**6))
def test_perfect_squares(root: int) -> None:
    assert isqrt(root * root) == root
    assert settled(str(root), f"\\sqrt{{{root * root}}}") == (True, "exact: number")


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("1/3", "0.333"),  # may round
        ("1,5", "1.5"),  # a list, or a decimal comma
        ("25%", "0.25"),
        ("28%", "29%"),
        ("1 1/4", "11/4"),
        ("(1,2)", "(2,1)"),
        ("x", "x"),
        ("1/0", "1"),
    ],
)
def test_left_alone(gold: str, answer: str) -> None:
    assert settled(gold, answer) is None


def test_tuples() -> None:
    assert settled("(1, \\frac{1}{2})", "(1.0, 0.5)") == (True, "exact: tuple")
    assert settled("(1, 2)", "(1, 2, 3)") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text(one: str, two: str) -> None:
    settled(one, two)
    number(one)
