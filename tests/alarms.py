"""Signals whose handler raises in the main thread, as a caller's time-out or Ctrl-C does."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest


class AlarmError(Exception):
    """What the handler raises."""


@contextmanager
def alarms(number: signal.Signals = signal.SIGUSR1) -> Iterator[None]:
    """Within it, that signal raises AlarmError."""

    def ring(*_: object) -> None:
        raise AlarmError

    before = signal.signal(number, ring)
    try:
        yield
    finally:
        signal.signal(number, before)


def is_interrupted(call: Callable[[], object], after_s: float) -> bool:
    """Calls it; whether an alarm that comes after so many seconds raised in it, and not after it."""
    timer = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGUSR1))
    try:
        timer.start()
        call()
        timer.join()
        time.sleep(0.01)  # for the handler
    except AlarmError:
        return True
    return False


def check_that_a_signal_is_met(wait: Callable[[], object]) -> None:
    """`wait`, of 6 s, ends early by a signal that does not wake the main thread: another takes it from the kernel."""
    taker = threading.Timer(0.3, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR1))
    began = time.monotonic()
    with alarms():
        taker.start()
        with pytest.raises(AlarmError):
            wait()
        assert time.monotonic() - began < 5
        taker.join()
