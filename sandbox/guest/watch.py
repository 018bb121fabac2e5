"""Watching a run that lasts: its limits, its output, and the end of everything that it started."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING, Optional

from .buffers import Buffer, Results
from .clocks import Clocks
from .ending import Ending

if TYPE_CHECKING:
    from .window import Item

POLL_S = 0.05
TICK_NS = 1_000_000_000
ABSENT_NS = 2_000_000_000  # between two looks, which are a part of a second apart
STDERR_KEPT = 64 * 1024
CHUNK = 256 * 1024


class Streams:
    """What a run writes, between its pipes and the host; the buffers serve one run after the other."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self.out = Buffer(CHUNK)
        self.err = Buffer(3 * STDERR_KEPT)
        self.ret = Buffer(CHUNK)
        self._of = -1

    def begin(self, run: int) -> None:
        """The buffers belong to this run from now on."""
        if self._of != run:
            self._of = run
            for buffer in (self.out, self.err, self.ret):
                buffer.used = buffer.total = 0

    def of(self, item: Item) -> list[tuple[int, Buffer]]:
        """(descriptor to read, its buffer) of each stream of the run."""
        pairs = [(item.out[0], self.out), (item.err[0], self.err)]
        return [*pairs, (item.ret[0], self.ret)] if item.ret[0] >= 0 else pairs

    def take(self, fd: int, buffer: Buffer, cap: int) -> bool:
        """Reads once; False at the end, when there is nothing now, or past the cap (stderr has none: it is cut)."""
        if buffer.used == len(buffer.view):
            self._make_room(buffer)
        try:
            got = os.readv(fd, [buffer.view[buffer.used :]])
        except BlockingIOError:
            return False
        buffer.used += got
        buffer.total += got
        return got > 0 and (buffer is self.err or buffer.total <= cap)

    def drain(self, item: Item, cap: int) -> None:
        """Takes what is left in the pipes of a run of which no process lives."""
        self.begin(item.index)
        for fd, buffer in self.of(item):
            os.set_blocking(fd, False)
            while self.take(fd, buffer, cap):
                pass
        self._of = -1

    def _make_room(self, buffer: Buffer) -> None:
        if buffer is self.err:  # its head and its tail are kept
            tail = buffer.used - STDERR_KEPT
            buffer.view[STDERR_KEPT : 2 * STDERR_KEPT] = buffer.view[tail : tail + STDERR_KEPT]
            buffer.used = 2 * STDERR_KEPT
            return
        stream = "out" if buffer is self.out else "ret"
        self._results.add({"op": "chunk", "run": self._of, "stream": stream}, buffer.view[: buffer.used])
        self._results.flush()
        buffer.used = 0


class Watch:
    """Waits for the end of one run, or for the first limit that it meets."""

    def __init__(self, clocks: Clocks, streams: Streams, results: Results, limits: dict[str, int]) -> None:
        self._clocks = clocks
        self._streams = streams
        self._results = results
        self._limits = limits
        self._held_before = results.waited_ns + clocks.own_wait_ns()
        self._looked = time.monotonic_ns()
        self._absent_ns = 0

    def watch(self, ending: Ending, item: Item, begun: int) -> Optional[str]:
        """None when it ended by itself, else the limit: "output", "time", "memory" or "wall"."""
        poll = select.poll()
        poll.register(ending.fd, select.POLLIN)
        # Results of earlier runs in this batch share the buffers; they are still in their own pipes.
        self._streams.begin(item.index)
        buffers = dict(self._streams.of(item))
        for fd in buffers:
            os.set_blocking(fd, False)
            poll.register(fd, select.POLLIN)
        cap = self._limits["output_bytes"]
        ticked = begun
        pause_s = 0.004
        while True:
            ended = False
            for fd, event in poll.poll(max(1, pause_s * 1000)):
                if fd == ending.fd:
                    ended = ending.came()
                elif not event & select.POLLIN or not self._streams.take(fd, buffers[fd], cap):
                    poll.unregister(fd)
                    if buffers[fd] is not self._streams.err and buffers[fd].total > cap:
                        return "output"
            if ended:
                return None
            now = time.monotonic_ns()
            if now - ticked > TICK_NS:
                ticked = now
                self._results.add({"op": "tick", "run": item.index})
                self._results.flush()
            met, pause_s = self.limit_met(now - begun)
            if met:
                return met

    def limit_met(self, wall_ns: int) -> tuple[Optional[str], float]:
        """The limit that is met, and how long to sleep until the next look."""
        cpu_left = self._limits["cpu_ns"] - self._clocks.cpu_ns()
        if cpu_left <= 0:
            return "time", 0.0
        if self._clocks.over_memory(self._limits["memory_bytes"], self._limits["file_bytes"]):
            return "memory", 0.0
        # Who looks no more for so long was stopped, with all that runs here: a job that a scheduler suspends.
        now = time.monotonic_ns()
        if now - self._looked > ABSENT_NS:
            self._absent_ns += now - self._looked
        self._looked = now
        wall_ns -= self._absent_ns
        wall_limit = self._limits["wall_ns"]
        if wall_ns > wall_limit:
            # What waited for a CPU is not the program's doing, nor what it could not write while we waited for one, or
            # for the host to take what it had written; but nothing waits for ever.
            held = self._results.waited_ns + self._clocks.own_wait_ns() - self._held_before
            patience = min(wall_limit + self._clocks.waited_ns() + held, 20 * wall_limit)
            if wall_ns > patience:
                return "wall", 0.0
        return None, min(self._clocks.longest_poll_s(POLL_S), max(0.004, cpu_left / self._clocks.cpus / 1e9))
