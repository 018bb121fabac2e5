"""What holds of any numbers and any text: exact arithmetic decides, nothing crashes, workers do not matter."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from math_pipeline import MathVerifier, exact
from math_pipeline.extraction import answer_of, gold_of
from math_pipeline.normal import normal
from math_pipeline.structure import parse

FRACTIONS = st.fractions(max_denominator=500, min_value=-5000, max_value=5000)
_PIECES = [r"\boxed{", "}", "{", r"\frac", r"\sqrt", "$", "1", "2", "x", "=", "<", ",", "(", ")", "[", "]", "%", "####"]
_PIECES += [r"\text{", r"\pm", r"\mp", r"\pi", "^", "_", "</think>", "<answer>", "the answer is ", " and ", "\n", " "]
LATEX = st.lists(st.sampled_from(_PIECES), max_size=30).map("".join)


def forms(value: Fraction) -> list[str]:
    up, down = value.numerator, value.denominator
    sign = "-" if up < 0 else ""
    written = [f"\\frac{{{up}}}{{{down}}}", f"{up}/{down}", f"{sign}\\frac{{{2 * abs(up)}}}{{{2 * down}}}"]
    if down == 1:
        written += [str(up), f"{up}.0", f"{up * 100}\\%"]
    return written


@given(FRACTIONS, FRACTIONS, st.data())
def test_the_fast_path_agrees_with_exact_arithmetic(one: Fraction, two: Fraction, data: st.DataObject) -> None:
    for other in (one, two):
        left, right = data.draw(st.sampled_from(forms(one)[:4])), data.draw(st.sampled_from(forms(other)[:4]))
        settled = exact.settled(normal(left), normal(right))
        if settled is not None:
            assert settled[0] is (one == other)


@given(FRACTIONS, FRACTIONS)
def test_the_fast_path_is_symmetric(one: Fraction, two: Fraction) -> None:
    for left in forms(one):
        for right in forms(two):
            there, back = (exact.settled(normal(a), normal(b)) for a, b in ((left, right), (right, left)))
            assert (there and there[0]) == (back and back[0])


@given(LATEX | st.text(max_size=200))
@settings(max_examples=300)
def test_any_text_is_read(text: str) -> None:
    for found in (answer_of(text), gold_of(text)):
        if found is not None:
            parse(found.normal)
    parse(normal(text))


def test_workers_do_not_matter() -> None:
    asked = [
        (gold, f"\\boxed{{{answer}}}")
        for gold in (r"x^2-1", r"(0,1]", r"\{1,2\}", r"5\text{ km}", r"1\pm\sqrt{2}", "1/3", r"\log_2 8", r"y=2x")
        for answer in (r"(x-1)(x+1)", r"0<x\le 1", "2,1", r"5000\text{ m}", r"1+\sqrt2", "0.333", "3", r"2x-y=0")
    ]
    with MathVerifier(workers=1) as one, MathVerifier(workers=3) as three:
        verdicts = [[judged.verdict for judged in verifier.verify_many(asked)] for verifier in (one, three)]
    assert verdicts[0] == verdicts[1]
    assert {str(verdict) for verdict in verdicts[0]} >= {"correct", "incorrect"}
