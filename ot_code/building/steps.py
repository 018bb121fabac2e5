"""The steps that a recipe can name: what each is asked, how it runs over a table, and which rows it hands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ot_code.building.base import Context, Done, Step, place_of
from ot_code.building.publishing import PublishStep
from ot_code.building.tables import kept_table
from ot_code.building.verifying import SampleStep, VerifyStep
from ot_code.errors import MadeOtherwiseError
from ot_code.given import Given
from ot_code.inputs import Table
from ot_code.stages.base import Stage
from ot_code.stages.decontaminate import Decontaminate
from ot_code.stages.deduplicate import Deduplicate
from ot_code.stages.filter import Filter
from ot_code.stages.folder import KEPT, run_stage
from ot_code.stages.mix import Mix
from ot_code.stages.rate import Rate


@dataclass(frozen=True, slots=True)
class StageStep:
    """A step that is a stage of rows in and rows out. for_dry: the stage that runs over a few rows in its place."""

    stage: Stage
    for_dry: Stage | None = None

    @property
    def name(self) -> str:
        """The stage's."""
        return self.stage.name

    def settings(self) -> Mapping[str, Any]:
        """The stage's."""
        return self.stage.settings()

    def run(self, table: Table, out: Path, context: Context) -> Done:
        """Raises as run_stage does."""
        stage = self.for_dry if context.dry and self.for_dry is not None else self.stage
        return staged(stage, table, out, context)


def staged(stage: Stage, table: Table, out: Path, context: Context, *, limit: int | None = None) -> Done:
    """One stage into `out`, which is the build's own: what was made there otherwise is made anew."""
    try:
        summary = run_stage(stage, table, out, limit=limit, quiet=context.quiet)
    except MadeOtherwiseError:
        summary = run_stage(stage, table, out, limit=limit, quiet=context.quiet, overwrite=True)
    return Done(summary, kept_table(out.name, [out / KEPT]) if summary["kept"] else None)


def _mix(given: Given) -> Step:
    mix = Mix.of(given)
    return StageStep(mix, replace(mix, short="take"))


@dataclass(frozen=True, slots=True)
class DecontaminateStep:
    """Holds rows against benchmarks, whose files are named from where the recipe stands."""

    stage: Decontaminate
    given: Mapping[str, Any]

    name = "decontaminate"

    @classmethod
    def of(cls, given: Given) -> DecontaminateStep:
        """From a recipe's table. Raises SettingError."""
        return cls(Decontaminate.of(given), given.plain)

    def settings(self) -> Mapping[str, Any]:
        """As given: the benchmarks are opened where they are needed."""
        return self.given

    def opened(self, base: Path) -> Decontaminate:
        """The stage with its benchmarks open. Raises InputError or UsageError for one that cannot be."""
        asked = self.stage
        stage = Decontaminate(
            [place_of(spec, base) for spec in asked.against],
            column=asked.column,
            against_column=asked.against_column,
            threshold=asked.threshold,
            ngram=asked.ngram,
        )
        stage.settings()
        return stage

    def run(self, table: Table, out: Path, context: Context) -> Done:
        """Raises as run_stage and `opened` do."""
        return staged(self.opened(context.base), table, out, context)


@dataclass(frozen=True, slots=True)
class RateStep:
    """Has a model rate problems; what it said outlives changes of the recipe."""

    stage: Rate

    name = "rate"

    def settings(self) -> Mapping[str, Any]:
        """The stage's."""
        return self.stage.settings()

    def run(self, table: Table, out: Path, context: Context) -> Done:
        """Raises as run_stage does."""
        return staged(self.stage.kept_in(context.cache), table, out, context)


STAGES: Mapping[str, Callable[[Given], Step]] = {
    "filter": lambda given: StageStep(Filter.of(given)),
    "deduplicate": lambda given: StageStep(Deduplicate.of(given)),
    "decontaminate": DecontaminateStep.of,
    "rate": lambda given: RateStep(Rate.of(given)),
    "mix": _mix,
    "verify": VerifyStep.of,
    "sample": SampleStep.of,
    "publish": PublishStep.of,
}
