"""CSV and TSV: a header, then rows whose cells are text; plain or compressed (.gz, .zst).

Read by the standard library and not by pyarrow, which cuts its input into blocks that must hold whole rows (cells of
hundreds of megabytes are usual here), guesses types (an id 007 would become 7), and tells no line of a broken row.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from code_pipeline.readers.json_text import has_lone_surrogate
from ot_code.errors import InputError
from ot_code.inputs.table import InputRow
from ot_code.inputs.text import open_bytes

MAX_CELL = 1 << 30  # characters; a missing quote swallows what follows it
_DELIMITERS = {"csv": ",", "tsv": "\t"}
_LIMIT_WORDS = "field larger than field limit"


@dataclass(frozen=True, slots=True)
class DelimitedShard:
    """One file. kind: "csv" or "tsv"."""

    path: Path
    kind: str

    schema: None = None
    row_count: None = None

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its rows; one that does not fit the header is a row with an error. Raises InputError."""
        header: list[str] | None = None
        count = 0
        for line, cells in self._records():
            if header is None:
                header = self._header(cells)
                continue
            count += 1
            if count > skip:
                yield self._row(header, cells, base + count - 1, count, line)
            del cells
        return count

    def peek(self) -> tuple[list[str], str | None, bool]:
        """The columns, no error, and whether there is a row. Raises InputError for a header that names no columns."""
        records = self._records()
        first = next(records, None)
        if first is None:
            return [], None, False
        header = self._header(first[1])
        has_rows = next(records, None) is not None
        records.close()
        return (header, None, True) if has_rows else ([], None, False)

    def _row(self, header: list[str], cells: list[str] | str, index: int, number: int, line: int) -> InputRow:
        where = f"{self.path}, row {number} (line {line})"
        if isinstance(cells, str):
            return InputRow(index, None, f"{where}: {cells}", where)
        if len(cells) != len(header):
            error = f"{where}: has {len(cells)} cells, and the header {len(header)}"
            return InputRow(index, None, error, where)
        bad = next((name for name, cell in zip(header, cells, strict=True) if has_lone_surrogate(cell)), None)
        if bad is not None:
            return InputRow(index, None, f"{where}: column `{bad}` is not valid UTF-8", where)
        values: dict[str, Any] = dict(zip(header, cells, strict=True))
        return InputRow(index, values, None, where)

    def _header(self, cells: list[str] | str) -> list[str]:
        if isinstance(cells, str) or any(has_lone_surrogate(cell) for cell in cells):
            reason = cells if isinstance(cells, str) else "not valid UTF-8"
            raise InputError(f"{self.path}: its first line, which names the columns, cannot be read ({reason})")
        # pandas writes its index without a name, and reads it back with this one.
        names = [name or f"Unnamed: {place}" for place, name in enumerate(cells)]
        double = next((name for place, name in enumerate(names) if name in names[:place]), None)
        if double is not None:
            raise InputError(f"{self.path}: its first line names the columns, and has two columns {double!r}")
        return names

    def _records(self) -> Generator[tuple[int, list[str] | str], None, None]:
        """Line on which it begins, and cells, of each record that is not an empty line; a reason for a broken one."""
        csv.field_size_limit(MAX_CELL)  # the module has one limit for the whole process
        try:
            with open_bytes(self.path) as stream:
                text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
                yield from _parsed(text, _DELIMITERS[self.kind], self.path)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.path}: cannot be read to its end ({error}); the file may be damaged") from error


def _parsed(text: io.TextIOWrapper, delimiter: str, path: Path) -> Iterator[tuple[int, list[str] | str]]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if _LIMIT_WORDS in str(error):
                raise InputError(
                    f"{path}, line {line}: a cell has no end within {MAX_CELL:,} characters; a quote may be missing"
                ) from error
            yield line, f"broken {'CSV' if delimiter == ',' else 'TSV'}, {error}"
            continue
        if cells is None:
            return
        if cells:
            yield line, cells
