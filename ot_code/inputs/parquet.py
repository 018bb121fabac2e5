"""Parquet files, read a few rows at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from code_pipeline.readers.json_text import loads
from ot_code.errors import InputError
from ot_code.inputs.arrow_rows import SLICE_BYTES, rows_of
from ot_code.inputs.table import InputRow
from ot_code.parts import is_json_text

_BATCH_ROWS = 16
_SURPRISE_BYTES = 4 * SLICE_BYTES


class ParquetShard:
    """One Parquet file."""

    def __init__(self, path: Path) -> None:
        """Reads the footer. Raises InputError."""
        self.path = path
        try:
            with pq.ParquetFile(path) as file:
                self.schema: pa.Schema = file.schema_arrow
                self.row_count: int = file.metadata.num_rows
                self._in_json = tuple(field.name for field in self.schema if is_json_text(field))
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{path}: not a readable Parquet file ({error})") from error

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its rows. Raises InputError where the file is damaged."""
        try:
            first = 0
            # buffer_size: columns are read as a stream, not a whole row group's at once
            with pq.ParquetFile(self.path, buffer_size=1024 * 1024) as file:
                for number in range(file.metadata.num_row_groups):
                    group = file.metadata.row_group(number)
                    if first + group.num_rows > skip:
                        opened = partial(file.iter_batches, _batch_rows(file, number), [number])
                        inside = max(0, skip - first)
                        found = rows_of(opened, group.num_rows, inside, base + first, str(self.path), first=first)
                        yield from _read_back(found, self._in_json) if self._in_json else found
                    first += group.num_rows
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{self.path}: damaged ({error})") from error
        return self.row_count


def _read_back(rows: Iterator[InputRow], names: Sequence[str]) -> Iterator[InputRow]:
    """The rows with the values that stand in columns of JSON text."""
    for row in rows:
        for name in names if row.values is not None else ():
            text = row.values[name]  # type: ignore[index]  # there are values, or there would be no names
            if text is not None:
                row.values[name] = loads(text)  # type: ignore[index]  # as above
        holder = [row]
        del row  # nothing is held of a row that was handed out
        yield holder.pop()


def _batch_rows(file: pq.ParquetFile, number: int) -> int:
    """How many rows of this row group to decode at once, so that they are a few megabytes."""
    group = file.metadata.row_group(number)
    per_row: int = group.total_byte_size // max(1, group.num_rows)
    if _BATCH_ROWS * group.total_byte_size > _SURPRISE_BYTES and per_row * _BATCH_ROWS < SLICE_BYTES:
        # A dictionary may make a group far smaller than its rows (one cell of 5 MB, repeated): look at one row.
        first = next(file.iter_batches(1, [number]), None)
        per_row = max(per_row, 0 if first is None else first.nbytes)
    return max(1, min(_BATCH_ROWS, SLICE_BYTES // max(1, per_row)))
