"""Text inputs: JSON lines and JSON documents, plain or compressed (.gz, .zst)."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ot_code.errors import InputError
from ot_code.inputs.document import elements
from ot_code.inputs.records import LARGE, parse_object
from ot_code.inputs.table import InputRow

_PEEK_ROWS = 100
_PEEK_BYTES = 8 * 1024 * 1024


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, decompressed as its name says. Raises OSError."""
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        import pyarrow as pa  # noqa: PLC0415  (only here does text need it, and it is slow to import)

        return io.BufferedReader(pa.input_stream(str(path), compression="zstd"), 1 << 20)
    return path.open("rb", buffering=1 << 20)


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | bytearray]]:
    """Number (from 1) and bytes of each line that is not blank; large ones as a bytearray, the caller's to empty."""
    number = 0
    while line := stream.readline(LARGE):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) == LARGE and not line.endswith(b"\n"):
            large = bytearray(line)
            del line
            while part := stream.readline(LARGE):
                large += part
                if part.endswith(b"\n"):
                    break
            yield number, large
        elif line and not line.isspace():
            yield number, line


@dataclass(frozen=True, slots=True)
class TextShard:
    """A file of JSON objects. as_lines: one a line; else a document."""

    path: Path
    as_lines: bool

    schema: None = None
    row_count: None = None

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its rows; a line or element that is no object is a row with an error. Raises InputError."""
        count = 0
        unit = "line" if self.as_lines else "element"
        for number, raw in self._records():
            count += 1
            if count > skip:
                yield row_of(raw, base + count - 1, f"{self.path}, {unit} {number}")
        return count

    def peek(self) -> tuple[list[str], str | None, bool]:
        """Columns of its first readable rows, the first error among them, and whether it has any row at all."""
        columns: dict[str, None] = {}
        error: str | None = None
        size = 0
        found = False
        for count, (_, raw) in enumerate(self._records()):
            if count >= _PEEK_ROWS or (size > _PEEK_BYTES and columns):
                break
            found = True
            size += len(raw)
            row = row_of(raw, count, str(self.path))
            error = error or row.error
            columns.update(dict.fromkeys(row.values or ()))
        return list(columns), error, found

    def _records(self) -> Iterator[tuple[int, bytes | bytearray]]:
        try:
            with open_bytes(self.path) as stream:
                yield from lines(stream) if self.as_lines else elements(stream)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.path}: cannot be read to its end ({error}); the file may be damaged") from error
        except ValueError as error:
            raise InputError(f"{self.path}: {error}") from error


def row_of(raw: bytes | bytearray, index: int, where: str) -> InputRow:
    """A record's bytes as a row; one with an error where they are no object."""
    try:
        return InputRow(index, parse_object(raw), None, where)
    except ValueError as error:
        return InputRow(index, None, f"{where}: {error}", where)
