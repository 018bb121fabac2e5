"""What an answer can be: a tree of a few kinds. Only its outside is known; expressions are LaTeX."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expr:
    """Mathematics for the symbolic engine, as LaTeX."""

    latex: str


@dataclass(frozen=True, slots=True)
class Words:
    """An answer in words: lower case, single spaces. original: as it stood."""

    words: str
    original: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A letter of a multiple choice, and what stood beside it (`(B) 12`)."""

    letter: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value and its unit, as a name of units.py or as words."""

    value: Node
    unit: str


@dataclass(frozen=True, slots=True)
class Percent:
    """So many hundredths."""

    value: Node


@dataclass(frozen=True, slots=True)
class Many:
    """Several answers in no order: a list, or a set in braces. either: they were joined by "or"."""

    items: tuple[Node, ...]
    braces: bool = False
    either: bool = False


@dataclass(frozen=True, slots=True)
class Ordered:
    """A tuple or point. opening, ending: its brackets, since (1, 2) may be an interval."""

    items: tuple[Node, ...]
    opening: str = "("
    ending: str = ")"


@dataclass(frozen=True, slots=True)
class Union:
    """A union of intervals and sets."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Meet:
    """What several sets have in common. clause: an inequality with "n in Z" behind it, rather than a set."""

    parts: tuple[Node, ...]
    clause: bool = False


@dataclass(frozen=True, slots=True)
class Without:
    """A set of numbers less another."""

    whole: Node
    taken: Node


@dataclass(frozen=True, slots=True)
class Relation:
    r"""A chain of relations: sides, and the signs between them, of =, <, >, \\le, \\ge, \\ne, \\in, \\approx."""

    sides: tuple[Node, ...]
    signs: tuple[str, ...]


Node = Expr | Words | Choice | Quantity | Percent | Many | Ordered | Union | Meet | Without | Relation
