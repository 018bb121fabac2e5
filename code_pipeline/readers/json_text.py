"""JSON text to values, as other people write it: NaN, integers of any length, lone surrogates, hostile nesting.

The standard library's parser is used throughout: it keeps integers exact where faster ones turn those over 64 bits
into floats, and it makes no copy of the text.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

MAX_INT_DIGITS = 100_000
_PYTHON_INT_DIGITS = 4_300  # beyond it, int(text) refuses on Python 3.11 and later
_SURROGATE = re.compile("[\ud800-\udfff]")


def _integer(digits: str) -> int:
    if len(digits) <= _PYTHON_INT_DIGITS:
        return int(digits)
    if len(digits) > MAX_INT_DIGITS:
        raise ValueError(f"an integer of {len(digits)} digits (at most {MAX_INT_DIGITS} are read)")
    return int(Decimal(digits))


def loads(text: str) -> Any:
    """The value of a JSON text. Raises ValueError with a short reason."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:
        return _loads_long_integers(text)


def _loads_long_integers(text: str) -> Any:
    # Slower, since each integer passes through Python, so only for texts that hold one too long for int().
    try:
        return json.loads(text, parse_int=_integer)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def has_lone_surrogate(text: str) -> bool:
    """Whether the text cannot be written as UTF-8."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def without_lone_surrogates(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD, and pairs of them joined."""
    if not has_lone_surrogate(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
