"""Comparisons found before, on disk. Deadlines and faults never enter it."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

from math_pipeline.pool import Reply
from math_pipeline.store import Store


class MathCache:
    """Replies by pair and settings, in `folder`/math.sqlite, at most `max_mb` MiB. Raises what Store does."""

    def __init__(self, folder: str | Path, max_mb: float = 1024.0) -> None:
        form = repr([field.name for field in fields(Reply)])
        self._store = Store(Path(folder) / "math.sqlite", form, max_mb)

    def get(self, key: tuple[str, ...]) -> Reply | None:
        """The reply found before, or None."""
        kept = self._store.get(key)
        return None if kept is None else Reply(**kept)

    def put(self, key: tuple[str, ...], reply: Reply) -> None:
        """Keeps a reply."""
        self._store.put(key, asdict(reply))

    def close(self) -> None:
        """Closes the file."""
        self._store.close()
