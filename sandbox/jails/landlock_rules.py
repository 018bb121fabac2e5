"""What a Landlock jail may touch: the kernel's rights by ABI, and the rules for one jail's files."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.jails.base import JailSpec
from sandbox.jails.mounts import mounts_for

_CREATE_RULESET, _VERSION = 444, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_RIGHTS = (1 << 16) - 1
_NEEDS_TCP, _NEEDS_SCOPES = 4, 6
SCOPES = 0x3  # abstract sockets, signals
_SETTINGS = ("/etc/ssl/openssl.cnf", "/etc/localtime")  # where these are not there, a refusal would not be met
_DEVICES = ("null", "zero", "full", "random", "urandom")

Rule = tuple[str, int]


@functools.cache
def kernel_abi() -> int:
    """The version of Landlock that this kernel offers to this process; 0: none."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    found = int(libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION)))
    return max(found, 0)


def why_none() -> str:
    """Why there is no Landlock here, and the mend."""
    libc = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    number = ctypes.get_errno()
    if number == errno.EOPNOTSUPP:
        return "this kernel has Landlock, but it was switched off at boot: add landlock to the kernel's lsm= parameter"
    return (
        f"the kernel offers no Landlock to this process ({os.strerror(number)}): it needs Linux 5.13 or later built "
        "with it, and a container engine whose seccomp profile knows it (Docker 20.10.10 or later)"
    )


def attributes(abi: int) -> list[int]:
    """What a jail's own rule set holds: rights to files, to TCP, scopes."""
    return [rights(abi), 0x3 if abi >= _NEEDS_TCP else 0, SCOPES if abi >= _NEEDS_SCOPES else 0]


def layer(abi: int) -> list[int]:
    """What each run adds, so that it can neither signal nor trace the supervisor: no devices, scopes."""
    return [_MAKE_BLOCK | (rights(abi) & REFER), 0, SCOPES if abi >= _NEEDS_SCOPES else 0]


def layer_rules(abi: int, workdir: Path) -> list[Rule]:
    """Moves between folders: a rule set that does not speak of them forbids them."""
    return [(str(workdir), REFER)] if rights(abi) & REFER else []


def rights(abi: int) -> int:
    """Every right to files that this version knows."""
    return _RIGHTS.get(abi, _ALL_RIGHTS)


def rules_for(spec: JailSpec, abi: int, workdir: Path, reach: Callable[[Path], Path]) -> list[Rule]:
    """Path and rights of everything that a jail may touch. reach: the path by which the jail's user gets there."""
    known = rights(abi)
    read = EXECUTE | READ_FILE | READ_DIR
    found: list[Rule] = [
        (str(workdir), known & ~(_MAKE_CHAR | _MAKE_BLOCK | IOCTL_DEV)),
        ("/proc", READ_FILE | READ_DIR),
        *((name, READ_FILE) for name in _SETTINGS),
    ]
    found += [(f"/dev/{name}", known & (READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV)) for name in _DEVICES]
    mounts = mounts_for(spec)
    hidden = [Path(name) for name in mounts.hidden]
    for source, _ in mounts.binds:
        for path, allowed in _without(source, hidden, read):
            found.append((str(reach(path)), allowed & known & (_OF_FILES if path.is_file() else _ALL_RIGHTS)))
    return found


def _without(path: Path, hidden: list[Path], read: int) -> Iterator[tuple[Path, int]]:
    """The path, but for the hidden folders in it: of those that lead there only the lists of names can be read."""
    if path in hidden:
        return
    if not any(path in folder.parents for folder in hidden) or path.is_symlink():
        yield path, read
        return
    yield path, READ_DIR
    for entry in sorted(path.iterdir()):
        if not entry.is_symlink():
            yield from _without(entry, hidden, read)
