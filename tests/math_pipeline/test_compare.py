"""Each kind of answer has its comparison; where nothing is proved, nothing passes."""

import pytest

from math_pipeline.compare import compare
from math_pipeline.normal import normal


def same(gold: str, answer: str) -> bool | None:
    return compare(normal(gold), normal(answer)).same


EQUAL = [
    (r"\sin 2x", r"2\sin x\cos x"),
    ("(r+5)(r+5)", "(r+5)^2"),
    (r"\frac{\sqrt{3}}{3}", "sqrt(3)/3"),
    ("n!", r"n\cdot(n-1)!"),
    (r"e^{i\pi}", "-1"),
    ("(1+i)^2", "2i"),
    ("|3+4i|", "5"),
    ("i^2", "-1"),
    (r"\frac1i", "-i"),
    ("[0,1)", "0 \\le x < 1"),
    ("x<2", r"(-\infty, 2)"),
    (r"(-\infty,2)\cup(2,\infty)", r"\mathbb{R}\setminus\{2\}"),
    ("]2,5[", "(2,5)"),
    (r"\{x \mid -2<x<3\}", "(-2, 3)"),
    ("x > -2 and x < 5", "x<5 and x>-2"),
    (r"|x|\le 1", "[-1,1]"),
    ("-x > -1", "x < 1"),
    ("1,2,3", r"\{3, 2, 1\}"),
    (r"\{1,2,2\}", r"\{1,2\}"),
    (r"\pm 3", "3, -3"),
    (r"0,\pm 1", "-1, 0, 1"),
    ("6 and 8", r"\{6, 8\}"),
    ("(2,3),(4,5)", "(4,5),(2,3)"),
    ("x=2, y=3", "y=3, x=2"),
    ("x_1=-2, x_2=3", "-2, 3"),
    (r"(\pm 1, 0)", "(1,0), (-1,0)"),
    ("x = 5", "5"),
    ("x+y=3", "2x+2y=6"),
    ("y=3-x", "x+y=3"),
    ("f(x)=x+1", "x + 1"),
    (r"28\%", "28"),
    (r"25\%", r"\frac14"),
    (r"\frac34", r"75\%"),
    (r"5\text{ cm}", "5"),
    (r"5\text{ cm}", r"0.05\text{ m}"),
    (r"2\text{ hours}", r"120\text{ minutes}"),
    (r"30^\circ", r"\frac{\pi}{6}"),
    (r"\$5.50", "5.50 dollars"),
    ("A", "(A)"),
    ("A, C", "C, A"),
    (r"\text{Yes}", "yes"),
    ("12", "twelve"),
    ("15th Day", "15"),
    ("5:8", r"\frac58"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\left(\begin{array}{cc}1&2\\3&4\end{array}\right)"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "[[1,2],[3,4]]"),
    (r"\begin{pmatrix}1\\2\end{pmatrix}", "(1,2)"),
    (r"3\frac17", "22/7"),
    ("11 5/6", "71/6"),
    ("1010_2", "10_{10}"),
    ("3^{100} \\bmod 7", "4"),
    ("1/7", "0.143"),
    ("1,22", "1.22"),
]
DIFFERENT = [
    (r"\frac{1}{3^{50}}", r"\frac{1}{3^{51}}"),
    ("2^{100}", "1267650600228229401496703205377"),
    ("100!", "99!"),
    (r"\frac{2^{2005}+1}{3 \cdot 2^{2006}}", r"\frac{1}{3 \cdot 2^{2006}}"),
    (r"1-\frac1e", r"1+\frac1e"),
    ("4", r"4\sqrt2"),
    ("3x", "3X"),
    ("3x", "3y"),
    (r"\sqrt{x^2}", "x"),
    ("5", "5.001"),
    (r"3\frac17", r"\frac37"),
    ("5", "2 2/3"),
    ("(0,1)", "[0,1]"),
    ("x<2", r"(-\infty,2]"),
    ("[1,2)\\cup(2,3]", "[1,3]"),
    ("(1,2)", "(2,1)"),
    ("5", "[0,10]"),
    (r"\{1,2,3\}", r"\{1,2\}"),
    (r"\{1,2\}", r"\{1,2,3\}"),
    ("(3,1)", r"\{1,3\}"),
    (r"2\pm\sqrt3", r"2+\sqrt3"),
    ("1331 and 1728", "1728"),
    ("1728", "1331 and 1728"),
    ("(1,2,3)", "(1,2)"),
    ("(2,3),(4,5)", "(3,2),(5,4)"),
    ("x=2, y=3", "x=3, y=2"),
    ("(x,y)=(1,2)", "(2,1)"),
    ("x+y=3", "x+y=6"),
    ("7 = 11a+c", "11a+c"),
    ("2x+z=1", "1"),
    (r"25\%", r"0.25\%"),
    (r"5\text{ cm}", r"5\text{ m}"),
    ("x>3", r"x\ge 3"),
    ("x>3", "x<3"),
    ("A", "B"),
    ("Evelyn", "Carla"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&3\\2&4\end{pmatrix}"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "-2"),
    (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}"),
    ("204_5", "203_5"),
    ("3+4i", "3-4i"),
    ("f(x)", "f(y)"),
    ("12:00", "1:00"),
    ("1/7", "0.14"),
    (r"\emptyset", r"\{0\}"),
]


@pytest.mark.parametrize(("gold", "answer"), EQUAL)
def test_equal(gold: str, answer: str) -> None:
    assert same(gold, answer) is True


@pytest.mark.parametrize(("gold", "answer"), DIFFERENT)
def test_different(gold: str, answer: str) -> None:
    assert same(gold, answer) is False


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        (r"x = k\pi", r"n\pi"),  # perhaps another letter for any integer
        ("a=3, b=4, c=5", "5,4,3"),
        (r"\text{no solution}", "no real solutions"),
        (r"1, 2, \ldots, n", r"1, 3, \ldots, 2n-1"),
        (r"\infty-\infty", "5"),
        (r"\frac{0}{0}", r"\frac{1}{0}"),
    ],
)
def test_nothing_is_proved(gold: str, answer: str) -> None:
    assert same(gold, answer) is not True


@pytest.mark.parametrize(("gold", "answer"), EQUAL[:30])
def test_either_way_round(gold: str, answer: str) -> None:
    assert same(answer, gold) is True
