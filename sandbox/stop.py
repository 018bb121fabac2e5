"""Calling off what runs, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

from sandbox.jails.base import Jail


class Stop:
    """Set from any thread, it ends what was given to it: runs under way are killed, later ones are not begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = False
        self._jails: list[Jail] = []

    def is_set(self) -> bool:
        """Whether it was set."""
        return self._set

    def set(self) -> None:
        """Ends what runs; its threads see CancelledError."""
        with self._lock:
            self._set = True
            for jail in self._jails:
                jail.kill()

    def check(self) -> None:
        """Raises CancelledError once it is set."""
        if self._set:
            raise CancelledError("the run was called off")

    @contextmanager
    def watching(self, jail: Jail) -> Iterator[None]:
        """Within it, `set` kills the jail."""
        with self._lock:
            self.check()
            self._jails.append(jail)
        try:
            yield
        finally:
            with self._lock:  # so that no jail is killed that has been given back
                self._jails.remove(jail)
