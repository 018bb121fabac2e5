"""A build: each source as standard rows, then each step over what the one before it kept, in folders of their own.

OUT/sources/NN-name and OUT/stages/NN-name each know, in their run.json, what they were made of: the content of their
input and their settings. What is there and made of the same is not made again; what is there and made otherwise is made
anew. So a second run does only what changed, and a run that was killed goes on where it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ot_code
from ot_code.building.base import Context, Done, place_of
from ot_code.building.recipe import Recipe, Source
from ot_code.building.steps import DecontaminateStep, staged
from ot_code.building.tables import kept_table, made_table
from ot_code.building.verifying import VerifyStep
from ot_code.errors import InputError, OutputError, UsageError
from ot_code.inputs import Table
from ot_code.outputs import SUMMARY_FILE, OutputFolder
from ot_code.publishing.push import Destination
from ot_code.sources import SourceRows, open_source
from ot_code.stages.folder import KEPT

SOURCES = "sources"
STAGES = "stages"
CACHE = "cache"
DRY_ROWS = 5


def build(recipe: Recipe, out: Path, context: Context, *, rows: int | None = None) -> dict[str, Any]:
    """Builds the recipe's dataset into `out`, or what of it is not there yet; returns what stands in summary.json.

    rows: of each source, only the first so many. What can be known to fail is said before anything is done. Raises
    UsageError, InputError, OutputError and what steps raise.
    """
    _open_benchmarks(recipe)
    if context.push is not None:
        Destination.of(context.push)
    with OutputFolder(out) as folder:
        folder.claim({"command": "build"})
        sources = [_source(recipe, source, out, context, rows) for source in recipe.sources]
        counts = [done.counts for done in sources]
        kept = [
            out / SOURCES / source.name / KEPT
            for source, done in zip(recipe.sources, sources, strict=True)
            if done.table
        ]
        table = kept_table(SOURCES, kept) if kept else None
        before = [("sources", folder.parent) for folder in kept[:1] if len(kept) == 1]
        context = replace(context, before=tuple(before), recipe=recipe.file, name=recipe.name)
        steps = list(_steps(recipe, table, out, context, sum(each["kept"] for each in counts)))
        _tidy(out / SOURCES, [source.name for source in recipe.sources])
        _tidy(out / STAGES, recipe.folders)
        summary = _summary(recipe, counts, steps)
        folder.write_json(SUMMARY_FILE, summary)
        return summary


def _steps(recipe: Recipe, table: Table | None, out: Path, context: Context, rows: int) -> Iterator[Done]:
    """Each step over what the one before it kept. Raises OutputError where rows were lost between two of them."""
    before = SOURCES
    for name, step in zip(recipe.folders, recipe.steps, strict=True):
        if table is None:
            if context.dry:
                return
            raise UsageError(
                f"{before} keeps no row, so there is nothing for {name}: {out}/{STAGES if before != SOURCES else ''}"
                f"{before}/removed says why each went"
            )
        context.say(name)
        done = step.run(table, out / STAGES / name, context)
        read = done.counts.get("input_rows", done.counts["read"])
        if read != rows:
            raise OutputError(f"{name} read {read} rows, but {rows} came from {before}: this is a fault of ours")
        yield done
        before, table, rows = name, done.table, done.counts["kept"]
        context = replace(context, before=(*context.before, (step.name, out / STAGES / name)))
        if isinstance(step, VerifyStep):
            context = replace(context, answers=step.answers)


def _open_benchmarks(recipe: Recipe) -> None:
    """Raises InputError or UsageError for one that cannot be opened, before hours of other steps."""
    for step in recipe.steps:
        if isinstance(step, DecontaminateStep):
            step.opened(recipe.file.parent)


def _source(recipe: Recipe, source: Source, out: Path, context: Context, rows: int | None) -> Done:
    limit = min((each for each in (source.limit, rows) if each is not None), default=None)
    context.say(f"{SOURCES}/{source.name}")
    standard = opened(source, recipe.file.parent)
    table = made_table(source.input, standard.fingerprint, standard.outcomes, row_count=standard.table.row_count)
    return staged(source.chosen, table, out / SOURCES / source.name, context, limit=limit)


def opened(source: Source, base: Path) -> SourceRows:
    """The source's standard rows. Raises as open_source does, naming the source."""
    try:
        return open_source(
            place_of(source.input, base),
            split=source.split,
            domain=source.domain,
            source=source.source,
            schema=source.schema,
            columns=source.columns or None,
        )
    except InputError as error:
        raise type(error)(f"source {source.name}: {error}") from error


def _tidy(folder: Path, names: Sequence[str]) -> None:
    """Removes what an earlier form of the recipe left."""
    if folder.is_dir():
        for entry in folder.iterdir():
            if entry.is_dir() and entry.name not in names:
                shutil.rmtree(entry)


def _summary(recipe: Recipe, sources: Sequence[Mapping[str, Any]], steps: Sequence[Done]) -> dict[str, Any]:
    told = [
        {"step": f"{SOURCES}/{source.name}", "input": source.input, **counts}
        for source, counts in zip(recipe.sources, sources, strict=True)
    ]
    told += [{"step": name, **done.counts} for name, done in zip(recipe.folders, steps, strict=False)]
    last = steps[-1].counts["kept"] if steps else sum(counts["kept"] for counts in sources)
    undone = recipe.folders[len(steps) :]
    return {
        "recipe": recipe.name,
        "version": ot_code.__version__,
        "read": sum(counts["read"] for counts in sources),
        "kept": last,
        "faults": sum(done.faults for done in steps),
        "funnel": told,
        **({"not_run": undone} if undone else {}),
    }


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of a plan: a source or step, what it is asked, and whether its folder is complete (of any settings)."""

    name: str
    settings: Mapping[str, Any]
    there: bool


def plan(recipe: Recipe, out: Path | None) -> list[Planned]:
    """What a build would do, in order; sources are opened, nothing is run. Raises as opening them does."""
    _open_benchmarks(recipe)
    lines = []
    for source in recipe.sources:
        rows = opened(source, recipe.file.parent)
        settings = {
            "input": source.input,
            "schema": rows.identity["schema"],
            "rows": rows.table.row_count,
            "limit": source.limit,
        }
        settings |= {"domain": source.domain, "source": source.source, **source.chosen.given}
        known = {name: value for name, value in settings.items() if value is not None}
        lines.append(Planned(f"{SOURCES}/{source.name}", known, _is_complete(out, SOURCES, source.name)))
    for name, step in zip(recipe.folders, recipe.steps, strict=True):
        lines.append(Planned(f"{STAGES}/{name}", step.settings(), _is_complete(out, STAGES, name)))
    return lines


def _is_complete(out: Path | None, *names: str) -> bool:
    return out is not None and out.joinpath(*names, SUMMARY_FILE).is_file()
