"""What was found before, on disk: a bounded store of JSON values that several processes may share.

One SQLite file in WAL mode. A checksum binds each value to its key and form, so a damaged one is a miss with a warning
in the log, never a wrong verdict and never an exception.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
import weakref
from hashlib import blake2b
from pathlib import Path
from typing import Any

_LOG = logging.getLogger(__name__)
_CHECKSUM = 16
_PUTS_A_LOOK = 64  # puts between two looks at the size
_SECONDS_A_USE = 3600.0  # a use is noted once in so long: each note is a write
_WAIT_S = 10.0
_PAGES = (("page_count", 1), ("freelist_count", -1))


class Store:
    """Values by key in the file `path`, at most `max_mb` MiB of them (the least recently used go first).

    form: what a value is made of; one that was kept in another form is a miss. Safe to share between threads and
    processes, and after a fork. Raises OSError where the folder cannot be made, ValueError for a size that is not
    positive. After that nothing raises: a store that cannot be used is said in the log and never hits.
    """

    def __init__(self, path: Path, form: str, max_mb: float = 1024.0) -> None:
        if not max_mb > 0:
            raise ValueError(f"a cache's size must be more than 0 MiB, not {max_mb!r}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._form = blake2b(form.encode(), digest_size=16).digest()
        self._max_bytes = int(max_mb * 1024 * 1024)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []
        self._puts = 0
        self._said: set[str] = set()
        _STORES.add(self)

    def get(self, key: tuple[Any, ...]) -> Any:
        """The value kept under `key`, or None."""
        name = _name(key)
        with self._lock:
            try:
                connection = self._open()
                row = connection.execute("SELECT value, used FROM kept WHERE key = ?", (name,)).fetchone()
                if row is None:
                    return None
                value, used = row
                if not isinstance(value, bytes) or value[:_CHECKSUM] != self._checksum(name, value[_CHECKSUM:]):
                    self._say("has damaged entries, which are dropped")
                    connection.execute("DELETE FROM kept WHERE key = ?", (name,))
                    return None
                now = time.time()
                if not isinstance(used, float) or now - used > _SECONDS_A_USE:
                    connection.execute("UPDATE kept SET used = ? WHERE key = ?", (now, name))
            except sqlite3.Error as error:
                self._unusable(error)
                return None
        return json.loads(value[_CHECKSUM:])

    def put(self, key: tuple[Any, ...], value: Any) -> None:
        """Keeps a value, which is JSON and not None."""
        name, body = _name(key), json.dumps(value).encode()
        with self._lock:
            try:
                connection = self._open()
                row = (name, self._checksum(name, body) + body, time.time())
                connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", row)
                if self._puts % _PUTS_A_LOOK == 0:
                    self._shrink(connection)
                self._puts += 1
            except sqlite3.Error as error:
                self._unusable(error)

    def close(self) -> None:
        """Closes the file. The store opens it again when used again."""
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
                self._say(f"is damaged ({error}) and starts anew")
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
            connection.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB, used REAL)")
            connection.execute("CREATE INDEX IF NOT EXISTS by_use ON kept (used)")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _shrink(self, connection: sqlite3.Connection) -> None:
        """Drops the least recently used tenth, again and again, until the file is within its size."""
        while self._bytes(connection) > self._max_bytes:
            tenth = "SELECT key FROM kept ORDER BY used LIMIT (SELECT count(*) / 10 + 1 FROM kept)"
            dropped = connection.execute(f"DELETE FROM kept WHERE key IN ({tenth})").rowcount  # noqa: S608  no input in it
            connection.execute("PRAGMA incremental_vacuum").fetchall()
            if dropped <= 0:
                return

    @staticmethod
    def _bytes(connection: sqlite3.Connection) -> int:
        pages = sum(connection.execute(f"PRAGMA {name}").fetchone()[0] * sign for name, sign in _PAGES)
        return int(pages * connection.execute("PRAGMA page_size").fetchone()[0])

    def _checksum(self, name: bytes, body: bytes) -> bytes:
        return blake2b(body, key=name, digest_size=_CHECKSUM, person=self._form).digest()

    def _unusable(self, error: sqlite3.Error) -> None:
        self._say(f"could not be used ({error}): the run goes on without it")
        self._drop()

    def _say(self, what: str) -> None:
        """Once each: a store that fails does so for every row."""
        if what not in self._said:
            self._said.add(what)
            _LOG.warning("the cache %s %s", self._path, what)

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


def _name(key: tuple[Any, ...]) -> bytes:
    return blake2b(json.dumps(key).encode(), digest_size=20).digest()


def _forget_all() -> None:
    for store in list(_STORES):
        store.forget()


_STORES: weakref.WeakSet[Store] = weakref.WeakSet()
os.register_at_fork(after_in_child=_forget_all)
