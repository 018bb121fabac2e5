"""Answers in words beside one another and beside mathematics."""

from __future__ import annotations

import re
from typing import cast

from math_pipeline import intervals
from math_pipeline.meanings import NEVER_NUMBERS, NOTHING, meaning, set_named, singular
from math_pipeline.naming import is_constant
from math_pipeline.nodes import Expr, Many, Node, Ordered, Relation, Union, Without, Words
from math_pipeline.normal import words_of
from math_pipeline.outcome import Outcome, Same
from math_pipeline.symbols import UnreadableError, number

_ZERO_WORD = re.compile(r"\b(?:zero|none|no|not|never|empty|undefined)\b")
_NUMBER_WORD = re.compile(
    r"\b(?:one|once|two|twice|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand|million|"
    r"half|third|quarter|double|infinit\w*|unbounded|all|any|pair|dozen|single|only)\b"
)
_SENTENCE = re.compile(r"((?:it|the|this|that|these|they|he|she)\b[\w ]*?)\b(?:is|are|be|was|were)\s+((?:\w+ ){0,2}\w+)"
                       r"|((?:the|this) \w+) ((?:does|do) not exist)")  # fmt: skip
_YES_OR_NO = re.compile(r"\s*(yes|no)\s*(?:[,.;:!]+|$)(.*)", re.IGNORECASE | re.DOTALL)
_BOTH = re.compile(r"\b(?:and|or|but)\s+(?:\w+\s+)?(yes|no)\W*\Z", re.IGNORECASE)
_KNOWN_SET = re.compile(r"\\emptyset|\\mathbb\{[RZNQC]\}(?:\s*[\^_]\s*(?:\+|\{\s*\+\s*\}))?")
_ABLE = re.compile(
    r"(?:(?:it|this|that) )?(?:is )?(?:possible|(not possible|impossible|cannot|can not|can t)|can)(?: be done)?"
)
_DENIED = re.compile(r"\b(?:not|no|never|neither|nor|if|unless)\b")
_SETS = (Many, Ordered, Union, Without, Relation)


def compared(gold: Node, answer: Node, same: Same) -> Outcome:
    """Whether two answers, one of which is words, say the same."""
    gold, answer = _lettered(gold), _lettered(answer)
    if isinstance(gold, Words) and isinstance(answer, Words):
        one, two = meaning(gold.words), meaning(answer.words)
        if one == two:
            return Outcome(True, "words")
        told = _told(gold, answer)
        if told is not None:
            return told
        if (heads := _said(one, two)) is not None:
            return heads
        parts = [_parts(node.original) for node in (gold, answer)]
        if len(parts[0]) > 1 and parts[0] == parts[1]:
            return Outcome(True, "words: list")
        if max(map(len, parts)) > 1 and not any(" " in part for part in (*parts[0], *parts[1])):
            return Outcome(False, "words: list", f"{answer.original!r:.60} is not {gold.original!r:.60}")
        if _are_apart([singular(word) for word in one.split()], [singular(word) for word in two.split()]):
            if {one, two} <= NEVER_NUMBERS | NOTHING:  # no solution, none: perhaps the same
                return Outcome(None, "words", "words that are not the same may mean the same")
            return Outcome(False, "words", f"{answer.original!r:.60} is not {gold.original!r:.60}")
        return Outcome(None, "words", "words that are not the same may mean the same")
    node, words = (answer, gold) if isinstance(gold, Words) else (gold, answer)
    words = cast("Words", words)
    said = meaning(words.words)
    named = set_named(said)
    outcome = _as_set(named, node, same) if named is not None else None
    if outcome is not None:
        return outcome
    if words.original == "None" and is_constant(node):  # what programs write where they found no answer
        return Outcome(False, "words", "no answer beside a number")
    if isinstance(node, Expr):
        if node.latex.casefold().replace(" ", "") == words.words.replace(" ", ""):
            return Outcome(True, "words")
        return _beside_number(said, node)
    return Outcome(None, "words", "words beside mathematics")


def nothing_beside_value(gold: Node, answer: Node) -> Outcome | None:
    """That there is no solution, beside x = 0: they differ, though 0 alone may be how many there are."""
    node, said = (answer, gold) if isinstance(gold, Words) else (gold, answer)
    if not isinstance(said, Words) or meaning(said.words) not in NOTHING or not isinstance(node, Relation):
        return None
    head, *others = node.sides
    is_unknown = isinstance(head, Expr) and re.fullmatch(r"[a-hp-z]", head.latex.strip()) is not None
    if node.signs == ("=",) and is_unknown and is_constant(others[0]):
        return Outcome(False, "words", "no solution beside one")
    return None


def _told(gold: Words, answer: Words) -> Outcome | None:
    """A sentence that ends in the other answer, or begins with its yes or no; None for others."""
    one, two = meaning(gold.words), meaning(answer.words)
    says = [(one, two), (two, one), (gold.words, answer.words), (answer.words, gold.words)]
    if any(denial == f"not {denied}" for denial, denied in says):
        return Outcome(False, "words: denied", "one denies the other")
    for plain, other in ((gold.words, answer.words), (answer.words, gold.words)):
        if plain in ("yes", "no") and (able := _ABLE.fullmatch(other)) is not None:
            same = (plain == "yes") is (able[1] is None)
            return Outcome(same, "words: yes or no", "" if same else "yes beside no")
    heads = [_YES_OR_NO.match(side.original) for side in (gold, answer)]
    if heads[0] is not None and heads[1] is not None:
        if heads[0][1].lower() != heads[1][1].lower():
            return Outcome(False, "words: yes or no", "yes beside no")
        if [_says_both(head) for head in heads].count(True) == 1:
            return Outcome(False, "words: yes or no", "yes and no beside one of them")
        if not (heads[0][2].strip() and heads[1][2].strip()):
            return Outcome(True, "words: yes or no")
    ending = _SENTENCE.fullmatch(answer.words)
    if ending is None or _DENIED.search(ending[1] or ending[3]) or len(one.split()) > 3:
        return None
    end = meaning(ending[2] or ending[4].replace("do ", "does "))
    if end == one:
        return Outcome(True, "words: a sentence")
    if len(end.split()) == len(one.split()) == 1 and not {end, one} & (NEVER_NUMBERS | NOTHING):
        return Outcome(False, "words: a sentence", f"{answer.original!r:.60} is not {gold.original!r:.60}")
    return None


def _says_both(head: re.Match[str] | None) -> bool:
    """Whether an answer that begins with yes or no ends in the other one: yes, but also no."""
    end = _BOTH.search(head[2]) if head is not None else None
    return head is not None and end is not None and end[1].lower() != head[1].lower()


def _said(one: str, two: str) -> Outcome | None:
    """What an answer says that begins with yes or no; None where one side does not."""
    heads = [
        re.match(r"(yes|no|true|false)(?:\s*$|\s+(?!solution|real|such|one|integer|value|number))", side)
        for side in (one, two)
    ]
    if heads[0] is None or heads[1] is None or {heads[0][1], heads[1][1]} & {"yes", "no"} == set():
        return None
    if heads[0][1] != heads[1][1] and {heads[0][1], heads[1][1]} == {"yes", "no"}:
        return Outcome(False, "words: yes or no", "yes beside no")
    return None


def _are_apart(one: list[str], two: list[str]) -> bool:
    """Whether two short answers are of other words: all of them, or one that stands where the other has its own."""
    if max(len(one), len(two)) <= 2 and not set(one) & set(two):
        return True
    differing = [a for a, b in zip(one, two, strict=False) if a != b]
    return len(one) == len(two) <= 3 and len(differing) == 1 and not {"not", "no"} & {*one, *two}


def _parts(original: str) -> list[str]:
    """What commas and "and" part, in alphabetical order."""
    return sorted(words_of(part).removesuffix(" only") for part in re.split(r",|;|\band\b", original) if part.strip())


def _lettered(node: Node) -> Node:
    """`No` and `odd`, which might be products of letters, as words: the other answer is words."""
    if isinstance(node, Expr) and re.fullmatch(r"[a-zA-Z]{2,3}", node.latex):
        return Words(node.latex.casefold(), node.latex)
    return node


def _as_set(named: str, node: Node, same: Same) -> Outcome | None:
    """All real numbers, or none, beside a set of them."""
    meant = Expr(named)
    beside = _KNOWN_SET.fullmatch(node.latex.strip()) if isinstance(node, Expr) else None
    if beside is not None:
        other = beside[0].replace(" ", "").replace("_", "^").replace("^+", "^{+}")
        if {named, other} == {"\\mathbb{Z}^{+}", "\\mathbb{N}"}:
            return Outcome(None, "words: a set", "whether 0 is a natural number is the reader's choice")
        return Outcome(other == named, "words: a set", "" if other == named else "words for another set")
    if named not in ("\\mathbb{R}", "\\mathbb{R}^{+}", "\\emptyset"):
        return None
    if isinstance(node, _SETS) and intervals.is_region(node):
        if not intervals.is_surely(node):
            return Outcome(False, "words: a set", "words for another set") if isinstance(node, Relation) else None
        return same(meant, node)
    return None


def _beside_number(said: str, node: Expr) -> Outcome:
    if said == "infinitely many" and node.latex.strip() in ("\\infty", "+\\infty"):
        return Outcome(True, "words: a count")
    if not is_constant(node):
        return Outcome(None, "words", "words beside mathematics")
    try:
        value = number(node.latex)
    except UnreadableError:
        value = None
    finite = value is not None and bool(value.is_finite)
    if re.match(r"(?:there (?:is|are) )?no such\b", said) and finite and value != 0:
        return Outcome(False, "words", "none at all beside a number")
    if (said in NEVER_NUMBERS and finite) or (said in NOTHING and finite and value != 0):
        return Outcome(False, "words", "words that are no number beside one")
    says_zero = _ZERO_WORD.search(said) is not None and not (finite and value != 0)
    if not re.search(r"\d", said) and not _NUMBER_WORD.search(said) and not says_zero:
        return Outcome(False, "words", "words beside a number")
    return Outcome(None, "words", "words beside mathematics")
