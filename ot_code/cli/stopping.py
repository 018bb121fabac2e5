"""How a command is stopped from outside: SIGINT and SIGTERM become one exception in the main thread."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE_S = 10.0


class Stopped(KeyboardInterrupt):
    """A signal asked the command to stop. `advice`, if a command sets it, says how to go on."""

    def __init__(self, number: int, advice: str = "") -> None:
        super().__init__(number)
        self.number = number
        self.advice = advice

    @property
    def exit_code(self) -> int:
        """128 + the signal's number, as shells have it: 130 for Ctrl-C."""
        return 128 + self.number

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.number).name}" + (f"; {self.advice}" if self.advice else "")


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Within it, a SIGINT or SIGTERM raises Stopped in the main thread. Those of the next `PATIENCE_S` say nothing.

    One after that raises it again: what tears down hangs, or the first was met where Python drops what is raised.
    """
    if threading.current_thread() is not threading.main_thread():  # Python allows handlers in the main thread only
        yield
        return
    raised_at: list[float] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if raised_at and now - raised_at[-1] < PATIENCE_S:
            return  # tearing down takes moments, and half of it is worse than all of it
        raised_at.append(now)
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
