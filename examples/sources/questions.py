"""Rows for the recipes, as NuminaMath, OpenR1-Math, CAMEL and riddle_sense have them, with answers of a model."""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]

THOUGHT = (
    "<|begin_of_thought|>\n\n{thought}\n\n<|end_of_thought|>\n\n"
    "<|begin_of_solution|>\n\n{solution}\n\n<|end_of_solution|>"
)

# problem, gold answer, source, answers of a model
_MATH: list[tuple[str, str, str, list[str]]] = [
    ("A rectangle has sides of length 7 and 12. What is its area?", "84", "cn_k12", ["84", "38"]),
    ("Find the sum of the first 20 positive odd numbers.", "400", "olympiads", ["400", "20^2", "420"]),
    ("Solve for $x$: $3x - 7 = 11$.", "6", "cn_k12", ["6", "x = 6"]),
    ("Solve for $x$: $3x - 7 = 11$ .", "6", "synthetic_math", ["6"]),
    ("What is the chance that two fair dice show a sum of 7?", "\\frac{1}{6}", "aops_forum", ["\\frac{6}{36}", "1/7"]),
    ("How many positive divisors does 360 have?", "24", "olympiads", ["24", "23"]),
    ("Compute $\\binom{10}{3} - \\binom{9}{3}$.", "36", "aops_forum", ["36", "\\binom{9}{2}", "84"]),
    ("Find the remainder when $7^{100}$ is divided by 10.", "1", "amc_aime", ["1", "7"]),
    ("Expand $(x + 2)(x - 3)$.", "x^2 - x - 6", "cn_k12", ["x^2-x-6", "-6 - x + x^2", "x^2 + x - 6"]),
    ("Prove that the sum of two even numbers is even.", "proof", "olympiads", ["see above"]),
    ("Find the angle $x$ as shown in the figure below.", "40", "cn_k12", ["40"]),
    ("(a) Find the perimeter of a square of side 5. (b) Find its area.", "20, 25", "cn_k12", ["20, 25"]),
    ("Is 91 a prime number? Find out.", "No", "aops_forum", ["No"]),
    ("Look at ![the graph](graph.png) and find its slope.", "2", "synthetic_math", ["2"]),
    ("A bag has 3 red and 5 blue balls. What is the chance of red?", "\\frac{3}{8}", "cn_k12", ["0.375", "3:8"]),
]  # fmt: skip

# A problem of a benchmark, word for word, which the first of these rows repeats with another name.
_BENCHMARK = [
    (
        "Ann walks from her house to the lake at 4 km per hour and comes back by the same way at 6 km per hour. The "
        "whole walk takes 2 hours and 30 minutes. How far, in km, is it from her house to the lake?"
    ),
    (
        "A positive integer is called spare if its digits, read from left to right, never grow by more than one. How "
        "many spare integers have exactly three digits?"
    ),
]
_CONTAMINATED = _BENCHMARK[0].replace("Ann", "Eve")

_SCIENCE = [
    ("physics", "Newton's laws", "A car of mass 1,000 kg speeds up at 2 m/s^2. What net force acts on it?",
     "By Newton's second law F = ma = 1,000 kg x 2 m/s^2 = 2,000 N."),
    ("chemistry", "Stoichiometry", "How many grams of water form when 4 g of hydrogen burn in enough oxygen?",
     "4 g of hydrogen are 2 mol of H2, which give 2 mol of water: 36 g."),
    ("biology", "Genetics", "Both parents carry a recessive allele. What share of their children is affected?",
     "A quarter: of the four equally likely combinations one has both recessive alleles."),
]  # fmt: skip

_RIDDLES = [
    ("I have hands but cannot clap. What am I?", ["a monkey", "a clock", "a glove", "a river", "a choir"], "B"),
    ("What gets wetter the more it dries?", ["a towel", "the sun", "a stone", "rain", "sand"], "A"),
]

_EASY = "Write a program that reads two whole numbers and prints their {0}."
_OPS = {"sum": "+", "product": "*", "difference": "-"}


def answered(text: str) -> str:
    """An answer as a reasoning model writes it."""
    return THOUGHT.format(thought="Let me work it out step by step.", solution=f"The answer is $\\boxed{{{text}}}$.")


def numina() -> Rows:
    """NuminaMath-CoT's columns, and `generations` as `ot-code sample` would add them."""
    rows = []
    for problem, gold, source, answers in [*_MATH, (_CONTAMINATED, "6", "synthetic_math", ["6"])]:
        solution = f"We work it out. The answer is $\\boxed{{{gold}}}$."
        messages = [{"role": "user", "content": problem}, {"role": "assistant", "content": solution}]
        row = {"source": source, "problem": problem, "solution": solution, "messages": messages}
        rows.append({**row, "generations": [answered(answer) for answer in answers]})
    return rows


def openr1() -> Rows:
    """OpenR1-Math-220k's columns."""
    rows = []
    for number, (problem, gold, source, answers) in enumerate(_MATH):
        texts = [f"<think>\nLet me see.\n</think>\n\nThe answer is $\\boxed{{{answer}}}$." for answer in answers]
        rows.append(
            {
                "problem": problem,
                "solution": f"It is $\\boxed{{{gold}}}$.",
                "answer": gold,
                "problem_type": "Algebra",
                "question_type": "proof" if gold == "proof" else "math-word-problem",
                "source": source,
                "uuid": f"example-{number:04d}",
                "is_reasoning_complete": [True] * len(texts),
                "generations": texts,
                "correctness_math_verify": [True] + [False] * (len(texts) - 1),
                "correctness_llama": None,
                "finish_reasons": ["stop"] * len(texts),
                "correctness_count": 1,
                "messages": [{"role": "user", "content": problem}, {"role": "assistant", "content": texts[0]}],
            }
        )
    return rows


def camel() -> Rows:
    """The columns of CAMEL's physics, chemistry and biology, with one answer."""
    return [
        {
            "role_1": f"{topic}_student", "topic;": topic, "sub_topic": sub, "message_1": question,
            "message_2": answer, "response": THOUGHT.format(thought="I recall the rule.", solution=answer),
        }
        for topic, sub, question, answer in _SCIENCE
    ]  # fmt: skip


def riddle_sense() -> Rows:
    """riddle_sense's columns, with one answer."""
    rows = []
    for question, options, key in _RIDDLES:
        choices = {"label": list("ABCDE"), "text": options}
        solution = THOUGHT.format(thought="I look at each option.", solution=f"The answer is {key}.")
        rows.append({"question": question, "choices": choices, "answerKey": key, "response": solution})
    return rows


def benchmark() -> Rows:
    """Two problems as a benchmark has them."""
    return [{"problem": problem, "answer": answer} for problem, answer in zip(_BENCHMARK, ("6", "331"), strict=True)]


def sixteen() -> Rows:
    """Plain rows of code and math with sixteen answers each, as OpenThoughts3 samples them."""
    rows: Rows = []
    for number, (word, sign) in enumerate(_OPS.items()):
        right = f"a, b = map(int, input().split())\nprint(a {sign} b)"
        wrong = f"a, b = map(int, input().split())\nprint(b {sign} a + {number})"
        inputs = ["3 4\n", "10 5\n", "7 7\n"]
        outputs = [f"{eval(f'{text.split()[0]} {sign} {text.split()[1]}')}\n" for text in inputs]  # noqa: S307 - ours
        answers = [f"```python\n{wrong if place % 4 == 3 else right}  # {place}\n```" for place in range(16)]
        rows.append(
            {
                "id": f"sixteen-code-{number}", "problem": _EASY.format(word),
                "difficulty": 3 + number, "domain": "code", "source": "stackexchange",
                "test_cases": {"inputs": inputs, "outputs": outputs}, "candidates": answers,
            }
        )  # fmt: skip
    for number, (problem, gold, _, answers) in enumerate(_MATH[:6]):
        texts = [answered(answers[place % len(answers)]) + " " * place for place in range(16)]
        rows.append(
            {
                "id": f"sixteen-math-{number}", "problem": problem, "difficulty": number + 1,
                "domain": "math", "source": "openmath",
                "answer": gold, "candidates": texts,
            }
        )  # fmt: skip
    return rows


FILES = {
    "numina.jsonl": numina, "openr1_math.jsonl": openr1, "camel.jsonl": camel, "riddle_sense.jsonl": riddle_sense,
    "benchmark.jsonl": benchmark, "sixteen.jsonl": sixteen,
}  # fmt: skip
