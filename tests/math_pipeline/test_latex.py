"""The parser's fast prediction reads what its full one reads."""

import re
from pathlib import Path

import pytest
import sympy
from latex2sympy2_extended.latex2sympy2 import latex2sympy

from math_pipeline import latex
from math_pipeline.normal import normal
from math_pipeline.spelling import respelled

PAIRS = Path(__file__).with_name("pairs.txt").read_text().splitlines()


def expressions() -> list[str]:
    sides = [side for line in PAIRS for side in re.split(r" (?:===|=/=|=\?=) ", line)[::2] if "\\" in line]
    return list(dict.fromkeys(respelled(normal(side)) for side in sides if "^" in side or "frac" in side))


def test_the_fast_prediction_reads_what_the_full_one_reads() -> None:
    read = 0
    for text in expressions():
        try:
            wanted = latex2sympy(text, conversion_config=latex._CONVERSION)
        except Exception:  # noqa: BLE001 - whatever the full prediction cannot read
            continue
        assert sympy.srepr(latex.converted(text)) == sympy.srepr(wanted), text
        read += 1
    assert read > 60


INDEXED = [
    "a_1", "a_{1}", "a_{12}", "a_n", "a_{n+1}", "a_{n-1}^2+b_{n}^{2}", "(v-a_1)(v-a_{2})", "x_1x_2", "x_1 x_2 x_{k}",
    r"\frac{x_1}{x_2}", r"\frac{1}{a_{1}}", r"\sqrt{x_1}", r"\sin(x_1)", "x_1=3", "x_1<x_2", r"\{x_1,x_2\}", "|x_1|",
    "f_1(x)", "g_{n}(3)", "x_{n+1}(n)", "x_1^{-1}(3)", "x^y_1", "2^{x_1}", r"\log_2 x_1", r"\sum_{i=1}^n a_i",
    "I_1", "d_1", "C_5^2", "x_{1,2}", r"\alpha_1+x_1", "x_1!", "xa_1", "T_{n}^{2}(x)", r"f_1\left(x\right)",
]  # fmt: skip


@pytest.mark.parametrize("text", INDEXED)
def test_names_with_indices(text: str) -> None:
    wanted = latex2sympy(text, conversion_config=latex._CONVERSION)
    assert sympy.srepr(latex.converted(text)) == sympy.srepr(wanted)


EASY = ["x^2", "a_{n+1}", "(v-a_1)(v-a_{2})", "\\frac{1}{x_1}", "2x^{n}+\\pi^2", "a_1^2", "e^{x}+e^2"]


@pytest.mark.parametrize("text", EASY)
def test_most_need_no_second_prediction(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the full prediction was asked")

    monkeypatch.setattr(latex, "_Full", refused)
    assert latex.converted(text) is not None
