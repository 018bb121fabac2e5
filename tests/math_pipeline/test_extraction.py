import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from math_pipeline.extraction import answer_of, gold_of


@pytest.mark.parametrize(
    ("response", "normal", "how"),
    [
        (r"so \boxed{\frac{1}{2}}.", r"\frac{1}{2}", "box"),
        (r"\boxed{3} no, wait: \boxed{4}", "4", "box"),
        (r"<think>maybe \boxed{3}</think> it is \boxed{5}", "5", "box"),
        ("<|begin_of_thought|>7<|end_of_thought|><|begin_of_solution|>It is $8$.<|end_of_solution|> 9", "8", None),
        (r"\boxed{\boxed{5}}", "5", "box"),
        (r"\fbox{5}", "5", "box"),
        (r"\boxed{1} and \boxed{2}", "1 , 2", "box"),
        (r"\boxed{1}, \boxed{2}, \boxed{3}", "1 , 2 , 3", "box"),
        (r"\boxed{4} is no answer, but \boxed{5} is", "5", "box"),
        (r"\boxed{5}}}}}", "5", "box"),
        (r"cut off: \boxed{12", "12", "box"),
        ("work... <answer>42</answer>", "42", "answer tag"),
        ("<answer>1</answer> then <answer>2</answer>", "2", "answer tag"),
        ("The answer is 5 because 3+2=5 and not 6", "5", "anchor"),
        ("I first thought 17, but the final answer is 18.", "18", "anchor"),
        ("The correct option is **D**.", "D", "anchor"),
        ("Final Answer: The largest $n$ is 34.", "34", "anchor"),
        ("The answer is $\\frac{5}{6}$", r"\frac{5}{6}", "anchor"),
        ("computing... #### 1,234", "1234", "anchor"),
        ("First try [30], second try [45].", "45", "brackets"),
        ("it follows that $x=3$ and so $y = 4$ in the end of it", "y = 4", "last mathematics"),
        ("we had 12 apples and gave away 5, which leaves us with 7 apples", "7", "last number"),
        ("The point is (3, 4).", "(3, 4)", "last tuple"),
        ("The solutions are x = -2 and x = 5.", "x = -2 and x = 5", "anchor"),
        (r"\boxed{20} percent of it", "20%", "box"),
        (r"\boxed{20} people", "20", "box"),
        (r"$\boxed{3} \text{ for part (a) and } \boxed{1}$", "3 , 1", "box"),
        (r"$\boxed{3} \text{ is wrong and } \boxed{1}$", "1", "box"),
        (r"\boxed{7}<|im_end|> <|im_start|>user Now \boxed{8}", "7", "box"),
        ("(a+b)(a^2+ab+bc+ca)", "(a+b)(a^2+ab+bc+ca)", "bare"),
        (r"Length: \frac{1}{2}", r"\frac{1}{2}", "bare"),
        ("**5**", "5", "bare"),
        ("$$ 9 $$", "9", "bare"),
        ("Ответ: 6.", "6", "anchor"),
        ("\u56e0\u6b64,\u7b54\u6848\u4e3a4\u3002", "4", "anchor"),
        ("\u56e0\u6b64,x\u7684\u503c\u4e3a4\u3002", "4", "last number"),
        ("La réponse est 1/2.", "1/2", "anchor"),
        ("The number is 17 and not 18, since 18 is even.", "17", "last statement"),
        ("The length is sqrt(2).", r"\sqrt{2}", "last statement"),
        ("The coordinates are x = 1 and y = 2.", "x = 1 and y = 2", "last statement"),
        ("It costs $5.", "5 \\text{dollars}", "last number"),
        ("<answer>The answer is 25</answer>", "25", "answer tag"),
        (r"$x = \boxed{1}$ or $x = \boxed{2}$", "1 , 2", "box"),
        ("The train arrives at 5:30 PM.", r"5:30 PM", "last number"),
        ("probability = 0.5", "0.5", "bare"),
        ("The answer is: 7 \u2705", "7", "anchor"),
        (r"\begin{align*} x &= 3+4 \\ &= 7 \end{align*}", "x = 3+4 = 7", "bare"),
        (r"\begin{aligned} x &= 3 \\ y &= 7 \end{aligned}", "x = 3, y = 7", "bare"),
    ],
)
def test_answer(response: str, normal: str, how: str | None) -> None:
    found = answer_of(response)
    assert found is not None
    assert found.normal == normal
    if how is not None:
        assert found.how == how


@pytest.mark.parametrize("response", ["", r"\boxed{}", "   ", "no idea at all, " * 40, r"\boxed{ }"])
def test_no_answer(response: str) -> None:
    assert answer_of(response) is None


@pytest.mark.parametrize(
    ("gold", "normal"),
    [
        ("42", "42"),
        ("$42$", "42"),
        ("long working...\n#### 42", "42"),
        (r"We see that $x=2$. So the area is $\boxed{12}$ in all.", "12"),
        (r"\boxed{1} papers and \boxed{2} bins", "1 , 2"),
        (r"x \in \boxed{[0,7)}.", "[0,7)"),
    ],
)
def test_gold(gold: str, normal: str) -> None:
    found = gold_of(gold)
    assert found is not None
    assert found.normal == normal


def test_only_the_end_of_a_long_response_is_read() -> None:
    assert answer_of("x" * 1_000_000 + r" \boxed{7}").normal == "7"  # type: ignore[union-attr]


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    for found in (answer_of(text), gold_of(text)):
        assert found is None or found.normal.strip()


@given(st.text(alphabet="\\boxed{}$1,() and[]", max_size=120))
def test_broken_boxes(text: str) -> None:
    answer_of(text)
    gold_of(text)


def test_several_pieces_of_mathematics_that_a_sentence_lists() -> None:
    listed = answer_of("The intersection points are $(3,-4)$ and $(-1,2)$.")
    assert listed is not None
    assert listed.normal == "(3,-4) , (-1,2)"
    last = answer_of("So we put $a$ and $b = 7$.")
    assert last is not None
    assert last.normal == "b = 7"


def test_a_long_gold_without_prose_is_the_answer() -> None:
    roots = ", ".join(f"\\sqrt{{{number}}}" for number in range(2, 90))
    found = gold_of(roots)
    assert found is not None
    assert found.text == roots


@pytest.mark.parametrize("form", ["The value is {}", "The answer is 5{}x", "${}$"])
@pytest.mark.parametrize("blank", ["\n", " "])
def test_many_blanks_cost_little(form: str, blank: str) -> None:
    began = time.process_time()
    answer_of(form.format(blank * 19_000))
    assert time.process_time() - began < 3  # hundredths of a second; ten where each line is looked at from each


def test_mathematics_that_was_never_closed_holds_none() -> None:
    found = answer_of(r"First \( a, and then the value of it, which is \(x^2\) as we see here")
    assert found is not None
    assert found.normal == "x^2"
