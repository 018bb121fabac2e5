"""Lists with dots, 1, 2, ..., n: what equal steps stand for; the rest is the reader's guess."""

from __future__ import annotations

import itertools
import re

from math_pipeline.naming import latex_of
from math_pipeline.nodes import Expr, Node
from math_pipeline.outcome import Outcome, Same

_MOST_WRITTEN = 64
_INTEGER = re.compile(r"\s*-?\s*\d{1,9}\s*")


def written_out(items: list[Node]) -> list[Node]:
    """A list of whole numbers in equal steps, with those that its dots stand for; any other as it is."""
    stepped = _start_and_step(items)
    last = _integer(items[-1]) if items else None
    if stepped is None or last is None or not isinstance(items[-2], Expr) or "\\ldots" not in items[-2].latex:
        return items
    start, step = stepped
    count, rest = divmod(last - start, step)
    if rest or not len(items) - 2 <= count < _MOST_WRITTEN:
        return items
    return [Expr(str(start + step * number)) for number in range(count + 1)]


def _start_and_step(items: list[Node]) -> tuple[int, int] | None:
    """The first number and the step of those before the dots, which must be two at least; None without one step."""
    if not _has_dots(items):
        return None
    shown = [_integer(item) for item in _shown(items)]
    numbers = [number for number in shown if number is not None]
    if len(numbers) < max(2, len(shown)):
        return None
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    return (numbers[0], steps.pop()) if len(steps) == 1 and 0 not in steps else None


def _integer(node: Node) -> int | None:
    text = latex_of(node)
    return int(text.replace(" ", "")) if _INTEGER.fullmatch(text) else None


def _has_dots(items: list[Node]) -> bool:
    return any("\\ldots" in latex_of(item) for item in items)


def compared(one: list[Node], two: list[Node], same: Same) -> Outcome | None:
    """Two lists with dots: they are the same where steps are; that they end unlike is no guess. None for others."""
    if not (_has_dots(one) and _has_dots(two)):
        return None
    whole = [same(a, b).same for a, b in zip(one, two, strict=False)]
    if len(one) == len(two) and all(whole):
        return Outcome(True, "list: as it stands")
    begins = [same(a, b).same for a, b in zip(_shown(one), _shown(two), strict=False)]
    ends = same(one[-1], two[-1]).same
    if ends and _start_and_step(one) is not None and _start_and_step(one) == _start_and_step(two):
        return Outcome(True, "list: steps")
    no_turn = same(one[0], two[-1]).same is False or same(one[-1], two[0]).same is False
    if ends is False and None not in begins and no_turn:
        return Outcome(False, "list", "the two lists end differently")
    return Outcome(None, "list", "what the dots stand for is the reader's guess")


def _shown(items: list[Node]) -> list[Node]:
    """The items before the dots."""
    return items[: next(at for at, item in enumerate(items) if "\\ldots" in latex_of(item))]
