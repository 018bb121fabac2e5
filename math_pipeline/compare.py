"""Two answers as trees -> the same, different, or not known, and by which rule. Fails closed: no proof, no pass.

Runs in a worker. What the kinds have in common with plain expressions goes to symbols.py; each kind that a symbolic
engine gets wrong (intervals, lists, units, percent, words, choices) has its own comparison here.
"""

from __future__ import annotations

import re

import sympy

from math_pipeline import (
    choices,
    dotted_sums,
    families,
    intervals,
    letters,
    measures,
    ratios,
    readings,
    repeating,
    symbols,
    vectors,
    words,
)
from math_pipeline.labels import is_name
from math_pipeline.lists import SEVERAL_SIGNS, items_of, lists, matched, tuples
from math_pipeline.naming import is_constant, unchained
from math_pipeline.nodes import (
    Choice,
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
from math_pipeline.outcome import Outcome, ruled
from math_pipeline.relations import relations
from math_pipeline.structure import parse

_CROSSED = re.compile(r"\\vec\s*\{[^{}]*\}\s*\\times\s*\\vec")
_UNKNOWN_DOTS = Outcome(None, "expression", "what the dots stand for is the reader's guess")
_UNIT_MATRIX = re.compile(r"(?<![a-zA-Z\\])I_\{?([2-5])\}?(?![a-zA-Z\d])")
_GOES_ON = re.compile(r"\s*(-?\d+\.(\d{3,40}))\s*\\ldots\s*")
_NUMBERS = re.compile(r"\s*\\mathbb\{[A-Z]\}\s*")


def compare(gold: str, answer: str) -> Outcome:
    """Whether two normal forms are the same answer. Raises symbols.UnreadableError."""
    family = families.compared(gold, answer)
    if family is not None:
        return family
    if (repeated := repeating.compared(gold, answer)) is not None:
        return repeated
    one, two = parse(gold), parse(answer)
    try:
        outcome = nodes(one, two)
    except symbols.UnreadableError:
        passes = _read_otherwise(gold, answer)
        if passes is None and _spaced(gold) == _spaced(answer):  # P(A \\cup B), whatever it is
            return Outcome(True, "text")
        if passes is None:
            raise
        return passes
    if outcome.same:
        return outcome
    of_gold = families.renamed(gold, answer)
    if of_gold is not None and nodes(one, parse(of_gold)).same:
        return Outcome(True, "parameter of another name")
    return _read_otherwise(gold, answer) or outcome


def _spaced(text: str) -> str:
    """The text without the blanks that part nothing."""
    return re.sub(r"(?<![a-zA-Z\d])\s+|\s+(?![a-zA-Z\d])", "", text)


def _read_otherwise(gold: str, answer: str) -> Outcome | None:
    """How the two are the same by another reading; None where they are by none."""
    outcomes = (nodes(*pair) for pair in readings.others(gold, answer))
    return next((outcome for outcome in outcomes if outcome.same), None)


def nodes(gold: Node, answer: Node) -> Outcome:
    """Whether two trees are the same answer."""
    if (nothing := words.nothing_beside_value(gold, answer)) is not None:
        return nothing
    gold, answer = _bare_value(gold, answer)
    if isinstance(gold, Choice) or isinstance(answer, Choice):
        return choices.compared(gold, answer, nodes)
    if isinstance(gold, Words) or isinstance(answer, Words):
        return words.compared(gold, answer, nodes)
    if isinstance(gold, Percent) or isinstance(answer, Percent):
        return measures.percents(gold, answer, nodes)
    if isinstance(gold, Quantity) or isinstance(answer, Quantity):
        return measures.quantities(gold, answer, nodes)
    sets = _sets(gold, answer)
    if sets is not None:
        return sets
    if isinstance(gold, Relation) or isinstance(answer, Relation):
        return relations(gold, answer, nodes)
    if isinstance(gold, Many) or isinstance(answer, Many):
        return lists(gold, answer, nodes)
    if isinstance(gold, Ordered) or isinstance(answer, Ordered):
        return tuples(gold, answer, nodes)
    if isinstance(gold, Expr) and isinstance(answer, Expr):
        return _expressions(gold, answer)
    return Outcome(None, "kinds", "the two answers are of kinds that are not compared")


def _sets(gold: Node, answer: Node) -> Outcome | None:
    """Sets of reals, and sets that are letters; None for other kinds."""
    region = _regions(gold, answer)
    if region is not None:
        return region
    alone = _alone(_as_interval(gold, answer)), _alone(_as_interval(answer, gold))
    if alone != (gold, answer):
        return nodes(*alone)
    if isinstance(gold, Union | Meet | Without) or isinstance(answer, Union | Meet | Without):
        of_letters = letters.compared(gold, answer)
        if of_letters is not None:
            return of_letters
    if isinstance(gold, Meet) and isinstance(answer, Meet):
        parts = [nodes(one, two) for one, two in zip(gold.parts, answer.parts, strict=False)]
        if len(gold.parts) == len(answer.parts) and all(part.same for part in parts):
            return Outcome(True, "with its condition")
    if isinstance(gold, Meet) or isinstance(answer, Meet):
        return Outcome(None, "set", "what the sets have in common could not be shown to be the same, nor different")
    return None


def _as_interval(node: Node, other: Node) -> Node:
    """0 <= r < R as [0, R), beside an interval: its ends are no numbers, or it would be a set of reals by now."""
    beside = _alone(other)
    if not (isinstance(node, Relation) and isinstance(beside, Ordered) and len(beside.items) == 2):
        return node
    if len(node.signs) != 2 or not set(node.signs) <= {"<", "\\le"}:
        return node
    low, middle, high = node.sides
    if not (isinstance(middle, Expr) and is_name(middle.latex)):
        return node
    return Ordered((low, high), "(" if node.signs[0] == "<" else "[", ")" if node.signs[1] == "<" else "]")


def _alone(node: Node) -> Node:
    """The interval that a name lies in, whose ends are no numbers, as a tuple of them."""
    return node.parts[0] if isinstance(node, Union) and len(node.parts) == 1 else node


def _bare_value(gold: Node, answer: Node) -> tuple[Node, Node]:
    """`x = 5` beside `5`, and a chain of equalities as its last side."""
    return unchained(gold, answer), unchained(answer, gold)


def _with_domain(node: Node, other: Node) -> Node:
    """A list beside a set as a set; 0 < n < 3 beside the same with n in Z, where that may go without saying."""
    if isinstance(other, Meet) and isinstance(node, Many) and all(isinstance(item, Expr) for item in node.items):
        return Many(node.items, braces=True)
    if isinstance(other, Meet) and other.clause and isinstance(node, Relation):
        return Meet((node, *other.parts[1:]), clause=True)
    return node


def _regions(gold: Node, answer: Node) -> Outcome | None:
    """Intervals, unions and inequalities in one name as sets of reals; None where they are not that."""
    gold, answer = _with_domain(gold, answer), _with_domain(answer, gold)
    if isinstance(gold, Meet) and isinstance(answer, Meet) and gold.parts[1:] == answer.parts[1:]:
        wholes = intervals.same_wholes(gold, answer)
        if wholes is not None:
            return Outcome(wholes, "set of whole numbers", "" if wholes else "the two sets of numbers differ")
    if not (intervals.is_region(gold) and intervals.is_region(answer)):
        return None
    if not (intervals.is_surely(gold) or intervals.is_surely(answer)):
        return None
    if max(len(intervals.names(gold)), len(intervals.names(answer))) > 1:
        return None
    one, two = intervals.region(gold), intervals.region(answer)
    if one is None or two is None:
        return None
    if intervals.names(gold) and intervals.names(answer) and intervals.names(gold) != intervals.names(answer):
        return Outcome(None, "interval", "inequalities of different names")
    if one == two:
        return Outcome(True, "interval")
    if (
        isinstance(gold, Ordered)
        and isinstance(answer, Ordered)
        and (gold.opening, gold.ending) == (answer.opening, answer.ending)
        and tuples(gold, answer, nodes).same
    ):  # an end may be a rounded decimal
        return Outcome(True, "interval: rounded")
    return Outcome(False, "interval", "the two sets of numbers differ")


def _moduli(gold: Expr, answer: Expr) -> Outcome | None:
    """Residue classes of different moduli: 3 (mod 5) is not 3 (mod 7); a remainder, 17 mod 5, is a number."""
    one, two = (
        re.fullmatch(r"\s*(-?\d+)\s*\(?\s*\\bmod\s*\{?(\d+)\}?\s*\)?\s*", side.latex) for side in (gold, answer)
    )
    if one is None or two is None or int(one[2]) == int(two[2]):
        return None
    if any(not 0 <= int(side[1]) < int(side[2]) for side in (one, two)):  # 17 mod 5 may be meant as a number
        return Outcome(None, "congruence", "moduli differ")
    return Outcome(False, "congruence", "moduli differ")


def _crossed(gold: Expr, answer: Expr) -> Outcome | None:
    """Cross products of vectors, which no engine tells from products; None where there is none."""
    crossed = [_CROSSED.search(side.latex) is not None for side in (gold, answer)]
    if not any(crossed) or "\\vec" not in gold.latex or "\\vec" not in answer.latex:
        return None
    if all(crossed) and gold.latex.replace(" ", "") == answer.latex.replace(" ", ""):
        return Outcome(True, "text")
    return Outcome(None if all(crossed) else False, "vector", "a product of vectors that has a direction")


def _column(gold: Expr, answer: Expr) -> Outcome | None:
    """A column beside a sum of unit vectors; None for others."""
    one, two = vectors.column(gold.latex), vectors.column(answer.latex)
    size = len((one or two or Ordered(())).items)
    one = one or vectors.components(gold.latex, size)
    two = two or vectors.components(answer.latex, size)
    if one is None or two is None or ("matrix" in gold.latex and "matrix" in answer.latex):
        return None
    return ruled(tuples(one, two, nodes), "vector")


def _unit_matrix(node: Expr, other: Expr) -> Expr:
    """I_3 beside a matrix as the unit matrix of three rows."""
    if "matrix" not in other.latex or "I_" not in node.latex:
        return node
    return Expr(_UNIT_MATRIX.sub(lambda match: vectors.unit_matrix(int(match[1])), node.latex))


def _cut_off(gold: str, answer: str) -> Outcome | None:
    """A decimal that dots go on beside a number: the same where its digits are that number's; None for others."""
    decimals = [_GOES_ON.fullmatch(side) for side in (gold, answer)]
    shown = next(filter(None, decimals), None)
    if shown is None or all(decimals):
        return None
    value = symbols.number(answer if decimals[0] is not None else gold)
    if value is None or not value.is_finite:
        return None
    past = value - symbols.number(shown[1])
    past = -past if shown[1].startswith("-") else past
    unit = sympy.Rational(1, 10 ** len(shown[2]))
    alike = bool(-unit / 2 <= past < unit)  # cut off, or rounded
    return Outcome(alike, "expression: cut off", "" if alike else "the number has other digits")


def _expressions(gold: Expr, answer: Expr) -> Outcome:
    if gold.latex == answer.latex and re.search(r"\w", gold.latex):
        return Outcome(True, "text")
    if max(side.latex.count("\\pm") for side in (gold, answer)) > 1:
        return SEVERAL_SIGNS
    if (settled_by_form := _moduli(gold, answer) or _crossed(gold, answer) or _column(gold, answer)) is not None:
        return settled_by_form
    if "\\pm" in gold.latex or "\\pm" in answer.latex:
        return matched(items_of(gold), items_of(answer), "list", nodes)
    if all(map(_NUMBERS.fullmatch, (gold.latex, answer.latex))):
        return Outcome(False, "set", "another set of numbers")
    proportion = ratios.compared(gold.latex, answer.latex)
    if proportion is not None:
        return proportion
    if "emptyset" in gold.latex + answer.latex and (is_constant(gold) or is_constant(answer)):
        return Outcome(False, "set", "a number beside the empty set")
    if "\\ldots" in gold.latex + answer.latex:
        return dotted_sums.compared(gold.latex, answer.latex) or _cut_off(gold.latex, answer.latex) or _UNKNOWN_DOTS
    gold, answer = _unit_matrix(gold, answer), _unit_matrix(answer, gold)
    one, two = ratios.divided(gold.latex), ratios.divided(answer.latex)
    rounded = symbols.rounds_to(one, two)
    if rounded is None:
        rounded = symbols.rounds_to(two, one)
    if rounded:
        return Outcome(True, "expression: rounded")
    settled = symbols.same(one, two)
    if settled is None:
        return Outcome(None, "expression", "the two expressions could not be shown to be the same, nor different")
    labels = all(re.fullmatch(r"(?:\\(?:triangle|angle)\s*)?[A-Z]+|[a-z]", side.latex) for side in (gold, answer))
    if settled is False and not labels and symbols.may_be_renamed(one, two) and not families.are_apart(one, two):
        return Outcome(None, "expression", "the two expressions differ, but perhaps in the name of a parameter alone")
    return Outcome(settled, "expression", "" if settled else "the two expressions differ")
