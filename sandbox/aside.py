"""A thread that runs calls for others, in order.

What a signal handler raises (Ctrl-C, an alarm that a caller sets round its work) may leave the process's main thread
between any two instructions, and with it a slot, a jail or a lock that it just took, for good. So it takes none: it
puts its call into one queue and waits at another, each of which is a single step of the interpreter.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.errors import SandboxError

_T = TypeVar("_T")
_LOOK_S = 0.5


class Aside:
    """One thread, started on first need."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], queue.SimpleQueue[Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._owner = os.getpid()
        self._closed = False

    def run(self, call: Callable[[], _T]) -> _T:
        """What `call` returns or raises, on the thread. Raises SandboxError once closed."""
        answer: queue.SimpleQueue[tuple[_T | None, BaseException | None]] = queue.SimpleQueue()
        with self._lock:
            if self._closed:  # nobody would ever take it up
                raise SandboxError("this Sandbox is closed")
            if self._thread is None:
                thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                thread.start()
                self._thread = thread
            self._calls.put((call, answer))
        while True:
            try:
                value, error = answer.get(timeout=_LOOK_S)
                break
            except queue.Empty:  # a signal that came just before the wait is met here
                continue
        if error is not None:
            raise error
        return value  # type: ignore[return-value]  # None only where that is what it returned

    def _serve(self) -> None:
        while (item := self._calls.get()) is not None:
            call, answer = item
            try:
                answer.put((call(), None))
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for it
                answer.put((None, error))
            del item, call, answer

    def close(self) -> None:
        """Waits for what was put before, and ends the thread. Nothing in a forked child, where there is none."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._closed = True
            self._calls.put(None)
        if self._thread is not None:
            self._thread.join()
