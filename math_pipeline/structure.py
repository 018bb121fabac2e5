"""A normal form -> a tree of what it is: list, set, tuple, interval, relation, quantity, words, or an expression.

Only the outside of an answer is read here; expressions stay LaTeX for the symbolic engine. Where a text can be read in
two ways (`(1, 2)` is a pair and an open interval) the tree holds the first, and the comparison knows of the other.
"""

from __future__ import annotations

import re

from math_pipeline.brackets import brace_end, bracket_end, commas, is_top, split_top
from math_pipeline.labels import choice_of, is_name, labelled, parts_of
from math_pipeline.nodes import (
    Expr,
    Many,
    Meet,
    Node,
    Ordered,
    Percent,
    Quantity,
    Relation,
    Union,
    Without,
    Words,
)
from math_pipeline.permuted import tuples_of
from math_pipeline.systems import rows_of, solutions_of
from math_pipeline.units import split_unit
from math_pipeline.wording import SIGNS, date_of, is_wordy, mixed, of_words, ordinal_of, said_twice, scaled, summed

_CONNECTIVE = re.compile(
    r"\s*(?:\\text\s*\{\s*,?\s*(?:and|or)\s*\}|(?<![a-zA-Z\\])(?:and|or)(?![a-zA-Z])|(?<=[\d)\]}])or(?=[A-Z])|\\(?:land|lor|vee|wedge)(?![a-zA-Z]))\s*"
)
_UNIT_AND = re.compile(r"(?<=[\d}])\s*\\text\s*\{\s*([a-zA-Z]{1,12})\s+(and|or)\s*\}(?=\s*[-\d\\])")
_CONDITIONAL = re.compile(r"^([^<>]*=[^<>]*?)\s*\(\s*([^()=]*?(?:\\ne|\\le|\\ge|<|>)(?![a-zA-Z])[^()=]*)\)$")
_SEQUENCE = re.compile(r"^\\\{\s*([a-zA-Z]_(?:\{\w+\}|\w))\s*\\\}$")
_LOGIC = re.compile(r"\s*\\(?:land|lor|vee|wedge)(?![a-zA-Z])\s*")
_EITHER = re.compile(r"(?<![a-zA-Z\\])or(?![a-zA-Z])|\\(?:lor|vee)(?![a-zA-Z])|or(?=[A-Z])")
_CAP = re.compile(r"\s*\\cap(?![a-zA-Z])\s*")
# A \\cup B = [1, 2] says which set it is, and nothing else.
_NAMED_SET = re.compile(r"^[A-Z](?:\s*\\(?:cup|cap|setminus)(?![a-zA-Z])\s*[A-Z])+\s*=\s*(?=[^\s=])(?![^=]*=)")
_MINUS = re.compile(r"\s*\\setminus(?![a-zA-Z])\s*")
_UNION = re.compile(r"\s*(?:\\cup(?![a-zA-Z])|(?<=[\])])\s*U\s*(?=[\[(]))\s*")
_SIGN = re.compile(
    r"\s*(\\le(?![a-zA-Z])|\\ge(?![a-zA-Z])|\\ne(?![a-zA-Z])|\\in(?![a-zA-Z])|\\approx(?![a-zA-Z])|\\equiv(?![a-zA-Z])|<|>|=)\s*"
)
_HEAD = re.compile(r"\[[A-Z]{3,6}\]|\{?\s*[A-Z][a-z]{1,3}\s*\}?\s*\([^()]*\)")  # [ABC], Var(X)
# The name of a line or curve before its equation.
_CURVE = re.compile(r"^(?:[lLCEDP]|\\ell|\\Gamma)(?:_\{?\d\}?)?\s*:\s*(?=[^:=]*=)(?=[^:]*x)(?=[^:]*y)(?=[^:]*\Z)")
_NAMES = re.compile(r"\(\s*[a-z](?:\s*,\s*[a-z])+\s*\)")
_OPENERS = {"(": ")", "[": "]", "{": "}"}
_TAIL_CLAUSE = re.compile(
    r"\s*(?:,\s*)?(?:\\text\s*\{\s*,?\s*(?:for|where|when|if|with)\b[^{}]*\}|\b(?:for\s+(?:all|every|any|each|some)|where)\b"
    r"|\(\s*[a-z](?:\s*,\s*[a-z])*\s*(?:\\in\s*(?:\\mathbb\{[ZN]\}|[ZN])|\\text\s*\{\s*is\s+an?y?\s[^{}]*integer\s*\})[^()]*\)\s*$).*$",
    re.DOTALL,
)
_ANY_INTEGER = re.compile(
    r"^\s*[a-zA-Z](?:\s*,\s*[a-zA-Z])*\s*\\in\s*(?:\\mathbb\{[ZNRQC]\}|[ZNR])\s*(?:[_^](?:\{[^{}]*\}|[+*])\s*)?$"
)
_IN_WHOLE = re.compile(r"^\s*([a-z])\s*\\in\s*(\\mathbb\{[ZN]\}(?:\s*[_^](?:\{[^{}]*\}|[+*]))?)\s*$")
_FRENCH = re.compile(r"\][^\[\]]+[\[\]]|\[[^\[\]]+\[")
_ALONE_IN_TEXT = re.compile(r"^\s*\\text\s*\{([^{}]*)\}\s*$")
_BUILDER = re.compile(
    r"^\\\{\s*([a-zA-Z])\s*(?:\\in\s*(\\mathbb\{[RZN]\}(?:\s*[_^](?:\{[^{}]*\}|[+*]))?)\s*)?(?:\||:)\s*(.+?)\s*\\\}$",
    re.DOTALL,
)
_BUILDER_OF_POINTS = re.compile(r"^\\\{\s*\(\s*x\s*,\s*y\s*(?:,\s*z\s*)?\)\s*(?:\||:)\s*([^|]+?)\s*\\\}$")
_ALL_BUT = re.compile(
    r"^(?:\\text\s*\{\s*)?(?:all|any)\s+reals?(?:\s+(?:numbers?|values?))?(?:\s+(?:of\s+)?\$?[a-z]\$?)?\s+"
    r"(?:except(?:\s+for)?|other\s+than|but)\s*\}?\s*([^{}]*\d[^{}]*|.*[\\].*)$"
)
_PERCENT = re.compile(
    r"\s*(?:\\?%|\\text\s*\{\s*(?:percent|per\s?cent|percentage|pct)\s*\}|(?:percent(?:age)?|per cent|pct)\b)\s*$"
)


def parse(form: str, depth: int = 0) -> Node:
    """What a normal form is. Never raises; what is nothing else is an expression or words."""
    text = _UNIT_AND.sub(r"\\text{\1} \\text{ \2 }", form.strip().rstrip(".,;").strip())
    if depth > 8:
        return Expr(text)
    said = _in_words(text)
    if said is not None:
        return said
    if _FRENCH.fullmatch(text) or rows_of(text) is not None:
        return _single(text, depth)
    measured = summed(text)
    if measured is not None:
        return Quantity(Expr(measured[0]), measured[1])
    if _LOGIC.search(text) and not all(_SIGN.search(piece) for piece in split_top(text, _LOGIC)):
        return Expr(text)  # of propositions, not of answers
    solutions = solutions_of(text)
    if solutions is not None:
        return Many(tuple(Ordered(tuple(parse(value, depth + 1) for value in each)) for each in solutions))
    text = _CURVE.sub("", text)
    if (permuted := tuples_of(text)) is not None:
        return Many(tuple(parse(each, depth + 1) for each in permuted))
    pieces = _unclaused(split_top(text, _CONNECTIVE) if _CONNECTIVE.search(text) else [text])
    pieces = [piece for part in pieces for piece in commas(part)]
    pieces = [piece for piece in pieces if piece.strip(" .")]
    whole = _whole_clause(pieces, depth)
    if whole is not None:
        return whole
    pieces = [piece for piece in pieces if not (len(pieces) > 1 and _ANY_INTEGER.match(piece))] or pieces
    parts = parts_of(text) or labelled(pieces)
    if parts is not None:
        return Ordered(tuple(parse(part, depth + 1) for part in parts))
    if len(pieces) > 1:
        return _many(pieces, depth, either=bool(_EITHER.search(text)))
    return _single(pieces[0].strip() if pieces else text, depth)


def _in_words(text: str) -> Node | None:
    """A choice, words, a date or an ordinal; None for mathematics."""
    choice = choice_of(text)
    if choice is not None:
        return choice
    if (digits := said_twice(text)) is not None:
        return parse(digits, 1)
    alone = _ALONE_IN_TEXT.match(text)
    if alone is not None or is_wordy(text):
        return of_words(alone[1] if alone is not None else text)
    if text in SIGNS:
        return Words(SIGNS[text], text)
    dated = date_of(text)
    return Words(dated, text) if dated else ordinal_of(text)


def _unclaused(pieces: list[str]) -> list[str]:
    """Pieces without "for all x and y" at their ends: what a clause goes on with is no answer of its own."""
    kept: list[str] = []
    in_clause = False
    for piece in pieces:
        clause = _TAIL_CLAUSE.search(piece)
        if clause is not None and not is_top(piece, clause.start()):  # of a function by cases
            clause = None
        short = piece if clause is None else piece[: clause.start()]
        if in_clause and not _SIGN.search(short):
            continue
        in_clause = clause is not None
        kept.append(short or piece)
    return kept


def _single(text: str, depth: int) -> Node:
    conditional = _CONDITIONAL.match(text)
    if conditional is not None:
        return Meet((parse(conditional[1], depth + 1), parse(conditional[2], depth + 1)), clause=True)
    told = _described(text, depth)
    if told is not None:
        return told
    named_set = _NAMED_SET.match(text)
    if named_set is not None:
        return parse(text[named_set.end() :], depth + 1)
    parts = split_top(text, _UNION)
    if len(parts) > 1:
        return Union(tuple(parse(part, depth + 1) for part in parts))
    parts = split_top(text, _CAP)
    if len(parts) > 1 and all(part.strip() for part in parts):
        return Meet(tuple(parse(part, depth + 1) for part in parts))
    halves = split_top(text, _MINUS)
    if len(halves) == 2:
        return Without(parse(halves[0], depth + 1), parse(halves[1], depth + 1))
    rows = rows_of(text)
    if rows is not None:
        cells = [tuple(parse(cell, depth + 1) for cell in row) for row in rows]
        return Many(tuple(row[0] if len(row) == 1 else Ordered(row) for row in cells))
    relation = _relation(text, depth)
    if relation is not None:
        return relation
    group = _group(text, depth)
    if group is not None:
        return group
    percent = _PERCENT.search(text)
    if percent is not None and text[: percent.start()].strip():
        return Percent(parse(text[: percent.start()], depth + 1))
    value, unit = split_unit(text)
    if unit and value:
        value, unit = scaled(value, unit)
        return Quantity(parse(value, depth + 1), unit) if unit else Expr(value)
    if is_wordy(text):
        return of_words(text)
    return Expr(mixed(text))


def _described(text: str, depth: int) -> Node | None:
    """A set that is told by what its members meet, or by those that it lacks; None for other texts."""
    builder = _BUILDER.match(text)
    if builder is not None and brace_end(text, 0) == len(text):
        return _built(parse(builder[3], depth + 1), builder[2])
    points = _BUILDER_OF_POINTS.match(text)
    if points is not None and brace_end(text, 0) == len(text):
        return parse(points[1], depth + 1)
    excepted = _ALL_BUT.match(text)
    if excepted is not None:
        taken = parse(excepted[1], depth + 1)
        return Without(Expr("\\mathbb{R}"), Many(taken.items if isinstance(taken, Many) else (taken,), braces=True))
    return None


def _negated(item: Node) -> Node:
    return Expr(f"-({item.latex})") if isinstance(item, Expr) else item


def _built(condition: Node, domain: str | None) -> Node:
    """The set of what meets a condition, among the numbers of its domain."""
    if domain is not None and domain != "\\mathbb{R}":
        return Meet((condition, Expr(domain)))
    if isinstance(condition, Relation) and condition.signs == ("=",):
        head = condition.sides[0]
        if not (isinstance(head, Expr) and is_name(head.latex)):
            return Meet((condition, Expr("\\mathbb{R}")))
    return condition


def _whole_clause(pieces: list[str], depth: int) -> Node | None:
    """0 < n < 3, n in Z as the whole numbers that it holds for; None where the clause is about another name."""
    if len(pieces) != 2 or (clause := _IN_WHOLE.match(pieces[1])) is None:
        return None
    bounded = parse(pieces[0], depth + 1)
    if isinstance(bounded, Relation) and set(bounded.signs) <= {"<", ">", "\\le", "\\ge"}:
        return Meet((bounded, Expr(clause[2])), clause=True) if Expr(clause[1]) in bounded.sides else None
    return None


def _many(pieces: list[str], depth: int, *, either: bool) -> Node:
    items: list[Node] = []
    for piece in pieces:
        node = parse(piece, depth + 1)
        items.extend(node.items if isinstance(node, Many) and not node.braces else (node,))
    first, *others = items
    if isinstance(first, Relation) and first.signs == ("=",) and not any(isinstance(i, Relation) for i in others):
        head = first.sides[0]
        named = isinstance(head, Expr) and is_name(head.latex)
        if named:  # a = 4, -8, -10
            return Many((first.sides[1], *others))
    if (
        isinstance(first, Relation)
        and first.signs == ("=",)
        and len(items) == 2
        and _is_bound(items[1])
        and not any(isinstance(side, Expr) and is_name(side.latex) for side in first.sides)
    ):
        return Meet((first, items[1]), clause=True)  # x^2 + y^2 = 1, x \\ne 0
    if isinstance(first, Relation) and first.signs == ("\\ne",) and all(isinstance(i, Expr) for i in others):
        return Many((first, *(Relation((first.sides[0], other), ("\\ne",)) for other in others)))
    return Many(tuple(items), either=either)


def _is_bound(node: Node) -> bool:
    return isinstance(node, Relation) and set(node.signs) <= {"<", ">", "\\le", "\\ge", "\\ne"}


def _relation(text: str, depth: int) -> Node | None:
    spots = [match for match in _SIGN.finditer(text) if is_top(text, match.start())]
    if not spots:
        return None
    sides, start = [], 0
    for match in spots:
        sides.append(text[start : match.start()].strip())
        start = match.end()
    sides.append(text[start:].strip())
    signs = ["=" if match[1] == "\\equiv" and "\\bmod" not in text else match[1] for match in spots]
    if signs[-1] == "=" and not sides[-1]:
        return None
    if not sides[0]:
        sides, signs = sides[1:], signs[1:]
    if not signs:
        return parse(sides[0], depth + 1)
    if "\\approx" in signs:  # what is exact stands before it
        cut = signs.index("\\approx")
        if cut == 0 and len(sides) == 2 and is_name(sides[0]):  # x is about 11
            return parse(sides[1], depth + 1)
        sides, signs = sides[: cut + 1], signs[:cut]
        if not signs:
            return parse(sides[0], depth + 1)
    if signs[-1] == "\\in" and len(signs) == 1 and (is_name(sides[0]) or _NAMES.fullmatch(sides[0])):
        within = parse(sides[1], depth + 1)
        return Union((within,)) if isinstance(within, Ordered) and len(within.items) == 2 else within
    # A letter beside a sign is a name, never a choice.
    sides[0] = _SEQUENCE.sub(r"\1", sides[0])
    nodes = [Expr(side) if re.fullmatch(r"[A-Z]", side) else parse(side, depth + 1) for side in sides]
    if signs[0] == "=" and (_ALONE_IN_TEXT.match(sides[0]) or _HEAD.fullmatch(sides[0])):
        nodes[0] = Expr(sides[0])
    return Relation(tuple(nodes), tuple(signs))


def _group(text: str, depth: int) -> Node | None:
    """A set, tuple or interval that is the whole text."""
    if text.startswith("\\pm"):  # both (3, 2) and (-3, -2)
        group = _group(text[3:].strip(), depth)
        if isinstance(group, Ordered) and all(isinstance(item, Expr) for item in group.items):
            return Many((group, Ordered(tuple(map(_negated, group.items)), group.opening, group.ending)))
        return None
    if text.startswith("\\{") and brace_end(text, 0) == len(text):
        inner = [piece for piece in commas(text[2:-2]) if piece.strip()]
        return Many(tuple(parse(piece, depth + 1) for piece in inner), braces=True)
    if text.startswith("\\langle") and text.endswith("\\rangle"):
        return Ordered(tuple(parse(piece, depth + 1) for piece in commas(text[7:-7])), "<", ">")
    if not text or text[0] not in "([]":
        return None
    if text[0] == "]":  # ]2, 5[ as the French write it
        if text[-1] not in "[]":
            return None
        pieces = commas(text[1:-1])
        if len(pieces) != 2:
            return None
        ending = ")" if text[-1] == "[" else "]"
        return Ordered(tuple(parse(piece, depth + 1) for piece in pieces), "(", ending)
    if text[0] == "[" and text[-1] == "[":
        pieces = commas(text[1:-1])
        return Ordered(tuple(parse(piece, depth + 1) for piece in pieces), "[", ")") if len(pieces) == 2 else None
    if bracket_end(text, 0) != len(text):
        return None
    pieces = commas(text[1:-1])
    if len(pieces) == 1:
        return parse(pieces[0], depth + 1) if pieces[0].strip() else None
    return Ordered(tuple(parse(piece, depth + 1) for piece in pieces), text[0], text[-1])
