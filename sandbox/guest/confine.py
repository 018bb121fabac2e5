"""What each run adds to its own confinement where no namespace stands between it and this jail's first processes.

A further Landlock layer: from inside it nothing outside can be signalled or traced, the supervisor included. And a
second filter over the table's, which the supervisor itself could not live under.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Any

_RESTRICT_SELF = 446
_SECCOMP = 22
_MARK = b"int.from_bytes(r(8), 'little')"  # of the bootstrap, by which jails are known
MOST_OTHERS = 4


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


class Confinement:
    """Made in the supervisor, put on by each of its children."""

    def __init__(self, config: dict[str, Any], libc: Any) -> None:
        """config: layer (a descriptor, -1: none), filter (hexadecimal), own_pid, keeper, supervisor.

        The last three: what stands in the filter for the numbers of the run and of the jail's first processes.
        """
        self._layer: int = config["layer"]
        self._prctl = libc.prctl
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        self._syscall.argtypes = [ctypes.c_long] * 3
        self._syscall.restype = ctypes.c_long
        steps = bytes.fromhex(config["filter"])
        self._steps = ctypes.create_string_buffer(steps, len(steps))
        self._filter = _Filter(len(steps) // 8, ctypes.addressof(self._steps))
        self._at = ctypes.addressof(self._filter)
        values = [(at + 4, steps[at + 4 : at + 8]) for at in range(0, len(steps), 8)]

        def places(number: int) -> list[int]:
            return [at for at, value in values if value == struct.pack("<i", number)]

        self._own, self._negative = places(config["own_pid"]), places(-config["own_pid"])
        for name, pid in (("keeper", os.getppid()), ("supervisor", os.getpid())):
            for sign in (1, -1):
                for at in places(sign * config[name]):
                    struct.pack_into("<i", self._steps, at, sign * pid)

    def put_on(self) -> None:
        """Called in the child, before the first line of its program. Raises OSError."""
        if self._layer >= 0 and self._syscall(_RESTRICT_SELF, self._layer, 0):
            raise OSError(ctypes.get_errno(), "landlock_restrict_self failed")
        if self._own:
            pid = os.getpid()
            for at in self._own:
                struct.pack_into("<i", self._steps, at, pid)
            for at in self._negative:
                struct.pack_into("<i", self._steps, at, -pid)
        if self._prctl(_SECCOMP, 2, self._at, 0, 0):
            raise OSError("prctl(PR_SET_SECCOMP) failed")


def tasks_beside(mine: set[int], each: int, siblings: int) -> int:
    """What this user's limit on processes must leave to others.

    mine: this jail. each: a run's own limit. siblings: how many more jails the same Sandbox uses at once.
    The kernel counts all processes and threads of a user against one limit: those that are there now, and what a run in
    each other jail of this user may start in the meantime (of a few: a limit that leaves room for many binds nobody).
    """
    uid = os.getuid()
    tasks = 0
    started: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/status", "rb", 0) as file:
                facts = dict(line.split(b":", 1) for line in file.read(4096).splitlines() if b":" in line)
            if int(facts[b"Uid"].split()[0]) != uid:
                continue
            with open(f"/proc/{name}/cmdline", "rb", 0) as file:
                if _MARK in file.read(4096):
                    started[int(name)] = int(facts[b"PPid"])
        except (OSError, KeyError):
            continue  # it ended while we looked, or is hidden
        if int(name) not in mine:
            tasks += int(facts.get(b"Threads", b"1"))
    host = started.get(os.getppid())
    foreign = [pid for pid, parent in started.items() if parent not in started and parent != host]
    return tasks + min(siblings + len(foreign), MOST_OTHERS) * each
