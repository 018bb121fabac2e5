"""Two answers as trees -> the same, different, or not known, and by which rule. Fails closed: no proof, no pass.

Runs in a worker. What the kinds have in common with plain expressions goes to symbols.py; each kind that a symbolic
engine gets wrong (intervals, lists, units, percent, words, choices) has its own comparison here.
"""

from __future__ import annotations

import re
from typing import cast

from math_pipeline import intervals, symbols
from math_pipeline.lists import items_of, lists, matched, tuples
from math_pipeline.naming import is_constant, unchained
from math_pipeline.nodes import Choice, Expr, Many, Node, Ordered, Percent, Quantity, Relation, Union, Words
from math_pipeline.outcome import Outcome, ruled
from math_pipeline.relations import relations
from math_pipeline.structure import parse
from math_pipeline.units import are_known, is_angle, ratio


def compare(gold: str, answer: str) -> Outcome:
    """Whether two normal forms are the same answer. Raises symbols.UnreadableError."""
    one, two = parse(gold), parse(answer)
    outcome = nodes(one, two)
    if outcome.same is not True:
        for other in _other_readings(gold, answer):
            second = nodes(*other)
            if second.same:
                return second
    return outcome


def _other_readings(gold: str, answer: str) -> list[tuple[Node, Node]]:
    """A comma between two digits may be a decimal comma, where the other side is one number."""
    readings: list[tuple[Node, Node]] = []
    comma = re.compile(r"-?\d+,\d+\Z")
    plain = re.compile(r"-?\d*\.?\d+\Z")
    if comma.match(gold) and plain.match(answer):
        readings.append((parse(gold.replace(",", ".")), parse(answer)))
    if comma.match(answer) and plain.match(gold):
        readings.append((parse(gold), parse(answer.replace(",", "."))))
    return readings


def nodes(gold: Node, answer: Node) -> Outcome:
    """Whether two trees are the same answer."""
    gold, answer = _bare_value(gold, answer)
    if isinstance(gold, Choice) or isinstance(answer, Choice):
        return _choices(gold, answer)
    if isinstance(gold, Words) or isinstance(answer, Words):
        return _words(gold, answer)
    if isinstance(gold, Percent) or isinstance(answer, Percent):
        return _percents(gold, answer)
    if isinstance(gold, Quantity) or isinstance(answer, Quantity):
        return _quantities(gold, answer)
    region = _regions(gold, answer)
    if region is not None:
        return region
    if isinstance(gold, Relation) or isinstance(answer, Relation):
        return relations(gold, answer, nodes)
    if isinstance(gold, Many) or isinstance(answer, Many):
        return lists(gold, answer, nodes)
    if isinstance(gold, Ordered) or isinstance(answer, Ordered):
        return tuples(gold, answer, nodes)
    if isinstance(gold, Expr) and isinstance(answer, Expr):
        return _expressions(gold, answer)
    return Outcome(None, "kinds", "the two answers are of kinds that are not compared")


def _bare_value(gold: Node, answer: Node) -> tuple[Node, Node]:
    """`x = 5` beside `5`, and a chain of equalities as its last side."""
    return unchained(gold, answer), unchained(answer, gold)


def _choices(gold: Node, answer: Node) -> Outcome:
    if isinstance(gold, Choice) and isinstance(answer, Choice):
        if gold.letter == answer.letter:
            return Outcome(True, "choice")
        return Outcome(False, "choice", f"the choice is {gold.letter}, the answer says {answer.letter}")
    one, two = (gold, answer) if isinstance(gold, Choice) else (answer, gold)
    one = cast("Choice", one)
    if isinstance(two, Words | Expr):
        text = two.original if isinstance(two, Words) else two.latex
        if one.letter == text.strip().upper() and (len(text.strip()) == 1):
            return Outcome(True, "choice") if text.strip() == one.letter else Outcome(False, "choice", "another letter")
        if isinstance(two, Words) and re.search(rf"\b(?:option|choice|answer)\s+{one.letter.lower()}\b", two.words):
            return Outcome(True, "choice")
    if one.rest:
        return nodes(parse(one.rest), two) if gold is one else nodes(two, parse(one.rest))
    if isinstance(two, Expr):
        return _expressions(Expr(one.letter), two)
    return Outcome(False if isinstance(two, Words | Many) else None, "choice", f"the answer is no {one.letter}")


def _words(gold: Node, answer: Node) -> Outcome:
    if isinstance(gold, Words) and isinstance(answer, Words):
        one, two = _folded(gold.words), _folded(answer.words)
        if one == two:
            return Outcome(True, "words")
        if len(one.split()) <= 2 and len(two.split()) <= 2 and not set(one.split()) & set(two.split()):
            return Outcome(False, "words", f"{answer.original!r:.60} is not {gold.original!r:.60}")
        return Outcome(None, "words", "words that are not the same may mean the same")
    one_node, words = (answer, gold) if isinstance(gold, Words) else (gold, answer)
    words = cast("Words", words)
    if isinstance(one_node, Expr):
        if _folded(one_node.latex.casefold().replace(" ", "")) == words.words.replace(" ", ""):
            return Outcome(True, "words")
        if is_constant(one_node) and not re.search(r"\d", words.words) and not _NUMBER_WORD.search(words.words):
            return Outcome(False, "words", "words beside a number")
    return Outcome(None, "words", "words beside mathematics")


_NUMBER_WORD = re.compile(
    r"\b(?:zero|none|one|once|two|twice|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand|million|"
    r"half|third|quarter|double|infinit\w*|unbounded|empty|no|undefined|never|not|all|any|pair|dozen|single|only)\b"
)


def _folded(words: str) -> str:
    return re.sub(r"^(?:the|a|an)\s+", "", words.strip()).rstrip(".")


def _percents(gold: Node, answer: Node) -> Outcome:
    if isinstance(gold, Percent) and isinstance(answer, Percent):
        return ruled(nodes(gold.value, answer.value), "percent")
    if isinstance(gold, Percent):
        first = nodes(gold.value, _value(answer))
        if first.same:
            return Outcome(True, "percent: sign left out")
        return ruled(nodes(_hundredth(gold), _value(answer)), "percent: as a fraction")
    answer = cast("Percent", answer)
    if isinstance(gold, Many | Ordered | Union | Relation):
        return Outcome(False, "percent", "one percentage beside another kind of answer")
    return ruled(nodes(_value(gold), _hundredth(answer)), "percent: as a fraction")


def _hundredth(node: Percent) -> Node:
    inner = node.value.latex if isinstance(node.value, Expr) else ""
    return Expr(f"\\frac{{{inner}}}{{100}}") if inner else node.value


def _value(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) else node


def _quantities(gold: Node, answer: Node) -> Outcome:
    if isinstance(gold, Quantity) and isinstance(answer, Quantity):
        factor = ratio(answer.unit, gold.unit)
        values = nodes(gold.value, answer.value)
        if factor == 1 or (factor is None and values.same is False):
            return ruled(values, "unit")
        if factor is None:
            if are_known(gold.unit, answer.unit):
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
        if isinstance(other, Expr) and "\\pi" in other.latex:
            radians = Expr(f"({one.value.latex}) \\cdot \\frac{{\\pi}}{{180}}")
            return ruled(nodes(radians, other) if one is gold else nodes(other, radians), "angle: in radians")
    return ruled(nodes(_value(gold), _value(answer)), "unit left out")


def _regions(gold: Node, answer: Node) -> Outcome | None:
    """Intervals, unions and inequalities in one name as sets of reals; None where they are not that."""
    if not (intervals.is_region(gold) and intervals.is_region(answer)):
        return None
    if not (intervals.is_surely(gold) or intervals.is_surely(answer)):
        return None
    one, two = intervals.region(gold), intervals.region(answer)
    if one is None or two is None:
        return None
    if intervals.names(gold) and intervals.names(answer) and intervals.names(gold) != intervals.names(answer):
        return Outcome(None, "interval", "inequalities of different names")
    if one == two:
        return Outcome(True, "interval")
    return Outcome(False, "interval", "the two sets of numbers differ")


def _expressions(gold: Expr, answer: Expr) -> Outcome:
    if gold.latex == answer.latex and re.search(r"\w", gold.latex):
        return Outcome(True, "text")
    if "\\pm" in gold.latex or "\\pm" in answer.latex:
        return matched(items_of(gold), items_of(answer), "list", nodes)
    one, two = _ratio(gold.latex, answer.latex)
    rounded = symbols.rounds_to(one, two)
    if rounded is None:
        rounded = symbols.rounds_to(two, one)
    if rounded:
        return Outcome(True, "expression: rounded")
    settled = symbols.same(one, two)
    if settled is None:
        return Outcome(None, "expression", "the two expressions could not be shown to be the same, nor different")
    if settled is False and symbols.may_be_renamed(one, two):
        return Outcome(None, "expression", "the two expressions differ, but perhaps in the name of a parameter alone")
    return Outcome(settled, "expression", "" if settled else "the two expressions differ")


_RATIO = re.compile(r"^\s*(.+?)\s*:\s*(.+?)\s*$")


def _ratio(gold: str, answer: str) -> tuple[str, str]:
    """5:8 as 5/8. A time of day, 12:00, is the same only as it stands."""
    return _divided(gold), _divided(answer)


def _divided(latex: str) -> str:
    match = _RATIO.match(latex)
    if match is None or latex.count(":") != 1:
        return latex
    return f"\\frac{{{match[1]}}}{{{match[2]}}}"
