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


@pytest.mark.parametrize("text", ["x^2", "2x^{n}+\\pi^2", "a_1^2", "e^{x}+e^2"])
def test_most_need_no_second_prediction(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the full prediction was asked")

    monkeypatch.setattr(latex, "_Full", refused)
    assert latex.converted(text) is not None
