"""The memory that runs of this process may use together: a run waits until there is room for its limit."""

from __future__ import annotations

import threading


class MemoryBudget:
    """Megabytes that runs of this process may use at once; one run alone may have more than there is."""

    def __init__(self, total_mb: int) -> None:
        self._total = total_mb
        self._used = 0
        self._changed = threading.Condition()

    def hold(self, wanted_mb: int) -> _Held:
        """Waits for the memory and takes it, until the context that comes back ends."""
        with self._changed:
            while self._used and self._used + wanted_mb > self._total:
                self._changed.wait()
            self._used += wanted_mb
        return _Held(self, wanted_mb)

    def release(self, held_mb: int) -> None:
        """Gives memory back."""
        with self._changed:
            self._used -= held_mb
            self._changed.notify_all()


class _Held:
    def __init__(self, budget: MemoryBudget, held_mb: int) -> None:
        self._budget = budget
        self._held_mb = held_mb

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._budget.release(self._held_mb)
