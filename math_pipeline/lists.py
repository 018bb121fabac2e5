"""Several values: lists and sets in no order, tuples in theirs, and what a plus-minus sign stands for."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import cast

from math_pipeline import dotted_lists
from math_pipeline.brackets import commas
from math_pipeline.labels import is_name
from math_pipeline.naming import is_constant, latex_of, name_of, unchained
from math_pipeline.nodes import Choice, Expr, Many, Node, Ordered, Relation
from math_pipeline.outcome import Outcome, Same, ruled
from math_pipeline.vectors import components, stretched

MOST_ITEMS = 64
_POINT = re.compile(r"[A-Z]'?(?:_\{?\d\}?)?\s*\((.*)\)")
SEVERAL_SIGNS = Outcome(None, "list", "several signs that may be chosen together or each by itself")


def lists(gold: Node, answer: Node, same: Same) -> Outcome:
    """Whether two lists or sets, or one and a value or tuple, hold the same answers."""
    if _is_part(gold, answer) or _is_part(answer, gold):
        return Outcome(None, "set", "braces round one expression are perhaps its fractional part")
    gold, answer = _lettered(gold, answer), _lettered(answer, gold)
    gold, answer = _assigned(gold, answer), _assigned(answer, gold)
    gold, answer = _pointed(gold, answer), _pointed(answer, gold)
    if any(
        latex_of(item).count("\\pm") > 1 for side in (gold, answer) if isinstance(side, Many) for item in side.items
    ):
        return SEVERAL_SIGNS
    if any(latex_of(side).count("\\pm") > 1 for side in (gold, answer)):
        return SEVERAL_SIGNS
    one, two = items_of(gold), items_of(answer)
    if len(one) > MOST_ITEMS or len(two) > MOST_ITEMS:
        return Outcome(None, "list", f"more than {MOST_ITEMS} answers")
    dotted = dotted_lists.compared(one, two, same)
    if dotted is not None:
        return dotted
    one, two = dotted_lists.written_out(one), dotted_lists.written_out(two)
    named = [isinstance(item, Relation) for item in (*one, *two)]
    if any(named) and not all(named):
        misplaced = _out_of_order(one, two, same)
        if misplaced is not None:
            return misplaced
        one = [_unnamed(item) for item in one]
        two = [_unnamed(item) for item in two]
        if len(one) == 1 and isinstance(one[0], Ordered):
            one = list(one[0].items)
        if len(two) == 1 and isinstance(two[0], Ordered):
            two = list(two[0].items)
    ordered = (isinstance(gold, Many) and isinstance(answer, Ordered)) or (
        isinstance(gold, Ordered) and isinstance(answer, Many)
    )
    if ordered:
        return _against_tuple(gold, answer, same)
    if _is_empty_set(gold) is not _is_empty_set(answer):
        return Outcome(False, "set", "the empty set beside a set that is not empty")
    return matched(one, two, "list" if not _is_set(gold, answer) else "set", same)


def _is_part(node: Node, other: Node) -> bool:
    """Whether {x} stands beside x: a set of one, or what x has behind its point."""
    if not (isinstance(node, Many) and node.braces and len(node.items) == 1 and isinstance(other, Expr)):
        return False
    inner = node.items[0]
    return isinstance(inner, Expr) and not is_constant(inner)


def _is_empty_set(node: Node) -> bool:
    return (isinstance(node, Expr) and node.latex == "\\emptyset") or (isinstance(node, Many) and not node.items)


def _lettered(node: Node, other: Node) -> Node:
    """ABD beside A, B, D: several choices, without what parts them."""
    if isinstance(node, Expr) and isinstance(other, Many) and all(map(_is_letter, other.items)):
        letters = node.latex.strip()
        if re.fullmatch(r"[A-J]{2,}", letters) and len(set(letters)) == len(letters):
            return Many(tuple(Choice(letter) for letter in letters))
    return node


def _pointed(node: Node, other: Node) -> Node:
    """F_1(-2, 0), and x = y = 0, as tuples beside tuples."""
    beside = [item for item in (other.items if isinstance(other, Many) else (other,)) if isinstance(item, Ordered)]
    if not (isinstance(node, Many) and beside):
        return node
    node = dataclasses.replace(node, items=tuple(each for item in node.items for each in _by_names(item, node.items)))
    chained = [
        unchained(item, beside[0]) if isinstance(item, Relation) and len(item.sides) > 2 else item
        for item in node.items
    ]
    return dataclasses.replace(node, items=tuple(point_of(item) or item for item in chained))


def _assigned(node: Node, other: Node) -> Node:
    """A(1, 0) as A = (1, 0), beside points that are written so."""
    if not (isinstance(node, Many) and isinstance(other, Many) and all(map(_is_placed, other.items))):
        return node
    points = [(item, point_of(item)) for item in node.items]
    if any(point is None for _, point in points):
        return node
    named = (
        Relation((Expr(latex_of(item).partition("(")[0].strip()), point), ("=",)) for item, point in points if point
    )
    return dataclasses.replace(node, items=tuple(named))


def _is_placed(node: Node) -> bool:
    return isinstance(node, Relation) and node.signs == ("=",) and isinstance(node.sides[1], Ordered)


def _by_names(item: Node, items: tuple[Node, ...]) -> list[Node]:
    """Y = z = 2 beside x = 1 as y = 2 and z = 2; any other item as it is."""
    if not isinstance(item, Relation) or len(item.sides) < 3 or set(item.signs) != {"="}:
        return [item]
    names = [latex_of(side) for other in items if isinstance(other, Relation) for side in other.sides[:-1]]
    if not all(map(is_name, names)) or len(set(names)) < len(names) or len(items) < 2:
        return [item]
    return [Relation((side, item.sides[-1]), ("=",)) for side in item.sides[:-1]]


def point_of(node: Node) -> Ordered | None:
    """The point that P(1, 2) names; None for anything else."""
    point = _POINT.fullmatch(node.latex.strip()) if isinstance(node, Expr) else None
    entries = commas(point[1]) if point is not None else []
    return Ordered(tuple(Expr(part.strip()) for part in entries)) if len(entries) > 1 else None


def _is_letter(node: Node) -> bool:
    return isinstance(node, Choice) or (isinstance(node, Expr) and re.fullmatch(r"[A-J]", node.latex) is not None)


def _out_of_order(one: list[Node], two: list[Node], same: Same) -> Outcome | None:
    """`a = 3, b = 4` beside `4, 3`: nobody knows what is meant. None where the order fits, or is free."""
    names = {
        name_of(latex_of(item.sides[0])) for item in (*one, *two) if isinstance(item, Relation) and item.signs == ("=",)
    }
    letters = {name[:1] if "_" in name else name for name in names}
    if len(letters) < 2 or len(one) != len(two):
        return None
    if all(same(_unnamed(a), _unnamed(b)).same for a, b in zip(one, two, strict=True)):
        return None
    unnamed = [[_unnamed(item) for item in side] for side in (one, two)]
    if matched(unnamed[0], unnamed[1], "list", same).same is False:
        return Outcome(False, "list", "a value is missing, whatever its name")
    return Outcome(None, "list", "values without their names, in another order")


def _is_set(*both: Node) -> bool:
    return any(isinstance(node, Many) and node.braces for node in both)


def _unnamed(item: Node) -> Node:
    return unchained(item, Expr("0"))


def items_of(node: Node) -> list[Node]:
    """The answers that a tree holds, each plus-minus sign as two."""
    items: Sequence[Node] = node.items if isinstance(node, Many) else (node,)
    if isinstance(node, Many):  # a set within it is an element, and the empty set is one too
        return [each for item in items for each in ([item] if _is_braced(item) else _expanded(item))]
    return _expanded(node)


def _is_braced(node: Node) -> bool:
    return isinstance(node, Many) and node.braces


def _expanded(item: Node) -> list[Node]:
    r"""The two values of a \pm, each combination of a tuple's."""
    if isinstance(item, Ordered) and any("\\mp" in latex_of(part) for part in item.items):
        halves = zip(*(_expanded(part) * (2 // len(_expanded(part))) for part in item.items), strict=False)
        return [Ordered(tuple(half), item.opening, item.ending) for half in halves]
    if isinstance(item, Ordered):
        results: list[list[Node]] = [[]]
        for part in item.items:
            results = [[*before, one] for before in results for one in _expanded(part)]
            if len(results) > MOST_ITEMS:
                return [item]
        return [Ordered(tuple(result), item.opening, item.ending) for result in results]
    if isinstance(item, Relation) and item.signs == ("=",):
        sides = [_expanded(side) for side in item.sides]
        if len(sides[0]) == len(sides[1]):
            return [Relation(both, ("=",)) for both in zip(*sides, strict=True)]
        return [Relation((left, right), ("=",)) for left in sides[0] for right in sides[1]]
    if isinstance(item, Many):
        return [one for inner in item.items for one in _expanded(inner)]
    if isinstance(item, Expr) and ("\\pm" in item.latex or "\\mp" in item.latex):
        return [
            Expr(item.latex.replace("\\pm", "+").replace("\\mp", "-").strip().removeprefix("+")),
            Expr(item.latex.replace("\\pm", "-").replace("\\mp", "+").strip().removeprefix("+")),
        ]
    return [item]


def matched(one: list[Node], two: list[Node], rule: str, same: Same) -> Outcome:
    """Whether each of the one has its like in the other, and the reverse: repeated values count once."""
    unknown = False
    covered: set[int] = set()
    for item in one:
        hit = None
        for index, other in enumerate(two):
            outcome = _element(item, other, rule) or _entries(item, other, same)
            if outcome.same:
                hit = index
                covered.add(index)
                if rule != "set":
                    break
            unknown |= outcome.same is None
        if hit is None:
            reason = f"{len(one)} answers are wanted, of which one is missing"
            return Outcome(None if unknown else False, rule, reason)
    for index, other in enumerate(two):
        if index in covered:
            continue
        likes = [_element(item, other, rule) or _entries(item, other, same) for item in one]
        if not any(like.same for like in likes):
            return Outcome(None if any(like.same is None for like in likes) else False, rule, "one answer too many")
    return Outcome(True, rule)


def _element(gold: Node, answer: Node, rule: str) -> Outcome | None:
    """Within sets, a set is not its element; None where this decides nothing."""
    if rule == "set" and _is_braced(gold) is not _is_braced(answer):
        return Outcome(False, "set", "a set beside an element")
    return None


def _entries(gold: Node, answer: Node, same: Same) -> Outcome:
    """Two entries of lists: x = 2 is not y = 2 there."""
    if isinstance(gold, Relation) and isinstance(answer, Relation):
        heads = [latex_of(side.sides[0]) for side in (gold, answer)]
        names = [name_of(head) for head in heads]
        if all(map(is_name, heads)) and names[0] != names[1] and not _is_numbered(*names):
            return Outcome(False, "assignment", "another name")
    return same(gold, answer)


def _is_numbered(one: str, two: str) -> bool:
    """Whether one name is the other's with a number: x_1 = 3 says that 3 is an x."""
    short, long = sorted((one, two), key=len)
    return re.fullmatch(rf"{re.escape(short)}_\d", long) is not None


def _are_intervals(gold: Ordered, answer: Ordered) -> bool:
    """Whether two pairs of the same entries are intervals, one closed where the other is open."""
    shapes = {side.opening + side.ending for side in (gold, answer)}
    return len(shapes) > 1 and shapes <= {"()", "[]", "[)", "(]"}


def _against_tuple(gold: Node, answer: Node, same: Same) -> Outcome:
    """(1, 2) beside 1, 2: the same in the same order; (1, 2) beside {1, 2}: a pair is no set."""
    many, ordered = (gold, answer) if isinstance(gold, Many) else (answer, gold)
    many = cast("Many", many)
    ordered = cast("Ordered", ordered)
    if many.braces and len(many.items) == 1 and isinstance(many.items[0], Ordered):
        return same(many.items[0], ordered) if many is gold else same(ordered, many.items[0])
    if many.braces:
        return Outcome(False, "tuple", "a tuple beside a set")
    if any(isinstance(item, Ordered) for item in many.items):
        return matched(items_of(gold), items_of(answer), "list", same)
    items = tuple(_unnamed(item) for item in many.items)
    if len(items) != len(ordered.items):
        return Outcome(False, "tuple", f"{len(ordered.items)} entries beside {len(items)}")
    plain = Ordered(items)
    return tuples(plain, ordered, same) if many is gold else tuples(ordered, plain, same)


def tuples(gold: Node, answer: Node, same: Same) -> Outcome:
    """Whether two tuples agree entry by entry; a vector beside a tuple is one."""
    if not isinstance(gold, Ordered) or not isinstance(answer, Ordered):
        ordered, other = (gold, answer) if isinstance(gold, Ordered) else (answer, gold)
        ordered = cast("Ordered", ordered)
        inner = point_of(other) or stretched(other)
        if inner is not None:
            return tuples(inner, ordered, same) if ordered is answer else tuples(ordered, inner, same)
        along = components(other.latex, len(ordered.items)) if isinstance(other, Expr) else None
        if along is not None:
            return ruled(tuples(along, ordered, same) if ordered is answer else tuples(ordered, along, same), "vector")
        if isinstance(other, Expr) and ("matrix" in other.latex or "array" in other.latex):
            column = Expr("\\begin{pmatrix}" + "\\\\".join(latex_of(item) for item in ordered.items) + "\\end{pmatrix}")
            if isinstance(ordered.items[0], Ordered):
                rows = [
                    "&".join(latex_of(cell) for cell in row.items) for row in ordered.items if isinstance(row, Ordered)
                ]
                column = Expr("\\begin{pmatrix}" + "\\\\".join(rows) + "\\end{pmatrix}")
            return ruled(same(column, other), "vector")
        if any("\\pm" in latex_of(item) or "\\mp" in latex_of(item) for item in ordered.items):
            return matched(items_of(gold), items_of(answer), "list", same)
        return Outcome(False, "tuple", "a tuple beside one value")
    if any("\\pm" in latex_of(item) or "\\mp" in latex_of(item) for item in (*gold.items, *answer.items)):
        return matched(items_of(gold), items_of(answer), "list", same)
    if len(gold.items) != len(answer.items):
        return Outcome(False, "tuple", f"{len(gold.items)} entries are wanted, not {len(answer.items)}")
    outcomes = [same(one, two) for one, two in zip(gold.items, answer.items, strict=True)]
    if any(outcome.same is False for outcome in outcomes):
        return Outcome(False, "tuple", "an entry differs")
    if not all(outcome.same for outcome in outcomes):
        return Outcome(None, "tuple", "an entry could not be compared")
    if len(gold.items) == 2 and _are_intervals(gold, answer):
        return Outcome(False, "interval", "closed beside open")
    return Outcome(True, "tuple")
