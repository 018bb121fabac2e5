"""The limits under which a problem's submissions run: the row's own, or the defaults of its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.types import Problem
from sandbox import Limits, languages

LONGEST_S = 3_600.0  # CPU seconds of one test; a row that asks for more is broken
ALL = "all"  # among time factors: of every language and source
LARGEST_MB = 1_048_576.0  # 1 TiB


def limits_for(
    problem: Problem, language: str, defaults: Limits, time_factors: Mapping[str, float] | None = None
) -> Limits:
    """The limits of one test of `problem` for a program in `language`.

    A source tuned for C++: CPU = max(default, limit x the language's factor), memory = max(default, the row's). Other
    rows: as the row says, the default where it says nothing. The language's allowances are added: CPU seconds of
    starting up, and memory of its own machinery. Wall: 3 x CPU + 2 s. Everything else is as in `defaults`.
    time_factors: by language, in place of those in the sandbox's table; that of "all" is for a slow machine, and
    multiplies every CPU limit.
    Raises RowError for a limit that no problem has.
    """
    given, known = problem.limits, languages().get(language)
    cpu_s = _number("time_limit_s", given.time_limit_s, LONGEST_S)
    memory_mb = _number("memory_limit_mb", given.memory_limit_mb, LARGEST_MB)
    if given.tuned_for_cpp:
        factor = (time_factors or {}).get(language, known.time_factor if known else 1.0)
        cpu_s = max(defaults.cpu_time_s, (cpu_s or 0.0) * factor)
        memory_mb = max(defaults.memory_mb, memory_mb or 0.0)
    if cpu_s is None:
        cpu_s = defaults.cpu_time_s
    if memory_mb is None:
        memory_mb = defaults.memory_mb
    cpu_s = (cpu_s + (known.time_offset_s if known else 0.0)) * (time_factors or {}).get(ALL, 1.0)
    output_mb = _number("output_limit_mb", given.output_limit_mb, LARGEST_MB)
    return Limits(
        cpu_time_s=cpu_s,
        wall_time_s=3 * cpu_s + 2,
        memory_mb=math.ceil(memory_mb) + (known.memory_mb if known else 0),
        output_bytes=defaults.output_bytes if output_mb is None else math.ceil(output_mb * 2**20),
        scratch_mb=defaults.scratch_mb,
        processes=defaults.processes,
        open_files=defaults.open_files,
    )


def check_factors(time_factors: Mapping[str, float]) -> None:
    """Raises ValueError for a factor that is not a positive number."""
    for language, factor in time_factors.items():
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"the time factor of {language} must be a positive number, not {factor!r}")


def _number(name: str, value: Any, largest: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RowError(f"{name} must be a number, not {value!r}")
    if not 0 < value <= largest:  # false for NaN too
        raise RowError(f"{name} must be more than 0 and at most {largest:g}, not {_shown(value)}")
    return float(value)


def _shown(value: float) -> str:
    try:
        return f"{value:g}"
    except (OverflowError, ValueError):  # an integer beyond the range of floats
        return "an integer too large to use"
