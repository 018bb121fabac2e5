"""Frames to and from a jail over two descriptors, both ways at once: neither side can block the other for ever."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.errors import GuestProtocolError, JailError
from sandbox.guest import wire

_CHUNK = 1024 * 1024
Frame = tuple[dict[str, Any], bytes]


class Connection:
    """One jail's stream. Not thread-safe: a jail is used by one thread at a time."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        self._poll = select.poll()
        self._poll.register(read_fd, select.POLLIN)
        self._data = bytearray()
        self._at = 0

    def exchange(self, outgoing: Iterable[bytes | memoryview], silence_s: float) -> Iterator[Frame]:
        """Sends `outgoing` while yielding frames as they come; the caller stops when it has the last one.

        Raises JailError when the jail is gone or says nothing for `silence_s` seconds, GuestProtocolError for bytes
        that are not frames. Buffers of `outgoing` are taken one by one, as they can be sent.
        """
        sending = _Sending(outgoing, self._write_fd)
        self._poll.register(self._write_fd, select.POLLOUT)
        heard = time.monotonic()
        try:
            if not sending.some():
                self._poll.unregister(self._write_fd)
            while True:
                yield from self._frames()
                events = self._poll.poll(1000)
                for fd, event in events:
                    if fd == self._write_fd and event & (select.POLLOUT | select.POLLERR):
                        if not sending.some():
                            self._poll.unregister(fd)
                    elif fd == self._read_fd:
                        self._read()
                        heard = time.monotonic()
                if not events and time.monotonic() - heard > silence_s:
                    raise JailError(f"the jail has said nothing for {silence_s:.0f} s")
        finally:
            try:
                self._poll.unregister(self._write_fd)
            except KeyError:
                pass  # all was sent

    def is_quiet(self) -> bool:
        """Whether the jail lives and says nothing, as one that is idle does."""
        return not self._poll.poll(0)

    @property
    def descriptors(self) -> tuple[int, int]:
        """The descriptor to read and the one to write, for a poll of the caller's own."""
        return self._read_fd, self._write_fd

    def receive(self) -> Iterator[Frame]:
        """The frames that are whole after one read, which waits for nothing. Raises as `exchange` does."""
        self._read()
        yield from self._frames()

    def _read(self) -> None:
        try:
            data = os.read(self._read_fd, _CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            raise JailError(f"the stream of the jail broke: {error}") from error
        if not data:
            raise JailError("the jail is gone")
        self._take(data)

    def _take(self, data: bytes) -> None:
        """Appends what was read to the frames' bytes."""
        self._data += data

    def _frames(self) -> Iterator[Frame]:
        """The frames that are whole by now; each is taken off the buffer before it is handed out."""
        while len(self._data) - self._at >= wire.HEAD.size:
            data, at = self._data, self._at
            try:
                header_bytes, body_bytes = wire.lengths(bytes(data[at : at + wire.HEAD.size]))
                body_at = at + wire.HEAD.size + header_bytes
                end = body_at + body_bytes
                if len(data) < end:
                    break
                header = wire.unpack_header(bytes(data[at + wire.HEAD.size : body_at]))
            except wire.WireError as error:
                raise GuestProtocolError(f"a jail spoke nonsense: {error}") from error
            body = bytes(data[body_at:end])
            self._at = end
            if end == len(data):
                data.clear()
                self._at = 0
            yield header, body
        if self._at:
            del self._data[: self._at]
            self._at = 0

    def close(self) -> None:
        """Closes both ends; a supervisor that still lives ends by itself."""
        os.close(self._read_fd)
        if self._write_fd != self._read_fd:
            os.close(self._write_fd)


class _Sending:
    """What is still to be sent."""

    def __init__(self, buffers: Iterable[bytes | memoryview], fd: int) -> None:
        self._buffers = iter(buffers)
        self._fd = fd
        self._view = memoryview(b"")

    def some(self) -> bool:
        """Sends what the stream takes now; False when all is sent."""
        while True:
            while not self._view:
                following = next(self._buffers, None)
                if following is None:
                    return False
                self._view = memoryview(following)
            try:
                sent = os.write(self._fd, self._view[:_CHUNK])
            except BlockingIOError:
                return True
            except (BrokenPipeError, ConnectionResetError):
                return False  # the jail is gone: the reading side says so
            self._view = self._view[sent:]
