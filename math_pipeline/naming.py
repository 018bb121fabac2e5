"""Names in answers: `x = 5` is 5 beside a bare value, and which letters an answer is about."""

from __future__ import annotations

import dataclasses
import re

from math_pipeline import dotted_sums, symbols
from math_pipeline.labels import is_name
from math_pipeline.nodes import Expr, Many, Node, Ordered, Percent, Quantity, Relation

# V_1:V_2, |AB|, \\frac{NO}{BO}: names of quantities, which stand for nothing but their value.
_LENGTHS = re.compile(
    r"[A-Za-z_{}\d]+:[A-Za-z_{}\d:]+|\|\s*(?:[A-Z]{1,2}|[zw](?:_\{?\w\}?)?|\\(?:vec|overrightarrow|mathbf)\s*\{\s*[a-zA-Z]{1,2}\s*\})\s*\||\\bar\s*\{?\s*\w\s*\}?|\\overline\s*\{\s*[a-z\d]{1,6}\s*\}|\\(?:angle|triangle|overline|measuredangle)\s*\{?\s*[A-Z]{1,3}\}?"
    r"|\[[A-Z]{3,6}\]|m\s*\\angle\s*\{?\s*[A-Z]{1,3}\}?|\\frac\{[a-zA-Z]\}\{[a-zA-Z]\}|\\frac\{[A-Z]{2}\}\{[A-Z]{2}\}|[A-Z]{2}/[A-Z]{2}|[A-Z]\(.*\)"
    r"|\\?\{?\s*(?:det|dim|rank|deg|tr|ker|Var|Cov|Re|Im)\s*\}?\s*(?:\(.*\)|[A-Z])|\\\|[^|]+\\\||\\phi\s*\(\s*\d+\s*\)|\\frac\{\s*(?:d|\\partial)\s*[a-z]\s*\}\{\s*(?:d|\\partial)\s*[a-z]\s*\}"
)
_OF_MATRICES = re.compile(r"(?:[-+\d\s()A-Ze]|\^\s*(?:\{[^{}]*\}|\w))+")
_SIDE = r"\|?\s*[A-Z](?:_\{?\d\}?|')?\s*[A-Z](?:_\{?\d\}?|')?\s*\|?"
_SEGMENTS = re.compile(rf"{_SIDE}(?:\s*(?:[-+/]|\\cdot|\\times)\s*{_SIDE})*")
_FIGURE = re.compile(
    r"\\(?:vec|overrightarrow)\s*(?:\{\s*[a-zA-Z]{1,2}\s*\}|[a-zA-Z](?![a-zA-Z]))|\\(?:sin|cos|tan|cot)(?![a-zA-Z])"
    r"|\\angle(?![a-zA-Z])|(?<![a-zA-Z\\])[A-Z]{1,3}(?![a-zA-Z])|\\(?:alpha|beta|gamma|theta|phi)(?![a-zA-Z])"
)
# Single letters outside commands and text groups.
LETTERS = re.compile(r"\\text\s*\{[^{}]*\}|\\mathbb\{[A-Z]\}|\\[a-zA-Z]+|([a-zA-Z])")
_ARGUMENT = re.compile(r"([a-zA-Z]'*)\s*(?:_\{?\s*([a-z])\s*\}?|\(\s*([a-zA-Z])\s*\))")


def unchained(node: Node, other: Node) -> Node:
    """The value of `x = 5` or of a chain of equalities, where the other answer is no equation; else the tree itself."""
    if not isinstance(node, Relation) or set(node.signs) != {"="}:
        return node
    head = node.sides[0]
    named = isinstance(head, Expr) and is_name(head.latex)
    if isinstance(head, Ordered):
        named = all(isinstance(item, Expr) and is_name(item.latex) for item in head.items)
    if isinstance(other, Ordered) and len(other.items) == len(node.sides) - 1 > 1:
        values = [value_of(side, node.sides[-1]) for side in node.sides[:-1]]
        if None not in values:
            return Ordered(tuple(value for value in values if value is not None))  # x = y = z = 1
    if len(node.sides) > 2 and not isinstance(other, Relation):
        return node.sides[-1] if not any(_is_free(side) for side in node.sides[1:-1]) or named else node
    if len(node.sides) > 2 and isinstance(other, Relation) and len(other.sides) > 2 and _is_system(node):
        return node
    if len(node.sides) > 2:
        return Relation((node.sides[0], node.sides[-1]), ("=",))
    if isinstance(other, Relation) or (isinstance(other, Many) and any(isinstance(i, Relation) for i in other.items)):
        return node
    measured = isinstance(head, Expr) and (_LENGTHS.fullmatch(head.latex) or _is_measured(head.latex))
    if "matrix" in latex_of(node.sides[-1]) and _OF_MATRICES.fullmatch(latex_of(head)):
        return node.sides[-1]
    if named or measured or _are_equal(head, node.sides[-1]):
        return node.sides[-1]
    return node


def value_of(side: Node, value: Node) -> Node | None:
    """What a name is that stands in a chain of equalities, -y = 2 as the value of y; None for what is no name."""
    if not isinstance(side, Expr) or not is_name(side.latex.removeprefix("-")):
        return None
    if not side.latex.startswith("-"):
        return value
    return Expr(f"-({value.latex})") if isinstance(value, Expr) else None


def _is_measured(latex: str) -> bool:
    """Whether it measures a figure: functions of its angles, products and lengths of vectors; no unknown in it."""
    if _SEGMENTS.fullmatch(latex.strip()):
        return True
    bare = _FIGURE.sub(" ", latex)
    return (
        bare != latex
        and re.search(r"\\(?:vec|overrightarrow|angle|sin|cos|tan|cot)", latex) is not None
        and not re.search(r"[a-zA-Z]", re.sub(r"\\(?:cdot|times|left|right|frac|sqrt)(?![a-zA-Z])", " ", bare))
    )


def _is_system(chain: Relation) -> bool:
    """Whether a chain is several equations, as those of a line, and not one value worked out."""
    last = chain.sides[-1]
    return not all(side == last or not names_in(side) or _are_one(side, last) for side in chain.sides[1:-1])


def _are_one(one: Node, two: Node) -> bool:
    return isinstance(one, Expr) and isinstance(two, Expr) and symbols.same(one.latex, two.latex) is True


def _is_free(node: Node) -> bool:
    return (
        isinstance(node, Expr)
        and bool(re.search(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])", node.latex))
        and not is_name(node.latex)
        and _LENGTHS.fullmatch(node.latex) is None
    )


def _are_equal(one: Node, two: Node) -> bool:
    """Whether both sides are the same number: 2 + 3 = 5 stands for 5, and 4 = 5 for nothing."""
    if isinstance(one, Expr) and isinstance(two, Expr) and "\\ldots" in one.latex and is_constant(two):
        summed = dotted_sums.compared(one.latex, two.latex)
        return summed is not None and summed.same is True
    if not (isinstance(one, Expr) and isinstance(two, Expr) and is_constant(two)):
        return False
    if not is_constant(one) and not symbols.is_closed(one.latex):
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


def of_same_argument(gold: str, answer: str, value: Node) -> Node | None:
    """The value of `f(t) = 2t` as of `f(x)`, whose value it stands beside; the same for `a_k` beside `a_n`.

    None where the heads are of other functions, or the value holds the wanted letter already.
    """
    heads = [_ARGUMENT.fullmatch(head.strip()) for head in (gold, answer)]
    if heads[0] is None or heads[1] is None:
        return None
    (name, *wanted), (other, *used) = (head.groups() for head in heads if head is not None)
    letters = [next(filter(None, found), "") for found in (wanted, used)]
    if name != other or bool(wanted[0]) is not bool(used[0]):
        return None
    return value if letters[0] == letters[1] else _renamed(value, letters[1], letters[0])


def _renamed(node: Node, used: str, wanted: str) -> Node | None:
    if isinstance(node, Expr):
        if wanted in LETTERS.findall(node.latex):
            return None
        return Expr(LETTERS.sub(lambda letter: wanted if letter[1] == used else letter[0], node.latex))
    if not isinstance(node, Many | Ordered | Relation):
        return None
    parts = node.sides if isinstance(node, Relation) else node.items
    renamed = [part for part in (_renamed(part, used, wanted) for part in parts) if part is not None]
    if len(renamed) < len(parts):
        return None
    if isinstance(node, Relation):
        return Relation(tuple(renamed), node.signs)
    return dataclasses.replace(node, items=tuple(renamed))


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
