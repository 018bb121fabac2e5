"""What a comparison gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from math_pipeline.nodes import Node


@dataclass(frozen=True, slots=True)
class Outcome:
    """same: None where nobody knows. rule: what settled it. reason: one sentence where it is not a pass."""

    same: bool | None
    rule: str
    reason: str = ""


def ruled(outcome: Outcome, rule: str) -> Outcome:
    """The outcome with a further rule named before its own."""
    return Outcome(outcome.same, f"{rule}, {outcome.rule}", outcome.reason)


# Two trees -> whether they are the same answer: what comparisons of parts are made with.
Same = Callable[[Node, Node], Outcome]
