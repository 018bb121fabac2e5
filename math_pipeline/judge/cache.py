"""Votes given before, on disk. Faults never enter it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from math_pipeline.judge.replies import Vote
from math_pipeline.store import Store


class VoteCache:
    """Votes by all that they depend on, in `folder`/judge.sqlite, at most `max_mb` MiB. Raises what Store does."""

    def __init__(self, folder: str | Path, max_mb: float = 1024.0) -> None:
        self._store = Store(Path(folder) / "judge.sqlite", "correct, reasoning", max_mb)

    def get(self, key: tuple[Any, ...]) -> Vote | None:
        """The vote given before, or None. It costs nothing, so its tokens are 0."""
        kept = self._store.get(key)
        return None if kept is None else Vote(*kept)

    def put(self, key: tuple[Any, ...], vote: Vote) -> None:
        """Keeps a vote."""
        self._store.put(key, [vote.correct, vote.reasoning])

    def close(self) -> None:
        """Closes the file."""
        self._store.close()
