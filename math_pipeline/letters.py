"""Sets that are letters, joined by union, intersection and difference: the same where they hold the same always."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from math_pipeline.nodes import Choice, Expr, Meet, Node, Union, Without
from math_pipeline.outcome import Outcome
from math_pipeline.structure import parse

MOST_LETTERS = 6
_LETTER = re.compile(r"[A-TV-Z](?:_\{?\d\}?)?")  # U is for many the set of everything
_COMPLEMENT = re.compile(r"(?:\\overline\s*\{(.+)\}|(.+?)\s*(?:'|\^\s*\{?\s*[cC]\s*\}?))")
_Holds = Callable[[dict[str, bool]], bool]


def compared(gold: Node, answer: Node) -> Outcome | None:
    """Whether two sets of letters are the same; None where one is something else."""
    names: set[str] = set()
    one, two = _read(gold, names), _read(answer, names)
    if one is None or two is None or len(names) > MOST_LETTERS:
        return None
    held = sorted(names)
    for values in itertools.product((False, True), repeat=len(held)):
        case = dict(zip(held, values, strict=True))
        if one(case) != two(case):
            return Outcome(False, "set of letters", "what one holds the other may not")
    return Outcome(True, "set of letters")


def _read(node: Node, names: set[str]) -> _Holds | None:
    if isinstance(node, Union | Meet):
        parts = [_read(part, names) for part in node.parts]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        join = any if isinstance(node, Union) else all
        return lambda case: join(part(case) for part in known)
    if isinstance(node, Without):
        whole, taken = _read(node.whole, names), _read(node.taken, names)
        return None if whole is None or taken is None else lambda case: whole(case) and not taken(case)
    if not isinstance(node, Expr | Choice) or (isinstance(node, Choice) and node.rest):
        return None
    text = node.letter if isinstance(node, Choice) else node.latex.strip()
    if _LETTER.fullmatch(text):
        names.add(text)
        return lambda case: case[text]
    turned = _COMPLEMENT.fullmatch(text)
    inner = parse(turned[1] or turned[2]) if turned is not None else None
    of_inner = _read(inner, names) if inner is not None and inner != node else None
    return None if of_inner is None else lambda case: not of_inner(case)
