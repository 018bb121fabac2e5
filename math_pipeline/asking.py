"""Threads that ask the workers, for callers that may be left at any point by what a signal handler raises.

Handlers run in a process's main thread alone, between any two instructions: Ctrl-C, an alarm that a trainer sets round
its rewards. A lock or a worker that such a thread holds may stay held for good. So it holds none: it puts its question
into one queue and waits at another, each of which is a single step of the interpreter.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from math_pipeline.errors import WorkerError

_T = TypeVar("_T")
_LOOK_S = 0.5


class Askers:
    """Up to `most` threads, started on first need."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], queue.SimpleQueue[Any]] | None] = queue.SimpleQueue()
        self._free: queue.SimpleQueue[None] = queue.SimpleQueue()  # an entry for each thread that has nothing to do
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def run(self, call: Callable[[], _T]) -> _T:
        """What `call` returns or raises, on one of the threads. Raises WorkerError once closed."""
        answer: queue.SimpleQueue[tuple[_T | None, BaseException | None]] = queue.SimpleQueue()
        with self._lock:
            if self._closed:
                raise WorkerError("the pool of math workers is closed")
            try:
                self._free.get_nowait()
            except queue.Empty:
                if len(self._threads) < self._most:
                    thread = threading.Thread(target=self._serve, name="math", daemon=True)
                    thread.start()
                    self._threads.append(thread)
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
            self._free.put(None)

    def close(self) -> None:
        """Waits for what was asked before."""
        with self._lock:
            self._closed = True
            for _ in self._threads:
                self._calls.put(None)
        for thread in self._threads:
            thread.join()
