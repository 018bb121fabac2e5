"""One jail's control group, whatever the kernel's version of them. Written by the host only.

A Group keeps the files that are used for every run open. Its directories carry the owner in their name, so that what a
killed host left behind can be told from what is in use (`owner_lives`).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.errors import JailError, PressureError, SandboxError

PREFIX = "ot-code-"
_KILL_S = 5.0
_REMOVE_S = 2.0
_NEAR = 4 << 20  # bytes below its limit at which a group is full: more than the kernel charges at once (a huge page)
_numbers = itertools.count()


def directory_name(name: str, proc: Path = Path("/proc")) -> str:
    """A name for a new group of this process: PREFIX, PID namespace, pid, start time, a number, and `name`.

    Always of one length: where it is in a program's environment, the program's stack lies below it.
    """
    pid = os.getpid()
    owner = f"{_namespace(proc)}-{pid:07}-{_start_time(proc, pid) or 0:013}"
    return f"{PREFIX}{owner}-{next(_numbers):07}-{name}"


def owner_lives(directory: str, proc: Path = Path("/proc")) -> bool:
    """Whether the process that made the group of this name still runs.

    Also true for what cannot be known: names that are not ours, and owners in another PID namespace.
    """
    owner = owner_of(directory)
    if owner is None:
        return True
    namespace, pid, started = owner
    return namespace != _namespace(proc) or _start_time(proc, pid) == started


def owner_of(directory: str) -> tuple[int, int, int] | None:
    """PID namespace, pid and start time of the process that made the group of this name; None for what is not ours."""
    fields = directory.removeprefix(PREFIX).split("-")
    if not directory.startswith(PREFIX) or len(fields) < 4 or not all(field.isdigit() for field in fields[:4]):
        return None
    return int(fields[0]), int(fields[1]), int(fields[2])


def _namespace(proc: Path) -> int:
    return (proc / "self/ns/pid").stat().st_ino


def _start_time(proc: Path, pid: int) -> int | None:
    """In clock ticks after boot; None when there is no such process."""
    try:
        stat = (proc / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(stat.rpartition(")")[2].split()[19])


class Group(ABC):
    """One jail's cgroup(s): a limit on memory and processes, clocks, and a way to kill all that is inside.

    usage_fd, cpu_fd, oom_fd: open for reading; peak_fd: open for reading and writing, where a write resets it, else
    None. The host keeps them; what it hands to a jail's supervisor are copies. Methods raise JailError naming the file.
    """

    version: int
    usage_fd: int
    cpu_fd: int
    oom_fd: int
    peak_fd: int | None
    limit_bytes = 0  # as set last

    def __init__(self, directories: Mapping[str, Path]) -> None:
        """directories: by controller; in version 2 they are one and the same."""
        self.directories = dict(directories)
        self._unique = list(dict.fromkeys(directories.values()))
        self._fds: list[int] = []
        self._closed = False
        self.peak_fd = None
        try:
            self._open_files()
        except BaseException:
            self._close_files()
            raise

    # ---- what differs by version

    @abstractmethod
    def _open_files(self) -> None:
        """Opens what is read and written for every run, by `_open`."""

    @abstractmethod
    def set_memory(self, limit_bytes: int) -> None:
        """Bounds what the group's processes hold together, files in memory and page tables included; no swap.

        Notes it as `limit_bytes`.
        """

    @abstractmethod
    def limit_hits(self) -> int | None:
        """How often the group came to its memory limit since the start, whether one was killed; None: not counted."""

    @abstractmethod
    def memory_peak(self) -> int | None:
        """The most bytes held since the last reset (since the start where there is none); None: not known here."""

    @abstractmethod
    def cpu_time_ns(self) -> int:
        """CPU time of everything that ever ran in the group, in nanoseconds."""

    def _kill_at_once(self) -> bool:
        """Whether the kernel killed everything in one step."""
        return False

    # ---- what does not

    def add(self, pid: int) -> None:
        """Moves a process into the group; children that it already has stay where they are."""
        for directory in self._unique:
            self._write(directory / "cgroup.procs", str(pid))

    def set_processes(self, count: int) -> None:
        """Bounds processes and threads at one time, the jail's own included."""
        self._write(self.directories["pids"] / "pids.max", str(count))

    def guest_fds(self) -> dict[str, int]:
        """What the supervisor in the jail needs: "version", and descriptors; what this kernel lacks is left out."""
        found = {"version": self.version, "usage": self.usage_fd, "cpu": self.cpu_fd, "oom": self.oom_fd}
        return found if self.peak_fd is None else found | {"peak": self.peak_fd}

    def memory_usage(self) -> int:
        """Bytes held now."""
        return int(self._read(self.usage_fd))

    def oom_kills(self) -> int:
        """Processes that the kernel killed since the start for memory: the group's own limit, or what others hold."""
        words = self._read(self.oom_fd).split()
        return int(words[words.index(b"oom_kill") + 1])

    def peak_processes(self) -> int | None:
        """The most processes and threads at one time since the start; None: this kernel does not say."""
        try:
            return int((self.directories["pids"] / "pids.peak").read_text())
        except FileNotFoundError:
            return None

    def pids(self) -> list[int]:
        """The processes in the group, by the host's numbers."""
        return _pids(self._unique)

    def kill(self) -> None:
        """Kills everything in the group, until nothing is left. Raises SandboxError naming what stays."""
        if not self._kill_at_once():
            self.set_processes(0)  # nothing can fork any more, so that one look sees all
            kill_all(self._unique)

    def close(self) -> None:
        """Kills what is left and removes the group. Does nothing the second time.

        Raises SandboxError naming the directory when it cannot be removed.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self.kill()
        finally:
            self._close_files()
            for directory in self._unique:
                remove(directory)

    def _close_files(self) -> None:
        for fd in self._fds:
            os.close(fd)
        self._fds.clear()

    def _open(self, path: Path, flags: int = os.O_RDONLY) -> int:
        try:
            fd = os.open(path, flags | os.O_CLOEXEC)
        except OSError as error:
            raise JailError(f"cannot open {path}: {error.strerror}") from error
        self._fds.append(fd)
        return fd

    def _read(self, fd: int) -> bytes:
        """What an open file says now. Raises JailError, as when a group that an engine made goes with its container."""
        try:
            return os.pread(fd, 4096, 0)
        except OSError as error:
            raise JailError(f"the control group {self._unique[0]} cannot be read: {error.strerror}") from error

    @staticmethod
    def _write(path: Path, text: str) -> None:
        """As the function below. Raises JailError naming the file."""
        try:
            write(path, text)
        except OSError as error:
            raise JailError(f"cannot write {text!r} to {path}: {error.strerror}") from error


class Kills:
    """What the kernel kills in a group for memory from here on, and whether that is the doing of what runs there.

    Where memory runs out on the machine or in a group above (a container's, a batch job's), jails are killed first.
    """

    def __init__(self, group: Group | None) -> None:
        """group: None where there is none, and nothing is known."""
        self._group = group
        if group is not None:
            self._kills, self._hits = group.oom_kills(), group.limit_hits()

    def happened(self, peak: int | None = None) -> bool:
        """Whether something was killed at the group's own limit. Raises PressureError where that was never reached.

        peak: the most bytes held meanwhile, where that was read before it was reset.
        """
        if self._group is None or self._group.oom_kills() <= self._kills:
            return False
        if not self._was_full(self._group, peak):
            raise PressureError(
                "the kernel killed a program that was within its limit, for memory that others hold: free some, give "
                "this container or job more, or run fewer programs at once"
            )
        return True

    def _was_full(self, group: Group, peak: int | None) -> bool:
        hits = group.limit_hits()
        if hits is not None and self._hits is not None:
            return hits > self._hits
        held = group.memory_peak() if peak is None else peak
        return held is None or held >= group.limit_bytes - _NEAR


def write(path: Path, text: str) -> None:
    """One write to one of the kernel's files, which exists: a file is never made here. Raises OSError."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _pids(directories: Sequence[Path]) -> list[int]:
    found: set[int] = set()
    for directory in directories:
        found.update(map(int, (directory / "cgroup.procs").read_text().split()))
    return sorted(found)


def kill_all(directories: Sequence[Path]) -> None:
    """Kills the processes in the groups until none is left. Raises SandboxError naming those that stay."""
    deadline = time.monotonic() + _KILL_S
    pause = 0.0005
    while left := _pids(directories):
        if time.monotonic() > deadline:
            raise SandboxError(f"processes {left} in {directories[0]} outlive SIGKILL for {_KILL_S:.0f} s")
        for pid in left:
            if pid > 1 and pid != os.getpid():  # 0 would be everybody: a process that is invisible from here
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(pause)
        pause = min(2 * pause, 0.05)


def remove(directory: Path) -> None:
    """Removes a group that is empty or about to be: the kernel lets go a moment after the last process died.

    Raises SandboxError naming the directory when it stays.
    """
    deadline = time.monotonic() + _REMOVE_S
    pause = 0.0005
    while True:
        try:
            directory.rmdir()
        except FileNotFoundError:
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise SandboxError(f"the control group {directory} cannot be removed: {error.strerror}") from error
        else:
            return
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
