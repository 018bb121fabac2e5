"""The program in force: its memfds, limits and how it is started."""

from __future__ import annotations

import fcntl
import os
import resource
from typing import Any

from .scratch import MAIN, WORKDIR

F_ADD_SEALS, F_GET_SEALS = 1033, 1034
SEALED = 0x1 | 0x2 | 0x4 | 0x8  # F_SEAL_SEAL, SHRINK, GROW, WRITE


class Program:
    """Made of a `program` frame. Python: `main_bytes` of the blob's first file are the main source."""

    def __init__(self, header: dict[str, Any], blob: int, exe: int, *, watched: bool, grouped: bool) -> None:
        self.python = header["kind"] == "python"
        self.argv: list[str] = header["argv"]
        self.env: dict[str, str] = header["env"]
        self.limits: dict[str, int] = header["limits"]
        self.blob = blob
        self.blob_bytes: int = header["blob_bytes"]
        self.main_at, self.main_bytes = header["main"]
        self.has_main = self.python and self.argv[0] == f"{WORKDIR}/{MAIN}"
        self.more_files = self.main_at + self.main_bytes < self.blob_bytes or (
            bool(self.blob_bytes) and not self.has_main
        )
        # What the host saw in its sources, so that children of all others need not do it (see the host's session).
        self.seed: bool = header["seed"]
        self.late: bool = header["late"]
        self.meets_signals: bool = header["meets_signals"]
        self.looks_at_itself: bool = header["looks_at_itself"] or watched
        # A cgroup bounds the run's processes exactly. The limit of a user binds them together with all others on the
        # machine that have the same number, in containers that know nothing of each other.
        self._by_user = not grouped
        self.allow_beside(0)
        self.exe = exe
        self.spawns = exe >= 0 and not self.blob_bytes
        self.runs = 0
        self.code = os.memfd_create("code", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING) if self.python else -1
        if self.code >= 0:
            os.fchmod(self.code, 0o600)  # see the supervisor's memfds
        self._code_bytes = 0

    def allow_beside(self, processes: int) -> None:
        """Sets the limits of runs. processes: of the same user and outside the run, which the kernel counts as well."""
        limits = self.limits
        most = limits["processes"] + processes
        self.rlimits = (
            (resource.RLIMIT_CPU, (limits["cpu_s"], limits["cpu_s"] + 1)),
            (resource.RLIMIT_FSIZE, (limits["file_bytes"], limits["file_bytes"])),
            (resource.RLIMIT_NOFILE, (limits["open_files"], limits["open_files"])),
            *([(resource.RLIMIT_NPROC, (most, most))] if self._by_user else []),
        )

    @property
    def keeps_code(self) -> bool:
        """Whether the next child is to keep its compiled code for those after it: not worth it for a first run."""
        return self.runs == 1

    def code_bytes(self) -> int:
        """The size of the code that an earlier child compiled and sealed, 0 while there is none."""
        if not self._code_bytes and self.runs > 1 and fcntl.fcntl(self.code, F_GET_SEALS) == SEALED:
            self._code_bytes = os.fstat(self.code).st_size
        return self._code_bytes

    def close(self) -> None:
        """Closes the memfds."""
        for fd in (self.blob, self.exe, self.code):
            if fd >= 0:
                os.close(fd)
