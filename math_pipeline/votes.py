"""The answer that most responses to one problem give: a label where there is no ground truth, and never a gold.

Answers are sorted into classes by the comparer: an answer joins the first class whose first answer it is proved to be
the same as. What cannot be compared stays a class of its own, so that agreement is under- and never overstated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from math_pipeline.extraction import answer_of
from math_pipeline.types import Answer
from math_pipeline.verifier import MathVerifier

LABEL = "pseudo_gold: majority"


@dataclass(frozen=True, slots=True)
class MajorityVote:
    """What most answers agree on.

    pseudo_gold: the first answer of the largest class; None without any answer and where two classes are largest.
    votes, answered, responses: answers in that class (in the largest ones, where they tie), responses with an answer,
    all responses. classes: for each response the number of its class, counted from 0 as they appear; None: no answer.
    """

    pseudo_gold: Answer | None
    votes: int
    answered: int
    responses: int
    classes: tuple[int | None, ...]
    label: str = LABEL

    @property
    def agreement(self) -> float:
        """Votes of the largest class as a share of all responses, those without an answer included; 0 for none."""
        return self.votes / self.responses if self.responses else 0.0

    @property
    def agrees(self) -> tuple[bool | None, ...]:
        """For each response whether it is in the majority's class; None where there is no majority."""
        if self.pseudo_gold is None:
            return (None,) * self.responses
        winner = max(set(self.classes) - {None}, key=self.classes.count)
        return tuple(number == winner for number in self.classes)


def majority_vote(verifier: MathVerifier, responses: Sequence[str]) -> MajorityVote:
    """The majority of the answers in `responses`. Raises WorkerError where no worker process can be had."""
    heads: list[Answer] = []
    by_form: dict[str, int] = {}
    classes: list[int | None] = []
    for response in responses:
        answer = answer_of(response)
        if answer is None:
            classes.append(None)
            continue
        if answer.normal not in by_form:
            by_form[answer.normal] = _class_of(verifier, heads, answer)
        classes.append(by_form[answer.normal])
    sizes = [classes.count(number) for number in range(len(heads))]
    most = max(sizes, default=0)
    winners = [head for head, size in zip(heads, sizes, strict=True) if size == most]
    return MajorityVote(
        pseudo_gold=winners[0] if len(winners) == 1 else None,
        votes=most,
        answered=sum(sizes),
        responses=len(responses),
        classes=tuple(classes),
    )


def _class_of(verifier: MathVerifier, heads: list[Answer], answer: Answer) -> int:
    """The number of the class that the answer joins; a new one where none is proved to be the same."""
    for number, head in enumerate(heads):
        # Some rules are lenient towards the response alone: the same means the same either way round.
        if all(
            verifier.verify(gold=f"\\boxed{{{one.text}}}", response=f"\\boxed{{{two.text}}}").passed
            for one, two in ((head, answer), (answer, head))
        ):
            return number
    heads.append(answer)
    return len(heads) - 1
