"""What a run has finished, durably: one append-only file of JSON lines, read back when the run continues.

    [row, candidate, verdict, {columns}]    a candidate was judged (the last line for a candidate counts)
    [row, -1, "checked", {...}]             the row's reference solutions have run, and this is what they showed
    {"part": {...}}                         a shard is complete, under its final name
    {"rejudge": [verdict, ...]}             candidates with these verdicts, and all shards, count as undone from here on
    {"widened": true}                       all shards that must be written again stand ready beside the old ones
    {"finished": true}                      the output is complete, and its counts added up

A line is written by one system call, so that a process killed at any instant leaves at most one torn line, the last;
it is dropped when the file is opened. Lines that are not about one candidate are on the disk when `note` returns.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ot_code.errors import OutputError
from ot_code.shapes import Shape


@dataclass(frozen=True, slots=True)
class Part:
    """A complete shard: its number, the input rows in it (first included, end not), and what it was written as.

    rows: by folder, the number of rows in the shard's files (0: there is no file). shapes: the columns whose type was
    found from values, in order, with None for those whose type was settled before. tally: what the writer counted.
    """

    folder: str
    number: int
    first: int
    end: int
    rows: Mapping[str, int]
    shapes: Mapping[str, Shape | None]
    tally: Mapping[str, Any] = field(default_factory=dict)


class Journal:
    """The journal of one output folder, a context manager. `append` may be called from any thread.

    Attributes: parts (by folder, in order), widened, finished: as the lines say. Raises OutputError when the file
    holds what no journal of this program holds.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: dict[str, list[Part]] = {}
        self.widened = False
        self.finished = False
        self._lock = threading.Lock()
        self._stopped = False
        # Of each candidate's line: row, candidate, offset; 20 bytes a candidate, so that a journal of any length fits.
        self._rows, self._candidates, self._offsets = array("q"), array("i"), array("q")
        self._verdicts: list[str] = []  # interned: one pointer a line
        self._file = path.open("a+b", buffering=0)
        try:
            self._drop_torn_line()
            self._scan()
            self._index()
        except OutputError:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _drop_torn_line(self) -> None:
        end = self._file.seek(0, os.SEEK_END)
        start = end
        while start > 0:
            block = min(start, 1 << 16)
            self._file.seek(start - block)
            newline = self._file.read(block).rfind(b"\n")
            if newline >= 0:
                start = start - block + newline + 1
                break
            start -= block
        if start < end:
            self._file.truncate(start)

    def _scan(self) -> None:
        with self.path.open("rb") as lines:
            offset = 0
            for line in lines:
                entry = _read(line, self.path)
                try:
                    if isinstance(entry, list):
                        row, candidate, verdict, _ = entry
                        self._rows.append(row)
                        self._candidates.append(candidate)
                        self._offsets.append(offset)
                        self._verdicts.append(sys.intern(verdict))
                    else:
                        self._apply(entry)
                except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
                    raise _damaged(self.path, error) from error
                offset += len(line)

    def _apply(self, note: Mapping[str, Any]) -> None:
        if "part" in note:
            part = Part(**note["part"])
            self.parts.setdefault(part.folder, []).append(part)
            self.widened = self.finished = False
        elif "rejudge" in note:
            self._forget(frozenset(note["rejudge"]))
        elif "widened" in note:
            self.widened = True
        elif "finished" in note:
            self.finished = True
        else:
            raise ValueError("a line is nothing that a journal holds")

    def _forget(self, verdicts: frozenset[str]) -> None:
        self.parts.clear()
        self.widened = self.finished = False
        for position, verdict in enumerate(self._verdicts):
            if verdict in verdicts:
                self._offsets[position] = -1

    def _index(self) -> None:
        """Sorts the lines by row, leaving out the rows that already stand in shards: nobody asks for those."""
        rows = np.array(self._rows, dtype=np.int64)
        wanted = rows >= self.next_row("judged")
        order = np.argsort(rows[wanted], kind="stable")
        self._by_row = rows[wanted][order]
        self._by_row_candidates = np.array(self._candidates, dtype=np.int32)[wanted][order]
        self._by_row_offsets = np.array(self._offsets, dtype=np.int64)[wanted][order]
        self._rows, self._candidates, self._offsets = array("q"), array("i"), array("q")
        self._verdicts = []

    def next_row(self, folder: str) -> int:
        """The first input row that stands in no complete shard of `folder`."""
        parts = self.parts.get(folder)
        return parts[-1].end if parts else 0

    def judged(self, row: int) -> dict[int, dict[str, Any]]:
        """The columns of the row's candidates that were judged before this process began, by candidate."""
        first, end = np.searchsorted(self._by_row, [row, row + 1])
        found: dict[int, dict[str, Any]] = {}
        if first == end:
            return found
        with self.path.open("rb") as lines:
            for candidate, offset in zip(
                self._by_row_candidates[first:end].tolist(), self._by_row_offsets[first:end].tolist(), strict=True
            ):
                found.pop(candidate, None)  # a later line replaces an earlier one, also where it is undone itself
                if offset >= 0:
                    lines.seek(offset)
                    found[candidate] = _read(lines.readline(), self.path)[3]
        return found

    def append(self, row: int, candidate: int, columns: Mapping[str, Any]) -> None:
        """Notes that a candidate was judged. Raises OSError when the disk is full; does nothing after `stop`."""
        line = json.dumps([row, candidate, columns["verdict"], columns]).encode() + b"\n"
        with self._lock:
            if not self._stopped:
                self._write(line)

    def part(self, part: Part) -> None:
        """Notes a complete shard."""
        self.parts.setdefault(part.folder, []).append(part)
        self._note({"part": asdict(part)})

    def rejudge(self, verdicts: list[str]) -> None:
        """Notes that candidates with these verdicts are to be judged again; the journal must be opened anew then."""
        self._note({"rejudge": verdicts})

    def mark(self, what: str) -> None:
        """Notes that the shards are "widened" or the output is "finished"."""
        self._note({what: True})
        self._apply({what: True})

    def _note(self, note: Mapping[str, Any]) -> None:
        with self._lock:
            if not self._stopped:
                self._write(json.dumps(note).encode() + b"\n")
                os.fsync(self._file.fileno())

    def _write(self, line: bytes) -> None:
        left = memoryview(line)
        try:
            while left:  # a full disk may take a part of it, and says why only when it is asked to take the rest
                left = left[self._file.write(left) :]
        except OSError as error:
            self._stopped = True  # what is torn must stay the last line
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def stop(self) -> None:
        """From here on nothing is noted: what threads still report while everything is torn down is not to be kept."""
        with self._lock:
            self._stopped = True

    def close(self) -> None:
        """Closes the file."""
        self.stop()
        self._file.close()


def _read(line: bytes, path: Path) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> OutputError:
    return OutputError(f"{path} is damaged ({error}): start anew with --overwrite")


def lines_of(path: Path) -> Iterator[Any]:
    """The entries of a journal, for people and tests."""
    with path.open("rb") as file:
        for line in file:
            yield _read(line, path)
