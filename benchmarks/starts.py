"""How long until something happens: a jail's start, and `ot-code --help`."""

from __future__ import annotations

import functools
import statistics
import subprocess
import sys
from contextlib import ExitStack

from benchmarks.measure import Line, Rounds, Size, compared, quartiles, timed_ms
from sandbox import Program, Run, Sandbox


def jail(size: Size) -> list[Line]:
    """A program in a jail that must be opened for it, less the same program in that jail once more.

    The first jail of all is left out: with it come the search for a bwrap and the self-test, which have a line of
    their own.
    """
    names = {"print(1)": "start of a jail", "import numpy\nprint(1)": "start of a jail with numpy imported"}
    with Sandbox(jobs=1) as sandbox, ExitStack() as held:
        first = timed_ms(lambda: sandbox.run("print(1)"))
        samples = Rounds(size.starts).interleave(
            {name: functools.partial(_start_ms, sandbox, held, source) for source, name in names.items()}
        )
    plain, heavy = samples.items()
    return [
        Line(plain[0], statistics.median(plain[1]), "ms", spread=quartiles(plain[1]), wanted=("<=", 100.0)),
        Line(heavy[0], statistics.median(heavy[1]), "ms", spread=quartiles(heavy[1])),
        Line("first program of a new Sandbox, self-test included", first, "ms"),
    ]


def _start_ms(sandbox: Sandbox, held: ExitStack, source: str) -> float:
    """Milliseconds of one start. The session stays open until all is measured, so that the next needs a new jail."""
    session = held.enter_context(sandbox.open(Program(source)))
    first = timed_ms(lambda: session.run([Run()]))
    return first - timed_ms(lambda: session.run([Run()]))


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
