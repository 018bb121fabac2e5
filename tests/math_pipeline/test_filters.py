"""Findings of math rows, and what can check them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from math_pipeline import MathVerdict, MathVerifier
from math_pipeline.filters import gives_none, math_filters


@pytest.mark.parametrize(
    ("statement", "gold", "findings", "verifiable"),
    [
        ("Find $x$ with $2x = 4$.", "2", [], "symbolic"),
        ("Evaluate f(a) and f(b) where f(x) = x.", "a, b", [], "symbolic"),
        ("Find the area. ![](cdn.png)", "12", ["image_statement"], "symbolic"),
        ("Find the area [asy] draw((0,0)); [/asy]", "12", ["image_statement"], "symbolic"),
        ("See https://example.org and find n.", "3", ["link_in_statement"], "symbolic"),
        ("In the figure below, find the angle.", r"30^\circ", ["figure_in_statement"], "symbolic"),
        ("Let n be whole.\n(a) Find n.\n(b) Find m.", "1, 2", ["multipart"], "symbolic"),
        ("1. Find n. 2. Find m.", "1, 2", ["multipart"], "symbolic"),
        ("Prove that $n^2 + n$ is even.", "See the solution.", ["proof", "no_gold"], "none"),
        ("Show that x exists and find it.", "5", [], "symbolic"),
        ("Find x.", r"so \boxed{}", ["no_gold", "empty_box"], "none"),
        ("Find x.", None, ["no_gold"], "none"),
        ("Find x.", "notfound", ["no_gold"], "none"),
        ("Which numbers are counted?", "natural numbers", ["worded_gold"], "judge_only"),
        ("Is n even?", "Yes", ["guessable_answer"], "symbolic"),
        ("Which? (A) 1 (B) 2 (C) 3", "B", ["guessable_answer"], "symbolic"),
        ("Which?\nA. 1\nB. 2\nC. 3\nD. 4", "3", ["guessable_answer"], "symbolic"),
        ("Describe the curve.", "a circle round the origin that passes through P", ["worded_gold"], "judge_only"),
    ],
)
def test_findings(statement: str, gold: str | None, findings: list[str], verifiable: str) -> None:
    found = math_filters(statement=statement, gold=gold)
    assert [finding.value for finding in found.findings] == findings
    assert found.verifiable.value == verifiable


@given(st.text(max_size=300), st.none() | st.text(max_size=100))
def test_any_text(statement: str, gold: str | None) -> None:
    math_filters(statement=statement, gold=gold)


@pytest.mark.parametrize("gold", ["proof", "notfound", r"\text{Not found.}", "See the solution.", "N/A"])
def test_a_gold_answer_that_is_none_judges_nothing(gold: str) -> None:
    with MathVerifier(workers=1) as verifier:
        for response in (r"\boxed{2}", rf"\boxed{{{gold}}}"):
            assert verifier.verify(gold=gold, response=response).verdict is MathVerdict.UNPARSABLE_GOLD


@pytest.mark.parametrize("gold", ["n/a", "none", "no solution", "proof by induction on 2n"])
def test_a_gold_answer_in_words_is_one(gold: str) -> None:
    assert not gives_none(gold)
