"""The descriptors that the start of a jail needs, none of which may be left open."""

from __future__ import annotations

import os


class Descriptors:
    """The descriptors that one start needs; all closed at its end but those that are kept."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self.inherited: list[int] = []

    def pipe(self) -> tuple[int, int]:
        """A pipe: the end to read, the end to write."""
        ends = os.pipe()
        self._open.update(ends)
        return ends

    def memfd(self, name: str) -> int:
        """An empty file in memory."""
        fd = os.memfd_create(name)
        self._open.add(fd)
        return fd

    def data(self, name: str, content: bytes) -> int:
        """A file in memory with this content, at its start."""
        fd = self.memfd(name)
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def inherit(self, name: str, content: bytes) -> int:
        """As `data`, and the new process gets it."""
        fd = self.data(name, content)
        self.inherited.append(fd)
        return fd

    def keep(self, fd: int) -> int:
        """Leaves a descriptor to the caller."""
        self._open.discard(fd)
        return fd

    def close_one(self, fd: int) -> None:
        """Closes one before the others."""
        self._open.discard(fd)
        os.close(fd)

    def close(self) -> None:
        """Closes all that are not kept."""
        for fd in self._open:
            os.close(fd)
        self._open.clear()


def words_in(fd: int) -> str:
    """What a process wrote to its stderr, which is this file."""
    return os.pread(fd, 8192, 0).decode("utf-8", "replace").strip()
