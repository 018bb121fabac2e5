"""What a step of a recipe is, what it is given, and what it comes to."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ot_code.inputs import Table


@dataclass(frozen=True, slots=True)
class Context:
    """What a build gives its steps beside rows. base: the folder that a recipe's paths start from.

    engine, ray_address: where programs run, as VerifyConfig has it. cache: folder of verdicts and replies that outlives
    changes. dry: a few rows only, to see whether all of it runs: nothing is pushed (models are asked), and a mix takes
    what there is. before: kind and folder of each step that is done, the first being the sources where they are one
    folder. answers: of the last verify or sample: right or all. recipe: its file, and its name. push: where the dataset
    goes on the hub; None: nowhere.
    """

    base: Path
    cache: Path
    jobs: int | None = None
    jails: Mapping[str, Any] = field(default_factory=dict)
    engine: str = "local"
    ray_address: str | None = None
    dry: bool = False
    quiet: bool = False
    before: tuple[tuple[str, Path], ...] = ()
    answers: str = "right"
    recipe: Path | None = None
    name: str | None = None
    push: str | None = None

    def say(self, name: str) -> None:
        """Says on stderr which part begins."""
        if not self.quiet:
            sys.stderr.write(f"== {name}\n")
            sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Done:
    """What a step came to.

    counts: read, kept, removed, reasons, by_source, by_domain, times. table: of the rows that go on, None where none
    are left. faults: rows with a fault of ours, where they are more than may be.
    """

    counts: Mapping[str, Any]
    table: Table | None
    faults: int = 0


class Step(Protocol):
    """A step, checked."""

    @property
    def name(self) -> str:
        """Its key in a recipe."""

    def settings(self) -> Mapping[str, Any]:
        """What it was asked, for people."""

    def run(self, table: Table, out: Path, context: Context) -> Done:
        """Runs it into the folder `out`, or finds it done there already."""


def place_of(spec: str, base: Path) -> str:
    """What a recipe names: a file or glob beside the recipe where there is one, else the name as it is."""
    beside = base / spec
    is_there = beside.exists() or any(letter in beside.name for letter in "*?[")
    return str(beside) if is_there and not Path(spec).is_absolute() else spec
