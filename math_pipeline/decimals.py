"""Decimals as they are written: with a comma of LaTeX's, a block that repeats, or dots that go on."""

from __future__ import annotations

import re

_REPEATING = re.compile(r"(\d+)\.(\d*)(?:\\overline|\\dot|\\bar)\s*\{?(\d+)\}?")
_DOTTED = re.compile(r"(\d+)\.(\d*)\\dot\s*\{?(\d)\}?(\d*)\\dot\s*\{?(\d)\}?")
_BARRED = re.compile(r"(?<![\d.\\])\\overline\s*\{\s*(\d+)\s*\}(?![\d_])")  # digits side by side are a number
_REPEATING_TEXT = re.compile(r"(?<![\d.])(\d+)\.(\d*)\((\d+)\)")
# LaTeX writes {,} within a number alone; what it parts here are no thousands.
_DECIMAL_COMMA = re.compile(r"(?<![\d.,}])(\d+)\{,\}(\d{1,2}|(?<=\b0\{,\})\d+|\d{4,})(?![\d.{])")
CUT_OFF = re.compile(r"(\d\.\d{3,40})\s*\.{3}(?=[\s$.}]*\Z)")
_GOES_ON = re.compile(r"^(\s*-?)(\d+)\.(\d{3,40})\s*\\ldots\s*$")


def read(text: str) -> str:
    """The text with decimals that repeat as fractions, and with points in all others."""
    text = _DOTTED.sub(lambda m: _repeating(m[1], m[2], m[3] + m[4] + m[5]), text)
    text = _REPEATING.sub(lambda m: _repeating(m[1], m[2], m[3]), text)
    if re.fullmatch(r"\s*-?\d+,\d*\(\d+\)\s*", text):
        text = text.replace(",", ".")
    if "{,}" in text:
        text = _DECIMAL_COMMA.sub(r"\1.\2", text)
    if "\\ldots" in text:
        text = _GOES_ON.sub(_recurring, text)
    text = _BARRED.sub(r"\1", text)
    if re.fullmatch(r"\s*-?\d+\.\d*\(\d+\)\s*", text):
        text = _REPEATING_TEXT.sub(lambda m: _repeating(m[1], m[2], m[3]), text)
    return text


def _recurring(match: re.Match[str]) -> str:
    """0.1666... as a fraction: its digits end in a block three times, or are all a block of three or more, twice."""
    sign, whole, digits = match.groups()
    for length in range(1, len(digits) // 2 + 1):
        block = digits[-length:]
        times = 1
        while digits.endswith(block * (times + 1)):
            times += 1
        if block.strip("0") and (times > 2 or (length > 2 and 2 * length == len(digits) and times == 2)):
            return sign + _repeating(whole, digits[: len(digits) - times * length], block)
    return match[0]


def _repeating(whole: str, fixed: str, period: str) -> str:
    if len(fixed) + len(period) > 60:
        return f"{whole}.{fixed}\\overline{{{period}}}"
    below = 10 ** len(fixed) * (10 ** len(period) - 1)
    above = int(whole + fixed + period) - int(whole + fixed)
    return f"\\frac{{{above}}}{{{below}}}"
