"""One stage over one input into one folder: kept/, removed/ with why, summary.json; safe to be killed.

What is complete is not done again; a run that was stopped before starts over, since the same rows and settings give
the same outcomes. Rows that cannot be read never reach the stage: they are removed as `malformed`, in their place.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

import ot_code
from code_pipeline.readers import domain_of
from ot_code.errors import OutputError
from ot_code.inputs import Table
from ot_code.journal import Journal
from ot_code.outputs import SUMMARY_FILE, OutputFolder
from ot_code.parts import settled
from ot_code.progress import Progress
from ot_code.shapes import clean_name
from ot_code.shards import Shards
from ot_code.stages.base import Outcome, Removal, Row, Stage

KEPT = "kept"
REMOVED = "removed"
MALFORMED = "malformed"
WHY = ("kind", "reason", "matched")  # the columns of removed/ that are ours
UNNAMED = "(none)"

_MOST_NAMES = 500  # of sources or domains; what comes later is counted together
_OTHERS = "(others)"
_MOST_HELD = 1_000  # rows that cannot be read, with their values


def run_stage(
    stage: Stage,
    table: Table,
    out: Path,
    *,
    form: str = "parquet",
    limit: int | None = None,
    keeps_types: bool = True,
    overwrite: bool = False,
    quiet: bool = False,
) -> dict[str, Any]:
    """Runs the stage over the table's first `limit` rows (None: all); returns what stands in out/summary.json.

    form: of the shards, parquet or jsonl. keeps_types: the stage leaves the values of input columns as they are, so
    that they are written with the very type that they came with; else types are found from the values.

    Raises UsageError where `out` was made otherwise, InputError where the input breaks, OutputError or OSError where
    the output cannot be written or does not add up, and what the stage raises.
    """
    with OutputFolder(out) as folder:
        identity = _identity(stage, table, form, limit)
        folder.claim(identity, overwrite=overwrite, anew=True, inputs=[table.spec])
        journal = folder.journal()
        if not journal.finished:
            journal.close()
            folder.restart()
            journal = folder.journal()
        with journal, Progress(total=_total(table, limit), quiet=quiet) as screen:
            if not journal.finished:
                rows = StageRows(table, limit, screen)
                types = settled(table.schema) if keeps_types else {}
                _StageRun(stage, rows, folder, journal, form=form, types=types).run()
            folder.tidy()
        return folder.read_json(SUMMARY_FILE)


def _identity(stage: Stage, table: Table, form: str, limit: int | None) -> dict[str, Any]:
    return {
        "input": {"spec": table.spec, "fingerprint": table.fingerprint, "limit": limit},
        "stage": stage.name,
        "settings": {**stage.settings(), "format": form},
        "versions": {"ot-code": ot_code.__version__},
    }


def _total(table: Table, limit: int | None) -> int | None:
    return table.row_count if limit is None or table.row_count is None else min(limit, table.row_count)


@dataclass(frozen=True, slots=True)
class _Unread:
    """A row that cannot be read: its place among all rows, how many readable ones stand before it, what is wrong."""

    index: int
    readable: int
    error: str
    values: Row


class StageRows:
    """The readable rows of a table, for a stage, which may read them more than once; what cannot be read is noted."""

    def __init__(self, table: Table, limit: int | None = None, screen: Progress | None = None) -> None:
        self._table = table
        self._limit = limit
        self._screen = screen
        self._taken = -1  # the last row that cannot be read and was taken
        self._unread: deque[_Unread] = deque()
        self.count: int | None = None  # of all rows, once a reading has come to the end

    @property
    def fingerprint(self) -> str:
        """Changes when a row does, or the order."""
        return self._table.fingerprint if self._limit is None else f"{self._table.fingerprint} {self._limit}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's columns."""
        return self._table.columns

    def unread(self, readable: int | None = None) -> Iterator[tuple[Row, str]]:
        """What cannot be read and stands before the readable row of this number, each once: its values, the error."""
        while self._unread and (readable is None or self._unread[0].readable <= readable):
            found = self._unread.popleft()
            self._taken = found.index
            yield found.values, found.error

    def __iter__(self) -> Iterator[Row]:
        self._unread.clear()  # this reading comes by them again
        readable = count = 0
        for row in self._table.rows():
            if self._limit is not None and row.index >= self._limit:
                break
            count += 1
            if row.values is not None and row.error is None:
                readable += 1
                yield row.values
            elif row.index > self._taken:
                # A reading that comes to no outcome holds the rest of them: their errors, and the values of some.
                values = dict(row.values or {}) if len(self._unread) < _MOST_HELD else {}
                error = row.error or f"{row.where}: the row is empty"
                self._unread.append(_Unread(row.index, readable, error, values))
            if self._screen is not None:
                self._screen.rows(count)
        self.count = count


@dataclass(slots=True)
class StageTally:
    """What became of rows, in counts."""

    kept: int = 0
    removed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)  # of kept rows
    by: dict[str, dict[str, Counter[str]]] = field(default_factory=lambda: {"source": {}, "domain": {}})

    def count(self, *, source: str, domain: str, removal: Removal | None) -> None:
        """Counts one row."""
        if removal is None:
            self.kept += 1
        else:
            self.removed += 1
            self.reasons[removal.kind] += 1
        for kind, name in (("source", source), ("domain", domain)):
            names = self.by[kind]
            counts = names.setdefault(name if name in names or len(names) < _MOST_NAMES else _OTHERS, Counter())
            counts["read"] += 1
            counts["kept" if removal is None else "removed"] += 1

    def as_json(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        return {
            "read": self.kept + self.removed,
            "kept": self.kept,
            "removed": self.removed,
            "malformed": self.reasons[MALFORMED],
            "reasons": {kind: count for kind, count in sorted(self.reasons.items()) if count},
            **({"notes": dict(sorted(self.notes.items()))} if self.notes else {}),
            **{f"by_{kind}": {name: _fates(found[name]) for name in sorted(found)} for kind, found in self.by.items()},
        }


def _fates(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in ("read", "kept", "removed")}


def source_of(row: Mapping[str, Any]) -> str:
    """The name that a row is counted under by source."""
    source = row.get("source")
    return source if isinstance(source, str) and 0 < len(source) <= 200 else UNNAMED


class _StageRun:
    """One run from the first row to the last."""

    def __init__(
        self,
        stage: Stage,
        rows: StageRows,
        folder: OutputFolder,
        journal: Journal,
        *,
        form: str,
        types: Mapping[str, pa.DataType],
    ) -> None:
        self._stage = stage
        self._rows = rows
        self._folder = folder
        self._journal = journal
        self._tally = StageTally()
        self._kept = Shards(folder.path, journal, folder=KEPT, form=form, settled=types)
        names = {removed_name(name, rows.columns): kind for name, kind in types.items()}
        why = dict.fromkeys(WHY, pa.string())
        self._removed = Shards(folder.path, journal, folder=REMOVED, form=form, settled=names, last=why)

    def run(self) -> None:
        started = time.monotonic()
        for number, outcome in enumerate(self._stage.apply(self._rows)):
            for values, error in self._rows.unread(number):
                self._write(Outcome(values, Removal(MALFORMED, error)))
            self._write(outcome)
        for values, error in self._rows.unread():
            self._write(Outcome(values, Removal(MALFORMED, error)))
        self._check()
        self._complete(time.monotonic() - started)

    def _write(self, outcome: Outcome) -> None:
        row, removal = outcome.row, outcome.removal
        domain = domain_of(self._rows.columns, row) if row else UNNAMED
        self._tally.count(source=source_of(row), domain=domain, removal=removal)
        if removal is None:
            if outcome.note is not None:
                self._tally.notes[outcome.note] += 1
            self._put(self._kept, {clean_name(name): value for name, value in row.items()}, {})
            return
        named = {removed_name(name, row): value for name, value in row.items()}
        self._put(self._removed, named, dict(zip(WHY, (removal.kind, removal.reason, removal.matched), strict=True)))

    def _put(self, shards: Shards, shared: dict[str, Any], more: dict[str, Any]) -> None:
        shards.add(shards.next_row, shared, [more])

    def _check(self) -> None:
        """Raises OutputError unless each row that was read stands in one of the two."""
        told = self._tally.kept + self._tally.removed
        if told != self._rows.count:
            read = "not all rows were" if self._rows.count is None else f"{self._rows.count} rows were"
            raise OutputError(
                f"{self._stage.name}: the counts do not add up: {read} read, {self._tally.kept} kept and "
                f"{self._tally.removed} removed; this is a fault of ours"
            )

    def _complete(self, elapsed_s: float) -> None:
        both = (self._kept, self._removed)
        for shards in both:
            shards.cut()
        for shards in both:
            shards.stage_widened()
        for shards in both:
            shards.place_widened()
        files = {KEPT: self._kept.counted()[KEPT], REMOVED: self._removed.counted()[REMOVED]}
        if files != {KEPT: self._tally.kept, REMOVED: self._tally.removed}:
            raise OutputError(
                f"{self._folder.path}: {files} rows stand in the files, but {self._tally.kept} were kept and "
                f"{self._tally.removed} removed: start anew with --overwrite"
            )
        counts = self._tally.as_json()
        times = {
            "elapsed_s": round(elapsed_s, 3),
            "rows_per_s": round(counts["read"] / elapsed_s, 3) if elapsed_s else None,
        }
        said = {"stage": self._stage.name, "settings": dict(self._stage.settings()), **counts, "times": times}
        self._folder.write_json(SUMMARY_FILE, said)
        self._journal.mark("finished")


def removed_name(name: str, columns: Collection[str]) -> str:
    """The name of an input column in removed/: one of ours becomes `input_<name>`, and makes room where that is taken.

    columns: all columns of the row.
    """
    stem = name
    while stem.startswith("input_"):
        stem = stem[len("input_") :]
    return f"input_{name}" if stem in WHY and stem in columns else clean_name(name)
