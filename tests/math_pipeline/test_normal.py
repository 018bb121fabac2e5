import pytest
from hypothesis import given
from hypothesis import strategies as st

from math_pipeline.normal import normal


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("7,425,000", "7425000"),
        ("1 000", "1000"),
        ("1{,}234{,}567", "1234567"),
        (r"11,\! 111,\! 100", "11111100"),
        ("(3,331)", "(3,331)"),  # entries of a pair, not three thousand
        ("32, 349", "32, 349"),
        ("1 1/4", "1 1/4"),  # never 11/4
        ("0,111", "0,111"),
        ("5.", "5"),
        ("5!", "5!"),
        (".50", ".50"),
        ("\u22125", "-5"),
        ("\uff15", "5"),
        ("٣", "3"),
        ("5\u200b", "5"),
        ("5️⃣", "5"),
        ("½", r"\frac{1}{2}"),
        ("x²", "x^{2}"),
        (r"\dfrac12", r"\frac{1}{2}"),
        (r"\sqrt3", r"\sqrt{3}"),
        ("sqrt(3)/3", r"\sqrt{3}/3"),
        ("exp(16)", "e^{16}"),
        ("2*pi", r"2 \cdot \pi"),
        (r"x\leqslant 3", r"x\le 3"),
        ("x >= 5", r"x \ge 5"),
        ("x != 5", r"x \ne 5"),
        (r"\left( 1, 2 \right]", "( 1, 2 ]"),
        (r"\$5.50", r"5.50 \text{dollars}"),
        ("0.\\overline{3}", r"\frac{3}{9}"),
        ("1e3", r"1 \times 10^{3}"),
        ("1_000", "1000"),
        (r"\mathrm{E}", "{E}"),
        (r"30^\circ", r"30^{\circ}"),
        (r"\varnothing", r"\emptyset"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert (
        normal(text).replace(" ", "") == form.replace(" ", "").strip("{}")
        if form == "{E}"
        else (" ".join(normal(text).split()) == " ".join(form.split()))
    )


@given(st.integers(-(10**12), 10**12))
def test_integers_stay(value: int) -> None:
    assert normal(str(value)) == str(value)
    assert normal(f"{value:,}") == str(value)


@given(st.integers(0, 999), st.integers(0, 999))
def test_digits_apart_are_never_joined_to_another_number(one: int, two: int) -> None:
    joined = normal(f"{one} {two}/7")
    assert joined == f"{one} {two}/7"


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    normal(text)


def test_layers_without_end_are_left_as_they_are() -> None:
    assert normal("{" * 20 + "5" + "}" * 20) == "5"
    assert normal("{" * 900 + "5" + "}" * 900).startswith("{")
