"""CPU time and memory of a run: from the jail's cgroup where the host gave its files, else by watching /proc.

The cgroup sees every process of the jail. Without one, CPU is what was reaped plus what lives, which misses processes
whose parent ignores SIGCHLD and that came and went between two looks; the record says so (`watched`).
"""

from __future__ import annotations

import os
import resource
import time
from typing import Any, Optional, Tuple

from . import family
from .scratch import WORKDIR

_HERTZ = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_COUNTED = 2000  # entries at one look

# CPU before and after (bytes of the cgroup's file, or nanoseconds), own CPU, peak and OOM as read; parsed later.
Reading = Tuple[Any, ...]  # (cpu_before, cpu_after, own_before_ns, own_after_ns, peak, oom_before, oom_after)


class Clocks:
    """Read once before a batch and once after each run, when nothing of that run is left."""

    def __init__(
        self, files: dict[str, int], scratch: list[str], *, counts_files: bool = False, own_kernel: bool = False
    ) -> None:
        """counts_files: the working directory lies on a file system that is not the jail's own.

        own_kernel: the kernel runs the jail alone.
        """
        self._own_kernel = own_kernel
        self._cpu = files.get("cpu", -1)
        self._usage = files.get("usage", -1)
        self._peak = files.get("peak", -1)
        self._oom = files.get("oom", -1)
        self.watched = self._oom < 0
        self._scratch = [] if counts_files else [WORKDIR, *scratch]
        self._counted = WORKDIR if counts_files else ""
        self._v2 = files.get("version") == 2
        for name in files.keys() - {"version"}:
            os.set_inheritable(files[name], False)  # a compiled program has what is not closed by its exec
        self.cpus = len(os.sched_getaffinity(0))
        self._usage_before = self._own = 0
        self._cpu_last: Any = 0
        self._oom_last = b""
        self._watched_peak: Optional[int] = None

    @property
    def grouped(self) -> bool:
        """Whether a cgroup holds the jail, whose bounds do not rest on limits that a program could raise."""
        return self._oom >= 0

    def start(self) -> None:
        """Notes where the clocks stand."""
        now = self.memory()
        # gVisor takes memory back a while after a run has ended: the least that was ever held is what is ours.
        self._usage_before = min(now, self._usage_before or now) if self._own_kernel else now
        self._oom_last = self._read_oom()
        self._own = time.process_time_ns()
        self._cpu_last = self._read_cpu()

    def reset_peak(self) -> None:
        """From here on the peak is the next run's."""
        if self._peak >= 0:
            os.pwrite(self._peak, b"0\n", 0)
        self._watched_peak = None

    def read(self) -> Reading:
        """The raw clocks of the run that ended now; `facts` makes numbers of them."""
        cpu, own = self._read_cpu(), time.process_time_ns()
        peak = os.pread(self._peak, 32, 0) if self._peak >= 0 else self._watched_peak
        oom = self._read_oom()
        reading = (self._cpu_last, cpu, self._own, own, peak, self._oom_last, oom)
        self._cpu_last, self._own, self._oom_last = cpu, own, oom
        return reading

    def facts(self, reading: Reading) -> dict[str, Any]:
        """{"cpu_ns", "memory" (bytes or None), "oom"} of a run; where that is so, also "peak", what the jail held."""
        cpu_before, cpu_after, own_before, own_after, peak, oom_before, oom_after = reading
        cpu_ns = self._cpu_ns(cpu_after) - self._cpu_ns(cpu_before)
        if self._cpu >= 0:
            cpu_ns -= own_after - own_before
        memory = max(0, int(peak) - self._usage_before) if isinstance(peak, bytes) else peak
        oom = oom_before != oom_after and _kills(oom_after) > _kills(oom_before)
        facts = {"cpu_ns": max(0, cpu_ns), "memory": memory, "oom": oom}
        if oom and isinstance(peak, bytes):
            facts["peak"] = int(peak)
        return facts

    def cpu_ns(self) -> int:
        """CPU nanoseconds that the run has used until now, while some of it lives."""
        used = self._cpu_ns(self._read_cpu()) - self._cpu_ns(self._cpu_last)
        return used - (time.process_time_ns() - self._own) if self._cpu >= 0 else used + _living_ns()

    def memory(self) -> int:
        """Bytes that the jail holds now; 0 where there is neither a cgroup nor a kernel of its own."""
        if self._usage >= 0:
            return int(os.pread(self._usage, 32, 0))
        return _given_bytes() if self._own_kernel else 0

    def over_memory(self, limit_bytes: int, scratch_bytes: int) -> bool:
        """Whether the kernel killed for memory, or, watched, whether the run holds more than its limit.

        scratch_bytes: what its files may hold, where nothing but a look bounds that.
        """
        if self._oom >= 0:
            now = self._read_oom()
            return now != self._oom_last and _kills(now) > _kills(self._oom_last)
        if self._own_kernel:
            held = max(0, self.memory() - self._usage_before)  # files in memory included
        else:
            held = _living_bytes() + sum(map(_used_bytes, self._scratch))
        files = _bytes_below(self._counted) if self._counted else 0
        held += files
        self._watched_peak = max(held, self._watched_peak or 0)
        return held > limit_bytes or files > scratch_bytes

    def longest_poll_s(self, usual_s: float) -> float:
        """How long the supervisor may sleep: memory that is only watched wants a closer look."""
        return usual_s if self._oom >= 0 else min(usual_s, 0.01)

    @staticmethod
    def own_wait_ns() -> int:
        """How long this process has waited for a CPU, ever; 0 where the kernel does not tell."""
        try:
            return int(_read("/proc/self/schedstat").split()[1])
        except (OSError, IndexError):
            return 0

    @staticmethod
    def waited_ns() -> int:
        """The longest that any living thread of the run has waited for a CPU."""
        longest = 0
        for pid in family.processes():
            try:
                for thread in os.listdir(f"/proc/{pid}/task"):
                    longest = max(longest, int(_read(f"/proc/{pid}/task/{thread}/schedstat").split()[1]))
            except (OSError, IndexError):
                continue  # it ended while we looked
        return longest

    def _read_cpu(self) -> Any:
        if self._cpu >= 0:
            return os.pread(self._cpu, 256, 0)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return int((used.ru_utime + used.ru_stime) * 1e9)

    def _cpu_ns(self, value: Any) -> int:
        if self._cpu < 0:
            return int(value)
        return int(value.split()[1]) * 1000 if self._v2 else int(value)

    def _read_oom(self) -> bytes:
        return os.pread(self._oom, 512, 0) if self._oom >= 0 else b""


def _kills(text: bytes) -> int:
    words = text.split()
    return int(words[words.index(b"oom_kill") + 1]) if b"oom_kill" in words else 0


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def _living_ns() -> int:
    """CPU of the living processes and of what they reaped themselves."""
    ticks = 0
    for pid in family.processes():
        try:
            fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        except OSError:
            continue  # it ended while we looked
        ticks += sum(int(field) for field in fields[11:15])
    return ticks * 1_000_000_000 // _HERTZ


def _given_bytes() -> int:
    """Bytes that the kernel has given away and could not have back."""
    fields = dict(line.split(b":", 1) for line in _read("/proc/meminfo").splitlines() if b":" in line)
    total, available = (int(fields[name].split()[0]) for name in (b"MemTotal", b"MemAvailable"))
    return 1024 * (total - available)


def _living_bytes() -> int:
    """Bytes that the living processes hold: proportional set sizes, or resident ones where those are closed to us."""
    held = 0
    for pid in family.processes():
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
    return held


def _used_bytes(folder: str) -> int:
    """What the files of a file system in memory hold."""
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _bytes_below(folder: str) -> int:
    """What the files below a folder hold, as far as one look gets; a link is not followed."""
    held, seen, todo = 0, 0, [folder]
    while todo and seen < _COUNTED:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        held += entry.stat(follow_symlinks=False).st_blocks * 512
                    if seen >= _COUNTED:
                        break
        except OSError:
            continue  # removed, or closed to us, while we looked
    return held
