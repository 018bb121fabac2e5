"""CPU time and memory of a run: from the jail's cgroup where the host gave its files, else by watching /proc.

The cgroup sees every process of the jail. Without one, CPU is what was reaped plus what lives, which misses processes
whose parent ignores SIGCHLD and that came and went between two looks; the record says so (`watched`).
"""

from __future__ import annotations

import os
import resource
import time
from typing import Any, Optional

_HERTZ = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Clocks:
    """Started before a run and finished after everything of it was reaped."""

    def __init__(self, files: dict[str, int]) -> None:
        self._cpu = files.get("cpu", -1)
        self._usage = files.get("usage", -1)
        self._peak = files.get("peak", -1)
        self._oom = files.get("oom", -1)
        self._v2 = files.get("version") == 2
        self.cpus = len(os.sched_getaffinity(0))
        self._cpu_before = self._own_before = self._usage_before = self._oom_before = 0
        self._watched_peak: Optional[int] = None

    def start(self) -> None:
        """Notes where the clocks stand, and resets the peak."""
        self._usage_before = self.memory()
        if self._peak >= 0:
            os.pwrite(self._peak, b"0\n", 0)
        self._oom_before = self._oom_kills()
        self._watched_peak = None
        self._own_before = time.process_time_ns()
        self._cpu_before = self._group_cpu_ns() if self._cpu >= 0 else self._reaped_ns()

    def finish(self) -> dict[str, Any]:
        """{"cpu_ns", "memory" (bytes or None), "oom"} of the run; call it when nothing of the run is left."""
        peak: Optional[int] = self._watched_peak
        if self._peak >= 0:
            peak = max(0, int(os.pread(self._peak, 32, 0)) - self._usage_before)
        return {"cpu_ns": max(0, self.cpu_ns()), "memory": peak, "oom": self._oom_kills() > self._oom_before}

    def cpu_ns(self) -> int:
        """CPU nanoseconds that the run has used until now."""
        if self._cpu >= 0:
            own = time.process_time_ns() - self._own_before
            return self._group_cpu_ns() - self._cpu_before - own
        return self._reaped_ns() - self._cpu_before + _living_ns()

    def memory(self) -> int:
        """Bytes that the jail holds now; 0 where there is no cgroup."""
        return int(os.pread(self._usage, 32, 0)) if self._usage >= 0 else 0

    def over_memory(self, limit_bytes: int) -> bool:
        """Whether the kernel killed for memory, or, watched, whether the run holds more than its limit."""
        if self._oom >= 0:
            return self._oom_kills() > self._oom_before
        held = _living_bytes()
        self._watched_peak = max(held, self._watched_peak or 0)
        return held > limit_bytes

    def longest_poll_s(self, usual_s: float) -> float:
        """How long the supervisor may sleep: memory that is only watched wants a closer look."""
        return usual_s if self._oom >= 0 else min(usual_s, 0.01)

    def waited_ns(self) -> int:
        """The longest that any living thread of the run has waited for a CPU."""
        longest = 0
        for pid in _processes():
            try:
                for thread in os.listdir(f"/proc/{pid}/task"):
                    longest = max(longest, int(_read(f"/proc/{pid}/task/{thread}/schedstat").split()[1]))
            except (OSError, IndexError):
                continue  # it ended while we looked
        return longest

    def _group_cpu_ns(self) -> int:
        text = os.pread(self._cpu, 256, 0)
        return int(text.split()[1]) * 1000 if self._v2 else int(text)

    def _oom_kills(self) -> int:
        if self._oom < 0:
            return 0
        words = os.pread(self._oom, 512, 0).split()
        return int(words[words.index(b"oom_kill") + 1]) if b"oom_kill" in words else 0

    @staticmethod
    def _reaped_ns() -> int:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return int((used.ru_utime + used.ru_stime) * 1e9)


def _processes() -> list[str]:
    return [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def _living_ns() -> int:
    """CPU of the living processes and of what they reaped themselves."""
    ticks = 0
    for pid in _processes():
        try:
            fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        except OSError:
            continue  # it ended while we looked
        ticks += sum(int(field) for field in fields[11:15])
    return ticks * 1_000_000_000 // _HERTZ


def _living_bytes() -> int:
    """Bytes that the living processes hold: proportional set sizes, or resident ones where those are closed to us."""
    held = 0
    for pid in _processes():
        try:
            try:
                for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
                    if line.startswith(b"Pss:"):
                        held += int(line.split()[1]) * 1024
                        break
            except PermissionError:
                held += int(_read(f"/proc/{pid}/statm").split()[1]) * _PAGE
        except (OSError, IndexError):
            continue  # it ended while we looked
    scratch = os.statvfs("/tmp")  # noqa: S108 - the jail's own scratch space
    return held + (scratch.f_blocks - scratch.f_bfree) * scratch.f_frsize
