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
        ("The point is (3, 4).", "(3, 4)", "last statement"),
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
        (r"We have $r = 73$, so the remainder is $73$. $\blacksquare$", "73", "last mathematics"),
        (r"$3^{2} - 5 = 4$ $\Rightarrow$ **4**", "4", "bare"),
        ("\\boxed{40}\n\nWait, that is wrong. It should be 41.", "41", "correction"),
        ("\\boxed{40}. No, I made a mistake: the correct answer is $41$.", "41", "correction"),
        ("\\boxed{40}. Wait, is that wrong? Let me see: it should be 40 indeed.", "40", "box"),
        ("\\boxed{40}. Some say 41, but that is wrong. It should be even.", "40", "box"),
        ("\\boxed{40}. No smaller one works: 39 is wrong.", "40", "box"),
        ("So $x = -3$ (rejecting $x = 40$).", "x = -3", "last mathematics"),
        ("We get $n = 4$ or $n = 6$. $n=6$ does not satisfy it.", "n = 4", "last mathematics"),
        ("The candidates are 5 and 7, where 7 is rejected.", "5", "last number"),
        ("x = 8 or x = -2. Since x must be positive, x = 8.", "x = 8", "last statement"),
        ("Probability = 10/72 = **5/36**", "5/36", "bare"),
        ("**Answer**: $8$ cm, not $9$ cm.", "8 cm", "bare"),
        ("The answer is at least 8.", "at least 8", "anchor"),
        ("The only possible value is 4, as 5 leads to a contradiction.", "4", "last statement"),
        ("Thus the probability is $\\frac{1}{4}$ (or 25\\%).", r"\frac{1}{4}", "last mathematics"),
        ("The correct answer is **C** ($x=4$).", "C", "anchor"),
        ("The correct answer is **D** ($x=4$), not C.", "D", "anchor"),
        ("The answer is C (10, 3).", "C (10, 3)", "anchor"),
        ("The answer is $45^\\circ$, i.e. $\\frac{\\pi}{4}$ radians.", r"45^{\circ}", "anchor"),
        ("13\n\nExplanation: 5 + 8 = 13. Note 21 is next.", "13", "bare"),
        ("So, $5+8=\\mathbf{13}$.", "13", "last mathematics"),
        ("$(x,y)=\\boxed{(1,2)}$ and $(x,y)=\\boxed{(2,1)}$.", "(1,2) , (2,1)", "box"),
        ("The line is $y = 2x + 1$, which passes through $(0,1)$.", "y = 2x + 1", "last mathematics"),
        ("The number is $n + 3$, which is $5$.", "5", "last mathematics"),
        ("The answer cannot be 8.", "The answer cannot be 8", "whole"),
        ("It is not true that the answer is 8.", "It is not true that the answer is 8", "whole"),
        ("x = 8 (other root x = -1 rejected)", "8", "last number"),
        ("The point is (2, 3), which lies on the line x + y = 5.", "(2, 3)", "last statement"),
        ("# Answer\n\n(2, 3)\n\nBoth were checked with 4 cases.", "(2, 3)", "anchor"),
        ("The maximum value is $10$, attained when $x=y=1$.", "10", "last mathematics"),
        ("The value is $10$ when $x=1$, so it is $12$ in all.", "12", "last mathematics"),
        ("We know that $n$ is $10$ if $x=1$. Hence $y = 3$.", "y = 3", "last mathematics"),
        (r"The area is $24$ square units, where we used the base $6$ and height $8$.", "24", "last mathematics"),
        ("Therefore, $n = 12$ when $k=3$.", "n = 12", "last mathematics"),
        (r"Hence the least value is $\frac{3}{4}$, and it is attained at $x=1$.", r"\frac{3}{4}", "last mathematics"),
        ("The maximum is 10 when x = 3.", "10", "last statement"),
        ("60 kilometers per hour", r"60 \text{kilometers per hour}", "last number"),
        ("The speed is $60$ km/h.", r"60 \text{km/h}", "last mathematics"),
        ("The speed is $60$ so far.", "60", "last mathematics"),
        (r"$\text{The answer is } 17$", "17", "anchor"),
        ("Answer: **12** (since 3·4=12)", "12", "anchor"),
        ("The largest value is therefore 25, achieved by (3, 4).", "25", "last statement"),
        ("The answer is **7**, because $3+4 = 7$ and $5$ is not allowed.", "7", "anchor"),
        ("The maximum of $f$ is $3$, which happens when $x$ equals $1$.", "3", "last mathematics"),
        ("Suppose the answer is $7$. Contradiction. So it must be $8$.", "8", "last mathematics"),
        ("The sum is $12$ (with $4$ terms).", "12", "last mathematics"),
        ("It takes 3 days and 12 hours.", r"3 days 12 \text{hours}", "last number"),
        ("So it is $5$, and it is not $6$.", "5", "last mathematics"),
        ("The limit is zero.", "zero", "last statement"),
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


@pytest.mark.parametrize(
    "response",
    ["The value is not 3.", "The number is more than 3.", "It takes between 10 and 12 days.", "It is not $3$."],
)
def test_what_is_denied_or_bounds_is_no_answer(response: str) -> None:
    found = answer_of(response)
    assert found is None or not found.normal.replace(" ", "").isdigit()


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
        ("## Solution\n\nThe inradius of $ABC$ is wanted, where $AC=13$.\n\n## Answer\n\n$2$", "2"),
        (r"$b=3$, so the minimum is $7$", "7"),
        (r"If $b=3$ so the minimum is $7$", "If b=3 so the minimum is 7"),
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
