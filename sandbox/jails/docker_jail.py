"""One open jail in a container: its stream, its control group, and the means to end it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import Protocol

from sandbox.jails.base import JailSpec
from sandbox.jails.cgroup import Group
from sandbox.jails.connection import Connection
from sandbox.jails.docker_stream import AttachedConnection
from sandbox.seats import Seat


class Containers(Protocol):
    """Who made the container. Neither fails where the engine does not answer: it is done when it does again."""

    def kill(self, container: str) -> None:
        """Kills everything in it."""

    def remove(self, container: str) -> None:
        """Removes it."""


class DockerJail:
    """One open jail. container: its id. seat: of which its user is made. pid: of its first process; None: not seen."""

    group: Group | None = None
    pid: int | None = None

    def __init__(
        self, containers: Containers, spec: JailSpec, connection: AttachedConnection, container: str, seat: Seat
    ) -> None:
        self.spec = spec
        self.connection: Connection = connection
        self._stream = connection
        self.container = container
        self.idle_bytes = 0
        self._containers = containers
        self.seat = seat
        self._handle: int | None = None
        self._lock = threading.Lock()
        self._closed = False

    def take_handle(self, pid: int) -> None:
        """Remembers the first process, so that it can be killed without the engine. Raises OSError when it is gone."""
        self._handle = os.pidfd_open(pid)
        self.pid = pid

    def kill(self) -> None:
        """Kills the container's first process and so everything in it."""
        with self._lock:
            if self._handle is not None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                return
        self._containers.kill(self.container)

    def release(self) -> None:
        """Gives our own descriptors of it back."""
        if self.group is not None:
            self.group.close()
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def close(self) -> None:
        """Kills it and gives everything back."""
        if self._closed:
            return
        self._closed = True
        self.connection.close()
        self.kill()
        self._containers.remove(self.container)
        self.release()
        self.seat.close()

    def last_words(self) -> str:
        """What the supervisor said on stderr."""
        return self._stream.words
