"""Letters of a multiple choice beside one another, and beside what stands for one of them."""

from __future__ import annotations

import re
import unicodedata
from typing import cast

from math_pipeline.nodes import Choice, Expr, Many, Node, Words
from math_pipeline.outcome import Outcome, Same
from math_pipeline.structure import parse


def compared(gold: Node, answer: Node, same: Same) -> Outcome:
    """Whether two choices, or one and another answer, are the same."""
    if isinstance(gold, Choice) and isinstance(answer, Choice):
        rests = same(parse(gold.rest), parse(answer.rest)).same if gold.rest and answer.rest else None
        if rests is not None and rests is not (gold.letter == answer.letter):
            return Outcome(None, "choice", "the letter and what stands beside it say different things")
        if gold.letter == answer.letter:
            return Outcome(True, "choice")
        return Outcome(False, "choice", f"the choice is {gold.letter}, the answer says {answer.letter}")
    one, two = (gold, answer) if isinstance(gold, Choice) else (answer, gold)
    one = cast("Choice", one)
    circled = unicodedata.digit(one.letter, None)
    if circled is not None and isinstance(two, Expr):
        alike = two.latex.strip() == str(circled)
        return Outcome(alike, "choice", "" if alike else "another statement")
    if isinstance(two, Words | Expr):
        text = two.original if isinstance(two, Words) else two.latex
        if re.fullmatch(r"[(\s]*[a-eA-E][)\s.]*", text) and one.letter in "ABCDE":
            letter = text.strip(" ().").upper()
            return Outcome(True, "choice") if letter == one.letter else Outcome(False, "choice", "another letter")
        if isinstance(two, Words) and re.search(
            rf"\b(?:option|choice|answer)\s+(?:is\s+)?{one.letter.lower()}\b", two.words
        ):
            return Outcome(True, "choice")
    if one.rest:
        return same(parse(one.rest), two) if gold is one else same(two, parse(one.rest))
    if isinstance(two, Expr):
        return same(Expr(one.letter), two)
    return Outcome(False if isinstance(two, Words | Many) else None, "choice", f"the answer is no {one.letter}")
