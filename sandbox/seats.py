"""Seats for jails: small numbers, of which their uids are made, each with one jail on the node at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.locks import forget_after_fork, open_lock, runtime_dir, try_lock

_SEATS = 4096


class Seats:
    """Small numbers, each leased to one jail on the node at a time, of which its uid is made. Thread-safe."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = runtime_dir() if directory is None else directory

    def lease(self) -> Seat:
        """The lowest free seat, until it is closed or this process ends. Raises SandboxError when all are taken."""
        for index in range(_SEATS):
            fd = open_lock(self.directory / f"seat-{index}.lock")
            if try_lock(fd):
                return Seat(index, fd)
            os.close(fd)
        raise SandboxError(f"all {_SEATS} seats in {self.directory} are taken: fewer jails must be open at once")


class Seat:
    """A leased number, `index`. Close it when the jail is gone."""

    def __init__(self, index: int, fd: int) -> None:
        self.index = index
        self._fd: int | None = fd
        forget_after_fork(self)

    def close(self) -> None:
        """Gives the seat back. Does nothing the second time, or in a forked child, whose parent holds it."""
        fd, self._fd = self._fd, None
        if fd is not None:
            fcntl.flock(fd, fcntl.LOCK_UN)  # a copy of the descriptor elsewhere would keep the lock
            os.close(fd)

    def forget(self) -> None:
        """In a forked child: the seat is its parent's."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
