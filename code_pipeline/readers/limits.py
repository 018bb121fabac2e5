"""Limits as datasets write them: numbers, English ("2.5 seconds", "256 megabytes"), and Duration structs."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.types import ProblemLimits

_SECONDS = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "second(s)": 1.0,
    "ms": 1e-3, "msec": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0,
}  # fmt: skip
_MEGABYTES = {
    "b": 2.0**-20, "byte": 2.0**-20, "bytes": 2.0**-20,
    "k": 2.0**-10, "kb": 2.0**-10, "kib": 2.0**-10, "kilobyte": 2.0**-10, "kilobytes": 2.0**-10,
    "m": 1.0, "mb": 1.0, "mib": 1.0, "megabyte": 1.0, "megabytes": 1.0, "mebibytes": 1.0,
    "g": 2.0**10, "gb": 2.0**10, "gib": 2.0**10, "gigabyte": 2.0**10, "gigabytes": 2.0**10,
}  # fmt: skip
# "1 - 2 seconds": the larger of the two, which comes last
_ENGLISH = re.compile(r"(?:[0-9.]{1,20} ?(?:-|to) ?)?([0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15}) ?([a-z()]{0,20})\.?")


def time_limit_s(value: Any, column: str) -> float | None:
    """Seconds, or None where the row says nothing (null, empty, 0, NaN). Raises RowError for what is no time."""
    if isinstance(value, Mapping):
        value = _duration(value, column)
    elif isinstance(value, dt.timedelta):
        value = value.total_seconds()
    return _positive(_number(value, column, _SECONDS, "2 seconds"), column)


def stated_limits(row: Mapping[str, Any]) -> ProblemLimits:
    """Those of a plain row: they bind as it says them, unless `limits_for_cpp` says that they were set for C++."""
    return ProblemLimits(
        time_limit_s(row.get("time_limit_s"), "time_limit_s"),
        memory_limit_mb(row.get("memory_limit_mb"), "memory_limit_mb"),
        tuned_for_cpp=row.get("limits_for_cpp") is True,
    )


def memory_limit_mb(value: Any, column: str, *, unit_mb: float = 1.0) -> float | None:
    """MiB, or None where the row says nothing. unit_mb: what a bare number counts. Raises RowError."""
    number = _number(value, column, _MEGABYTES, "256 megabytes", bare=unit_mb)
    return _positive(number, column)


def _duration(value: Mapping[str, Any], column: str) -> float:
    seconds, nanos = value.get("seconds"), value.get("nanos")
    for part in (seconds, nanos):
        if part is not None and (isinstance(part, bool) or not isinstance(part, (int, float)) or abs(part) > 1e15):
            raise RowError(f"column `{column}`: a duration's seconds and nanos must be numbers, not {part!r:.60}")
    return float(seconds or 0) + float(nanos or 0) / 1e9


def _number(value: Any, column: str, units: Mapping[str, float], example: str, *, bare: float = 1.0) -> float | None:
    if value is None:
        return None
    if isinstance(value, Decimal):  # a column of decimals
        value = float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value * bare if isinstance(value, float) or abs(value) < 10**15 else math.inf
    if not isinstance(value, str):
        raise RowError(f"column `{column}`: a limit is a number or a text such as {example!r}, not {value!r:.60}")
    text = " ".join(value[:100].lower().split())
    if text in ("", "none", "null", "nan", "unlimited"):
        return None
    match = _ENGLISH.fullmatch(text)
    factor = None if match is None else units.get(match[2]) if match[2] else bare
    if match is None or factor is None:
        raise RowError(
            f"column `{column}`: {value!r:.60} is not a limit; write a number, or a text such as {example!r}"
        )
    return float(match[1]) * factor


def _positive(number: float | None, column: str) -> float | None:
    if number is None or math.isnan(number) or number == 0:
        return None
    if number < 0 or math.isinf(number):
        raise RowError(f"column `{column}`: a limit of {number} cannot be used; leave it empty for the default")
    return number
