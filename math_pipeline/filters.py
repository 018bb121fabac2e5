r"""What speaks against a math row before anything is judged: findings by name, and how far its gold can be checked.

After the filters of OpenThoughts' math part (figures, several parts, proofs, empty boxes) and of CuratedThoughts'
reinforcement-learning subset (images, links, proofs, several parts, answers that a guess may hit, golds that nothing
can verify). Pure functions of the row; nothing is parsed symbolically, and nothing is dropped here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from math_pipeline.extraction import gold_of
from math_pipeline.nodes import Choice, Node, Words
from math_pipeline.structure import parse


class MathFinding(str, Enum):
    """What was found of a math row."""

    IMAGE_STATEMENT = "image_statement"
    LINK_IN_STATEMENT = "link_in_statement"
    FIGURE_IN_STATEMENT = "figure_in_statement"
    MULTIPART = "multipart"
    PROOF = "proof"
    ANSWER_IN_STATEMENT = "answer_in_statement"
    NO_GOLD = "no_gold"
    EMPTY_BOX = "empty_box"
    GUESSABLE_ANSWER = "guessable_answer"
    WORDED_GOLD = "worded_gold"

    __str__ = str.__str__


class Verifiable(str, Enum):
    """What can check answers against the row's gold: symbols, a language model alone, or nothing."""

    SYMBOLIC = "symbolic"
    JUDGE_ONLY = "judge_only"
    NONE = "none"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Filtered:
    """The findings of a row in the order of MathFinding, each once, and what can check its answers."""

    findings: tuple[MathFinding, ...]
    verifiable: Verifiable


_IMAGE = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|<img\b|\\includegraphics|<image>|\[image\]|\[asy\]|\.(?:jpe?g|png|gif|svg|bmp)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://|\bwww\.\w|(?<!!)\[[^\]]*\]\(\w+[/.][^)\s]*\)|<a\s+href", re.IGNORECASE)
_FIGURE = re.compile(
    r"\b(?:as\s+shown|shown\s+(?:below|above|here|in)|(?:the|this|following|accompanying)\s+(?:figure|diagram|graph|picture)"
    r"|(?:figure|diagram|picture)\s+(?:below|above|\d)|in\s+(?:figure|fig\.)|see\s+(?:the\s+)?(?:figure|fig\.|diagram))",
    re.IGNORECASE,
)
# Marks of parts, at the start of a line or sentence, so that f(a) and (i + 1) are none.
_PARTS = tuple(
    tuple(re.compile(rf"(?:^|[\n.;:?!])\s*(?:\*\*)?\(?{mark}\s?[).](?=\s)") for mark in pair)
    for pair in (("a", "b"), ("A", "B"), ("i", "ii"), ("I", "II"), ("1", "2"))
)
_PART_WORDS = re.compile(r"\bpart\s*\(?(?:a|i|1|one)\b.*\bpart\s*\(?(?:b|ii|2|two)\b", re.IGNORECASE | re.DOTALL)
_OPTIONS = re.compile(r"\(?\bA\s?[).:].*\(?\bB\s?[).:].*\(?\bC\s?[).:]", re.DOTALL)
_PROOF = re.compile(
    r"(?:^|[.,;:?!\n$]|\b(?:and|then|to|must|please|can\s+you))\s*(?:(?:(?:hence|also|now|first)\s+)?(?:prove|disprove)\b"
    r"|show\s+that\b|demonstrate\s+that\b|verify\s+that\b)|\bproof\s+(?:of|that)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:find|determine|compute|calculate|evaluate|what\s+is|what\s+are|how\s+many|how\s+much)\b", re.IGNORECASE
)
_ANSWER_GIVEN = re.compile(r"(?:^|\n)\s*(?:\*\*)?(?:answer|solution)\s*(?:\*\*)?\s*[:.]", re.IGNORECASE)
_EMPTY_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{[\s$\\,;~]*\}")
_GUESSED = frozenset(
    ("yes", "no", "true", "false", "correct", "incorrect", "possible", "impossible", "odd", "even", "always", "never")
)
_DEFERRED = re.compile(
    r"\b(?:see\s+(?:the\s+)?(?:solution|proof|above|below)|proof|proved|proven|q\.?e\.?d\b|not\s+provided|not\s+found"
    r"|answers?\s+(?:may\s+)?vary|n/?a\b|none\s+given)",
    re.IGNORECASE,
)
# A whole gold answer in place of one, as NuminaMath-1.5 has "proof" and "notfound". In small letters n/a is a quotient.
_NONE_GIVEN = re.compile(
    r"(?i:proof|proved|proven|qed|not ?(?:found|provided|given)|none given|answers? (?:may )?vary"
    r"|see (?:the )?(?:solution|proof|above|below))|N/A"
)


def math_filters(*, statement: str, gold: str | None) -> Filtered:
    """The findings of a row. gold: its gold answer or a worked solution that ends in one; None where it has none."""
    found: set[MathFinding] = set()
    for finding, pattern in (
        (MathFinding.IMAGE_STATEMENT, _IMAGE),
        (MathFinding.LINK_IN_STATEMENT, _LINK),
        (MathFinding.FIGURE_IN_STATEMENT, _FIGURE),
        (MathFinding.ANSWER_IN_STATEMENT, _ANSWER_GIVEN),
    ):
        if pattern.search(statement):
            found.add(finding)
    if _is_multipart(statement):
        found.add(MathFinding.MULTIPART)
    if _PROOF.search(statement) and not _ASKED.search(statement):
        found.add(MathFinding.PROOF)
    verifiable = _of_gold(gold, found)
    if MathFinding.PROOF in found:
        verifiable = Verifiable.NONE
    if _OPTIONS.search(statement):
        found.add(MathFinding.GUESSABLE_ANSWER)
    return Filtered(tuple(finding for finding in MathFinding if finding in found), verifiable)


def gives_none(answer: str) -> bool:
    """Whether a gold answer only says that there is none, so that nothing can be told of a response by it."""
    words = re.sub(r"\\(?:text|mathrm|mbox|textbf)\b|[^A-Za-z/ ]", "", answer) if len(answer) < 60 else ""
    return _NONE_GIVEN.fullmatch(" ".join(words.split())) is not None


def _is_multipart(statement: str) -> bool:
    """Whether it asks several questions; three lettered lines or more of a multiple choice are its options."""
    if _PART_WORDS.search(statement):
        return True
    for first, second in _PARTS:
        one = first.search(statement)
        if one is not None and second.search(statement, one.end() - 1) is not None:
            return not (first.pattern.find("A") >= 0 and _OPTIONS.search(statement))
    return False


def _of_gold(gold: str | None, found: set[MathFinding]) -> Verifiable:
    if gold is None or not gold.strip():
        found.add(MathFinding.NO_GOLD)
        return Verifiable.NONE
    if _EMPTY_BOX.search(gold):
        found.add(MathFinding.EMPTY_BOX)
    answer = gold_of(gold)
    if answer is None:
        found.add(MathFinding.NO_GOLD)
        return Verifiable.NONE
    tree = parse(answer.normal)
    if _is_guessed(tree, answer.text):
        found.add(MathFinding.GUESSABLE_ANSWER)
        return Verifiable.SYMBOLIC
    if gives_none(answer.text) or _DEFERRED.search(answer.text):
        found.add(MathFinding.NO_GOLD)
        return Verifiable.NONE
    if isinstance(tree, Words):
        found.add(MathFinding.WORDED_GOLD)
        return Verifiable.JUDGE_ONLY
    return Verifiable.SYMBOLIC


def _is_guessed(tree: Node, text: str) -> bool:
    """Whether a guess hits it: a letter of a choice, or a word of two or three that it can be."""
    word = re.sub(r"\\text(?:bf)?|[^a-z]", "", text.lower()) if len(text) < 40 else ""
    return isinstance(tree, Choice) or word in _GUESSED
