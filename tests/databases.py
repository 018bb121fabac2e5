"""A database as another process holds it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def making(path: Path) -> Iterator[None]:
    """A new file that is written by its first user until a moment after the block began."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE IF NOT EXISTS another (value)")
    other.execute("BEGIN IMMEDIATE")
    other.execute("SELECT * FROM another").fetchall()
    done = threading.Timer(0.3, other.close)
    done.start()
    yield
    done.join()
