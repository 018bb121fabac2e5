"""Equations and inequalities: assignments by their value, equations up to a factor, chains side by side."""

from __future__ import annotations

import re
from typing import cast

from math_pipeline import curves, inequalities, linear, symbols
from math_pipeline.labels import is_name
from math_pipeline.lists import SEVERAL_SIGNS, items_of, lists, matched
from math_pipeline.naming import is_constant, latex_of, name_of, names_in, of_same_argument
from math_pipeline.nodes import Expr, Many, Node, Ordered, Relation
from math_pipeline.outcome import Outcome, Same, ruled

_OF_X = re.compile(r"\s*[fgh]\s*\(\s*x\s*\)\s*")


def relations(gold: Node, answer: Node, same: Same) -> Outcome:
    """Whether two equations or inequalities say the same; a relation beside a value says something else."""
    if not isinstance(gold, Relation) or not isinstance(answer, Relation):
        return _beside_value(gold, answer, same)
    if gold.signs == answer.signs == ("=",):
        return _equations(gold, answer, same)
    if set(gold.signs) == set(answer.signs) == {"="} and max(len(gold.signs), len(answer.signs)) > 1:
        return _chains(gold, answer, same)
    if "\\equiv" in gold.signs + answer.signs and _modulus(gold) != _modulus(answer):
        return Outcome(None, "relation", "congruences of different moduli")
    if gold.signs == answer.signs == ("\\equiv",) and same(gold.sides[0], answer.sides[0]).same:
        return ruled(same(gold.sides[1], answer.sides[1]), "congruence")
    turned = _turned(gold)
    if any(_differ_in_sign(gold, reading) for reading in (answer, _turned(answer))):
        return Outcome(False, "relation", "the same sides, and another sign between them")
    for reading in (answer, _turned(answer)):
        if reading.signs in (turned.signs, gold.signs):
            like = gold if reading.signs == gold.signs else turned
            parts = [same(one, two) for one, two in zip(like.sides, reading.sides, strict=True)]
            if all(part.same for part in parts):
                return Outcome(True, "relation")
    settled = inequalities.one_inequality(gold, answer)
    if settled is not None:
        return Outcome(settled, "inequality", "" if settled else "the two inequalities differ")
    if inequalities.told_apart(gold, answer):
        return Outcome(False, "inequality", "a point meets one, and not the other")
    return Outcome(None, "relation", "relations that are not the same as they stand")


def _beside_value(gold: Node, answer: Node, same: Same) -> Outcome:
    relation, other = (gold, answer) if isinstance(gold, Relation) else (answer, gold)
    is_named_tuple = isinstance(relation, Relation) and isinstance(relation.sides[0], Ordered)
    by_name = _by_name(relation) if isinstance(other, Many) and all(map(_is_equation, other.items)) else None
    if by_name is not None:
        return lists(by_name, answer, same) if relation is gold else lists(gold, by_name, same)
    if isinstance(other, Many) and any(isinstance(i, Relation) for i in other.items) and not is_named_tuple:
        return lists(gold, answer, same)
    if isinstance(other, Many | Ordered) and isinstance(relation, Relation) and relation.signs == ("=",):
        return same(relation.sides[-1], other) if relation is gold else same(other, relation.sides[-1])
    if isinstance(other, Many):
        return lists(gold, answer, same)
    is_side = isinstance(relation, Relation) and any(same(side, other).same for side in relation.sides)
    if not is_side and names_in(relation) <= names_in(other) and names_in(other):
        return Outcome(None, "relation", "an equation beside an expression in its names")
    return Outcome(False, "relation", "an equation or inequality beside a value")


def _is_product(plain: Relation, signed: Relation) -> bool:
    """Whether an equation is that of both signs: y^2 = 4x beside y = +-2 sqrt(x)."""
    latex = [latex_of(side) for side in plain.sides]
    halves = [
        [latex_of(side).replace("\\pm", sign).strip().removeprefix("+") for side in signed.sides] for sign in "+-"
    ]
    if not all((*latex, *halves[0])) or len(latex) != 2 or len(halves[0]) != 2:
        return False
    whole, first, second = (symbols.difference(*sides) for sides in (latex, *halves))
    if whole is None or first is None or second is None:
        return False
    return symbols.proportional(whole, first * second) is True


def _differ_in_sign(gold: Relation, answer: Relation) -> bool:
    """Whether two relations have the same sides as they are written, and another sign between them."""
    if len(gold.signs) != len(answer.signs) or gold.signs == answer.signs:
        return False
    known = inequalities.BOUNDS | {"="}
    sides = [[latex_of(side) for side in relation.sides] for relation in (gold, answer)]
    return {*gold.signs, *answer.signs} <= known and all(sides[0]) and all(map(_are_alike, *sides))


def _are_alike(one: str, two: str) -> bool:
    return one.replace(" ", "") == two.replace(" ", "")


def _is_equation(node: Node) -> bool:
    return isinstance(node, Relation) and node.signs == ("=",)


def _by_name(node: Node) -> Many | None:
    """(x, y) = (1, 2) as x = 1, y = 2; None for others."""
    if not _is_equation(node):
        return None
    head, value = cast("Relation", node).sides
    if not (isinstance(head, Ordered) and isinstance(value, Ordered) and len(head.items) == len(value.items)):
        return None
    return Many(tuple(Relation(pair, ("=",)) for pair in zip(head.items, value.items, strict=True)))


def _chains(gold: Relation, answer: Relation, same: Same) -> Outcome:
    """Two chains of equations, such as those of a line: the same side by side, or as linear systems."""
    if len(gold.sides) == len(answer.sides):
        parts = [same(one, two).same for one, two in zip(gold.sides, answer.sides, strict=True)]
        if all(parts):
            return Outcome(True, "equations")
    systems = [linear.reduced([latex_of(side) for side in chain.sides]) for chain in (gold, answer)]
    if systems[0] is None or systems[1] is None:
        return Outcome(None, "equations", "chains of equations that are not linear")
    alike = systems[0] == systems[1]
    return Outcome(alike, "equations: linear", "" if alike else "the two systems of equations differ")


def _modulus(relation: Relation) -> str:
    last = relation.sides[-1]
    return re.sub(r"[\s{}()]", "", last.latex.partition("\\bmod")[2]) if isinstance(last, Expr) else ""


def _turned(relation: Relation) -> Relation:
    flipped = {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}
    return Relation(relation.sides[::-1], tuple(flipped.get(sign, sign) for sign in reversed(relation.signs)))


def _equations(gold: Relation, answer: Relation, same: Same) -> Outcome:
    signs = [sum(latex_of(side).count("\\pm") for side in relation.sides) for relation in (gold, answer)]
    if max(signs) > 1:
        return SEVERAL_SIGNS
    if any(signs):
        if not all(signs) and _is_product(*((gold, answer) if signs[1] else (answer, gold))):
            return Outcome(True, "equation: either sign")
        return matched(items_of(gold), items_of(answer), "list", same)
    heads = [side.latex if isinstance(side, Expr) else "" for side in (gold.sides[0], answer.sides[0])]
    if isinstance(gold.sides[0], Ordered) and isinstance(answer.sides[0], Ordered):
        if same(gold.sides[0], answer.sides[0]).same:
            return ruled(same(gold.sides[1], answer.sides[1]), "assignment")
        return Outcome(None, "assignment", "tuples of different names")
    assigned = _assignments(gold, answer, heads, same)
    if assigned is not None:
        return assigned
    if not all(isinstance(side, Expr) for side in (*gold.sides, *answer.sides)):
        return Outcome(None, "equation", "sides of a kind that is not compared")
    one = symbols.difference(*(side.latex for side in gold.sides))  # type: ignore[union-attr]
    two = symbols.difference(*(side.latex for side in answer.sides))  # type: ignore[union-attr]
    if one is None or two is None:
        return Outcome(None, "equation", "sides that have no symbolic form")
    first, second = symbols.without_functions(one), symbols.without_functions(two)
    proportional = symbols.proportional(first, second)
    if proportional:
        return Outcome(True, "equation")
    # With unknown functions none of this tells them apart: f(x + 1) = f(x) says what f(x) = f(x - 1) says.
    apart = False if proportional is False and first == one else None
    differing = Outcome(apart, "equation", "the two equations differ")
    if proportional is False and curves.differ(first, second):
        return differing
    settled = symbols.relation_same(*(" = ".join(side.latex for side in r.sides) for r in (gold, answer)))  # type: ignore[union-attr]
    if settled:
        return Outcome(True, "equation")
    return differing


def _assignments(gold: Relation, answer: Relation, heads: list[str], same: Same) -> Outcome | None:
    """Two names with their values; None where a side is no name, or the names leave it open."""
    if not (all(heads) and all(map(is_name, heads))):
        return None
    of_same = of_same_argument(heads[0], heads[1], answer.sides[1])
    if of_same is not None:
        return ruled(same(gold.sides[1], of_same), "assignment")
    if "(" in heads[0] and "(" in heads[1] and name_of(heads[0]) == name_of(heads[1]) and not _are_alike(*heads):
        numbers = all(re.search(r"\(\s*-?[\d.]+\s*\)", head) for head in heads)
        return Outcome(False if numbers else None, "assignment", "a function of other arguments")
    if name_of(heads[0]) == name_of(heads[1]):
        return ruled(same(gold.sides[1], answer.sides[1]), "assignment")
    values = same(gold.sides[1], answer.sides[1])
    products = any(re.fullmatch(r"[a-z]{2,}'*", head.strip()) for head in heads)  # xy = 0 is not x = 0
    if values.same and is_constant(gold.sides[1]) and "(" not in heads[0] + heads[1] and not products:
        return Outcome(True, "assignment: another name")
    if "y" in {head.strip() for head in heads} and any(map(_OF_X.fullmatch, heads)):
        return ruled(values, "assignment: y = f(x)")
    return None
