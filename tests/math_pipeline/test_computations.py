"""Answers that are written as a computation: outside a box its last side is meant, in a box it is an equation."""

import pytest

from math_pipeline import MathVerifier


@pytest.mark.parametrize(
    ("gold", "response", "passed"),
    [
        ("10/9", r"Answer $ \frac{1}{2} \$ = \frac{10}{9} $", True),
        ("5/6", r"so $\frac12+\frac13=\frac56$", True),
        ("2", "The answer is 1 + 1 = 2.", True),
        ("1/2", r"The answer is $\frac{1}{2} = \frac{10}{9}$.", False),
        ("1/2", r"Answer $\frac{1}{2} = \frac{10}{9}$", False),
        ("3", r"\boxed{\text{The answer is } 3}", True),
        ("3", r"\boxed{\text{The answer is } 4}", False),
        ("3", r"\boxed{\text{The answer is not } 3}", False),
        ("5", r"\boxed{4=5}", False),
        ("4", r"\boxed{4=5}", False),
    ],
)
def test_the_end_of_a_computation(verifier: MathVerifier, gold: str, response: str, passed: bool) -> None:
    assert verifier.verify(gold=gold, response=response).passed is passed
