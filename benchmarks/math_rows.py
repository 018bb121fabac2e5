"""Problems, golds and responses for the math benchmark, made by a generator with a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

CANDIDATES = 16
_SEED = 20_241_124
_STEPS = (
    "First, let $x = {a}$ and note that $x^2 = {b}$, which we shall need below.",
    "Substituting into the equation gives $\\frac{{{a}}}{{{b}}} + {a} = y$, so we can simplify further.",
    "Wait, I should check this: ${a} + {b}$ is not what the problem asks for, so let me go back.",
    "By symmetry the other case is the same, and contributes \\({b}\\) in total.",
    "Hence the number of ways is $\\binom{{{a}}}{{2}}$, and there are {b} of them that we must leave out.",
)


def realistic(problems: int) -> list[tuple[str, str]]:
    """(gold, response) pairs, 16 responses a problem of 1,000 characters and more; most answers are plain numbers."""
    source = random.Random(_SEED)
    return [pair for number in range(problems) for pair in _problem(source, number)]


def _problem(source: random.Random, number: int) -> Iterator[tuple[str, str]]:
    gold, equal, wrong = _symbolic(source) if number % 5 == 4 else _plain(source)
    for _ in range(CANDIDATES):
        answer = source.choice(equal) if source.random() < 0.6 else source.choice(wrong)
        yield gold, f"{_prose(source)}\n\nThe final answer is $\\boxed{{{answer}}}$."


def _prose(source: random.Random) -> str:
    steps: list[str] = []
    while sum(map(len, steps)) < 1_000:
        step = source.choice(_STEPS)
        steps.append(step.format(a=source.randint(2, 99), b=source.randint(100, 9_999)))
    return "\n".join(steps)


def _plain(source: random.Random) -> tuple[str, list[str], list[str]]:
    value = source.randint(2, 99_999)
    other = source.randint(2, 97)
    if source.random() < 0.7:
        return str(value), [str(value), f"{value:,}", f"{value}."], [str(value + 1), str(-value), str(value * 2)]
    return (
        f"\\frac{{{value}}}{{{other}}}",
        [f"\\frac{{{value}}}{{{other}}}", f"\\dfrac{{{value * 2}}}{{{other * 2}}}", f"{value}/{other}"],
        [f"\\frac{{{other}}}{{{value}}}", f"\\frac{{{value + 1}}}{{{other}}}"],
    )


def _symbolic(source: random.Random) -> tuple[str, list[str], list[str]]:
    a, b = source.randint(2, 40), source.randint(2, 40)
    return source.choice(
        [
            (
                f"x^2+{a + b}x+{a * b}",
                [f"(x+{a})(x+{b})", f"x^2+{a + b}x+{a * b}"],
                [f"(x+{a})(x-{b})", f"x^2+{a + b}x"],
            ),
            (f"{a}+{b}\\sqrt{{3}}", [f"{b}\\sqrt{{3}}+{a}", f"{a}+{b}\\sqrt3"], [f"{a}-{b}\\sqrt{{3}}"]),
            (f"({-a}, {b})", [f"({-a},{b})", f"\\left({-a}, {b}\\right)"], [f"({b}, {-a})", f"({a}, {b})"]),
            (f"[{-a}, {b})", [f"{-a} \\le x < {b}", f"[{-a},{b})"], [f"({-a}, {b})", f"[{-a}, {b}]"]),
            (f"{a}\\pi", [f"{a}\\pi", f"\\frac{{{2 * a}\\pi}}{{2}}"], [f"{a}", f"{a}\\pi^2"]),
        ]
    )


def hard(pairs: int) -> list[tuple[str, str]]:
    """(gold, response) pairs without repetition, each of which needs symbols; every second one is wrong."""
    source = random.Random(_SEED + 1)
    made: list[tuple[str, str]] = []
    while len(made) < pairs:
        a, b, c = (source.randint(2, 999) for _ in range(3))
        wrong = len(made) % 2
        gold, answer = source.choice(
            [
                (f"\\frac{{{a}x+{b}}}{{x^2+{c}}}", f"\\frac{{{b}+{a}x}}{{{c + wrong}+x^2}}"),
                (f"\\frac{{{a}+\\sqrt{{{b}}}}}{{{c}}}", f"\\frac{{{a}}}{{{c}}}+\\frac{{\\sqrt{{{b + wrong}}}}}{{{c}}}"),
                (f"(x+{a})(x-{b})(x+{c})", f"(x+{c})(x-{b})(x+{a + wrong})"),
                (f"{a}e^{{{b}x}}\\sin({c}x)", f"{a + wrong}\\sin({c}x)e^{{{b}x}}"),
                (f"y = {a}x^2 - {b}x + {c}", f"y = {c + wrong} + {a}x^2 - {b}x"),
                (
                    f"(-\\infty, {a}] \\cup ({a + b}, {a + b + c})",
                    f"x \\le {a} \\text{{ or }} {a + b} < x < {a + b + c + wrong}",
                ),
                (f"\\{{{a}, {a + b}, \\sqrt{{{c}}}\\}}", f"\\{{\\sqrt{{{c}}}, {a}, {a + b + wrong}\\}}"),
                (f"\\left({a}, \\frac{{\\pi}}{{{b}}}, {c}k\\right)", f"({a + wrong}, \\frac{{\\pi}}{{{b}}}, {c}k)"),
                (f"\\log_{{{a}}} {b} + n^{{{c}}}", f"n^{{{c}}} + \\frac{{\\ln {b + wrong}}}{{\\ln {a}}}"),
                (f"2^{{{a}}} + {b}", f"2^{{{a}}} + {b + wrong}"),
            ]
        )  # fmt: skip
        made.append((gold, f"Therefore \\boxed{{{answer}}}."))
    return made
