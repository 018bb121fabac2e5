"""The majority of several answers, by what they mean."""

from math_pipeline import MathVerifier
from math_pipeline.votes import LABEL, majority_vote


def boxed(*answers: str) -> list[str]:
    return [f"So \\boxed{{{answer}}}." for answer in answers]


def test_equal_answers_are_one_class(verifier: MathVerifier) -> None:
    vote = majority_vote(verifier, boxed("1/2", "3", "0.5", r"\frac{2}{4}", "3"))
    assert vote.pseudo_gold is not None
    assert vote.pseudo_gold.text == "1/2"
    assert (vote.votes, vote.answered, vote.responses, vote.agreement) == (3, 5, 5, 0.6)
    assert vote.classes == (0, 1, 0, 0, 1)
    assert vote.agrees == (True, False, True, True, False)
    assert vote.label == LABEL


def test_a_tie_is_no_majority(verifier: MathVerifier) -> None:
    vote = majority_vote(verifier, boxed("1", "2"))
    assert vote.pseudo_gold is None
    assert vote.agreement == 0.5
    assert vote.agrees == (None, None)


def test_silence_counts_against_agreement(verifier: MathVerifier) -> None:
    vote = majority_vote(verifier, [*boxed("7", "7"), "", r"\boxed{}"])
    assert vote.agreement == 0.5
    assert vote.classes == (0, 0, None, None)


def test_nothing(verifier: MathVerifier) -> None:
    vote = majority_vote(verifier, [])
    assert (vote.pseudo_gold, vote.agreement, vote.agrees) == (None, 0.0, ())
