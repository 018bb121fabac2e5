"""Comparisons found before, on disk: one SQLite file, shared by processes. Deadlines and faults never enter it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from dataclasses import asdict
from pathlib import Path

from math_pipeline.pool import Reply


class MathCache:
    """Replies by pair and settings, in `folder`/math.sqlite. Thread-safe.

    Raises sqlite3.Error where the file is no database or cannot be written.
    """

    def __init__(self, folder: str | Path) -> None:
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path / "math.sqlite", timeout=60, check_same_thread=False, isolation_level=None)
        self._base.execute("pragma journal_mode=wal")
        self._base.execute("create table if not exists replies (key blob primary key, reply text) without rowid")

    def get(self, key: tuple[str, ...]) -> Reply | None:
        """The reply found before, or None."""
        with self._lock:
            row = self._base.execute("select reply from replies where key = ?", (_digest(key),)).fetchone()
        return None if row is None else Reply(**json.loads(row[0]))

    def put(self, key: tuple[str, ...], reply: Reply) -> None:
        """Keeps a reply."""
        with self._lock:
            self._base.execute(
                "insert or replace into replies values (?, ?)", (_digest(key), json.dumps(asdict(reply)))
            )

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._base.close()


def _digest(key: tuple[str, ...]) -> bytes:
    return hashlib.blake2b(json.dumps(key).encode(), digest_size=20).digest()
