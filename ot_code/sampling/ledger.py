"""What was sent and what came back, durably: one append-only file of JSON lines in the run's folder, or a cache.

    ["sent", row, sample]          a request is about to go out
    ["got", row, sample, {reply}]  its answer, or why the endpoint never gave one

A line is one system call, so a process killed at any instant leaves at most one torn line, which is cut off when the
file is opened. What was sent and never answered may have been paid for: it is counted, listed, and asked for again.
`row` is the number of a row, or what stands for the question itself (content_key).
"""

from __future__ import annotations

import json
import os
import threading
from array import array
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ot_code.errors import OutputError
from ot_code.outputs import PAID
from ot_code.sampling.replies import Reply

(FILE,) = PAID


def content_key(*parts: Any) -> int:
    """A number for plain JSON, to stand where a ledger has a row: equal questions share their replies."""
    return int.from_bytes(blake2b(json.dumps(parts).encode(), digest_size=16).digest(), "big")


class Ledger:
    """The ledger of one folder. Thread-safe. unanswered: (row, sample) sent in earlier sittings and never answered.

    tokens: of all replies. given: samples that the endpoint gave. again: what the endpoint never gave is no reply, so
    it is asked for again. mend: of a file that is damaged. Raises OutputError when the file holds what no ledger of
    ours holds.
    """

    def __init__(
        self, path: Path, *, again: bool = False, mend: str = "start anew with --overwrite, or mend it"
    ) -> None:
        self.path = path
        self._again = again
        self.tokens = self.given = 0
        self._missing: set[tuple[int, int]] = set()
        self.unanswered: list[tuple[int, int]] = []
        self._offsets: dict[int, array[int]] = {}  # of each row's replies
        self._lock = threading.Lock()
        self._file = path.open("a+b", buffering=0)
        self._size = 0
        try:
            self._scan()
        except ValueError as error:
            self._file.close()
            raise OutputError(f"{path} is damaged ({error}): {mend}") from error

    def _scan(self) -> None:
        open_ones: dict[tuple[int, int], None] = {}
        with self.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                kind, row, sample, *rest = json.loads(line)
                if kind == "got":
                    open_ones.pop((row, sample), None)
                    self._count(row, sample, rest[0])
                else:
                    if (row, sample) in open_ones:
                        self.unanswered.append((row, sample))
                    open_ones[row, sample] = None
                self._size += len(line)
        self.unanswered += open_ones
        self._file.truncate(self._size)

    @property
    def missing(self) -> int:
        """Samples that the endpoint never gave, however often it was asked."""
        return len(self._missing)

    def _count(self, row: int, sample: int, reply: dict[str, Any]) -> None:
        self.tokens += reply["prompt_tokens"] + reply["completion_tokens"]
        if reply["text"] is None:
            self._missing.add((row, sample))
        else:  # such a sample is never asked for again
            self.given += 1
            self._missing.discard((row, sample))
        self._offsets.setdefault(row, array("q")).append(self._size)

    def sent(self, row: int, sample: int) -> None:
        """Notes that a request goes out."""
        self._write(["sent", row, sample])

    def got(self, row: int, sample: int, reply: Reply) -> None:
        """Notes what came of it."""
        self._write(["got", row, sample, asdict(reply)])

    def _write(self, entry: list[Any]) -> None:
        line = json.dumps(entry).encode() + b"\n"
        with self._lock:
            if entry[0] == "got":
                self._count(*entry[1:])
            written = self._file.write(line)
            if written != len(line):
                raise OSError(f"only {written} of {len(line)} bytes of a line could be written to {self.path}")
            self._size += len(line)

    def replies(self, row: int) -> dict[int, Reply]:
        """The replies that there are of a row, by sample."""
        with self._lock:
            offsets = list(self._offsets.get(row, ()))
        found = {}
        for offset in offsets:
            found_line = self._line(offset)
            reply = Reply(**found_line[3])
            if reply.text is not None or not self._again:
                found[found_line[2]] = reply
        return found

    def _line(self, offset: int) -> Any:
        block = b""
        while not block.endswith(b"\n"):
            more = os.pread(self._file.fileno(), 1 << 16, offset + len(block))
            end = more.find(b"\n")
            block += more[: end + 1] if end >= 0 else more
        return json.loads(block)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
