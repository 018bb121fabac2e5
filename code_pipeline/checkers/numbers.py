"""Which tokens are numbers, and when two numbers are near enough. Contests' decimal notation only.

Not numbers: `nan`, `inf`, hexadecimal, underscores, anything over 400 characters, anything that overflows a float. All
of these are compared as text. A token is a *float* where it has a decimal point, or is one digit and an exponent
(`1e-05`, as printers write it): `12e4` and `00e1` are as likely pieces of a hash, and stay text.
"""

from __future__ import annotations

import math
import re

DEFAULT_TOLERANCE = 1e-6  # what contests ask for where they say nothing else

_NUMBER = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FLOAT = re.compile(rb"[+-]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[1-9][eE][+-]?[0-9]+)")
_LONGEST = 400


def is_float(token: bytes) -> bool:
    """Whether a token is a number that was written as a float."""
    return len(token) <= _LONGEST and _FLOAT.fullmatch(token) is not None


def number(token: bytes) -> float | None:
    """The number that a token is, None where it is none or does not fit a float."""
    if len(token) > _LONGEST or _NUMBER.fullmatch(token) is None:
        return None
    value = float(token)
    return value if math.isfinite(value) else None


def close(expected: float, actual: float, *, absolute: float, relative: float) -> bool:
    """Whether two finite numbers are within `absolute`, or within `relative` times the expected one, of each other."""
    difference = abs(expected - actual)
    return difference <= absolute or difference <= relative * abs(expected)
