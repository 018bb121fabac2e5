"""LaTeX as the parser of symbols.py reads it right: what it would misread, spelled in another way."""

from __future__ import annotations

import re
from math import comb, perm

_DECIMAL = re.compile(r"(?<![\w}])(\d*)\.(\d+)")
_DEGREES = re.compile(r"(\d+(?:\.\d+)?|\\frac\{\d+\}\{\d+\})\s*\^\{\\circ\}")
_DOUBLE_OF_NAME = re.compile(r"\(\s*2\s*([a-z])\s*(?:([-+])\s*(\d{1,3}))?\s*\)\s*!!(?!!)")
_DERIVATIVE = re.compile(
    r"\\frac\s*\{\s*(?:d|\\partial)(?:\^\{?(?P<order>\d)\}?)?\s*(?P<name>[a-zA-Z])\s*\}"
    r"\s*\{\s*(?:d|\\partial)\s*(?P<of>[a-zA-Z])\s*(?:\^\{?\d\}?)?\s*\}"
)
_DOUBLE_FACTORIAL = re.compile(r"(?<![\d.])(\d{1,3})!!(?!!)")
_CHOSEN = re.compile(
    r"(?<![\\a-zA-Z}])(?:\{\}\s*)?\{?([CA])\}?_(?:\{(\d{1,3})\}|(\d))\^(?:\{(\d{1,3})\}|(\d)(?!\d))(?!!)"
)
_PRIMES = re.compile(r"(?<![\\a-zA-Z])([a-zA-Z])('+)")
_NEGATIVE_POWER = re.compile(r"\^\s*([-+])\s*(\d+|[a-zA-Z])(?![\d.])")
_ROW_END = re.compile(r"\\\\")


def respelled(latex: str) -> str:
    """The expression with exact decimals, angles in radians, and choices, double factorials and primes spelled out."""
    text = latex.strip()
    if "matrix" in text:
        text = _ROW_END.sub(r" \\\\ ", text).replace("&", " & ")
        text = re.sub(r"(?<![a-zA-Z\\])d(?=\s*(?:\\end|\\\\|&))", "{d}", text)  # no differential
    if "circ" in text:
        text = _DEGREES.sub(lambda m: f"(\\frac{{{m[1]} \\cdot \\pi}}{{180}})", text)
    if "frac" in text:
        text = _DERIVATIVE.sub(lambda m: f"{m['name']}_{{d{m['of']}{m['order'] or 1}}}", text)
    if "!!" in text:
        text = _DOUBLE_OF_NAME.sub(_double_of_name, text)
        text = _DOUBLE_FACTORIAL.sub(lambda m: str(_double(int(m[1]))), text)
    text = _CHOSEN.sub(_chosen, text)
    text = _PRIMES.sub(lambda m: f"{m[1]}_{{prime{len(m[2])}}}", text)
    text = _NEGATIVE_POWER.sub(r"^{\1\2}", text)
    text = re.sub(r"\\lg(?![a-zA-Z])", r"\\log_{10}", text)
    return _DECIMAL.sub(_as_fraction, text)


def _double_of_name(match: re.Match[str]) -> str:
    """(2n - 1)!! and (2n)!! by plain factorials."""
    offset = int((match[2] or "+") + (match[3] or "0"))
    half = f"({match[1]}{(offset + 1) // 2:+d})"
    even = f"2^{{{half}}} \\cdot {half}!"
    return f"(\\frac{{(2 \\cdot {half})!}}{{{even}}})" if offset % 2 else f"({even})"


def _double(value: int) -> int:
    product = 1
    for factor in range(value, 1, -2):
        product *= factor
    return product


def _chosen(match: re.Match[str]) -> str:
    """C_5^2 as how many pairs there are in five, A_5^2 as how many ordered ones."""
    first, second = int(match[2] or match[3]), int(match[4] or match[5])
    if second > first:
        return match[0]
    return f"({(comb if match[1] == 'C' else perm)(first, second)})"


def _as_fraction(match: re.Match[str]) -> str:
    return f"\\frac{{{int(match[1] + match[2])}}}{{1{'0' * len(match[2])}}}"
