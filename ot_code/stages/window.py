"""Rows on their way from the reading thread to the writing one: in order, and bounded in number and bytes."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

ROWS = 256
BYTES = 128 * 1024 * 1024  # of the rows as `weight` counts them; their parsed tests are about as large again

Item = TypeVar("Item")


class ClosedError(Exception):
    """The window was closed: nobody wants more items."""


class Window(Generic[Item]):
    """A queue between one producer and one consumer. What is taken counts until it is released."""

    def __init__(self, rows: int = ROWS, size: int = BYTES) -> None:
        self._most_rows, self._most_bytes = rows, size
        self._items: deque[tuple[Item, int]] = deque()
        self._rows = 0
        self._bytes = 0
        self._ended = False
        self._closed = False
        self._failure: BaseException | None = None
        self._changed = threading.Condition()

    def wait_for_room(self) -> None:
        """Returns when another item may be made; one may be larger than all the room. Raises ClosedError."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room())
            if self._closed:
                raise ClosedError

    def _has_room(self) -> bool:
        return self._rows < self._most_rows and self._bytes < self._most_bytes

    def put(self, item: Item, size: int) -> None:
        """Adds an item of `size` bytes."""
        with self._changed:
            self._items.append((item, size))
            self._rows += 1
            self._bytes += size
            self._changed.notify_all()

    def end(self, failure: BaseException | None = None) -> None:
        """Says that no more items come, and what stopped them; the consumer gets that raised after the last item."""
        with self._changed:
            self._ended = True
            self._failure = failure
            self._changed.notify_all()

    def take(self, timeout_s: float) -> tuple[Item, int] | None:
        """The next item and its size; None when there was none within `timeout_s`. Raises StopIteration at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended, timeout_s)
            if self._items:
                return self._items.popleft()
            if self._failure is not None:
                raise self._failure
            if self._ended:
                raise StopIteration
            return None

    def release(self, size: int) -> None:
        """Says that a taken item of `size` bytes is done with."""
        with self._changed:
            self._rows -= 1
            self._bytes -= size
            self._changed.notify_all()

    def close(self) -> None:
        """Lets the producer go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
