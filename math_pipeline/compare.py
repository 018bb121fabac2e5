"""Two answers as trees -> the same, different, or not known, and by which rule. Fails closed: no proof, no pass.

Runs in a worker. What the kinds have in common with plain expressions goes to symbols.py; each kind that a symbolic
engine gets wrong (intervals, lists, units, percent, words, choices) has its own comparison here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from math_pipeline import intervals, symbols
from math_pipeline.structure import (
    Choice,
    Expr,
    Many,
    Node,
    Ordered,
    Percent,
    Quantity,
    Relation,
    Union,
    Words,
    is_name,
    parse,
)
from math_pipeline.units import are_known, is_angle, ratio

MOST_ITEMS = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """same: None where nobody knows. rule: what settled it. reason: one sentence where it is not a pass."""

    same: bool | None
    rule: str
    reason: str = ""


def compare(gold: str, answer: str) -> Outcome:
    """Whether two normal forms are the same answer. Raises symbols.Unreadable where an expression cannot be read."""
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
        return _relations(gold, answer)
    if isinstance(gold, Many) or isinstance(answer, Many):
        return _lists(gold, answer)
    if isinstance(gold, Ordered) or isinstance(answer, Ordered):
        return _tuples(gold, answer)
    if isinstance(gold, Expr) and isinstance(answer, Expr):
        return _expressions(gold, answer)
    return Outcome(None, "kinds", "the two answers are of kinds that are not compared")


def _bare_value(gold: Node, answer: Node) -> tuple[Node, Node]:
    """`x = 5` beside `5`, and a chain of equalities as its last side."""
    return _unchained(gold, answer), _unchained(answer, gold)


def _unchained(node: Node, other: Node) -> Node:
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
    if isinstance(other, Relation):
        return node
    if named or (_is_constant(head) and _is_constant(node.sides[-1])):
        return node.sides[-1]
    if isinstance(head, Expr) and _LENGTHS.fullmatch(head.latex):
        return node.sides[-1]
    return node


# V_1:V_2, |AB|, \\frac{NO}{BO}: names of quantities, which stand for nothing but their value.
_LENGTHS = re.compile(
    r"[A-Za-z_{}\d]+:[A-Za-z_{}\d:]+|\|\s*[A-Z]{1,2}\s*\||\\(?:angle|triangle|overline|measuredangle)\s*\{?\s*[A-Z]{1,3}\}?"
    r"|\\frac\{[A-Z]{2}\}\{[A-Z]{2}\}|[A-Z]{2}/[A-Z]{2}|[A-Z]\(.*\)"
)


def _is_free(node: Node) -> bool:
    return (
        isinstance(node, Expr)
        and bool(re.search(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])", node.latex))
        and not is_name(node.latex)
    )


def _is_constant(node: Node) -> bool:
    if not isinstance(node, Expr):
        return False
    try:
        return symbols.number(node.latex) is not None
    except symbols.Unreadable:
        return False


def _choices(gold: Node, answer: Node) -> Outcome:
    if isinstance(gold, Choice) and isinstance(answer, Choice):
        if gold.letter == answer.letter:
            return Outcome(True, "choice")
        return Outcome(False, "choice", f"the choice is {gold.letter}, the answer says {answer.letter}")
    one, two = (gold, answer) if isinstance(gold, Choice) else (answer, gold)
    assert isinstance(one, Choice)
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
    assert isinstance(words, Words)
    if isinstance(one_node, Expr):
        if _folded(one_node.latex.casefold().replace(" ", "")) == words.words.replace(" ", ""):
            return Outcome(True, "words")
        if _is_constant(one_node) and not re.search(r"\d", words.words) and not _NUMBER_WORD.search(words.words):
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
        return _ruled(nodes(gold.value, answer.value), "percent")
    if isinstance(gold, Percent):
        first = nodes(gold.value, _value(answer))
        if first.same:
            return Outcome(True, "percent: sign left out")
        return _ruled(nodes(_hundredth(gold), _value(answer)), "percent: as a fraction")
    assert isinstance(answer, Percent)
    if isinstance(gold, Many | Ordered | Union | Relation):
        return Outcome(False, "percent", "one percentage beside another kind of answer")
    return _ruled(nodes(_value(gold), _hundredth(answer)), "percent: as a fraction")


def _hundredth(node: Percent) -> Node:
    inner = node.value.latex if isinstance(node.value, Expr) else ""
    return Expr(f"\\frac{{{inner}}}{{100}}") if inner else node.value


def _value(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) else node


def _ruled(outcome: Outcome, rule: str) -> Outcome:
    return Outcome(outcome.same, f"{rule}, {outcome.rule}", outcome.reason)


def _quantities(gold: Node, answer: Node) -> Outcome:
    if isinstance(gold, Quantity) and isinstance(answer, Quantity):
        factor = ratio(answer.unit, gold.unit)
        values = nodes(gold.value, answer.value)
        if factor == 1 or (factor is None and values.same is False):
            return _ruled(values, "unit")
        if factor is None:
            if are_known(gold.unit, answer.unit):
                return Outcome(False, "unit", f"{answer.unit} is not {gold.unit}")
            return Outcome(None, "unit", f"whether {answer.unit!r:.40} is {gold.unit!r:.40} is not known")
        if not isinstance(answer.value, Expr):
            return Outcome(None, "unit", "values of a kind that is not converted")
        return _ruled(
            nodes(
                gold.value, Expr(f"({answer.value.latex}) \\cdot \\frac{{{factor.numerator}}}{{{factor.denominator}}}")
            ),
            "unit: converted",
        )
    one = gold if isinstance(gold, Quantity) else answer
    assert isinstance(one, Quantity)
    if is_angle(one.unit) and isinstance(one.value, Expr):
        other = answer if one is gold else gold
        if isinstance(other, Expr) and "\\pi" in other.latex:
            radians = Expr(f"({one.value.latex}) \\cdot \\frac{{\\pi}}{{180}}")
            return _ruled(nodes(radians, other) if one is gold else nodes(other, radians), "angle: in radians")
    return _ruled(nodes(_value(gold), _value(answer)), "unit left out")


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


def _relations(gold: Node, answer: Node) -> Outcome:
    if not isinstance(gold, Relation) or not isinstance(answer, Relation):
        relation, other = (gold, answer) if isinstance(gold, Relation) else (answer, gold)
        if isinstance(other, Many | Ordered) and isinstance(relation, Relation) and relation.signs == ("=",):
            return nodes(relation.sides[-1], other) if relation is gold else nodes(other, relation.sides[-1])
        if isinstance(other, Many):
            return _lists(gold, answer)
        is_side = isinstance(relation, Relation) and any(nodes(side, other).same for side in relation.sides)
        if not is_side and _names_in(relation) <= _names_in(other) and _names_in(other):
            return Outcome(None, "relation", "an equation beside an expression in its names")
        return Outcome(False, "relation", "an equation or inequality beside a value")
    if gold.signs == answer.signs == ("=",):
        return _equations(gold, answer)
    turned = _turned(gold)
    for reading in (answer, _turned(answer)):
        if reading.signs == turned.signs or reading.signs == gold.signs:
            like = gold if reading.signs == gold.signs else turned
            parts = [nodes(one, two) for one, two in zip(like.sides, reading.sides, strict=True)]
            if all(part.same for part in parts):
                return Outcome(True, "relation")
    settled = intervals.one_inequality(gold, answer)
    if settled is not None:
        return Outcome(settled, "inequality", "" if settled else "the two inequalities differ")
    return Outcome(None, "relation", "relations that are not the same as they stand")


def _names_in(node: Node) -> set[str]:
    """The single letters that an equation's sides or an expression hold, but for those that the equation is solved for."""
    if isinstance(node, Relation):
        held = set().union(*(_names_in(side) for side in node.sides))
        return held - {"y", "z"} if len(held) > 1 else held
    return set(re.findall(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])|\\theta", _latex(node)))


def _turned(relation: Relation) -> Relation:
    flipped = {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}
    return Relation(relation.sides[::-1], tuple(flipped.get(sign, sign) for sign in reversed(relation.signs)))


def _equations(gold: Relation, answer: Relation) -> Outcome:
    heads = [side.latex if isinstance(side, Expr) else "" for side in (gold.sides[0], answer.sides[0])]
    if isinstance(gold.sides[0], Ordered) and isinstance(answer.sides[0], Ordered):
        if nodes(gold.sides[0], answer.sides[0]).same:
            return _ruled(nodes(gold.sides[1], answer.sides[1]), "assignment")
        return Outcome(None, "assignment", "tuples of different names")
    if all(is_name(head) for head in heads if head) and all(heads):
        if _name(heads[0]) == _name(heads[1]):
            return _ruled(nodes(gold.sides[1], answer.sides[1]), "assignment")
        values = nodes(gold.sides[1], answer.sides[1])
        if values.same and _is_constant(gold.sides[1]) and "(" not in heads[0] + heads[1]:
            return Outcome(True, "assignment: another name")
    if not all(isinstance(side, Expr) for side in (*gold.sides, *answer.sides)):
        return Outcome(None, "equation", "sides of a kind that is not compared")
    one = symbols.difference(*(side.latex for side in gold.sides))  # type: ignore[union-attr]
    two = symbols.difference(*(side.latex for side in answer.sides))  # type: ignore[union-attr]
    if one is None or two is None:
        return Outcome(None, "equation", "sides that have no symbolic form")
    proportional = symbols.proportional(one, two)
    if proportional:
        return Outcome(True, "equation")
    settled = symbols.relation_same(*(" = ".join(side.latex for side in r.sides) for r in (gold, answer)))  # type: ignore[union-attr]
    if settled:
        return Outcome(True, "equation")
    return Outcome(False if proportional is False else None, "equation", "the two equations differ")


def _name(latex: str) -> str:
    return re.sub(r"\s|\{|\}|\(.*\)", "", latex)


def _lists(gold: Node, answer: Node) -> Outcome:
    one, two = _items(gold), _items(answer)
    if len(one) > MOST_ITEMS or len(two) > MOST_ITEMS:
        return Outcome(None, "list", f"more than {MOST_ITEMS} answers")
    named = [isinstance(item, Relation) for item in (*one, *two)]
    if any(named) and not all(named):
        misplaced = _out_of_order(one, two)
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
        return _against_tuple(gold, answer)
    return _matched(one, two, "list" if not _is_set(gold, answer) else "set")


def _out_of_order(one: list[Node], two: list[Node]) -> Outcome | None:
    """A = 3, b = 4 beside 4, 3: whether the second means the first, nobody knows. None where the order fits, or is free."""
    names = {
        _name(_latex(item.sides[0])) for item in (*one, *two) if isinstance(item, Relation) and item.signs == ("=",)
    }
    letters = {name[:1] if "_" in name else name for name in names}
    if len(letters) < 2 or len(one) != len(two):
        return None
    if all(nodes(_unnamed(a), _unnamed(b)).same for a, b in zip(one, two, strict=True)):
        return None
    return Outcome(None, "list", "values without their names, in another order")


def _is_set(*both: Node) -> bool:
    return any(isinstance(node, Many) and node.braces for node in both)


def _unnamed(item: Node) -> Node:
    return _unchained(item, Expr("0"))


def _items(node: Node) -> list[Node]:
    items: Sequence[Node] = node.items if isinstance(node, Many) else (node,)
    return [expanded for item in items for expanded in _expanded(item)]


def _expanded(item: Node) -> list[Node]:
    r"""The two values of a \pm, each combination of a tuple's."""
    if isinstance(item, Ordered):
        results: list[list[Node]] = [[]]
        for part in item.items:
            results = [[*before, one] for before in results for one in _expanded(part)]
            if len(results) > MOST_ITEMS:
                return [item]
        return [Ordered(tuple(result), item.opening, item.ending) for result in results]
    if isinstance(item, Relation) and item.signs == ("=",):
        return [Relation((item.sides[0], one), ("=",)) for one in _expanded(item.sides[1])]
    if isinstance(item, Many):
        return [one for inner in item.items for one in _expanded(inner)]
    if isinstance(item, Expr) and ("\\pm" in item.latex or "\\mp" in item.latex):
        return [
            Expr(item.latex.replace("\\pm", "+").replace("\\mp", "-").strip().removeprefix("+")),
            Expr(item.latex.replace("\\pm", "-").replace("\\mp", "+")),
        ]
    return [item]


def _matched(one: list[Node], two: list[Node], rule: str) -> Outcome:
    """Whether each of the one has its like in the other, and the reverse: repeated values count once."""
    unknown = False
    covered: set[int] = set()
    for item in one:
        hit = None
        for index, other in enumerate(two):
            outcome = _entries(item, other)
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
        likes = [_entries(item, other) for item in one]
        if not any(like.same for like in likes):
            return Outcome(None if any(like.same is None for like in likes) else False, rule, "one answer too many")
    return Outcome(True, rule)


def _entries(gold: Node, answer: Node) -> Outcome:
    """Two entries of lists: x = 2 is not y = 2 there."""
    if isinstance(gold, Relation) and isinstance(answer, Relation):
        heads = [_latex(side.sides[0]) for side in (gold, answer)]
        if all(is_name(head) for head in heads) and _name(heads[0]) != _name(heads[1]):
            return Outcome(False, "assignment", "another name")
    return nodes(gold, answer)


def _against_tuple(gold: Node, answer: Node) -> Outcome:
    """(1, 2) beside 1, 2: the same in the same order; (1, 2) beside {1, 2}: a pair is no set."""
    many, ordered = (gold, answer) if isinstance(gold, Many) else (answer, gold)
    assert isinstance(many, Many)
    assert isinstance(ordered, Ordered)
    if many.braces:
        return Outcome(False, "tuple", "a tuple beside a set")
    if any(isinstance(item, Ordered) for item in many.items):
        return _matched(_items(gold), _items(answer), "list")
    items = tuple(_unnamed(item) for item in many.items)
    if len(items) != len(ordered.items):
        return Outcome(False, "tuple", f"{len(ordered.items)} entries beside {len(items)}")
    plain = Ordered(items)
    return _tuples(plain, ordered) if many is gold else _tuples(ordered, plain)


def _tuples(gold: Node, answer: Node) -> Outcome:
    if not isinstance(gold, Ordered) or not isinstance(answer, Ordered):
        ordered, other = (gold, answer) if isinstance(gold, Ordered) else (answer, gold)
        assert isinstance(ordered, Ordered)
        if isinstance(other, Expr) and ("matrix" in other.latex or "array" in other.latex):
            column = Expr("\\begin{pmatrix}" + "\\\\".join(_latex(item) for item in ordered.items) + "\\end{pmatrix}")
            if isinstance(ordered.items[0], Ordered):
                rows = [
                    "&".join(_latex(cell) for cell in row.items) for row in ordered.items if isinstance(row, Ordered)
                ]
                column = Expr("\\begin{pmatrix}" + "\\\\".join(rows) + "\\end{pmatrix}")
            return _ruled(_expressions(column, other), "vector")
        if any("\\pm" in _latex(item) for item in ordered.items):
            return _matched(_items(gold), _items(answer), "list")
        return Outcome(False, "tuple", "a tuple beside one value")
    if any("\\pm" in _latex(item) for item in (*gold.items, *answer.items)):
        return _matched(_items(gold), _items(answer), "list")
    if len(gold.items) != len(answer.items):
        return Outcome(False, "tuple", f"{len(gold.items)} entries are wanted, not {len(answer.items)}")
    outcomes = [nodes(one, two) for one, two in zip(gold.items, answer.items, strict=True)]
    if any(outcome.same is False for outcome in outcomes):
        return Outcome(False, "tuple", "an entry differs")
    if not all(outcome.same for outcome in outcomes):
        return Outcome(None, "tuple", "an entry could not be compared")
    if {gold.opening, answer.opening} == {"(", "["} and len(gold.items) == 2 and gold.ending != answer.ending:
        return Outcome(False, "interval", "closed beside open")
    return Outcome(True, "tuple")


def _latex(node: Node) -> str:
    if isinstance(node, Expr):
        return node.latex
    return _latex(node.value) if isinstance(node, Quantity | Percent) else ""


def _expressions(gold: Expr, answer: Expr) -> Outcome:
    if gold.latex == answer.latex and re.search(r"\w", gold.latex):
        return Outcome(True, "text")
    if "\\pm" in gold.latex or "\\pm" in answer.latex:
        return _matched(_items(gold), _items(answer), "list")
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
