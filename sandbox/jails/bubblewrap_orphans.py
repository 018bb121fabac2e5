"""First processes of jails whose bwrap was killed before it had let them go on.

bwrap's child waits for its parent before it asks to die with it. Where the parent is killed in between (its host was,
or an opening was given up), the child waits for ever, under a user's number that a later jail gets.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from sandbox.jails.base import BOOTSTRAP

_MARKS = (b"--args", BOOTSTRAP.encode())


def kill_orphans(proc: Path = Path("/proc")) -> list[int]:
    """Kills those of any host on this machine that this user may kill; their numbers."""
    killed = []
    for entry in proc.iterdir():
        if entry.name.isdigit() and _is_bwrap(entry):
            try:
                handle = os.pidfd_open(int(entry.name))
            except OSError:
                continue  # it ended meanwhile
            try:
                if _is_orphan(entry, proc):  # seen after it was opened, so this one and no other of its number
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    killed.append(int(entry.name))
            except (ProcessLookupError, PermissionError):
                pass  # it ended meanwhile, or is another user's
            finally:
                os.close(handle)
    return killed


def _is_bwrap(entry: Path) -> bool:
    """Whether it is a bwrap that opens one of our jails: outside it, or the jail's first process until it is ready."""
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return all(mark in words for mark in _MARKS)


def _is_orphan(entry: Path, proc: Path) -> bool:
    try:
        facts = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines() if ":" in line)
    except OSError:
        return False
    inside = facts.get("NSpid", "").split()[1:]
    return inside == ["1"] and _is_bwrap(entry) and not _is_bwrap(proc / facts["PPid"].strip())
