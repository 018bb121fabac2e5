"""Two answers as trees -> the same, different, or not known, and by which rule. Fails closed: no proof, no pass.

Runs in a worker. What the kinds have in common with plain expressions goes to symbols.py; each kind that a symbolic
engine gets wrong (intervals, lists, units, percent, words, choices) has its own comparison here.
"""

from __future__ import annotations

import re
from typing import cast

from math_pipeline import families, intervals, letters, ratios, symbols, words
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
from math_pipeline.units import are_known, are_temperatures, bare_unit, is_angle, is_radians, ratio

_CROSSED = re.compile(r"\\vec\s*\{[^{}]*\}\s*\\times\s*\\vec")
_NUMBERS = re.compile(r"\s*\\mathbb\{[A-Z]\}\s*")


def compare(gold: str, answer: str) -> Outcome:
    """Whether two normal forms are the same answer. Raises symbols.UnreadableError."""
    family = families.compared(gold, answer)
    if family is not None:
        return family
    one, two = parse(gold), parse(answer)
    outcome = nodes(one, two)
    if outcome.same is not True:
        of_gold = families.renamed(gold, answer)
        if of_gold is not None and nodes(one, parse(of_gold)).same:
            return Outcome(True, "parameter of another name")
        for other in _other_readings(gold, answer):
            second = nodes(*other)
            if second.same:
                return second
    return outcome


def _other_readings(gold: str, answer: str) -> list[tuple[Node, Node]]:
    """Where the other side says so: a comma between two digits as a decimal one, letters behind a number as a unit."""
    readings: list[tuple[Node, Node]] = []
    one, two = parse(gold), parse(answer)
    bare = bare_unit(answer) if isinstance(one, Quantity) else bare_unit(gold) if isinstance(two, Quantity) else None
    if bare is not None:
        held = Quantity(Expr(bare[0]), bare[1])
        readings.append((one, held) if isinstance(one, Quantity) else (held, two))
    comma = re.compile(r"-?\d+,\d+\Z")
    plain = re.compile(r"-?\d*\.?\d+\Z")
    if comma.match(gold) and plain.match(answer):
        readings.append((parse(gold.replace(",", ".")), parse(answer)))
    if comma.match(answer) and plain.match(gold):
        readings.append((parse(gold), parse(answer.replace(",", "."))))
    return readings


def nodes(gold: Node, answer: Node) -> Outcome:
    """Whether two trees are the same answer."""
    if (nothing := words.nothing_beside_value(gold, answer)) is not None:
        return nothing
    gold, answer = _bare_value(gold, answer)
    if isinstance(gold, Choice) or isinstance(answer, Choice):
        return _choices(gold, answer)
    if isinstance(gold, Words) or isinstance(answer, Words):
        return words.compared(gold, answer, nodes)
    if isinstance(gold, Percent) or isinstance(answer, Percent):
        return _percents(gold, answer)
    if isinstance(gold, Quantity) or isinstance(answer, Quantity):
        return _quantities(gold, answer)
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
    if isinstance(gold, Union | Meet | Without) or isinstance(answer, Union | Meet | Without):
        of_letters = letters.compared(gold, answer)
        if of_letters is not None:
            return of_letters
    if isinstance(gold, Meet) or isinstance(answer, Meet):
        return Outcome(None, "set", "what the sets have in common could not be shown to be the same, nor different")
    return None


def _bare_value(gold: Node, answer: Node) -> tuple[Node, Node]:
    """`x = 5` beside `5`, and a chain of equalities as its last side."""
    return unchained(gold, answer), unchained(answer, gold)


def _choices(gold: Node, answer: Node) -> Outcome:
    if isinstance(gold, Choice) and isinstance(answer, Choice):
        rests = nodes(parse(gold.rest), parse(answer.rest)).same if gold.rest and answer.rest else None
        if rests is not None and rests is not (gold.letter == answer.letter):
            return Outcome(None, "choice", "the letter and what stands beside it say different things")
        if gold.letter == answer.letter:
            return Outcome(True, "choice")
        return Outcome(False, "choice", f"the choice is {gold.letter}, the answer says {answer.letter}")
    one, two = (gold, answer) if isinstance(gold, Choice) else (answer, gold)
    one = cast("Choice", one)
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
        return nodes(parse(one.rest), two) if gold is one else nodes(two, parse(one.rest))
    if isinstance(two, Expr):
        return _expressions(Expr(one.letter), two)
    return Outcome(False if isinstance(two, Words | Many) else None, "choice", f"the answer is no {one.letter}")


def _percents(gold: Node, answer: Node) -> Outcome:
    other = answer if isinstance(gold, Percent) else gold
    if isinstance(other, Quantity) and are_known(other.unit, other.unit):
        return Outcome(False, "percent", f"a percentage is no number of {other.unit}")
    if isinstance(gold, Percent) and isinstance(answer, Percent):
        return ruled(nodes(gold.value, answer.value), "percent")
    if isinstance(gold, Percent):
        if nodes(gold.value, _value(answer)).same:
            if _below_one(gold.value):  # 0.1 may well mean 10 %
                return Outcome(None, "percent", "less than one, and no sign to say of what")
            return Outcome(True, "percent: sign left out")
        return ruled(nodes(_hundredth(gold), _value(answer)), "percent: as a fraction")
    answer = cast("Percent", answer)
    if isinstance(gold, Many | Ordered | Union | Relation):
        return Outcome(False, "percent", "one percentage beside another kind of answer")
    return ruled(nodes(_value(gold), _hundredth(answer)), "percent: as a fraction")


def _below_one(node: Node) -> bool:
    value = symbols.number(node.latex) if isinstance(node, Expr) else None
    return value is not None and bool(abs(value) < 1) and value != 0


def _hundredth(node: Percent) -> Node:
    inner = node.value.latex if isinstance(node.value, Expr) else ""
    return Expr(f"\\frac{{{inner}}}{{100}}") if inner else node.value


def _value(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) else node


def _quantities(gold: Node, answer: Node) -> Outcome:
    gold, answer = _hour(gold), _hour(answer)
    if isinstance(gold, Quantity) and isinstance(answer, Quantity):
        if {is_radians(gold.unit), is_radians(answer.unit)} == {True, False}:
            plain = Expr("0") if not isinstance(gold.value, Expr) or not isinstance(answer.value, Expr) else None
            if plain is not None or not (is_angle(gold.unit) or is_angle(answer.unit)):
                return Outcome(None, "unit", "radians beside another unit")
            return ruled(nodes(_in_radians(gold), _in_radians(answer)), "angle: in radians")
        factor = ratio(answer.unit, gold.unit)
        values = nodes(gold.value, answer.value)
        if factor is None and are_temperatures(gold.unit, answer.unit) and values.same is False:
            return Outcome(None, "unit", "degrees of two scales")
        if factor == 1 or (factor is None and values.same is False):
            return ruled(values, "unit")
        if factor is None:
            if are_known(gold.unit, answer.unit) or are_temperatures(gold.unit, answer.unit):
                return Outcome(False, "unit", f"{answer.unit} is not {gold.unit}")
            return Outcome(None, "unit", f"whether {answer.unit!r:.40} is {gold.unit!r:.40} is not known")
        if not isinstance(answer.value, Expr):
            return Outcome(None, "unit", "values of a kind that is not converted")
        return ruled(
            nodes(
                gold.value, Expr(f"({answer.value.latex}) \\cdot \\frac{{{factor.numerator}}}{{{factor.denominator}}}")
            ),
            "unit: converted",
        )
    one = gold if isinstance(gold, Quantity) else answer
    one = cast("Quantity", one)
    if is_angle(one.unit) and isinstance(one.value, Expr):
        other = answer if one is gold else gold
        if isinstance(other, Expr) and re.search(r"\\pi|\\arc|\^\{?-1\}?", other.latex):
            radians = _in_radians(one)
            return ruled(nodes(radians, other) if one is gold else nodes(other, radians), "angle: in radians")
    return ruled(nodes(_value(gold), _value(answer)), "unit left out")


def _hour(node: Node) -> Node:
    """7:00 pm as 7 pm."""
    if isinstance(node, Quantity) and node.unit.lower() in ("am", "pm") and isinstance(node.value, Expr):
        return Quantity(Expr(re.sub(r"^0?(\d{1,2})\s*:\s*00$", r"\1", node.value.latex.strip())), node.unit)
    return node


def _in_radians(angle: Quantity) -> Node:
    if is_radians(angle.unit) or not isinstance(angle.value, Expr):
        return angle.value
    return Expr(f"({angle.value.latex}) \\cdot \\frac{{\\pi}}{{180}}")


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


def _expressions(gold: Expr, answer: Expr) -> Outcome:
    if gold.latex == answer.latex and re.search(r"\w", gold.latex):
        return Outcome(True, "text")
    if max(side.latex.count("\\pm") for side in (gold, answer)) > 1:
        return SEVERAL_SIGNS
    if (settled_by_form := _moduli(gold, answer) or _crossed(gold, answer)) is not None:
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
    if settled is False and not labels and symbols.may_be_renamed(one, two):
        return Outcome(None, "expression", "the two expressions differ, but perhaps in the name of a parameter alone")
    return Outcome(settled, "expression", "" if settled else "the two expressions differ")
