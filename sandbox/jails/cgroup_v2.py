"""Control groups of version 2: one tree, whose controllers are handed down from parent to child."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from sandbox.errors import JailError
from sandbox.jails.cgroup_group import Group, write

VERSION = 2
NEEDED = ("memory", "pids")
HOST_LEAF = "ot-code-host"
_MOVES = 10


class GroupV2(Group):
    """A jail's group.

    memory.oom.group stays 0: the kernel then kills the largest process and not the supervisor, which can tell the tale.
    A write to memory.peak resets it for that open file alone (Linux 6.12); on older kernels there is no peak of a run.
    """

    version = VERSION

    def _open_files(self) -> None:
        self._home = self.directories["memory"]
        self.usage_fd = self._open(self._home / "memory.current")
        self.oom_fd = self._open(self._home / "memory.events")
        self.cpu_fd = self._open(self._home / "cpu.stat")
        self._limit_fd = self._open(self._home / "memory.max", os.O_WRONLY)
        self.peak_fd = self._resettable_peak()
        if (self._home / "memory.swap.max").exists():
            self._write(self._home / "memory.swap.max", "0")

    def _resettable_peak(self) -> int | None:
        try:
            fd = os.open(self._home / "memory.peak", os.O_RDWR | os.O_CLOEXEC)
        except (FileNotFoundError, PermissionError):  # before 5.19, before 6.12
            return None
        try:
            os.write(fd, b"0")
        except OSError:  # before 6.12, opened by root
            os.close(fd)
            return None
        self._fds.append(fd)
        return fd

    def set_memory(self, limit_bytes: int) -> None:
        """See Group."""
        self.limit_bytes = limit_bytes
        try:
            os.pwrite(self._limit_fd, str(limit_bytes).encode(), 0)
        except OSError as error:
            raise JailError(f"cannot set {self._home}/memory.max to {limit_bytes} bytes: {error.strerror}") from error

    def limit_hits(self) -> int | None:
        """See Group."""
        words = self._read(self.oom_fd).split()
        return sum(int(words[words.index(name) + 1]) for name in (b"max", b"oom"))

    def memory_peak(self) -> int | None:
        """See Group."""
        if self.peak_fd is not None:
            return int(self._read(self.peak_fd))
        try:
            return int((self._home / "memory.peak").read_text())
        except FileNotFoundError:
            return None

    def cpu_time_ns(self) -> int:
        """See Group."""
        words = self._read(self.cpu_fd).split()
        return int(words[words.index(b"usage_usec") + 1]) * 1000

    def _kill_at_once(self) -> bool:
        if not (self._home / "cgroup.kill").exists():  # before 5.14
            return False
        self._write(self._home / "cgroup.kill", "1")
        return True


def delegated(own: Path) -> Path | str:
    """The group below which jails' groups can be made, its controllers handed down; or why there is none.

    A group with processes cannot hand controllers down (but for the root), so every process in it (this one, and what
    else was started there) moves into a leaf, HOST_LEAF. Another process of ours may have done so before.
    """
    parent = own.parent if own.name == HOST_LEAF else own
    offered = (parent / "cgroup.controllers").read_text().split()
    missing = [name for name in NEEDED if name not in offered]
    if missing:
        return f"the controllers {', '.join(missing)} are not handed down to {parent}"
    if not (os.access(parent, os.W_OK) and os.access(parent / "cgroup.procs", os.W_OK)):
        return f"{parent} is not writable: it was not delegated to this user"
    handed_down = (parent / "cgroup.subtree_control").read_text().split()
    wanted = [name for name in NEEDED if name not in handed_down]
    if not wanted:
        return parent
    order = " ".join(f"+{name}" for name in wanted)
    try:
        try:
            write(parent / "cgroup.subtree_control", order)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            _move_processes(parent, parent / HOST_LEAF)
            write(parent / "cgroup.subtree_control", order)
    except OSError as error:
        return f"{parent} cannot hand down {', '.join(wanted)}: {error.strerror}"
    return parent


def _move_processes(source: Path, leaf: Path) -> None:
    """Moves all processes, and those that are forked meanwhile. Raises OSError for one that may not be moved."""
    leaf.mkdir(exist_ok=True)
    for _ in range(_MOVES):
        pids = (source / "cgroup.procs").read_text().split()
        if not pids:
            return
        for pid in pids:
            try:
                write(leaf / "cgroup.procs", pid)
            except ProcessLookupError:
                continue  # it ended meanwhile


def cpu_quota(directory: Path) -> float | None:
    """CPUs that a group's own quota allows; None: no quota."""
    try:
        quota, period = (directory / "cpu.max").read_text().split()
    except FileNotFoundError:
        return None
    return None if quota == "max" else int(quota) / int(period)


def memory_limit(directory: Path) -> int | None:
    """Bytes that a group's own limit allows; None: no limit."""
    try:
        limit = (directory / "memory.max").read_text().strip()
    except FileNotFoundError:
        return None
    return None if limit == "max" else int(limit)
