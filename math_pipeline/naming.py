"""Names in answers: `x = 5` is 5 beside a bare value, and which letters an answer is about."""

from __future__ import annotations

import re

from math_pipeline import symbols
from math_pipeline.nodes import Expr, Many, Node, Ordered, Percent, Quantity, Relation
from math_pipeline.structure import is_name

# V_1:V_2, |AB|, \\frac{NO}{BO}: names of quantities, which stand for nothing but their value.
_LENGTHS = re.compile(
    r"[A-Za-z_{}\d]+:[A-Za-z_{}\d:]+|\|\s*(?:[A-Z]{1,2}|[zw](?:_\{?\w\}?)?|\\(?:vec|overrightarrow|mathbf)\s*\{\s*[a-zA-Z]{1,2}\s*\})\s*\||\\bar\s*\{?\s*\w\s*\}?|\\overline\s*\{\s*[a-z\d]{1,6}\s*\}|\\(?:angle|triangle|overline|measuredangle)\s*\{?\s*[A-Z]{1,3}\}?"
    r"|m\s*\\angle\s*\{?\s*[A-Z]{1,3}\}?|\\frac\{[a-zA-Z]\}\{[a-zA-Z]\}|\\frac\{[A-Z]{2}\}\{[A-Z]{2}\}|[A-Z]{2}/[A-Z]{2}|[A-Z]\(.*\)"
)


def unchained(node: Node, other: Node) -> Node:
    """The value of `x = 5` or of a chain of equalities, where the other answer is no equation; else the tree itself."""
    if not isinstance(node, Relation) or set(node.signs) != {"="}:
        return node
    head = node.sides[0]
    named = isinstance(head, Expr) and is_name(head.latex)
    if isinstance(head, Ordered):
        named = all(isinstance(item, Expr) and is_name(item.latex) for item in head.items)
    if len(node.sides) > 2 and not isinstance(other, Relation):
        return node.sides[-1] if not any(_is_free(side) for side in node.sides[1:-1]) or named else node
    if len(node.sides) > 2:
        return Relation((node.sides[0], node.sides[-1]), ("=",))
    if isinstance(other, Relation) or (isinstance(other, Many) and any(isinstance(i, Relation) for i in other.items)):
        return node
    if named or _are_equal(head, node.sides[-1]):
        return node.sides[-1]
    if isinstance(head, Expr) and _LENGTHS.fullmatch(head.latex):
        return node.sides[-1]
    return node


def _is_free(node: Node) -> bool:
    return (
        isinstance(node, Expr)
        and bool(re.search(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])", node.latex))
        and not is_name(node.latex)
    )


def _are_equal(one: Node, two: Node) -> bool:
    """Whether both sides are the same number: 2 + 3 = 5 stands for 5, and 4 = 5 for nothing."""
    if not (isinstance(one, Expr) and isinstance(two, Expr) and is_constant(one) and is_constant(two)):
        return False
    return symbols.same(one.latex, two.latex) is True


def is_constant(node: Node) -> bool:
    """Whether an expression is a real number."""
    if not isinstance(node, Expr):
        return False
    try:
        return symbols.number(node.latex) is not None
    except symbols.UnreadableError:
        return False


def name_of(latex: str) -> str:
    """A name without braces, spaces and arguments, so that equal names are equal texts."""
    return re.sub(r"\s|\{|\}|\(.*\)", "", latex)


def names_in(node: Node) -> set[str]:
    """The single letters of an expression or equation, but for those that the equation is solved for."""
    if isinstance(node, Relation):
        held = set().union(*(names_in(side) for side in node.sides))
        return held - {"y", "z"} if len(held) > 1 else held
    return set(re.findall(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])|\\theta", latex_of(node)))


def latex_of(node: Node) -> str:
    """The expression of a tree that is one, or of its value; empty for others."""
    if isinstance(node, Expr):
        return node.latex
    return latex_of(node.value) if isinstance(node, Quantity | Percent) else ""
