"""Votes given before, on disk: one SQLite file, shared by processes. Faults never enter it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from math_pipeline.judge.replies import Vote


class VoteCache:
    """Votes by all that they depend on, in `folder`/judge.sqlite. Thread-safe.

    Raises sqlite3.Error where the file is no database or cannot be written.
    """

    def __init__(self, folder: str | Path) -> None:
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path / "judge.sqlite", timeout=60, check_same_thread=False, isolation_level=None)
        self._base.execute("pragma journal_mode=wal")
        self._base.execute(
            "create table if not exists votes (key blob primary key, correct integer, reasoning text) without rowid"
        )

    def get(self, key: tuple[Any, ...]) -> Vote | None:
        """The vote given before, or None. It costs nothing, so its tokens are 0."""
        with self._lock:
            row = self._base.execute("select correct, reasoning from votes where key = ?", (_digest(key),)).fetchone()
        return None if row is None else Vote(bool(row[0]), row[1])

    def put(self, key: tuple[Any, ...], vote: Vote) -> None:
        """Keeps a vote."""
        reasoning = vote.reasoning.encode("utf-8", "replace").decode()
        with self._lock:
            self._base.execute("insert or replace into votes values (?, ?, ?)", (_digest(key), vote.correct, reasoning))

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._base.close()


def _digest(key: tuple[Any, ...]) -> bytes:
    return hashlib.blake2b(json.dumps(key).encode(), digest_size=20).digest()
