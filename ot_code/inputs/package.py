"""Contest packages as inputs: a package's folder, a .zip or .kpp of one, or a folder of packages. A package is a row.

Only the files that say something are read, when their package's row is. Links that lead out of the package are left
out, and so are hidden folders.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from code_pipeline.packages import COLUMNS, looks_like_package, read_package
from ot_code.errors import InputError
from ot_code.inputs.archive import DAMAGE
from ot_code.inputs.files import fingerprint_of, kind_of
from ot_code.inputs.table import InputRow, Table

ARCHIVES = (".zip", ".kpp")
_MOST_FILES = 200_000
_LARGEST = 4 * 1024**3  # bytes of one file that a package may hold


def find_packages(spec: str) -> list[Path] | None:
    """The packages that are meant, sorted by name; None where `spec` names none."""
    path = Path(spec)
    if path.is_file() and path.suffix.lower() in ARCHIVES:
        return [path]
    if not path.is_dir():
        return None
    if looks_like_package(_opening(path)):
        return [path]
    inside = sorted(path.iterdir())
    if any(kind_of(child) is not None for child in inside if child.is_file()):
        return None  # rows of a dataset; what else lies there is beside them
    found = [child for child in inside if _is_package(child)]
    return found or None


def open_packages(spec: str, paths: list[Path]) -> Table:
    """The packages as rows. Raises OSError for a folder that cannot be read."""
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        files = sorted(_walk(path).items()) if path.is_dir() else [(path.name, path)]
        names = "\0".join(name for name, _ in files)
        digest.update(f"{path.name}\0{names}\0".encode("utf-8", "surrogateescape"))
        digest.update(fingerprint_of([file for _, file in files]).encode())
    shards = [PackageShard(path) for path in paths]
    return Table(spec, COLUMNS, digest.hexdigest(), shards, row_count=len(shards))


@dataclass(frozen=True, slots=True)
class PackageShard:
    """One package: a row."""

    path: Path

    schema: None = None
    row_count: int = 1

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its row; one with an error where folder or archive cannot be read."""
        if skip == 0:
            where, name = str(self.path), self.path.stem if self.path.is_file() else self.path.resolve().name
            try:
                with _files(self.path) as files:
                    row = InputRow(base, read_package(files, name), None, where)
            except (InputError, *DAMAGE) as error:
                row = InputRow(base, None, f"{where}: cannot be read ({error})", where)
            yield row
        return 1


def _opening(folder: Path) -> set[str]:
    """Names by which a package is told: files of its folder, and folders with a slash."""
    with os.scandir(folder) as entries:
        return {f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries}


def _is_package(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    if path.is_dir():
        return looks_like_package(_opening(path))
    return path.is_file() and path.suffix.lower() in ARCHIVES


@contextmanager
def _files(path: Path) -> Iterator[Mapping[str, bytes]]:
    """The package's files by name. Raises OSError, InputError or BadZipFile."""
    if path.is_dir():
        yield _FolderFiles(_walk(path))
        return
    with zipfile.ZipFile(path) as archive:
        yield _ArchiveFiles(archive)


def _walk(folder: Path) -> dict[str, Path]:
    """Every regular file below a folder by its name there, with `/` between parts. Raises OSError, InputError."""
    root = folder.resolve()
    found: dict[str, Path] = {}
    for current, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in sorted(folders) if not name.startswith((".", "__pycache__"))]
        for name in names:
            file = Path(current) / name
            if not file.is_file() or (file.is_symlink() and not file.resolve().is_relative_to(root)):
                continue
            found[str(file.relative_to(folder)).replace(os.sep, "/")] = file
        if len(found) > _MOST_FILES:
            raise InputError(f"{folder}: holds more than {_MOST_FILES:,} files; is it a package?")
    return found


def _raise(error: OSError) -> None:
    raise error


class _FolderFiles(Mapping[str, bytes]):
    """Files of a folder, each read when it is asked for."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def __getitem__(self, name: str) -> bytes:
        path = self._paths[name]
        _check_size(name, path.stat().st_size)
        return path.read_bytes()

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class _ArchiveFiles(Mapping[str, bytes]):
    """Files of an archive by their names in the package, whether that is the archive's top or its one folder."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
        tops = {name.partition("/")[0] for name in entries if not name.startswith("__MACOSX/")}
        prefix = f"{next(iter(tops))}/" if len(tops) == 1 and not looks_like_package(entries) else ""
        self._entries = {name.removeprefix(prefix): entry for name, entry in entries.items() if name.startswith(prefix)}

    def __getitem__(self, name: str) -> bytes:
        entry = self._entries[name]
        _check_size(name, entry.file_size)
        return self._archive.read(entry)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _check_size(name: str, size: int) -> None:
    if size > _LARGEST:
        raise InputError(f"{name} has {size:,} bytes, more than the {_LARGEST:,} that a package's file may have")
