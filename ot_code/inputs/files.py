"""Which files a path, a folder or a glob means, of which kind they are, and what tells one set from another."""

from __future__ import annotations

import glob
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from ot_code.errors import InputError

KINDS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".parquet": "parquet", ".pq": "parquet",
    ".arrow": "arrow", ".ipc": "arrow", ".feather": "arrow",
    ".csv": "csv", ".tsv": "tsv",
}  # fmt: skip
TEXT_KINDS = ("jsonl", "json", "csv", "tsv")
_COMPRESSED = (".gz", ".zst")
_SIDECARS = frozenset({"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"})
_WHOLE_HASH_BYTES = 256 * 1024 * 1024
_SAMPLES = 64
_SAMPLE_BYTES = 64 * 1024


def kind_of(path: Path) -> str | None:
    """One of "jsonl", "json", "csv", "tsv", "parquet" and "arrow", by the name; None for others."""
    name = path.name.lower()
    compressed = next((ending for ending in _COMPRESSED if name.endswith(ending)), "")
    kind = KINDS.get(Path(name.removesuffix(compressed)).suffix)
    return None if compressed and kind not in TEXT_KINDS else kind


def find_files(spec: str, split: str | None) -> list[Path] | None:
    """The files that are meant, sorted by name and of one kind; None where nothing here has that name.

    Raises InputError where there is something, but no input.
    """
    path = Path(spec)
    if path.is_dir():
        files = _in_folder(path, split)
    elif path.exists():
        files = [path]
    elif glob.has_magic(spec):
        names = sorted(glob.glob(spec, recursive=True))  # noqa: PTH207  (Path.glob takes no absolute pattern)
        files = [file for file in map(Path, names) if kind_of(file) and file.is_file() and not _is_aside(file)]
        if not files:
            raise InputError(f"{spec}: no file with rows has a name like that; it can end in {', '.join(KINDS)}")
    else:
        return None
    if split is not None and not (path / "dataset_dict.json").exists():
        files = _of_split(files, spec, split)
    _require_one_kind(files, spec)
    return files


def _in_folder(folder: Path, split: str | None) -> list[Path]:
    if (folder / "dataset_dict.json").exists():
        return _in_folder(_split_folder(folder, split), None)
    state = folder / "state.json"
    if state.exists():  # of a dataset saved to disk; its folder may also hold caches
        try:
            names = [entry["filename"] for entry in json.loads(state.read_text("utf-8"))["_data_files"]]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{state}: names no data files ({error!r}); save the dataset again") from error
        return [folder / name for name in names]
    files = sorted(
        file for file in folder.iterdir() if file.is_file() and kind_of(file) is not None and not _is_aside(file)
    )
    if not files:
        below = sorted({str(f.parent.relative_to(folder)) for f in folder.glob("*/*") if kind_of(f) is not None})
        hint = f"; there are some in {', '.join(below[:8])}: give one of these" if below else ""
        raise InputError(f"{folder}: no file in it ends in {', '.join(KINDS)}{hint}")
    return files


def _split_folder(folder: Path, split: str | None) -> Path:
    splits = sorted(child.name for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))
    if split is None and len(splits) == 1:
        return folder / splits[0]
    if split is None or split not in splits:
        raise InputError(f"{folder}: has the splits {', '.join(splits) or 'none'}; choose one with --split")
    return folder / split


def _is_aside(file: Path) -> bool:
    """Whether a file stands beside the data and is none itself."""
    return file.name.startswith((".", "_", "cache-")) or file.name in _SIDECARS


def _of_split(files: Sequence[Path], spec: str, split: str) -> list[Path]:
    named = re.compile(rf"(?:^|[-_.]){re.escape(split)}(?:[-_.]|$)")
    chosen = [file for file in files if named.search(file.name) or file.parent.name == split]
    if not chosen:
        raise InputError(f"{spec}: no file of it is named for the split {split!r}; leave --split out to read all")
    return chosen


def _require_one_kind(files: Sequence[Path], spec: str) -> None:
    kinds = {file: kind_of(file) for file in files}
    unknown = next((file for file, kind in kinds.items() if kind is None), None)
    if unknown is not None:
        raise InputError(f"{unknown}: its name must end in one of {', '.join(KINDS)} (those of text also + .gz, .zst)")
    if len(set(kinds.values())) > 1:
        found = ", ".join(sorted({str(kind) for kind in kinds.values()}))
        raise InputError(f"{spec}: holds files of several kinds ({found}); choose with a glob such as '{spec}/*.jsonl'")


def fingerprint_of(files: Sequence[Path]) -> str:
    """A digest of names, sizes and contents; of files beyond 256 MiB in all: of samples and times of change.

    Raises OSError.
    """
    digest = hashlib.blake2b(digest_size=16)
    sizes = [file.stat().st_size for file in files]
    whole = sum(sizes) <= _WHOLE_HASH_BYTES
    for file, size in zip(files, sizes, strict=True):
        digest.update(f"{file.name}\0{size}\0".encode("utf-8", "surrogateescape"))
        with file.open("rb") as stream:
            if whole:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
                continue
            digest.update(str(file.stat().st_mtime_ns).encode())
            for number in range(_SAMPLES):
                stream.seek(number * max(0, size - _SAMPLE_BYTES) // (_SAMPLES - 1))
                digest.update(stream.read(_SAMPLE_BYTES))
    return digest.hexdigest()
