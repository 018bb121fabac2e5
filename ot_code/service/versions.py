"""Versions and the ranges in which clients ask for them, as npm's semver has them."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d+(?:\.\d+){0,2}")
_COMPARISON = re.compile(r"(>=|<=|>|<|=|\^|~)?\s*v?(\*|[xX]|\d+(?:\.(?:\d+|[xX*])){0,2})?$")
Version = tuple[int, int, int]


def number_in(text: str) -> str:
    """The first version in a toolchain's words, with three parts; 0.0.0 where there is none."""
    found = re.search(r"\d+\.\d+(?:\.\d+)?", text) or _NUMBER.search(text)
    parts = (found.group(0) if found else "0").split(".")
    return ".".join([*parts, "0", "0"][:3])


def fits(version: str, wanted: str) -> bool:
    """Whether a version lies in a range such as *, 3.x, 3.10.0, ^3.10, ~3.10.2, >=3 <4, 2 || 3."""
    have = _triple(version.split("."))
    return any(all(_holds(have, word) for word in _words(part)) for part in wanted.split("||"))


def _words(part: str) -> list[str]:
    return re.sub(r"(>=|<=|>|<|=|\^|~)\s+", r"\1", part.strip()).split() or ["*"]


def _holds(have: Version, word: str) -> bool:
    found = _COMPARISON.match(word)
    if found is None:
        return False
    sign, text = found.group(1) or "", found.group(2) or "*"
    parts = [part for part in text.split(".") if part.isdigit()]
    if not parts:
        return sign not in (">", "<")
    low = _triple(parts)
    high = _after(parts)
    if sign == "^":
        first = next((at for at, part in enumerate(parts) if int(part)), len(parts) - 1)
        high = _after(parts[: first + 1])
    elif sign == "~":
        high = _after(parts[:2])
    return {
        ">=": have >= low, ">": have >= high, "<": have < low, "<=": have < high,
    }.get(sign, low <= have < high)  # fmt: skip


def _triple(parts: list[str]) -> Version:
    one, two, three = ([int(part) if part.isdigit() else 0 for part in parts] + [0, 0, 0])[:3]
    return one, two, three


def _after(parts: list[str]) -> Version:
    """The first version that no longer begins with these parts."""
    return _triple([*parts[:-1], str(int(parts[-1]) + 1)])
