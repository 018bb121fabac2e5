"""Units of measure: told apart from values, and converted where both answers name one."""

from __future__ import annotations

import re
from fractions import Fraction

from math_pipeline.unit_table import TABLE, size_of

_WORD = r"\\text\s*\{(?:[^{}]|\{,\})*\}(?:\s*\^\s*\{?-?\d\}?)?(?:\s+per\s+[a-zA-Z]+)?"
_TRAILING_TEXT = re.compile(
    rf"^(?P<value>.*?[\d)}}\]a-zA-Z])\s*(?P<unit>\^\{{\\circ\}}\s*(?:\\text\s*\{{\s*)?[CF](?:\s*\}})?|"
    rf"{_WORD}(?:\s*(?:/|\\cdot)?\s*{_WORD})*|\\frac\s*\{{\s*{_WORD}\s*\}}\s*\{{\s*{_WORD}\s*\}}|\^\{{\\circ\}})\s*$",
    re.DOTALL,
)
_TRAILING_WORD = re.compile(
    r"^(?P<value>[-+]?\s*(?:\d[\d.,]*(?:\s+\d+/\d+)?(?:/\d+)?|\\frac\{\d+\}\{\d+\}|.*?(?:[\d})]|\\pi)))\s*"
    r"(?P<unit>[a-zA-Z]{2,}(?:\s+[a-zA-Z]+){0,3}(?:\s*\^\s*\{?[23]\}?)?(?:\s*/\s*[a-zA-Z]+(?:\s*\^\s*\{?[23]\}?)?)?"
    r"|(?<=\d)\s(?:m|g|h|s|l|L)(?:\s*\^\s*\{?[23]\}?)?(?:/[a-z]+(?:\s*\^\s*\{?[23]\}?)?)?"
    r"|(?<=\d)(?:cm|km|mm|kg|m|g)(?:\^\{[23]\}))\s*$",
    re.DOTALL,
)
_NOT_UNITS = re.compile(r"^(?:(?i:if|for|where|when|mod|and|or|sin|cos|tan|ln|log|base|is|are|pi|to)|[iexyznk])\b")
# Short units that are read as such with no text group round them; Pa and eV may be products of letters.
_NO_PRODUCTS = frozenset(TABLE) - {"Pa", "eV"}
_BARE = re.compile(
    r"(?P<value>[-+]?\d[\d.]*(?:\s*(?:\\times|\\cdot)\s*10\s*\^\s*(?:\{-?\d+\}|\d))?)\s*"
    r"(?P<unit>(?:[a-zA-Z]|\\mu\s*|\\Omega|\\cdot|[/ ]|\^\s*\{?-?\d\}?)+)\Z"
)
_BEHIND = re.compile(r"\s{0,3}([a-zA-Z]{1,20}(?:[ /][a-zA-Z]{1,20}){0,3}(?:\^\{?[23]\}?)?)(?=[.,;!?)]|\s{0,3}\Z)")
_TICKS = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*('{1,2}|\^\s*\{?\s*(?:\\prime\s*){1,2}\}?)\s*")
_NAME = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])")
_FUNCTION = re.compile(r"\\(?:sin|cos|tan|cot|sec|csc)(?![a-zA-Z])|(?<![a-zA-Z])cis(?![a-zA-Z])")


def split_unit(text: str) -> tuple[str, str]:
    """The value and the unit's words; the unit is empty where there is none."""
    ticks = _TICKS.fullmatch(text)
    if ticks is not None:
        return ticks[1], "'" if len(ticks[2]) == 1 or ticks[2].count("prime") == 1 else "''"
    match = _TRAILING_TEXT.match(text)
    if match is not None:
        words = re.sub(r"\\(?:text|frac|cdot)", "", match["unit"]).replace("\\mu", "micro")
        if not re.search(r"[^\W\d_]", words) or _NOT_UNITS.match(words.strip(" {}")):
            return text, ""
        if match["unit"].startswith("^") and _FUNCTION.search(match["value"]):  # sin 30 degrees is a number
            return text, ""
        if re.search(r"\d|\\pi", match["value"]) or match["unit"].startswith("^"):
            value, micro, _ = match["value"].strip().partition("\\mu")
            micro = micro if value and match["value"].strip().endswith("\\mu") else ""
            return (value if micro else match["value"]).strip(), micro + _named(match["unit"])
        return text, ""
    match = _TRAILING_WORD.match(text)
    if match is not None and not _NOT_UNITS.match(match["unit"].strip()) and re.search(r"\d", match["value"]):
        if "\\" in match["value"] and not re.search(r"(?:[\d})]|\\pi)\s*$", match["value"]):
            return text, ""
        words = match["unit"].strip()
        first = re.match(r"[a-zA-Z]+(?!\s+[a-zA-Z]{3})", words)
        if first is not None and len(first[0]) in (2, 3) and first[0] not in _NO_PRODUCTS:  # 3xy and mv^2 are products
            return text, ""
        if re.match(r"[a-zA-Z](?![a-zA-Z])", words) and _NAME.search(match["value"]):  # c^2 m is a product
            return text, ""
        return match["value"].strip(), _named(words)
    return text, ""


def _named(words: str) -> str:
    if words.startswith("^") and re.search(r"[CF]", words):
        return "°C" if "C" in words else "°F"
    words = re.sub(r"\\frac\s*\{\s*(\\text\s*\{[^{}]*\}[^{}]*)\}\s*\{\s*(\\text\s*\{[^{}]*\}[^{}]*)\}", r"\1/\2", words)
    words = re.sub(r"\\text\s*\{([^{}]*)\}", r"\1", words)
    words = re.sub(r"\s*\^\s*\{?(-?\d)\}?", r"^\1", words)
    words = re.sub(r"\\mu\s+(?=[a-zA-Z])", r"\\mu", words)
    words = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", words, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", words).strip(" .")


def bare_unit(text: str) -> tuple[str, str] | None:
    """The number and the unit of `3600 J` or `25 m s^{-1}`, which might be products of names; None for others."""
    match = _BARE.match(text.strip())
    if match is None:
        return None
    unit = _named(match["unit"].strip())
    return (match["value"], unit) if _measured(unit) is not None else None


def unit_behind(text: str, at: int) -> str:
    """The known unit, as a group of text, that stands at a place and ends its sentence or clause; empty without one."""
    match = _BEHIND.match(text, at)
    return f"\\text{{{match[1]}}}" if match is not None and are_known(match[1], match[1]) else ""


# One name, two units; and nouns whose plural is not made by an s.
_LIKE = tuple(
    frozenset(names.split())
    for names in ("sterling GBP pound pounds", "' ft foot feet", "'' in inch inches", "person persons people")
)
_PLURALS = {"children": "child", "men": "man", "women": "woman", "mice": "mouse", "geese": "goose", "dice": "die"}


def ratio(unit: str, other: str) -> Fraction | None:
    """How many of `other` one `unit` is; None where they are not of one dimension, or not known."""
    one, two = _measured(unit), _measured(other)
    unknown = one is None or two is None  # MJ is not mJ, but Apples are apples
    if (
        unit == other
        or (unknown and _plain(_with_powers(unit)) == _plain(_with_powers(other)))
        or any({unit, other} <= names for names in _LIKE)
    ):
        return Fraction(1)
    if one is None or two is None or one[0] != two[0]:
        return None
    return one[1] / two[1]


def are_known(unit: str, other: str) -> bool:
    """Whether both are units of the table, or powers of one name, so that a difference between them is certain."""
    names = [_plain(_with_powers(name)).partition("^") for name in (unit, other)]
    if names[0][0] == names[1][0] and names[0] != names[1]:
        return True
    return _measured(unit) is not None and _measured(other) is not None


def _measured(unit: str) -> tuple[dict[str, int], Fraction] | None:
    """The dimensions and the size of a unit such as `km/h` or `square feet`; None where a part is not known."""
    if unit in TABLE:
        return TABLE[unit]
    words = re.sub(r"\s*\b(?:per|an?)\b\s*", "/", unit).replace("\\cdot", " ").replace("//", "/")
    words = _with_powers(re.sub(r"(?<=[a-zA-Z])-(?=[a-zA-Z])", " ", words))
    dimensions: dict[str, int] = {}
    size = Fraction(1)
    for at, side in enumerate(words.split("/")):
        for token in side.split():
            name, _, power = token.partition("^")
            found = size_of(name)
            if found is None or not re.fullmatch(r"-?\d?", power):
                return None
            times = int(power or "1") * (-1 if at else 1)
            size *= found[1] ** times
            for dimension, exponent in found[0].items():
                dimensions[dimension] = dimensions.get(dimension, 0) + exponent * times
    dimensions = {name: exponent for name, exponent in dimensions.items() if exponent}
    return (dimensions, size) if dimensions else None


def _with_powers(words: str) -> str:
    """Square feet and cubic metres as ft^2 and m^3 are written."""
    words = re.sub(r"\b(?:square|sq\.?)\s+([a-zA-Z]+)", r"\1^2", words)
    words = re.sub(r"\b(?:cubic|cu\.?)\s+([a-zA-Z]+)", r"\1^3", words)
    return re.sub(r"\b([a-zA-Z]+)\s+(squared|cubed)\b", lambda m: f"{m[1]}^{2 if m[2] == 'squared' else 3}", words)


def _plain(unit: str) -> str:
    return re.sub(r"\w+", lambda word: _PLURALS.get(word[0], word[0].removesuffix("s")), unit.casefold()).strip()


def is_angle(unit: str) -> bool:
    """Whether the unit is degrees of an angle."""
    return TABLE.get(unit, ({}, 0))[0] == {"angle": 1}


def is_radians(unit: str) -> bool:
    """Whether the unit is radians."""
    return TABLE.get(unit, ({}, 0))[0] == {"radians": 1}


def are_temperatures(unit: str, other: str) -> bool:
    """Whether both are scales of temperature, which no factor converts."""
    return unit[:1] == other[:1] == "°"
