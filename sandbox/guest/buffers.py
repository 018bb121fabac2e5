"""Memory through which programs' bytes pass in the supervisor, out of every child's reach."""

from __future__ import annotations

import mmap
import os
import time
from typing import Any, Optional

from . import wire


class Buffer:
    """`size` bytes mapped MADV_DONTFORK: a forked child does not have them. used: bytes held; total: ever taken."""

    def __init__(self, size: int) -> None:
        self._map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._map.madvise(mmap.MADV_DONTFORK)
        self.view = memoryview(self._map)
        self.used = 0
        self.total = 0


class Results:
    """Frames to the host, gathered and written in one go. waited_ns: how long the host has let us wait, ever."""

    def __init__(self, out: int, size: int = 4 * 1024 * 1024) -> None:
        self._out = out
        self._buffer = Buffer(size)
        self._used = 0
        self.waited_ns = 0

    def add(self, header: dict[str, Any], body: Optional[memoryview] = None) -> None:
        """Adds one frame; a body is at most a quarter of the buffer."""
        self._put(wire.pack(header, len(body) if body is not None else 0), () if body is None else (body,))

    def add_done(self, facts: dict[str, Any], out: Buffer, err: Buffer, ret: Buffer) -> None:
        """Adds the frame of a finished run with what is left of its streams."""
        facts["sizes"] = [out.used, err.used, ret.used]
        facts["totals"] = [out.total, err.total, ret.total]
        bodies = [buffer.view[: buffer.used] for buffer in (out, err, ret) if buffer.used]
        self._put(wire.pack(facts, out.used + err.used + ret.used), bodies)

    def _put(self, head: bytes, bodies: Any) -> None:
        size = len(head) + sum(len(body) for body in bodies)
        if self._used + size > len(self._buffer.view):
            self.flush()
        view = self._buffer.view
        at = self._used
        view[at : at + len(head)] = head
        at += len(head)
        for body in bodies:
            view[at : at + len(body)] = body
            at += len(body)
        self._used = at

    def flush(self) -> None:
        """Writes what is gathered; waits for the host where it must."""
        begun = time.monotonic_ns()
        at = 0
        while at < self._used:
            at += os.write(self._out, self._buffer.view[at : self._used])
        self._used = 0
        self.waited_ns += time.monotonic_ns() - begun
