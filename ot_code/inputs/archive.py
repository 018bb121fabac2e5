"""Zip archives of JSON files as inputs (CAMEL's, for one): their rows in the order of the files' names.

What else lies in an archive is left out. A folder may hold several, one after another.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ot_code.errors import InputError
from ot_code.inputs.document import elements
from ot_code.inputs.files import fingerprint_of, kind_of
from ot_code.inputs.table import InputRow, Table
from ot_code.inputs.text import lines, row_of

_PEEK_ROWS = 20  # of each archive
# All that reading a damaged archive raises, each of which becomes an error of its row or of the input. RuntimeError and
# NotImplementedError are zipfile's for files that are encrypted, or packed in too new a way.
DAMAGE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError)


def holds_rows(path: Path) -> bool:
    """Whether a file is an archive of JSON files, and no contest package. Raises nothing for a damaged one."""
    if path.suffix.lower() != ".zip" or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except DAMAGE:
        return False  # whoever opens it as something else says that it is damaged
    is_package = any(Path(name).name in ("problem.yaml", "domjudge-problem.ini") for name in names)
    return not is_package and any(map(_is_json, names))


def find_archives(spec: str) -> list[Path] | None:
    """The archives that are meant, sorted by name; None where `spec` names none."""
    path = Path(spec)
    if path.is_file():
        return [path] if holds_rows(path) else None
    if not path.is_dir():
        return None
    files = sorted(child for child in path.iterdir() if child.is_file())
    if any(kind_of(file) is not None for file in files):
        return None
    return [file for file in files if holds_rows(file)] or None


def open_archives(spec: str, paths: list[Path]) -> Table:
    """The archives' rows as a table. Raises InputError where none of the first ones can be read."""
    shards = [ArchiveShard(path) for path in paths]
    first = [row for shard in shards for row in islice(shard.rows(0, 0), _PEEK_ROWS)]
    columns = dict.fromkeys(name for row in first for name in row.values or ())
    if not columns:
        said = next((row.error for row in first if row.error is not None), f"{spec}: has no rows")
        raise InputError(f"none of the first rows can be read: {said}" if first else said)
    return Table(spec, tuple(columns), fingerprint_of(paths), shards)


@dataclass(frozen=True, slots=True)
class ArchiveShard:
    """One archive."""

    path: Path

    schema: None = None
    row_count: None = None

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its rows; a file that cannot be read is a row with an error. Raises InputError for a damaged archive."""
        count = 0
        for row in self._rows(base):
            count += 1
            if count > skip:
                yield row
        return count

    def _rows(self, base: int) -> Iterator[InputRow]:
        index = base
        try:
            with zipfile.ZipFile(self.path) as archive:
                for name in sorted(filter(_is_json, archive.namelist())):
                    for row in _rows_of(archive, name, index, f"{self.path}, {name}"):
                        yield row
                        index += 1
        except (OSError, zipfile.BadZipFile) as error:
            raise InputError(f"{self.path}: is no archive that can be read ({error})") from error


def _rows_of(archive: zipfile.ZipFile, name: str, index: int, where: str) -> Iterator[InputRow]:
    as_lines = kind_of(Path(name)) == "jsonl"
    try:
        with archive.open(name) as stream:
            for number, raw in lines(stream) if as_lines else elements(stream):  # type: ignore[arg-type]  # it reads as one
                yield row_of(raw, index, where if number == 1 and not as_lines else f"{where}, row {number}")
                index += 1
    except (*DAMAGE, ValueError) as error:
        yield InputRow(index, None, f"{where}: cannot be read ({error})", where)


def _is_json(name: str) -> bool:
    path = Path(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in (".json", ".jsonl", ".ndjson") and not hidden
