"""Values of options; what they raise becomes argparse's message and exit code 2."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def count(text: str) -> int:
    """A whole number of at least 1."""
    value = int(text) if text.strip().isdigit() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return value


def count_or_none(text: str) -> int:
    """A whole number of at least 0."""
    return 0 if text.strip() == "0" else count(text)


def pair(example: str) -> Callable[[str], tuple[str, str]]:
    """Reads two texts with an equals sign between them, the last one in the text."""

    def read(text: str) -> tuple[str, str]:
        name, _, value = text.rpartition("=")
        if not name or not value:
            raise argparse.ArgumentTypeError(f"must look like {example}, not {text!r}")
        return name, value

    return read


def factor(text: str) -> tuple[str, float]:
    """A language and how much longer it may take."""
    language, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if not (language and math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"must look like python3=5, not {text!r}")
    return language, value


def share(text: str) -> float:
    """A share, as a number or in percent."""
    number, percent, rest = text.strip().partition("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = -1.0
    if rest or not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must be a share such as 0.1% or 0.001, not {text!r}")
    return value


def names(text: str) -> frozenset[str]:
    """Names with commas between them, in small letters."""
    return frozenset(name.strip().lower() for name in text.split(",") if name.strip())
