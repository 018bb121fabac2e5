"""A container's attached stream: stdout and stderr come in one, each piece of them behind a header of eight bytes."""

from __future__ import annotations

import os

from sandbox.jails.connection import Connection

_HEAD = 8
_STDERR = 2
_MOST_WORDS = 8192


class Demultiplexer:
    """Takes the stream as it comes. words: the first of what came on stderr."""

    def __init__(self) -> None:
        self.words = bytearray()
        self._head = b""
        self._kind = 0
        self._left = 0

    def feed(self, data: bytes, out: bytearray) -> None:
        """Appends to `out` what of `data` came on stdout."""
        view = memoryview(data)
        while view:
            if not self._left:
                wanted = _HEAD - len(self._head)
                self._head += view[:wanted]
                view = view[wanted:]
                if len(self._head) == _HEAD:
                    self._kind, self._left = self._head[0], int.from_bytes(self._head[4:], "big")
                    self._head = b""
                continue
            piece = view[: self._left]
            view = view[len(piece) :]
            self._left -= len(piece)
            if self._kind != _STDERR:
                out += piece
            elif len(self.words) < _MOST_WORDS:
                self.words += piece[: _MOST_WORDS - len(self.words)]


class AttachedConnection(Connection):
    """Frames over an attached stream. Takes the descriptor over."""

    def __init__(self, fd: int) -> None:
        # Two descriptors of one socket, so that both directions can be polled by themselves.
        super().__init__(fd, os.dup(fd))
        self._pieces = Demultiplexer()

    @property
    def words(self) -> str:
        """What came on stderr."""
        return self._pieces.words.decode("utf-8", "replace").strip()

    def _take(self, data: bytes) -> None:
        self._pieces.feed(data, self._data)
