"""Parquet files, read a few rows at a time."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ot_code.errors import InputError
from ot_code.inputs.arrow_rows import SLICE_BYTES, rows_of
from ot_code.inputs.table import InputRow

# A dictionary-encoded group can hold far more than its size says (one cell of 5 MB, repeated), hence not more:
_BATCH_ROWS = 16


class ParquetShard:
    """One Parquet file."""

    def __init__(self, path: Path) -> None:
        """Reads the footer. Raises InputError."""
        self.path = path
        try:
            with pq.ParquetFile(path) as file:
                self.schema: pa.Schema = file.schema_arrow
                self.row_count: int = file.metadata.num_rows
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
                        per_row = max(1, group.total_byte_size // max(1, group.num_rows))
                        batches = file.iter_batches(max(1, min(_BATCH_ROWS, SLICE_BYTES // per_row)), [number])
                        inside = max(0, skip - first)
                        yield from rows_of(batches, inside, base + first, str(self.path), first=first)
                    first += group.num_rows
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{self.path}: damaged ({error})") from error
        return self.row_count
