"""Labels: letters of a multiple choice, circled numbers of statements, the (a) and (b) of an answer's parts, names."""

from __future__ import annotations

import re
import unicodedata

from math_pipeline.nodes import Choice, Expr, Many

_LABELS = ("abcdefgh", "12345678", ("i", "ii", "iii", "iv", "v", "vi"))
_CIRCLED = re.compile(r"(?:(?:\\text\s*\{)?[\s,;]*(?:and)?\s*[\u2460-\u2473]\s*\}?)+")
_NUMBERED = re.compile(r"\(\d{1,2}\)(?:\s*\(\d{1,2}\))+")
_CHOICE_ALONE = re.compile(r"^[\s({\[]*(?:\\text\s*\{?)?[\s({\[]*([A-J])[\s)}\].:]*$")

_CHOICE_WITH = re.compile(
    r"^\(?\s*(?:\\text\s*\{\s*)?(?:\(\s*([A-J])\s*\)\s*\}?\s*|([A-J])\s*\}?\s*[).:]\s*\}?\s+)(.+)$", re.DOTALL
)

_IS_NO_CHOICE = re.compile(r"(?:is|are|was)\s(?:\w+\s)?(?:wrong|incorrect|false|not|impossible|out)\b|fails\b")
_IS_THE_CHOICE = re.compile(r"^\(?([A-J])\)?\s+is\s+(?:the\s+)?(?:correct|right)(?:\s+(?:answer|option|choice|one))?$")
_AND_MORE = re.compile(r"(?:,\s*)?(?:\\text\s*\{\s*,?\s*)?(?:and|or)\b[\s}]*\(?[A-J]\b")


def choice_of(text: str) -> Choice | Many | None:
    """A letter of a multiple choice, or the circled numbers of statements; None for other answers."""
    if _CIRCLED.fullmatch(text):
        statements = tuple(Choice(sign) for sign in text if unicodedata.digit(sign, None) is not None)
        return statements[0] if len(statements) == 1 else Many(statements)
    if _NUMBERED.fullmatch(text):
        numbers = list(map(int, re.findall(r"\d+", text)))
        if numbers == sorted(set(numbers)):  # (1)(3) says which statements hold
            return Many(tuple(Expr(str(number)) for number in numbers))
    alone = _CHOICE_ALONE.match(text) or _IS_THE_CHOICE.match(text)
    if alone is not None:
        return Choice(alone[1])
    beside = _CHOICE_WITH.match(text)
    if beside is not None:
        rest = beside[3].strip().removesuffix("}") if "\\text" in text and "{" not in beside[3] else beside[3].strip()
        if (
            _AND_MORE.match(rest) is None
            and not _IS_NO_CHOICE.match(rest)
            and (beside[2] or not rest.startswith(("^", "_", "+", "-", "=", "/", "\\c", ",", "(")))
        ):
            return Choice(beside[1] or beside[2], rest)
    return None


def labelled(pieces: list[str]) -> list[str] | None:
    """The answers to (a), (b) ... or (1), (2) ..., in that order; None where the pieces do not begin so."""
    if len(pieces) < 2:
        return None
    for labels in _LABELS:
        heads = [re.match(rf"\s*(?:\(\s*{label}\s*\)|{label}\))\s*(?=\S)", piece)
                 for label, piece in zip(labels, pieces, strict=False)]  # fmt: skip
        if len(pieces) <= len(labels) and all(heads):
            return [piece[head.end() :] for head, piece in zip(heads, pieces, strict=True) if head is not None]
    return None


def parts_of(text: str) -> list[str] | None:
    """The answers of `(i) 3 (ii) 4`, which nothing but their labels parts; None for other texts."""
    for labels in _LABELS if text.startswith("(") else ():
        starts: list[tuple[int, int]] = []
        for label in labels:
            found = re.compile(rf"(?:^|(?<=[^\s(]))\s*\(\s*{label}\s*\)\s+(?=\S)").search(
                text, starts[-1][1] if starts else 0
            )
            if found is None:
                break
            starts.append(found.span())
        if len(starts) < 2 or starts[0][0] != 0:
            continue
        ends = [*(start for start, _ in starts[1:]), len(text)]
        parts = [text[start:end].strip(" ,;.") for (_, start), end in zip(starts, ends, strict=True)]
        return parts if all(parts) else None
    return None


def is_name(latex: str) -> bool:
    """Whether it is a bare name: a letter, with index or argument, or a short label such as AB."""
    return bool(
        re.fullmatch(
            r"(?:\\(?:text|mathcal|mathbb)\s*\{[^{}]*\}|\\[a-zA-Z]+|[a-zA-Z]{1,3}|[a-zA-Z]'*)"
            r"(?:_(?:\{[^{}]*\}|\\?\w+))?'*(?:\^\{?-1\}?(?=\s*\())?"
            r"(?:\s*\(\s*[a-zA-Z](?:\s*,\s*[a-zA-Z])*\s*\)|(?<=[fghFGHPQ])\s*\(\s*-?[\d.]+\s*\))?",
            latex.strip(),
        )
    )
