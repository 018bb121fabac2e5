"""One dataset in shards, written as its rows come: bounded memory, one schema in the end, safe to be killed.

Theory of operation. Rows are held until they make a shard; where a shard ends depends on the input's rows alone, so
that a run that was killed cuts the same shards again. The types of columns are found from values and only ever widen;
a shard is written under what was known when it was cut. A shard is written beside its place, renamed into it, and then
journalled. When all rows are written, the shards whose schema is not the final one are written again: all of them into
`.widened/` first, then a line in the journal, then each is renamed into its place, so that every step may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from ot_code.errors import OutputError
from ot_code.journal import Journal, Part
from ot_code.parts import (
    GIANT,
    Columns,
    count_rows,
    release_memory,
    table_of,
    widen_lines,
    widen_table,
    write_lines,
    write_table,
)
from ot_code.shapes import Shape, join, shape_of

SHARD_ROWS = 20_000
SHARD_BYTES = 64 * 1024 * 1024  # of the input's values, as `weight` counts them

STAGING = ".staging"
WIDENED = ".widened"


def weight(value: Any) -> int:
    """About how many bytes a value holds: a function of the value alone."""
    if isinstance(value, (str, bytes)):
        return len(value) + 8
    if isinstance(value, dict):
        return 8 + sum(len(str(key)) + weight(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        if set(map(type, value)) == {str}:
            return sum(map(len, value)) + 8 * len(value)
        return 8 + sum(map(weight, value))
    return 8


class Shards:
    """The shards of one dataset: `<root>/<folder>/part-00000.<form>` and, under `subset`, those of its rows chosen so.

    settled: columns whose type is known. last: columns of ours that stand at the end, with their types. tally: asked
    for what else to journal whenever a shard is complete. Continues after the journal's last shard.
    """

    def __init__(
        self,
        root: Path,
        journal: Journal,
        *,
        folder: str,
        form: str,
        subset: str | None = None,
        settled: Mapping[str, pa.DataType] | None = None,
        last: Mapping[str, pa.DataType] | None = None,
        tally: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self.folder = folder
        self.folders = (folder,) if subset is None else (folder, subset)
        self._root = root
        self._journal = journal
        self._form = form
        self._settled = dict(settled or {})
        self._last = dict(last or {})
        self._tally = tally
        self.parts = journal.parts.setdefault(folder, [])
        self.next_row = journal.next_row(folder)
        self._first = self.next_row
        self._held_from: int | None = None
        self._shapes: dict[str, Shape | None] = dict(self.parts[-1].shapes) if self.parts else {}
        self._rows: list[dict[str, Any]] = []
        self._chosen: list[bool] = []
        self._bytes = 0
        for name in self.folders:
            (root / name).mkdir(parents=True, exist_ok=True)
        self._check_parts()

    def _check_parts(self) -> None:
        for part in self.parts:
            for folder, rows in part.rows.items():
                path = self._path(folder, part.number)
                if rows and not path.exists():
                    raise OutputError(f"{path} is gone, though it was complete: start anew with --overwrite")

    def _path(self, folder: str, number: int) -> Path:
        return self._root / folder / f"part-{number:05d}.{self._form}"

    def add(
        self, row: int, shared: dict[str, Any], each: Sequence[Mapping[str, Any]], chosen: Sequence[bool] = ()
    ) -> None:
        """Takes what input row `row` comes to: its `shared` columns with each of `each`, chosen for the subset or not.

        Rows come in the order of the input. `shared` is taken over, and is empty afterwards: nobody else may hold a
        row of 1 GB while it is written. Raises OutputError when a column cannot be written, OSError when a file cannot.
        """
        size = len(each) * weight(shared)
        for columns in each:
            size += sum(weight(value) for name, value in columns.items() if name not in self._last)
        if size >= SHARD_BYTES:
            self.cut()  # a giant stands alone, so that nothing else is held while it is written
        self._widen_shapes(shared)
        for columns in each:
            self._widen_shapes(columns)
            self._rows.append({**shared, **columns})
        if self._held_from is None:
            self._held_from = row
        self._chosen.extend(chosen)
        self._bytes += size
        shared.clear()
        self.next_row = row + 1
        if len(self._rows) >= SHARD_ROWS or self._bytes >= SHARD_BYTES:
            self.cut()

    def _widen_shapes(self, columns: Mapping[str, Any]) -> None:
        for name, value in columns.items():
            if name in self._last:
                continue
            if name in self._settled:
                self._shapes.setdefault(name, None)
                continue
            known = self._shapes.get(name)
            if known != "json" and not (known is not None and value is None):
                self._shapes[name] = shape_of(value) if known is None else join(known, shape_of(value))

    def skip_to(self, row: int) -> None:
        """Notes that the rows before `row` are in shards, or have nothing for this dataset."""
        self.next_row = max(self.next_row, row)

    @property
    def safe_row(self) -> int:
        """The first input row that would have to be added again if everything stopped now. For any thread."""
        next_row = self.next_row  # read first: another thread may add a row between the two
        held_from = self._held_from
        return next_row if held_from is None else held_from

    def cut(self) -> None:
        """Makes a shard of the rows held, if there are any."""
        if not self._rows:
            return
        number = len(self.parts)
        rows, chosen, size = self._rows, self._chosen, self._bytes
        self._rows, self._chosen, self._bytes = [], [], 0
        counts = {self.folder: len(rows), **{name: sum(chosen) for name in self.folders[1:]}}
        columns = self._columns(self._shapes)
        if self._form == "parquet":
            self._write_tables(number, rows, chosen, columns)
        else:
            self._write_lines(number, rows, chosen, columns)
        part = Part(self.folder, number, self._first, self.next_row, counts, dict(self._shapes), dict(self._tally()))
        if size > GIANT:
            release_memory()
        self._journal.part(part)
        self._first = self.next_row
        self._held_from = None

    def _columns(self, shapes: Mapping[str, Shape | None]) -> Columns:
        found = {name: self._settled[name] if shape is None else shape for name, shape in shapes.items()}
        return {**found, **self._last}

    def _write_tables(self, number: int, rows: list[dict[str, Any]], chosen: Sequence[bool], columns: Columns) -> None:
        table = table_of(rows, columns)
        rows.clear()  # from here on the table holds them: a row of 1 GB must not be there twice
        self._place(self.folder, number, partial(write_table, table=table))
        for name in self.folders[1:]:
            if any(chosen):
                subset = table if all(chosen) else table.filter(pa.array(chosen))
                self._place(name, number, partial(write_table, table=subset))
            else:
                self._path(name, number).unlink(missing_ok=True)  # of an earlier judging of the same rows

    def _write_lines(self, number: int, rows: list[dict[str, Any]], chosen: Sequence[bool], columns: Columns) -> None:
        self._place(self.folder, number, partial(write_lines, rows=rows, columns=columns))
        for name in self.folders[1:]:
            if any(chosen):
                subset = [row for row, is_chosen in zip(rows, chosen, strict=True) if is_chosen]
                self._place(name, number, partial(write_lines, rows=subset, columns=columns))
            else:
                self._path(name, number).unlink(missing_ok=True)

    def _place(self, folder: str, number: int, write: Callable[[Path], None]) -> None:
        staged = self._root / STAGING / f"{folder}-{number:05d}"
        staged.parent.mkdir(exist_ok=True)
        write(staged)
        staged.replace(self._path(folder, number))

    def stage_widened(self) -> None:
        """Writes the shards whose schema is not the final one again, into `.widened/`."""
        after = self._columns(self._shapes)
        widen = widen_table if self._form == "parquet" else widen_lines
        for part in self.parts:
            before = self._columns(part.shapes)
            if list(before.items()) == list(after.items()):
                continue
            for folder, rows in part.rows.items():
                if rows:
                    source = self._path(folder, part.number)
                    target = self._root / WIDENED / folder / source.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    widen(source, target, before, after)

    def place_widened(self) -> None:
        """Moves what stage_widened wrote into its place, and removes shards that are not of this run."""
        for folder in self.folders:
            staged = self._root / WIDENED / folder
            if staged.is_dir():
                for path in sorted(staged.iterdir()):
                    path.replace(self._root / folder / path.name)
            known = {self._path(folder, part.number).name for part in self.parts if part.rows.get(folder)}
            for path in (self._root / folder).iterdir():
                if path.name.startswith("part-") and path.name not in known:
                    path.unlink()

    def counted(self) -> dict[str, int]:
        """The number of rows that truly stand in the files, by folder. Raises OutputError for a file that is broken."""
        return {folder: sum(map(self._count, self._files(folder))) for folder in self.folders}

    def _files(self, folder: str) -> Iterable[Path]:
        return sorted((self._root / folder).glob(f"part-*.{self._form}"))

    def _count(self, path: Path) -> int:
        try:
            return count_rows(path)
        except (OSError, pa.ArrowException) as error:
            raise OutputError(f"{path} cannot be read back ({error}): start anew with --overwrite") from error
