"""How long until something happens: a jail's start, and `ot-code --help`."""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks.measure import Line, Rounds, Size, compared, quartiles, timed_ms
from sandbox import Sandbox


def jail(size: Size) -> list[Line]:
    """A new Sandbox until its first program has ended, less what the second program took."""
    samples = Rounds(size.starts).interleave(
        {"a jail": lambda: _start_ms("print(1)"), "with numpy": lambda: _start_ms("import numpy\nprint(1)")}
    )
    plain, heavy = samples["a jail"], samples["with numpy"]
    return [
        Line("start of a jail", statistics.median(plain), "ms", spread=quartiles(plain), wanted=("<=", 100.0)),
        Line("start of a jail with numpy imported", statistics.median(heavy), "ms", spread=quartiles(heavy)),
    ]


def _start_ms(source: str) -> float:
    with Sandbox(jobs=1) as sandbox:
        first = timed_ms(lambda: sandbox.run(source))
        return first - timed_ms(lambda: sandbox.run(source))


def help_text(size: Size) -> list[Line]:
    """`ot-code --help`, in whole, beside an interpreter that does nothing."""
    nothing = "python3 -c pass"
    samples = Rounds(size.starts).interleave(
        {
            "--help": lambda: timed_ms(lambda: _silent(["-m", "ot_code", "--help"])),
            nothing: lambda: timed_ms(lambda: _silent(["-c", "pass"])),
        }
    )
    line = compared("ot-code --help", samples, "--help", nothing, says="ours/baseline")
    took = samples["--help"]
    return [
        Line("ot-code --help", statistics.median(took), "ms", spread=quartiles(took), wanted=("<=", 150.0)),
        line,
    ]


def _silent(options: list[str]) -> None:
    subprocess.run([sys.executable, *options], stdout=subprocess.DEVNULL, check=True)
