"""The stream to a jail during an interaction: frames are queued, sent as the jail takes them, and read as they come."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.guest import wire
from sandbox.jails.connection import Connection, Frame

_CHUNK = 1024 * 1024


class Channel:
    """Both directions of one jail's stream, neither of which ever waits. heard: when a frame came last."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.read_fd, self.write_fd = connection.descriptors
        self._queue: deque[memoryview] = deque()
        self.heard = time.monotonic()
        self.waits = False  # for room to send

    def send(self, header: dict[str, Any], body: bytes | memoryview = b"") -> None:
        """Queues a frame and sends what the stream takes now."""
        self.send_raw([wire.pack(header, len(body)), body])

    def send_raw(self, buffers: Iterable[bytes | memoryview]) -> None:
        """Queues whole frames and sends what the stream takes now."""
        self._queue += (memoryview(buffer) for buffer in buffers if buffer)
        self.flush()

    def flush(self) -> None:
        """Sends what the stream takes now; `waits` says whether something is left."""
        while self._queue:
            view = self._queue[0]
            try:
                sent = os.write(self.write_fd, view[:_CHUNK])
            except BlockingIOError:
                break
            except (BrokenPipeError, ConnectionResetError):
                self._queue.clear()  # the jail is gone: the reading side says so
                break
            if sent == len(view):
                self._queue.popleft()
            else:
                self._queue[0] = view[sent:]
        self.waits = bool(self._queue)

    def receive(self) -> Iterator[Frame]:
        """The frames that came. Raises JailError when the jail is gone, GuestProtocolError for what is no frame."""
        self.heard = time.monotonic()
        return self._connection.receive()
