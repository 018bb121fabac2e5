r"""Sums and products with dots, such as (v - a_1)(v - a_2)\cdots(v - a_n): written out for a few n, compared there."""

from __future__ import annotations

import itertools
import re

from math_pipeline import symbols
from math_pipeline.brackets import split_top
from math_pipeline.outcome import Outcome

_DOTS = "\\ldots"
_PLUS = re.compile(r"\s*\+\s*")
_BRACES = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_FACTOR = re.compile(
    rf"\s*(?:\\(?:cdot|times)(?![a-zA-Z])\s*)?(\\ldots|(?:\((?:[^()]|\([^()]*\))*\)|\\frac\s*{_BRACES}\s*{_BRACES}"
    rf"|\d+|[a-zA-Z](?:_(?:{_BRACES}|\w))?)(?:\^(?:{_BRACES}|\w))?)\s*(?:\\(?:cdot|times)(?![a-zA-Z])\s*)?"
)
_INDEX = re.compile(r"_(?:\{\s*(\d+)\s*(?:([-+])\s*(\d+)\s*)?\}|(\d))")
_POWER = re.compile(r"(?:(\d+|[a-zA-Z])|\((-?\d+|[a-zA-Z]|\\frac\{\d+\}\{\d+\})\))\s*\^\s*(?:\{([^{}]+)\}|(\w))")
_VALUES = (5, 6, 7)
_MOST_SHOWN = 4
_MOST_TERMS = 500


def compared(gold: str, answer: str) -> Outcome | None:
    """Whether two expressions are the same for a few n; None where dots are missing, or not understood.

    Raises symbols.UnreadableError.
    """
    gold, answer = (_by_powers(_by_factorials(text)) for text in (gold, answer))
    if _DOTS not in gold + answer:
        return _as_they_stand(gold, answer)
    names = [found for text in (gold, answer) if _DOTS in text and (found := _counter(text)) is not None]
    if not names or len(set(names)) > 1:
        return None
    for value in _VALUES:
        one, two = _written(gold, names[0], value), _written(answer, names[0], value)
        if one is None or two is None:
            return None
        same = symbols.same(one, two)
        if same is not True:
            return (
                None
                if same is None
                else Outcome(False, "dots", f"the two differ{f' for {names[0]} = {value}' if names[0] else ''}")
            )
        if not names[0]:
            break
    return Outcome(True, "dots")


def _as_they_stand(gold: str, answer: str) -> Outcome | None:
    same = symbols.same(gold, answer)
    return None if same is None else Outcome(same, "dots", "" if same else "the two products differ")


def _by_factorials(text: str) -> str:
    """A product of factors that go by steps of one, n(n - 1)...(n - k + 1), as a quotient of factorials."""
    parts = _parts(text)
    if parts is None or parts[2] == "+":
        return text
    (start, end), terms, _ = parts
    at = terms.index(_DOTS)
    for step in (1, -1):
        first = at - 1
        while first and symbols.same(f"({terms[first - 1]}) - ({terms[first]})", str(step)) is True:
            first -= 1
        if first == at - 1 or not re.search(r"[a-zA-Z]", terms[at + 1]):
            continue
        above, below = (terms[first], terms[at + 1]) if step == 1 else (terms[at + 1], terms[first])
        product = f"\\frac{{({above})!}}{{({below} - 1)!}}"
        others = [f"({term})" for term in (*terms[:first], *terms[at + 2 :])]
        joined = " \\cdot ".join((*others, product))
        return f"{text[:start]}{joined}{text[end:]}"
    return text


def _by_powers(text: str) -> str:
    """A sum of one base's powers, 1 + 3 + 3^2 + ... + 3^n, as the quotient that it comes to."""
    parts = _parts(text)
    last = _POWER.fullmatch(parts[1][-1]) if parts is not None and parts[2] == "+" else None
    if parts is None or last is None:
        return text
    (start, end), terms, _ = parts
    base, top = last[1] or last[2], last[3] or last[4]
    shown = terms[: terms.index(_DOTS)]
    if len(terms) != len(shown) + 2 or base == "1":
        return text
    for first in range(_MOST_SHOWN):
        if all(symbols.same(term, f"({base})^{{{first + at}}}") is True for at, term in enumerate(shown)):
            quotient = f"\\frac{{({base})^{{{top} + 1}} - ({base})^{{{first}}}}}{{({base}) - 1}}"
            return f"{text[:start]}({quotient}){text[end:]}"
    return text


def _counter(text: str) -> str | None:
    """The name up to which the dots go, empty where it is a number; None where there is none, or more dots."""
    parts = _parts(text)
    if parts is None:
        return None
    last = parts[1][parts[1].index(_DOTS) + 1]
    letters = [letter for letter in "nmkNM" if re.search(rf"(?<![\\a-zA-Z]){letter}(?![a-zA-Z])", _plain(last))]
    return letters[0] if letters else "" if re.fullmatch(r"\d+", last) else None


def _plain(text: str) -> str:
    return re.sub(r"\\[a-zA-Z]+", " ", text).replace("_", " ")


def _parts(text: str) -> tuple[tuple[int, int], list[str], str] | None:
    """Where the sum or product with the dots stands, its terms, and the sign between them."""
    if text.count(_DOTS) != 1:
        return None
    start, end = _group(text, text.index(_DOTS))
    inner = text[start:end]
    terms = [piece.strip() for piece in split_top(inner, _PLUS)]
    sign = "+"
    if _DOTS not in terms:
        factors, at = [], 0
        while (match := _FACTOR.match(inner, at)) is not None and match.end() > at:
            factors.append(match[1])
            at = match.end()
        if at < len(inner):
            return None
        terms, sign = factors, "\\cdot"
    at = terms.index(_DOTS)
    return ((start, end), terms, sign) if 1 < at < len(terms) - 1 else None


def _group(text: str, at: int) -> tuple[int, int]:
    """The innermost brackets round a place: where their inside begins and ends."""
    depth, start = 0, at
    while start > 0 and depth >= 0:
        start -= 1
        depth += (text[start] in "})]") - (text[start] in "{([")
    start += depth < 0
    depth, end = 0, at
    while end < len(text) and depth >= 0:
        depth += (text[end] in "{([") - (text[end] in "})]")
        end += 1
    return start, end - (depth < 0)


def _written(text: str, name: str, value: int) -> str | None:
    """The expression for one value of the name, its dots written out."""
    if _DOTS not in text:
        return _at(text, name, value)
    parts = _parts(text)
    if parts is None:
        return None
    (start, end), terms, sign = parts
    at = terms.index(_DOTS)
    first = _first(terms[:at], terms[at + 1], name)
    if first is None:
        return None
    kept, begin, step, last = first
    count = last if not name else value
    if (count - begin) % step or (count - begin) // step > _MOST_TERMS:
        return None
    form = terms[at + 1] if name else None
    written = [_at(form, name, index) if form else str(index) for index in range(begin, count + 1, step)]
    others = [_at(term, name, value) for term in (*terms[:kept], *terms[at + 2 :])]
    joined = f" {sign} ".join(f"({term})" for term in (*others[:kept], *written, *others[kept:]))
    return f"{_at(text[:start], name, value)}{joined}{_at(text[end:], name, value)}"


def _first(shown: list[str], last: str, name: str) -> tuple[int, int, int, int] | None:
    """How many terms stand before those that the dots continue, the first of these, their step, and the last number."""
    if not name:
        numbers = [int(term) for term in shown if re.fullmatch(r"\d{1,9}", term)]
        if len(numbers) < len(shown) or len({b - a for a, b in itertools.pairwise(numbers)}) != 1:
            return None
        step = numbers[1] - numbers[0]
        return (0, numbers[0], step, int(last)) if step > 0 else None
    for index in range(_MOST_SHOWN, -1, -1):
        begin, kept = index, len(shown)
        while kept and begin >= 0 and symbols.same(_at(last, name, begin), _at(shown[kept - 1], name, 1)) is True:
            kept, begin = kept - 1, begin - 1
        if len(shown) - kept > 1:
            return kept, begin + 1, 1, 0
    return None


def _at(text: str, name: str, value: int) -> str:
    """The text with a number for a name; an index is worked out."""
    if name:
        text = re.sub(rf"_({name})(?![a-zA-Z])", rf"_{{{value}}}", text)
        text = re.sub(rf"(_\{{\s*){name}(?![a-zA-Z])", rf"\g<1>{value}", text)
        text = re.sub(rf"\^{name}(?![a-zA-Z])", f"^{{{value}}}", text)
        text = re.sub(rf"(?<![\w.^])(\d+)\s*{name}(?![a-zA-Z])", lambda m: str(int(m[1]) * value), text)
        text = re.sub(rf"(?<![\\a-zA-Z]){name}(?![a-zA-Z])", f"({value})", text)
        text = re.sub(r"\(\(?(\d+)\)?\s*([-+])\s*(\d+)\)(?=!)", lambda m: str(int(m[1]) + int(m[2] + m[3])), text)
    return _INDEX.sub(_worked_out, re.sub(r"\((\d+)\)(?=!!)", r"\1", text))


def _worked_out(match: re.Match[str]) -> str:
    offset = int((match[2] or "+") + (match[3] or "0"))
    return f"_{{{int(match[1] or match[4]) + offset}}}"
