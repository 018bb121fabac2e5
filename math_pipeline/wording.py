"""Answers in words: read as numbers, choices and quantities where they are those, and compared by what they say."""

from __future__ import annotations

import re

from math_pipeline.nodes import Choice, Expr, Many, Node, Quantity, Words
from math_pipeline.normal import words_of
from math_pipeline.units import are_known, ratio, split_unit

_PLAIN_WORD = re.compile(r"(?<![a-zA-Z\\])[a-zA-Z]{3,}(?![a-zA-Z])")
_ORDINAL = re.compile(r"^(\d+)\s*(?:st|nd|rd|th)\b(?!.*\b(?:and|or)\b)[^\d,;]*$")
_NUMBERS = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
)
_COUNTS = {word: value for value, word in enumerate(_NUMBERS)} | {
    word: 10 * value
    for value, word in enumerate(["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 3)
}
_PARTS = {"half": 2, "halves": 2, "quarter": 4} | {
    word: value
    for value, word in enumerate(re.findall(r"\w+", "third fourth fifth sixth seventh eighth ninth tenth"), 3)
}
_ORDINALS = {"first": 1, "second": 2} | {word: value for word, value in _PARTS.items() if word.endswith(("d", "th"))}
_PART = re.compile(rf"(?:(an?|{'|'.join(_COUNTS)})[ -])({'|'.join(_PARTS)})s?|(half)")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_MULTIPLES = {**_SCALES, "dozen": 12}
SIGNS = {
    "<": "less than",
    ">": "greater than",
    "=": "equal",
    "\\le": "less than or equal",
    "\\ge": "greater than or equal",
}
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|"
    "sept?|oct|nov|dec"
)
_MEASURE = re.compile(
    r"(?:^|(?<=\s)|(?<=\}))(?:,|and\b|\\text\s*\{\s*,?\s*and\s*\})?\s*(\d+(?:\.\d+)?)\s*(?:\\text\s*\{)?\s*([a-zA-Z]{1,12})\b\s*,?\s*(?:and\s*(?=\}))?\}?"
)
_ANGLE = re.compile(r"(\d+)\s*\^\{\\circ\}\s*(\d{1,2})\s*(?:'(?!')|\^\{?\\prime\}?)\s*(?:(\d{1,2})\s*'')?")
_LONGEST_TWICE = 200
_TWICE = re.compile(r"([^()]+?)\s*\(\s*([^()]+?)\s*\)")
# Words as short as products of letters.
_SHORT = frozenset({"yes", "no", "odd", "all", "any", "red", "one", "two", "six", "ten"})


def is_wordy(text: str) -> bool:
    """Whether the text is words rather than mathematics."""
    if text.strip().casefold() in _SHORT:
        return True
    bare = re.sub(r"\\text\s*\{([^{}]*)\}", r" \1 ", text)
    if re.search(r"\\(?!text)[a-zA-Z]+|[\^_=<>]", bare):
        return False
    found = _PLAIN_WORD.findall(bare)
    digits = re.search(r"\d", bare)
    return bool(found) and not digits and not re.fullmatch(r"[a-zA-Z]{3}", bare.strip() if "text" not in text else "")


def of_words(text: str) -> Node:
    """What a text of words, or the inside of a text group of LaTeX's, is."""
    words = words_of(text)
    dated = date_of(text)
    if dated:
        return Words(dated, text)
    if re.fullmatch(r"[-+]?\s*\\infty\s*", text.strip()):
        return Expr(text.strip())
    part = _PART.fullmatch(words)
    if part is not None:
        return Expr(f"\\frac{{{_COUNTS.get(part[1] or 'one', 1)}}}{{{_PARTS[part[2] or part[3]]}}}")
    negative = re.match(r"(?:negative|minus) |- ?", words)
    counted = number_of(words[negative.end() :] if negative is not None else words)
    if counted is not None:
        return Expr(str(-counted if negative is not None else counted))
    measured = _measured_in_words(words)
    if measured is not None:
        return measured
    ordinal = ordinal_of(words)
    if ordinal is not None:
        return ordinal
    chosen = text.strip()
    if re.fullmatch(r"[A-J]|[A-F]{2,5}", chosen) and sorted(set(chosen)) == list(chosen):
        return Choice(chosen) if len(chosen) == 1 else Expr(chosen)  # several choices, or a product
    pieces = re.split(r"\s*,?\s+(?:and|or)\s+|\s*,\s*", text.strip())
    if len(pieces) > 1 and all(re.fullmatch(r"[-+]?[\d.]+|[a-zA-Z]|\([A-J]\)", piece.strip()) for piece in pieces):
        letters = all(re.fullmatch(r"\([A-J]\)", piece.strip()) for piece in pieces)
        return Many(tuple((Choice if letters else Expr)(piece.strip(" ()" if letters else " ")) for piece in pieces))
    if re.fullmatch(r"-?[\d.,/ ]+", words) and words:
        return Expr(mixed(words))
    value, unit = scaled(*split_unit(text.strip()))
    if not unit and value != text.strip():
        return Expr(value)
    if unit and value:
        return Quantity(Expr(mixed(value)), unit)
    if re.fullmatch(r"[a-zA-Z]", text.strip()):
        return Words(text.strip(), text.strip())
    return Words(words, text.strip())


def _measured_in_words(words: str) -> Quantity | None:
    """One week, three and a half is not, as so many of a unit that is known; None for other words."""
    number, _, unit = words.rpartition(" ")
    count = number_of(number) if number and not number.startswith("-") else None
    return Quantity(Expr(str(count)), unit) if count is not None and are_known(unit, unit) else None


def ordinal_of(words: str) -> Quantity | None:
    """The number of `15th` or `3rd place`; None for other words."""
    place = re.fullmatch(r"(?:the )?(\w+)(?: place| day)?", words)
    if place is not None and place[1] in _ORDINALS:
        return Quantity(Expr(str(_ORDINALS[place[1]])), "th")
    match = _ORDINAL.match(words)
    return None if match is None else Quantity(Expr(match[1]), "th")


def number_of(words: str) -> int | None:
    """The whole number that words such as `twenty-one` or `three hundred` are."""
    total = held = 0
    words = re.sub(r"^an? (?=hundred|thousand|million|billion|trillion)", "one ", words)
    for word in re.findall(r"[a-z]+|\S", words.replace("-", " ").removeprefix("a ")):
        if word == "dozen":
            held = 12 * max(held, 1)
        elif word in _COUNTS:
            held += _COUNTS[word]
        elif word == "hundred" and 0 < held < 10:
            held *= 100
        elif word in _SCALES and 0 < held < 1000:
            total, held = total + held * _SCALES[word], 0
        elif word != "and" or not (total or held):
            return None
    return total + held if words.strip() else None


def said_twice(text: str) -> str | None:
    """The digits of `7 (seven)` and `sixty percent (60%)`, where the words say the same; None for other texts."""
    match = _TWICE.fullmatch(text) if text.endswith(")") and len(text) < _LONGEST_TWICE else None
    if match is None:
        return None
    for worded, shown in (match.groups(), reversed(match.groups())):
        digits = re.fullmatch(r"(-?\d{1,15})\s*(?:\\?%)?", shown)
        if digits is not None and number_of(re.sub(r" percent$", "", words_of(worded))) == int(digits[1]):
            return shown
    return None


def scaled(value: str, unit: str) -> tuple[str, str]:
    """A value and a unit without the `million` that the unit begins with."""
    first, _, rest = unit.partition(" ")
    if first not in _MULTIPLES:
        return value, unit
    return f"({mixed(value)}) \\cdot {_MULTIPLES[first]}", rest


def summed(text: str) -> tuple[str, str] | None:
    """Hours, degrees or feet and their parts as so many of one unit; None where the text is nothing such."""
    angle = _ANGLE.fullmatch(text.strip())
    if angle is not None:
        return f"{angle[1]} + \\frac{{{angle[2]}}}{{60}} + \\frac{{{angle[3] or 0}}}{{3600}}", "^{\\circ}"
    parts = _MEASURE.findall(text)
    if len(parts) < 2 or _MEASURE.sub("", text).strip() or len(parts) > 3:
        return None
    smallest = parts[-1][1]
    terms, before = [], None
    for number, unit in parts:
        size = ratio(unit, smallest)
        if size is None or (before is not None and size >= before):
            return None
        terms.append(f"{number} \\cdot {size.numerator}")
        before = size
    return " + ".join(terms), smallest


def date_of(text: str) -> str:
    """A day of a month, with or without its year, as one word; empty where the text is none."""
    bare = re.sub(r"\\text\s*\{([^{}]*)\}|[,.]", r" \1 ", text).strip().casefold()
    match = re.fullmatch(rf"(?P<month>{_MONTHS})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+(?P<year>\d{{4}}))?", bare)
    match = match or re.fullmatch(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTHS})(?:\s+(?P<year>\d{{4}}))?", bare
    )
    return f"{match['month'][:3]}{int(match['day'])}y{match['year'] or ''}" if match else ""


def mixed(text: str) -> str:
    r"""A mixed number as a fraction: 3\\frac{1}{7}, 11 5/6."""
    match = re.fullmatch(r"\s*([-+]?)\s*(\d+)\s*\\frac\s*\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}\s*", text)
    match = match or re.fullmatch(r"\s*([-+]?)\s*(\d+)\s+(\d+)\s*/\s*(\d+)\s*", text)
    if match is None or int(match[4]) == 0:
        return text
    whole, above, below = int(match[2]), int(match[3]), int(match[4])
    sign = "-" if match[1] == "-" else ""
    return f"{sign}\\frac{{{whole * below + above}}}{{{below}}}"
