"""What is shown on stderr while a run goes on: a live line on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.live import Live

_LINE_EVERY_S = 10.0
_LIVE_EVERY_S = 0.25


class Progress:
    """Says how far a run is. A context manager; `judged` may be called from any thread.

    total: input rows, None where nobody knows. quiet: nothing is said.
    """

    def __init__(self, *, total: int | None, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._total = total
        self._first: int | None = None  # rows that were done before this sitting
        self._done = 0
        self._stream = stream if stream is not None else sys.stderr
        self._quiet = quiet
        self._live: Live | None = None
        self._verdicts: Counter[str] = Counter()
        self._tests = 0
        self._lock = threading.Lock()
        self._started = self._said = time.monotonic()

    def __enter__(self) -> Progress:
        if not self._quiet and self._stream.isatty():
            from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
            from rich.live import Live  # noqa: PLC0415

            self._live = Live(console=Console(file=self._stream, highlight=False), transient=True, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def judged(self, verdict: str) -> None:
        """A candidate was judged."""
        with self._lock:
            self._verdicts[verdict] += 1

    def tested(self) -> None:
        """One run of a program on a test was judged."""
        with self._lock:
            self._tests += 1

    def rows(self, done: int) -> None:
        """So many input rows are done, of all. Call it often: it says something when it is time to."""
        if self._first is None:
            self._first = done
        self._done = done
        now = time.monotonic()
        if self._quiet or now - self._said < (_LIVE_EVERY_S if self._live else _LINE_EVERY_S):
            return
        self._said = now
        if self._live is not None:
            self._live.update(self.line(), refresh=True)
        else:
            self._stream.write(self.line() + "\n")
            self._stream.flush()

    def line(self) -> str:
        """Rows, rows a second, tests (what moves while a row has many of them), verdicts, time left."""
        elapsed = max(time.monotonic() - self._started, 1e-9)
        rate = (self._done - (self._first or 0)) / elapsed
        of = f" of {self._total:,}" if self._total is not None else ""
        with self._lock:
            tests = self._tests
            verdicts = ", ".join(f"{name} {count:,}" for name, count in self._verdicts.most_common())
        parts = [f"{self._done:,}{of} rows", f"{rate:,.1f} rows/s", f"{tests:,} tests run" if tests else "", verdicts]
        if self._total is not None and rate > 0:
            parts.append(f"{_clock((self._total - self._done) / rate)} left")
        return " · ".join(part for part in parts if part)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
