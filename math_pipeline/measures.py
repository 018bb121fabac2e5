"""Percentages and quantities: converted where both name a unit, as plain numbers where one leaves it out."""

from __future__ import annotations

import re
from typing import cast

from math_pipeline import symbols
from math_pipeline.nodes import Expr, Many, Node, Ordered, Percent, Quantity, Relation, Union
from math_pipeline.outcome import Outcome, Same, ruled
from math_pipeline.units import are_known, are_temperatures, is_angle, is_radians, ratio

_TIME = re.compile(r"(\d{1,2})\s*:\s*(\d{2})")


def percents(gold: Node, answer: Node, same: Same) -> Outcome:
    """Whether two percentages, or one and a number, are the same: 25 % is 25 with its sign left out, and 1/4."""
    other = answer if isinstance(gold, Percent) else gold
    if isinstance(other, Quantity) and are_known(other.unit, other.unit):
        return Outcome(False, "percent", f"a percentage is no number of {other.unit}")
    if isinstance(gold, Percent) and isinstance(answer, Percent):
        return ruled(same(gold.value, answer.value), "percent")
    if isinstance(gold, Percent):
        if same(gold.value, _value(answer)).same:
            if _below_one(gold.value):  # 0.1 may well mean 10 %
                return Outcome(None, "percent", "less than one, and no sign to say of what")
            return Outcome(True, "percent: sign left out")
        return ruled(same(_hundredth(gold), _value(answer)), "percent: as a fraction")
    answer = cast("Percent", answer)
    if isinstance(gold, Many | Ordered | Union | Relation):
        return Outcome(False, "percent", "one percentage beside another kind of answer")
    return ruled(same(_value(gold), _hundredth(answer)), "percent: as a fraction")


def _below_one(node: Node) -> bool:
    value = symbols.number(node.latex) if isinstance(node, Expr) else None
    return value is not None and bool(abs(value) < 1) and value != 0


def _hundredth(node: Percent) -> Node:
    inner = node.value.latex if isinstance(node.value, Expr) else ""
    return Expr(f"\\frac{{{inner}}}{{100}}") if inner else node.value


def _value(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) else node


def quantities(gold: Node, answer: Node, same: Same) -> Outcome:
    """Whether two quantities, or one and a bare value, are the same."""
    gold, answer = _by_24_hours(gold, answer), _by_24_hours(answer, gold)
    gold, answer = _hour(gold), _hour(answer)
    if not isinstance(gold, Quantity) and not isinstance(answer, Quantity):
        return same(gold, answer)
    if isinstance(gold, Quantity) and isinstance(answer, Quantity):
        if {is_radians(gold.unit), is_radians(answer.unit)} == {True, False}:
            plain = Expr("0") if not isinstance(gold.value, Expr) or not isinstance(answer.value, Expr) else None
            if plain is not None or not (is_angle(gold.unit) or is_angle(answer.unit)):
                return Outcome(None, "unit", "radians beside another unit")
            return ruled(same(_in_radians(gold), _in_radians(answer)), "angle: in radians")
        factor = ratio(answer.unit, gold.unit)
        values = same(gold.value, answer.value)
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
            same(
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
            return ruled(same(radians, other) if one is gold else same(other, radians), "angle: in radians")
    return ruled(same(_value(gold), _value(answer)), "unit left out")


def _by_24_hours(node: Node, other: Node) -> Node:
    """2:30 pm as 14:30, beside an hour from 13 on."""
    late = _TIME.fullmatch(other.latex.strip()) if isinstance(other, Expr) else None
    if late is None or int(late[1]) < 13 or not isinstance(node, Quantity) or not isinstance(node.value, Expr):
        return node
    time = _TIME.fullmatch(node.value.latex.strip())
    if time is None or node.unit.lower() not in ("am", "pm"):
        return node
    return Expr(f"{int(time[1]) % 12 + (12 if node.unit.lower() == 'pm' else 0)}:{time[2]}")


def _hour(node: Node) -> Node:
    """7:00 pm as 7 pm."""
    if isinstance(node, Quantity) and node.unit.lower() in ("am", "pm") and isinstance(node.value, Expr):
        return Quantity(Expr(re.sub(r"^0?(\d{1,2})\s*:\s*00$", r"\1", node.value.latex.strip())), node.unit)
    return node


def _in_radians(angle: Quantity) -> Node:
    if is_radians(angle.unit) or not isinstance(angle.value, Expr):
        return angle.value
    return Expr(f"({angle.value.latex}) \\cdot \\frac{{\\pi}}{{180}}")
