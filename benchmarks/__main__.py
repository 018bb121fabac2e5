"""`python -m benchmarks`: measures everything, prints one table. Exit code 1 when a figure is not as wanted."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence

from benchmarks import (
    containers,
    math,
    rewards,
    sampling,
    service,
    similar,
    starts,
    tests_cpp,
    tests_languages,
    tests_python,
    whole,
)
from benchmarks.measure import FULL, QUICK, TINY, Line, Size, machine

BENCHMARKS: dict[str, Callable[[Size], list[Line]]] = {
    "floors": tests_python.floors,
    "jails": tests_python.jails,
    "interpreters": tests_python.interpreters,
    "numpy": tests_python.numpy_programs,
    "cpp": tests_cpp.compiled,
    "languages": tests_languages.tiny_runs,
    "docker": containers.docker,
    "start": starts.jail,
    "help": starts.help_text,
    "verify": whole.verify,
    "math": math.math,
    "service": service.service,
    "rewards": rewards.rewards,
    "sampling": sampling.sampling,
    "similar": similar.similar,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures what is asked for; 0 when every figure is as wanted, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which ones (default: all)", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a minute or two")
    parser.add_argument("--tiny", action="store_true", help="one round: whether it works, figures that say nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    options = parser.parse_args(arguments)
    size = TINY if options.tiny else QUICK if options.quick else FULL
    where = machine()
    lines: list[Line] = []
    for name in options.names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        lines += BENCHMARKS[name](size)
    if options.json:
        rows = [{**dataclasses.asdict(line), "met": line.met} for line in lines]
        print(json.dumps({"machine": where, "rounds": size.rounds, "lines": rows}, indent=1))
    else:
        print(table(lines))
        print(f"\nMedians of {size.rounds} interleaved rounds, quartiles in brackets. {where}.")
    return 1 if any(line.met is False for line in lines) else 0


def table(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table."""
    rows = ["| what | ours | baseline | ratio | wanted | |", "|---|---|---|---|---|---|"]
    rows += [f"| {line.name} | {' | '.join(_cells(line))} |" for line in lines]
    return "\n".join(rows)


def _cells(line: Line) -> list[str]:
    ours = _figure(line.ours, line.unit)
    baseline = "" if line.baseline is None else f"{line.baseline_name}: {_figure(line.baseline, line.unit)}"
    spread = "" if line.spread is None else f" [{line.spread[0]:.3g}-{line.spread[1]:.3g}]"
    ratio = "" if line.ratio is None else f"{line.ratio:.3g}{spread} {line.says}"
    if line.ratio is None:
        ours += spread
    wanted = "" if line.wanted is None else f"{line.wanted[0]} {line.wanted[1]:g}"
    return [ours, baseline, ratio, wanted, {None: "", True: "yes", False: "NO"}[line.met]]


def _figure(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}".strip()


if __name__ == "__main__":
    sys.exit(main())
