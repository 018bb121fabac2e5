"""The folder that a run writes: whose it is, who is writing it, and what it was made with."""

from __future__ import annotations

import fcntl
import glob
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from ot_code.errors import MadeOtherwiseError, OutputError, UsageError
from ot_code.journal import Journal
from ot_code.shards import STAGING, WIDENED

RUN_FILE = "run.json"
SUMMARY_FILE = "summary.json"
JOURNAL_FILE = ".journal"
LOCK_FILE = ".lock"
PAID = ("samples.jsonl",)  # what a model was paid for
_MADE_BY_US = (
    "judged", "kept", "problems", "removed", "verified", "unverified", "metadata", "figures", "README.md",
    "dataset_info.json", *PAID, "problems.jsonl", STAGING, WIDENED, SUMMARY_FILE, JOURNAL_FILE,
)  # fmt: skip
_FORMAT = 1


def _staged(name: str) -> str:
    return f".{name}.new"


_BEFORE_RUN_FILE = (LOCK_FILE, _staged(RUN_FILE))  # what a run that was killed at its very start leaves


class OutputFolder:
    """A run's folder, locked for this process while it is open; a context manager.

    Raises OutputError when another process holds it or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = (path / LOCK_FILE).open("a+")
        except OSError as error:
            raise OutputError(f"the output folder {path} cannot be made: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "unknown"
            self._lock.close()
            raise OutputError(
                f"{path} is being written by another run (process {holder}); wait for it to end"
            ) from None
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the folder free."""
        self._lock.close()

    def claim(
        self, identity: Mapping[str, Any], *, overwrite: bool = False, paid: Collection[str] = (), anew: bool = False,
        inputs: Sequence[str | None] = (),
    ) -> None:  # fmt: skip
        """Makes the folder this run's: a new one, or one that was made with the same `identity`.

        inputs: what the run reads, which may not be what it would write over.
        anew: what such a run has not finished it does anew, so that there is nothing to keep of other settings' either.
        paid: the parts of the identity, by dotted name, that samples rest on: where these are as they were, overwriting
        leaves the samples, which cost money. Raises UsageError naming every difference, or when the folder holds what
        no run of ours has written.
        """
        for spec in inputs:
            if spec is not None and self._would_write_over(spec):
                raise UsageError(f"{spec} lies in {self.path}, which this run writes over: name another --out")
        run_file = self.path / RUN_FILE
        if run_file.exists():
            if overwrite or (anew and self._is_unfinished(run_file, identity)):
                self.restart(keep=PAID if paid and self._unchanged(run_file, identity, paid) else ())
            else:
                self._compare(run_file, identity)
                return
        elif any(entry.name not in _BEFORE_RUN_FILE for entry in self.path.iterdir()):
            raise UsageError(f"{self.path} is not empty and holds no {RUN_FILE}: name another folder with --out")
        started = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.write_json(RUN_FILE, {"format": _FORMAT, **identity, "started_at": started})

    def _would_write_over(self, spec: str) -> bool:
        """Whether an input is this folder, or one of the entries that runs write in it."""
        path = Path(spec)
        while glob.has_magic(str(path)):
            path = path.parent
        path, folder = path.resolve(), self.path.resolve()
        return path == folder or any(path.is_relative_to(folder / name) for name in _MADE_BY_US)

    def _compare(self, run_file: Path, identity: Mapping[str, Any]) -> None:
        try:
            before = json.loads(run_file.read_bytes())
        except ValueError as error:
            raise UsageError(f"{run_file} is damaged ({error}): start anew with --overwrite") from error
        now = json.loads(json.dumps({"format": _FORMAT, **identity}))
        before.pop("started_at", None)
        found = list(differences(before, now))
        if found:
            raise MadeOtherwiseError(
                f"{self.path} was made otherwise: {'; '.join(found)}. Give the same command to continue it, "
                "--overwrite to start it anew, or another --out"
            )

    def _is_unfinished(self, run_file: Path, identity: Mapping[str, Any]) -> bool:
        """Whether the folder holds a run of the same stage that has not come to its end."""
        try:
            before = json.loads(run_file.read_bytes())
        except ValueError:
            return False  # damaged: who compares it says so
        if not isinstance(before, dict) or before.get("stage") != identity["stage"]:
            return False
        with self.journal() as journal:
            return not journal.finished

    def _unchanged(self, run_file: Path, identity: Mapping[str, Any], parts: Collection[str]) -> bool:
        """Whether these parts of the identity are as the folder's last run had them."""
        try:
            before = json.loads(run_file.read_bytes())
        except ValueError:
            return False
        now = json.loads(json.dumps(identity))
        return all(_part(before, part) == _part(now, part) for part in parts)

    def restart(self, keep: Collection[str] = ()) -> None:
        """Removes all that runs have written but `keep`, and what says whose the folder is."""
        # The journal goes first: without it nothing else in the folder counts, so that being killed here loses nothing.
        (self.path / JOURNAL_FILE).unlink(missing_ok=True)
        for name in _MADE_BY_US:
            if name in keep:
                continue
            entry = self.path / name
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)

    def journal(self, rejudge: list[str] | None = None) -> Journal:
        """The folder's journal; with `rejudge`, after noting that these verdicts count as undone."""
        path = self.path / JOURNAL_FILE
        if rejudge:
            with_note = Journal(path)
            with_note.rejudge(rejudge)
            with_note.close()
            (self.path / SUMMARY_FILE).unlink(missing_ok=True)
        return Journal(path)

    def write_json(self, name: str, value: Mapping[str, Any]) -> None:
        """Writes a file of the folder as a whole or not at all."""
        staged = self.path / _staged(name)
        with staged.open("w", encoding="utf-8") as file:
            json.dump(value, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self.path / name)

    def read_json(self, name: str) -> dict[str, Any]:
        """What write_json wrote. Raises OutputError where it is gone or damaged."""
        try:
            value: dict[str, Any] = json.loads((self.path / name).read_bytes())
        except (OSError, ValueError) as error:
            raise OutputError(f"{self.path / name} cannot be read ({error}): start anew with --overwrite") from error
        return value

    def tidy(self) -> None:
        """Removes what only a running run needs."""
        for name in (STAGING, WIDENED):
            shutil.rmtree(self.path / name, ignore_errors=True)


def _part(identity: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        identity = identity.get(name) if isinstance(identity, dict) else None
    return identity


def differences(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Sentences, one for each setting that differs."""
    for name in (*before, *(name for name in now if name not in before)):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differences(old, new, f"{prefix}{name}.")
        else:
            was, is_now = json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
            yield f"{prefix}{name} was {was} and is now {is_now}"
