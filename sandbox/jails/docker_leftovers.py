"""Whose a container is, said by its labels, and the removal of those whose owner was killed.

A container of ours ends by itself when the process that opened it does. It is removed here by whoever starts next: same
user, same machine since the same boot, and a process that is gone. Containers of other owners, and those of which it
cannot be told, are never touched.
"""

from __future__ import annotations

import itertools
import os
import platform
from pathlib import Path

from sandbox.jails.cgroup_group import PREFIX, directory_name, owner_lives
from sandbox.jails.docker_engine import Engine

LABEL = "ot-code.jail"
_USER, _BOOT, _PROCESS = "ot-code.user", "ot-code.boot", "ot-code.process"
_PROC = Path("/proc")
_numbers = itertools.count()


def labels(proc: Path = _PROC) -> dict[str, str]:
    """Those of a container that this process makes now: user, machine and boot, PID namespace, pid, start time."""
    return {LABEL: "1", _USER: str(os.getuid()), _BOOT: _boot(proc), _PROCESS: _process(proc)}


def container_name(given: dict[str, str]) -> str:
    """A name for people who look; unique on the engine."""
    return f"{given[_PROCESS].removesuffix('-jail')}-{given[_BOOT][:8]}".replace(PREFIX, "ot-code-jail-", 1)


def sweep(engine: Engine, proc: Path = _PROC) -> list[str]:
    """Removes what killed processes of this user on this machine left; their names. Raises as the engine does."""
    swept = []
    for container in engine.containers({LABEL: "1", _USER: str(os.getuid()), _BOOT: _boot(proc)}):
        if not _lives(container["Labels"].get(_PROCESS, ""), proc):
            engine.remove(container["Id"])
            swept.append(container["Names"][0].lstrip("/") if container["Names"] else container["Id"][:12])
    return swept


def _boot(proc: Path) -> str:
    """Differs from machine to machine and, where the kernel says so, from boot to boot."""
    known = proc / "sys/kernel/random/boot_id"
    return known.read_text().strip() if known.is_file() else platform.node() or "unknown"


def _process(proc: Path) -> str:
    """What tells our process from others; where there is no /proc (macOS), its number alone."""
    if (proc / "self/ns/pid").exists():
        return directory_name("jail", proc)
    return f"{PREFIX}0-{os.getpid()}-0-{next(_numbers)}-jail"


def _lives(process: str, proc: Path) -> bool:
    if (proc / "self/ns/pid").exists():
        return owner_lives(process, proc)
    fields = process.removeprefix(PREFIX).split("-")
    if len(fields) < 2 or not fields[1].isdigit():
        return True  # it cannot be told
    try:
        os.kill(int(fields[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
