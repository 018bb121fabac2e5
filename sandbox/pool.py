"""Jails that are open, lent to one thread at a time. A dirty or dead one is never lent again."""

from __future__ import annotations

import os
import threading

from sandbox.errors import SandboxError
from sandbox.jails.base import Jail, JailSpec, Launcher

_GROWTH_BYTES = 64 * 1024 * 1024
_RETURN_S = 2.0  # a borrower sees the end of its jail at once, unless it holds it and does nothing


class Pool:
    """Keeps at most `keep` idle jails; opens one when none of the wanted kind is idle. Thread-safe.

    The jails are the process's that opened them: a forked child, which has a copy of each jail's stream, is lent none,
    and closes none.
    """

    def __init__(self, launcher: Launcher, keep: int) -> None:
        self._launcher = launcher
        self._keep = keep
        self._lock = threading.Lock()
        self._returned = threading.Condition(self._lock)
        self._owner = os.getpid()
        self._under_way = 0  # jails that are being opened or closed
        self._idle: list[Jail] = []
        self._lent: set[Jail] = set()
        self._closed = False
        self.replaced = 0  # jails that came back broken or dirty

    @property
    def open_count(self) -> int:
        """How many jails are open."""
        return len(self._idle) + len(self._lent)

    def borrow(self, spec: JailSpec, *, fresh: bool = False) -> Jail:
        """An open, clean jail of that kind.

        Raises JailError when none can be opened, SandboxError once closed, and in a forked child.

        Idle jails that have died meanwhile (an engine that was restarted takes all of them) are no try of any run.
        fresh: none that was idle: what ended the last one may have ended those as well, which shows a moment later.
        """
        self.check_owner()
        unfit = []
        found = None
        with self._lock:
            self.check_open()
            for index in [] if fresh else range(len(self._idle) - 1, -1, -1):
                if self._idle[index].spec == spec:
                    jail = self._idle.pop(index)
                    if jail.connection.is_quiet():
                        self._lent.add(jail)
                        found = jail
                        break
                    unfit.append(jail)
            self.replaced += len(unfit)
            if found is None and len(self._idle) >= self._keep:
                unfit.append(self._idle.pop(0))
            self._under_way += 1
        try:
            for jail in unfit:
                jail.close()
            return found or self._opened(spec)
        finally:
            self._done()

    def _opened(self, spec: JailSpec) -> Jail:
        jail = self._launcher.open(spec)
        with self._lock:
            if not self._closed:
                self._lent.add(jail)
                return jail
        jail.close()
        raise SandboxError("this Sandbox is closed")

    def _done(self) -> None:
        with self._lock:
            self._under_way -= 1
            self._returned.notify_all()

    def give_back(self, jail: Jail, *, broken: bool, held_bytes: int | None = None) -> None:
        """Takes a jail back; a broken one, or one that holds far more memory than when it was new, is closed."""
        if self.inherited:
            return
        grown = held_bytes is not None and held_bytes > jail.idle_bytes + _GROWTH_BYTES
        with self._lock:
            self._lent.discard(jail)
            if not (broken or grown or self._closed):
                self._idle.append(jail)
                return
            self._under_way += 1
            self.replaced += broken
        try:
            jail.close()
        finally:
            self._done()

    def close(self) -> None:
        """Closes the idle jails and kills the lent ones, whose borrowers then see them gone and give them back.

        Waits a while for that: a borrower's thread may die with this process, and its jail's cgroup would stay.
        """
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for jail in self._lent:
                jail.kill()
        for jail in idle:
            jail.close()
        with self._lock:
            self._returned.wait_for(lambda: not self._lent and not self._under_way, _RETURN_S)

    @property
    def inherited(self) -> bool:
        """Whether this process is a fork of the one that made this, and opened the jails."""
        return os.getpid() != self._owner

    def check_open(self) -> None:
        """Raises SandboxError once closed."""
        if self._closed:
            raise SandboxError("this Sandbox is closed")

    def check_owner(self) -> None:
        """Raises SandboxError in a forked child of the process that made this."""
        if self.inherited:
            raise SandboxError(
                f"this Sandbox was opened by process {self._owner}, of which this one is a fork: open one here, or "
                "start processes with the method `spawn`"
            )
