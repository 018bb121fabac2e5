"""Lines of the table, sizes of a run, and medians over interleaved rounds."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Samples = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Size:
    """How much of everything is measured. rounds: of interleaved turns; the rest: how much one turn holds."""

    rounds: int
    programs: int
    forks: int
    processes: int
    header_processes: int
    compiled: int
    starts: int
    problems: int


FULL = Size(
    rounds=15, programs=10, forks=200, processes=10, header_processes=3, compiled=5, starts=15, problems=300
)  # fmt: skip
QUICK = Size(rounds=5, programs=5, forks=100, processes=5, header_processes=2, compiled=2, starts=5, problems=60)
TINY = Size(rounds=1, programs=1, forks=5, processes=1, header_processes=1, compiled=1, starts=1, problems=2)


@dataclass(frozen=True)
class Line:
    """One row of the table.

    ours and baseline: medians over the rounds, in `unit`. ratio: the median over the rounds of `says` ("ours/baseline"
    or "baseline/ours"). wanted: what the ratio, or `ours` where there is no baseline, should be: ("<=", 2.0); None: the
    figure is only stated. spread: the quartiles of the ratio.
    """

    name: str
    ours: float
    unit: str
    baseline_name: str = ""
    baseline: float | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    says: str = ""
    wanted: tuple[str, float] | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is as wanted; None where nothing is."""
        if self.wanted is None:
            return None
        sign, bound = self.wanted
        value = self.ours if self.ratio is None else self.ratio
        return value <= bound if sign == "<=" else value >= bound


@dataclass
class Rounds:
    """Turns of several contestants, each round one turn of each, so that a busy minute falls on all of them."""

    count: int
    samples: dict[str, list[float]] = field(default_factory=dict)

    def interleave(self, turns: Mapping[str, Callable[[], float]]) -> Samples:
        """The figure of every turn, by name. Every second round goes backwards, against drift."""
        for number in range(self.count):
            order = list(turns.items())
            for name, turn in order if number % 2 == 0 else reversed(order):
                self.samples.setdefault(name, []).append(turn())
        return self.samples


def compared(
    name: str,
    samples: Samples,
    ours: str,
    baseline: str,
    *,
    says: str,
    unit: str = "ms",
    wanted: tuple[str, float] | None = None,
) -> Line:
    """The line that compares two contestants round by round."""
    pairs = list(zip(samples[ours], samples[baseline], strict=True))
    ratios = [own / other if says.startswith("ours") else other / own for own, other in pairs]
    return Line(
        name,
        statistics.median(own for own, _ in pairs),
        unit,
        baseline_name=baseline,
        baseline=statistics.median(other for _, other in pairs),
        ratio=statistics.median(ratios),
        spread=quartiles(ratios),
        says=says,
        wanted=wanted,
    )


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The first and the third quartile."""
    if len(values) < 2:
        return values[0], values[0]
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


def timed_ms(call: Callable[[], object]) -> float:
    """Milliseconds on the clock that a call took."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def machine() -> str:
    """The line that says where the figures come from."""
    model = "unknown CPU"
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith(("model name", "Model")):
            model = text.partition(":")[2].strip()
            break
    cpus = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return f"{model}, {cpus} CPUs, Linux {platform.release()}, Python {platform.python_version()}, load {load:.1f}"
