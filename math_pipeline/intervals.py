"""Sets of real numbers: intervals, unions, finite sets and inequalities in one name, compared as sets."""

from __future__ import annotations

import re
from typing import Any, cast

import sympy

from math_pipeline import digits, solving, symbols
from math_pipeline.inequalities import BOUNDS
from math_pipeline.nodes import Expr, Many, Meet, Node, Ordered, Relation, Union, Without

_COMPLEMENT = re.compile(r"^\\mathbb\{R\}\s*(?:\\setminus|-)\s*\\\{(.+)\\\}$")
_ALL = re.compile(r"^\\mathbb\{R\}$")
_HALF_LINE = re.compile(r"^\\mathbb\{R\}\s*[_^]\{?\s*(\+|-|\*|\\ne\s*0|(?:>|<|\\ge|\\le)\s*0)\s*\}?$")
_WHOLE = re.compile(r"^\\mathbb\{([ZN])\}\s*(?:[_^]\{?\s*(\+|\*|(?:>|\\ge)\s*0)\s*\}?)?$")
_LENGTH = re.compile(r"\|[A-Z]{2}\|")  # of a segment
_MOST_WHOLE = 64
_MOST_NEAR = 2000
_EMPTY = re.compile(r"^\\emptyset$")


def is_region(node: Node) -> bool:
    """Whether the tree can be read as a set of real numbers."""
    if isinstance(node, Ordered):
        return (
            len(node.items) == 2
            and node.opening in "(["
            and node.ending in ")]"
            and all(isinstance(i, Expr) for i in node.items)
        )
    if isinstance(node, Relation):
        return set(node.signs) <= BOUNDS or (node.signs == ("=",) and _is_variable(node.sides[0]))
    if isinstance(node, Without):
        return is_region(node.whole) and (is_region(node.taken) or isinstance(node.taken, Many))
    if isinstance(node, Union | Meet):
        return all(is_region(part) or isinstance(part, Many) or _is_equation(part) for part in node.parts)
    if isinstance(node, Many):
        return all(
            (isinstance(item, Relation | Ordered) and is_region(item)) or (node.braces and isinstance(item, Expr))
            for item in node.items
        )
    return isinstance(node, Expr) and bool(
        any(form.match(node.latex) for form in (_COMPLEMENT, _ALL, _EMPTY, _HALF_LINE, _WHOLE))
    )


def _is_equation(node: Node) -> bool:
    return isinstance(node, Relation) and node.signs == ("=",)


def is_surely(node: Node) -> bool:
    """Whether it can be nothing but a set of real numbers: (1, 2) may be a pair."""
    if isinstance(node, Ordered):
        return (
            node.opening != "("
            or node.ending != ")"
            or any("infty" in i.latex for i in node.items if isinstance(i, Expr))
        )
    if isinstance(node, Relation):
        return node.signs != ("=",)
    if isinstance(node, Many):
        return any(isinstance(item, Relation) and item.signs != ("=",) for item in node.items)
    return isinstance(node, (Union, Meet, Without, Expr))


def names(node: Node) -> set[str]:
    """The names that its inequalities are about."""
    if isinstance(node, Relation):
        plain = {_key(side) for side in node.sides if _is_variable(side)} - {"e"}
        return plain | {name for side in node.sides if not _is_variable(side) for name in _letters(side)}
    if isinstance(node, Union | Meet):
        return set().union(*(names(part) for part in node.parts))
    if isinstance(node, Many):
        return set().union(*(names(item) for item in node.items))
    return set()


def _letters(node: Node) -> set[str]:
    if not isinstance(node, Expr):
        return set()
    try:
        return set(map(str, getattr(symbols.read(node.latex), "free_symbols", ())))
    except symbols.UnreadableError:
        return set()  # nor does `region` know it, so nothing passes by its names


def region(node: Node) -> Any | None:
    """The sympy set, or None where an end is no real number."""
    try:
        return _region(node)
    except (symbols.UnreadableError, TypeError, ValueError, NotImplementedError):
        return None  # the others are sympy's, for ends that it cannot order: then nothing is known


def _region(node: Node) -> Any | None:
    if isinstance(node, Ordered):
        return _interval(node.items[0], node.items[1], node.opening == "(", node.ending == ")")
    if isinstance(node, Union):
        return _joined(
            [_finite(part) if isinstance(part, Many) and part.braces else _region(part) for part in node.parts]
        )
    if isinstance(node, Many):
        if node.braces and all(isinstance(item, Expr) for item in node.items):
            return _finite(node)
        parts = [_region(item) for item in node.items]
        if node.either or not all(isinstance(item, Relation) and item.signs != ("=",) for item in node.items):
            return _joined(parts)
        # x > 1, x < 2: both hold; x < 1, x > 2, where both cannot, is sloppy for either.
        both = None if any(part is None for part in parts) else sympy.Intersection(*parts)
        return _joined(parts) if both is None or both is sympy.S.EmptySet else both
    if isinstance(node, Meet):
        return _meeting(node)
    if isinstance(node, Without):
        whole = _region(node.whole)
        taken = _finite(node.taken) if isinstance(node.taken, Many) and node.taken.braces else _region(node.taken)
        return None if whole is None or taken is None else sympy.Complement(whole, taken)
    if isinstance(node, Relation):
        return _solved(node)
    node = cast("Expr", node)
    if _ALL.match(node.latex):
        return sympy.S.Reals
    if _EMPTY.match(node.latex):
        return sympy.S.EmptySet
    half = _HALF_LINE.match(node.latex)
    if half is not None:
        return _half({"+": ">", "-": "<", "*": "\\ne"}.get(half[1], re.sub(r"[\s0]", "", half[1])), sympy.Integer(0))
    match = _COMPLEMENT.match(node.latex)
    if match is None:
        return None
    points = [_end(Expr(text)) for text in match[1].split(",")]
    return None if None in points else sympy.S.Reals - sympy.FiniteSet(*points)


def _meeting(node: Meet) -> Any | None:
    """What the parts have in common; whole numbers only where they are few."""
    wholes = [match for part in node.parts if isinstance(part, Expr) and (match := _WHOLE.match(part.latex))]
    others = [part for part in node.parts if not (isinstance(part, Expr) and _WHOLE.match(part.latex))]
    sets = [_finite(part) if isinstance(part, Many) and part.braces else _region(part) for part in others]
    if not sets or any(each is None for each in sets):
        return None
    common = sympy.Intersection(*sets)
    if not wholes:
        return common if isinstance(common, sympy.Interval | sympy.FiniteSet | sympy.Union) or not common else None
    least, most = common.inf, common.sup
    positive = any(match[2] in ("+", "*") or (match[2] or "").startswith(">") for match in wholes)
    counting = any(match[1] == "N" or match[2] for match in wholes)
    if counting:
        least = sympy.Max(least, 1 if positive else 0)
    if not (least.is_finite and most.is_finite) or most - least > _MOST_WHOLE:
        return sympy.S.EmptySet if common is sympy.S.EmptySet else None
    members = [value for value in range(int(sympy.ceiling(least)), int(sympy.floor(most)) + 1) if value in common]
    if counting and not positive and 0 in members and any(match[1] == "N" and not match[2] for match in wholes):
        return None  # whether 0 is a natural number is the reader's choice
    return sympy.FiniteSet(*members)


def same_wholes(gold: Meet, answer: Meet) -> bool | None:
    """Whether two sets of reals hold the same whole numbers; None where an end is not known, or far off."""
    match = _WHOLE.match(gold.parts[1].latex) if len(gold.parts) == 2 and isinstance(gold.parts[1], Expr) else None
    one, two = region(gold.parts[0]), region(answer.parts[0])
    if match is None or one is None or two is None or len(names(gold) | names(answer)) > 1:
        return None
    ends = [end for each in (one, two) for end in each.boundary if end.is_finite]
    least, most = (int(sympy.floor(min(ends))) - 1, int(sympy.ceiling(max(ends))) + 1) if ends else (0, 0)
    if most - least > _MOST_NEAR:
        return None
    first = 1 if match[1] == "N" or match[2] else least
    return all((value in one) == (value in two) for value in range(max(least, first), most + 1))


def _joined(parts: list[Any | None]) -> Any | None:
    return None if any(part is None for part in parts) else sympy.Union(*parts)


def _finite(node: Node) -> Any | None:
    node = cast("Many", node)
    points = [_end(item) for item in node.items]
    return None if any(point is None for point in points) else sympy.FiniteSet(*points)


def _end(node: Node) -> Any | None:
    """An end as an exact value: equal ends must be equal objects, so each is known by its digits."""
    if not isinstance(node, Expr):
        return None
    text = node.latex.strip()
    if text in ("\\infty", "+\\infty", "+ \\infty", "+ \\infty "):
        return sympy.oo
    value = symbols.number(text)
    if value is None or value in (sympy.oo, -sympy.oo):
        return value
    held = sympy.Rational(str(sympy.Float(value, 28))).limit_denominator(10**24)
    exact = symbols.read(text)
    # Ever so near to a plain number, and not it: no object that stands for it is safe.
    near = held.q < 10**12 and not exact.is_Rational and digits.agree(exact, held, {}) is False
    return None if near else held


def _interval(low: Node, high: Node, low_open: bool, high_open: bool) -> Any | None:
    first, second = _end(low), _end(high)
    if first is None or second is None or first > second:
        return None
    return sympy.Interval(first, second, low_open, high_open)


def _is_variable(node: Node) -> bool:
    return isinstance(node, Expr) and bool(
        re.fullmatch(
            r"\|?(?:[A-Z]{2}|[a-zA-Z](?:_\{?\w+\}?)?|\\(?:alpha|beta|gamma|theta|lambda|phi|mu|omega|rho)|[a-zA-Z]\([a-zA-Z]\))\|?",
            node.latex.strip(),
        )
    )


def _key(node: Node) -> str:
    return node.latex.strip().strip("|") if isinstance(node, Expr) else ""


def _solved(relation: Relation) -> Any | None:
    sides, signs = relation.sides, relation.signs
    if len(signs) == 1:
        return _one(sides[0], signs[0], sides[1])
    if len(signs) == 2:
        left, right = _one(sides[0], signs[0], sides[1]), _one(sides[1], signs[1], sides[2])
        return None if left is None or right is None else sympy.Intersection(left, right)
    return None


def _one(left: Node, sign: str, right: Node) -> Any | None:
    if _is_variable(right) and not _is_variable(left):
        sign = {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}.get(sign, sign)
        left, right = right, left
    if not _is_variable(left) or _letters(right) - {"e"}:
        return _met(left, sign, right)
    if sign == "\\ne" and isinstance(right, Expr) and right.latex.count("\\pm") == 1:
        ends = [_end(Expr(right.latex.replace("\\pm", with_sign))) for with_sign in "+-"]
        return None if None in ends else sympy.S.Reals - sympy.FiniteSet(*ends)
    end = _end(right)
    if end is None or not isinstance(left, Expr):
        return None
    found = _half(sign, end)
    if found is not None and left.latex.strip().startswith("|") and not _LENGTH.match(left.latex.strip()):
        return _absolute(sign, end)
    return found


def _half(sign: str, end: Any) -> Any | None:
    return {
        "<": lambda: sympy.Interval.open(-sympy.oo, end),
        "\\le": lambda: sympy.Interval(-sympy.oo, end),
        ">": lambda: sympy.Interval.open(end, sympy.oo),
        "\\ge": lambda: sympy.Interval(end, sympy.oo),
        "\\ne": lambda: sympy.S.Reals - sympy.FiniteSet(end),
        "=": lambda: sympy.FiniteSet(end),
    }[sign]()


def _absolute(sign: str, end: Any) -> Any | None:
    if end < 0:
        return None
    if sign in ("<", "\\le"):
        return sympy.Interval(-end, end, sign == "<", sign == "<")
    if sign in (">", "\\ge"):
        return sympy.S.Reals - sympy.Interval(-end, end, sign == "\\ge", sign == "\\ge")
    return None


def _met(left: Node, sign: str, right: Node) -> Any | None:
    """The solutions of an inequality in one name, such as -x > -1 or x^2 < 4."""
    if not isinstance(left, Expr) or not isinstance(right, Expr):
        return None
    difference = symbols.difference(left.latex, right.latex)
    if difference is None or len(difference.free_symbols) != 1:
        return None
    return solving.solved(difference, sign)
