"""Units of measure: told apart from values, and converted where both answers name one."""

from __future__ import annotations

import re
from fractions import Fraction

# name -> (dimension, how many of the dimension's first unit)
_TABLE: dict[str, tuple[str, Fraction]] = {}


def _define(dimension: str, **units: str) -> None:
    for size, names in units.items():
        number = Fraction(size.removeprefix("x").replace("_", "/"))
        for name in names.split():
            _TABLE[name] = (dimension, number)


_define("length", x1="m meter meters metre metres", x1_100="cm centimeter centimeters centimetre centimetres",
        x1_1000="mm millimeter millimeters", x1000="km kilometer kilometers kilometre kilometres",
        x127_5000="in inch inches", x381_1250="ft foot feet", x1143_1250="yd yard yards",
        x201168_125="mi mile miles")  # fmt: skip
_define("time", x1="s sec secs second seconds", x60="min mins minute minutes", x3600="h hr hrs hour hours",
        x86400="day days", x604800="week weeks")  # fmt: skip
_define("mass", x1="g gram grams", x1000="kg kilogram kilograms", x1000000="ton tons tonne tonnes",
        x1_1000="mg milligram milligrams")  # fmt: skip
_define("volume", x1="l L liter liters litre litres", x1_1000="ml mL milliliter milliliters")
_define("money", x1="dollar dollars usd USD", x1_100="cent cents")
_define("euro", x1="euro euros EUR")
_define("yuan", x1="yuan RMB")
_define("angle", x1="degree degrees deg ^{\\circ}")

_COMPOUND = re.compile(
    r"^(?:square|sq\.?|cubic|cu\.?)?\s*([a-zA-Z]+)\.?\s*(?:\^?\{?[23]\}?)?(?:\s*(?:/|per)\s*(?:square\s+)?[a-zA-Z]+(?:\^?\{?[23]\}?)?)*$"
)
_TRAILING_TEXT = re.compile(
    r"^(?P<value>.*?[\d)}\]a-zA-Z])\s*(?P<unit>\\text\s*\{(?P<inside>[^{}]*)\}(?:\s*\^\s*\{?\d\}?)?"
    r"(?:\s*/\s*\\text\s*\{[^{}]*\}(?:\s*\^\s*\{?\d\}?)?)?|\^\{\\circ\}(?:\s*[CF])?)\s*$",
    re.DOTALL,
)
_TRAILING_WORD = re.compile(
    r"^(?P<value>[-+]?\s*(?:\d[\d.,]*(?:\s+\d+/\d+)?(?:/\d+)?|\\frac\{\d+\}\{\d+\}|.*?[\d})]))\s*(?P<unit>[a-zA-Z]{2,}(?:\s+[a-zA-Z]+){0,3}(?:\s*\^\s*\{?[23]\}?)?(?:\s*/\s*[a-zA-Z]+)?|(?<=\d)\s(?:m|g|h|s|l|L)(?:\s*\^\s*\{?[23]\}?)?(?:/[a-z]+)?|(?<=\d)(?:cm|km|mm|kg|m|g)(?:\^\{[23]\}))\s*$",
    re.DOTALL,
)
_NOT_UNITS = re.compile(
    r"^(?:if|for|where|when|mod|and|or|sin|cos|tan|ln|log|base|is|are|pi|i|e|x|y|z|n|k)\b", re.IGNORECASE
)


def split_unit(text: str) -> tuple[str, str]:
    """The value and the unit's words; the unit is empty where there is none."""
    match = _TRAILING_TEXT.match(text)
    if match is not None:
        words = match["inside"] if match["inside"] is not None else match["unit"]
        if not re.search(r"[a-zA-Z]|circ", words) or _NOT_UNITS.match(words.strip()):
            return text, ""
        if re.search(r"\d", match["value"]) or match["unit"].startswith("^"):
            return match["value"].strip(), _named(match["unit"])
        return text, ""
    match = _TRAILING_WORD.match(text)
    if match is not None and not _NOT_UNITS.match(match["unit"].strip()) and re.search(r"\d", match["value"]):
        if "\\" in match["value"] and not re.search(r"[\d})]\s*$", match["value"]):
            return text, ""
        words = match["unit"].strip()
        if re.fullmatch(r"[a-zA-Z]{2,3}", words) and words not in _TABLE:  # 3xy is a product
            return text, ""
        return match["value"].strip(), _named(words)
    return text, ""


def _named(words: str) -> str:
    words = re.sub(r"\\text\s*\{([^{}]*)\}", r"\1", words)
    words = re.sub(r"\^\s*\{?([23])\}?", r"^\1", words)
    return re.sub(r"\s+", " ", words).strip(" .")


def ratio(unit: str, other: str) -> Fraction | None:
    """How many of `other` one `unit` is; None where they are not of one dimension, or not known."""
    if _plain(unit) == _plain(other):
        return Fraction(1)
    one, two = _TABLE.get(unit), _TABLE.get(other)
    if one is None or two is None or one[0] != two[0]:
        return None
    return one[1] / two[1]


def are_known(unit: str, other: str) -> bool:
    """Whether both are units of the table, so that a difference between them is certain."""
    return unit in _TABLE and other in _TABLE


def _plain(unit: str) -> str:
    words = unit.casefold().replace("square ", "").replace("cubic ", "")
    words = re.sub(r"\^[23]|s\b", "", words)
    return words.strip()


def is_angle(unit: str) -> bool:
    """Whether the unit is degrees of an angle."""
    return _TABLE.get(unit, ("", 0))[0] == "angle"
