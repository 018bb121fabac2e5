"""Verdicts that were found before, on disk: a bounded store that several processes may share.

One SQLite file in WAL mode. An entry is the compressed JSON of a Judgement behind a checksum that also binds it to its
key, so a damaged entry is a miss with a warning in the log, never a wrong verdict and never an exception.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from code_pipeline.types import CaseResult, Failure, Judgement, Verdict
from sandbox.locks import forget_after_fork

_LOG = logging.getLogger(__name__)
_REMEMBERED = frozenset(
    {
        Verdict.ACCEPTED,
        Verdict.WRONG_ANSWER,
        Verdict.MEMORY_LIMIT,
        Verdict.OUTPUT_LIMIT,
        Verdict.RUNTIME_ERROR,
        Verdict.COMPILE_ERROR,
    }
)
_CHECKSUM = 16
_PUTS_A_LOOK = 64  # puts between two looks at the size
_WAIT_S = 10.0


def cacheable(judgement: Judgement) -> bool:
    """Whether it may be remembered: a fact about the program, with no fault of ours and no time limit in it."""
    return judgement.verdict in _REMEMBERED and not judgement.marginal and not judgement.provoked


class VerdictCache:
    """Judgements by key in the folder `directory`, at most `max_mb` MiB of them (the least recently used go first).

    Safe to share between threads and processes. Raises OSError when the folder cannot be made, ValueError for a size
    that is not positive. After that nothing raises: a store that cannot be used is said in the log and never hits.
    """

    def __init__(self, directory: str | Path, max_mb: float = 1024.0) -> None:
        if not max_mb > 0:
            raise ValueError(f"the verdict cache's size must be more than 0 MiB, not {max_mb!r}")
        self._path = Path(directory) / "verdicts.sqlite3"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._max_bytes = int(max_mb * 1024 * 1024)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []
        self._puts = 0
        forget_after_fork(self)

    def get(self, key: bytes, submission_id: str, provenance: Mapping[str, Any]) -> Judgement | None:
        """The judgement under `key`, as one of `submission_id`, or None."""
        with self._lock:
            try:
                connection = self._open()
                row = connection.execute("SELECT value FROM verdicts WHERE key = ?", (key,)).fetchone()
                if row is None:
                    return None
                judgement = _unpacked(key, row[0], submission_id, provenance)
                if judgement is None:
                    _LOG.warning("a damaged entry in the verdict cache %s was dropped", self._path)
                    connection.execute("DELETE FROM verdicts WHERE key = ?", (key,))
                else:
                    connection.execute("UPDATE verdicts SET used = ? WHERE key = ?", (time.time(), key))
            except sqlite3.Error as error:
                self._unusable(error)
                return None
            return judgement

    def put(self, key: bytes, judgement: Judgement) -> bool:
        """Remembers `judgement` if it is `cacheable`; returns whether it did."""
        if not cacheable(judgement):
            return False
        value = _packed(key, judgement)
        if len(value) > self._max_bytes:
            return False
        with self._lock:
            try:
                connection = self._open()
                connection.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", (key, value, time.time()))
                if self._puts % _PUTS_A_LOOK == 0:
                    self._shrink(connection)
                self._puts += 1
            except sqlite3.Error as error:
                self._unusable(error)
                return False
            return True

    def close(self) -> None:
        """Closes the file. The cache opens it again when used again."""
        with self._lock:
            self._drop()

    def _open(self) -> sqlite3.Connection:
        until = time.monotonic() + _WAIT_S
        while self._connection is None:
            try:
                self._connection = self._connected()
            except sqlite3.OperationalError as error:  # read-only, no room: the file itself may be sound
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.02)  # two that make the file at once: SQLite tells one of them so without a wait
            except sqlite3.DatabaseError as error:
                _LOG.warning("the verdict cache %s is damaged (%s): it starts anew", self._path, error)
                for name in (self._path, Path(f"{self._path}-wal"), Path(f"{self._path}-shm")):
                    name.unlink(missing_ok=True)
                self._connection = self._connected()
        return self._connection

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("CREATE TABLE IF NOT EXISTS verdicts (key BLOB PRIMARY KEY, value BLOB, used REAL)")
            connection.execute("CREATE INDEX IF NOT EXISTS by_use ON verdicts (used)")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _shrink(self, connection: sqlite3.Connection) -> None:
        """Drops the least recently used tenth, again and again, until the file is within its size."""
        while self._bytes(connection) > self._max_bytes:
            tenth = "SELECT key FROM verdicts ORDER BY used LIMIT (SELECT count(*) / 10 + 1 FROM verdicts)"
            dropped = connection.execute(f"DELETE FROM verdicts WHERE key IN ({tenth})").rowcount  # noqa: S608  no input in it
            connection.execute("PRAGMA incremental_vacuum").fetchall()
            if dropped <= 0:
                return

    @staticmethod
    def _bytes(connection: sqlite3.Connection) -> int:
        pages = sum(connection.execute(f"PRAGMA {name}").fetchone()[0] * sign for name, sign in _PAGES)
        return int(pages * connection.execute("PRAGMA page_size").fetchone()[0])

    def _unusable(self, error: sqlite3.Error) -> None:
        _LOG.warning("the verdict cache %s could not be used (%s): judging goes on without it", self._path, error)
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def forget(self) -> None:
        """In a forked child: another thread of the parent may have held the lock, and its connection is not ours.

        Not to use, and not to close either, as dropping it would.
        """
        self._lock = threading.Lock()
        if self._connection is not None:
            self._inherited.append(self._connection)
        self._connection = None


_PAGES = (("page_count", 1), ("freelist_count", -1))
_NOT_STORED = frozenset({"submission_id", "provenance", "cases"})  # given by who asks, or stored in their own form
_CASE_FIELDS = tuple(field.name for field in fields(CaseResult))
_FORM = blake2b(
    repr([[field.name for field in fields(kind)] for kind in (Judgement, CaseResult, Failure)]).encode(), digest_size=16
).digest()


def _packed(key: bytes, judgement: Judgement) -> bytes:
    kept = {f.name: getattr(judgement, f.name) for f in fields(Judgement) if f.name not in _NOT_STORED}
    kept["first_failure"] = asdict(judgement.first_failure) if judgement.first_failure else None
    kept["cases"] = [
        [asdict(value) if isinstance(value, Failure) else value for value in (getattr(c, n) for n in _CASE_FIELDS)]
        for c in judgement.cases
    ]
    body = zlib.compress(json.dumps(kept).encode(), 1)
    return _checksum(key, body) + body


def _unpacked(key: bytes, value: Any, submission_id: str, provenance: Mapping[str, Any]) -> Judgement | None:
    """The judgement in an entry, or None when it is damaged."""
    if not isinstance(value, bytes) or value[:_CHECKSUM] != _checksum(key, value[_CHECKSUM:]):
        return None
    kept = json.loads(zlib.decompress(value[_CHECKSUM:]))
    kept["verdict"] = Verdict(kept["verdict"])
    kept["first_failure"] = _failure(kept["first_failure"])
    kept["cases"] = tuple(_case(dict(zip(_CASE_FIELDS, case, strict=True))) for case in kept["cases"])
    return Judgement(submission_id=submission_id, provenance=provenance, **kept)


def _case(kept: dict[str, Any]) -> CaseResult:
    return CaseResult(**{**kept, "verdict": Verdict(kept["verdict"]), "failure": _failure(kept["failure"])})


def _failure(kept: dict[str, Any] | None) -> Failure | None:
    return Failure(**kept) if kept is not None else None


def _checksum(key: bytes, body: bytes) -> bytes:
    # `_FORM` makes an entry that was written with other fields a damaged one instead of a surprise.
    return blake2b(body, key=key[:64], digest_size=_CHECKSUM, person=_FORM).digest()
