"""Control groups of version 1: one tree a controller, each mounted at a place of its own."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from sandbox.errors import JailError
from sandbox.jails.cgroup_group import Group

VERSION = 1
NEEDED = ("memory", "pids", "cpuacct")
_UNLIMITED = 1 << 60  # the kernel writes "no limit" as the largest number of pages


class GroupV1(Group):
    """A jail's groups in the trees of memory, pids and cpuacct."""

    version = VERSION

    def _open_files(self) -> None:
        memory = self.directories["memory"]
        self.usage_fd = self._open(memory / "memory.usage_in_bytes")
        self.peak_fd = self._open(memory / "memory.max_usage_in_bytes", os.O_RDWR)
        self.oom_fd = self._open(memory / "memory.oom_control")
        self.cpu_fd = self._open(self.directories["cpuacct"] / "cpuacct.usage")
        self._limit_fd = self._open(memory / "memory.limit_in_bytes", os.O_WRONLY)
        self._with_swap_fd: int | None = None
        if (memory / "memory.memsw.limit_in_bytes").exists():
            self._with_swap_fd = self._open(memory / "memory.memsw.limit_in_bytes", os.O_WRONLY)
        self._write(memory / "memory.swappiness", "0")  # and all there is where swap is not counted
        if b"oom_kill " not in os.pread(self.oom_fd, 4096, 0):
            raise JailError(f"{memory}/memory.oom_control counts no oom_kill: Linux 4.13 or later is needed")

    def set_memory(self, limit_bytes: int) -> None:
        """See Group. The limit with swap may never be below the one without, so the order depends on the way."""
        self.limit_bytes = limit_bytes
        text = str(limit_bytes).encode()
        fds = [self._limit_fd] if self._with_swap_fd is None else [self._limit_fd, self._with_swap_fd]
        try:
            try:
                os.pwrite(fds[0], text, 0)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                fds.reverse()  # upwards: the one with swap goes first
                os.pwrite(fds[0], text, 0)
            for fd in fds[1:]:
                os.pwrite(fd, text, 0)
        except OSError as error:
            where = self.directories["memory"] / "memory.limit_in_bytes"
            raise JailError(f"cannot set {where} to {limit_bytes} bytes: {error.strerror}") from error

    def limit_hits(self) -> int | None:
        """See Group. There is memory.failcnt, but newer kernels (seen: 6.18) leave it at 0."""
        return None

    def memory_peak(self) -> int | None:
        """See Group."""
        return None if self.peak_fd is None else int(self._read(self.peak_fd))

    def cpu_time_ns(self) -> int:
        """See Group."""
        return int(self._read(self.cpu_fd))


def cpu_quota(directory: Path) -> float | None:
    """CPUs that a group's own quota allows; None: no quota."""
    try:
        quota = int((directory / "cpu.cfs_quota_us").read_text())
        period = int((directory / "cpu.cfs_period_us").read_text())
    except FileNotFoundError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def memory_limit(directory: Path) -> int | None:
    """Bytes that a group's own limit allows; None: no limit."""
    try:
        limit = int((directory / "memory.limit_in_bytes").read_text())
    except FileNotFoundError:
        return None
    return limit if limit < _UNLIMITED else None
