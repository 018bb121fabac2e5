"""What a run in a Landlock jail may not call beside what the table refuses everybody: a second, small filter.

It is set by each run for itself, over the table's, because the supervisor needs some of these calls:

- chmod in all its forms. Landlock does not hold the modes of files, and where jails have the user's own id, so have
  the user's files. (chown and extended attributes are refused by the table, and times are left as they are.)
- Sockets, but for connected pairs. Neither the network nor the sockets of others (an engine's, a session bus) are
  behind a namespace here, and Landlock does not hold those that have a name in the file system.
- Before ABI 3: truncating by path, which Landlock does not see there.
- Before ABI 6, which does not see signals: those to the supervisor and its keeper where the jail has a user of its own;
  else those to anybody but the sender itself and its own group, so that a program cannot end its own children there.
"""

from __future__ import annotations

import errno
import platform
import struct

from sandbox.jails.seccomp import machine_name
from sandbox.jails.syscalls import NUMBERS

# These stand where the jail puts the numbers of its processes.
OWN_PID, KEEPER, SUPERVISOR = 0x7A7A7A7A, 0x7B7B7B7B, 0x7C7C7C7C
_LOAD, _IF_EQUAL, _IF_SET, _AND, _RETURN = 0x20, 0x15, 0x45, 0x54, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NR, _ARGS = 0, 16
_TYPE_MASK = 0xF
_STREAM, _SEQPACKET = 1, 5
_O_ACCMODE, _O_TRUNC = 0x3, 0x200
_OWNERS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: a signal to whom one likes

_Step = tuple[int, int, int, int]


def run_filter(abi: int, *, own_user: bool) -> bytes:
    """The filter as an array of struct sock_filter, with OWN_PID, KEEPER, SUPERVISOR and their negatives to fill in.

    own_user: nobody else on this host has the jail's user. Raises SandboxError for an unknown architecture.
    """
    numbers = NUMBERS[machine_name(platform.machine())]
    steps: list[_Step] = [(_LOAD, 0, 0, _NR)]

    def refuse(error: int, *names: str) -> None:
        for name in names:
            if name in numbers:
                steps.extend([(_IF_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, _ERRNO | error)])

    def when(name: str, body: list[_Step]) -> None:
        """`body` decides the call and ends in a return on every way."""
        if name in numbers:
            steps.extend([(_IF_EQUAL, 0, len(body), numbers[name]), *body])

    refuse(errno.EPERM, "chmod", "fchmod", "fchmodat", "fchmodat2", "connect", "bind", "listen")
    refuse(errno.EAFNOSUPPORT, "socket")
    refuse(errno.ENOSYS, "landlock_restrict_self")
    when("socketpair", [
        (_LOAD, 0, 0, _ARGS + 8), (_AND, 0, 0, _TYPE_MASK), (_IF_EQUAL, 1, 0, _STREAM), (_IF_EQUAL, 0, 1, _SEQPACKET),
        (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT),
    ])  # fmt: skip
    if abi < 3:
        refuse(errno.EPERM, "truncate")
        refuse(errno.ENOSYS, "openat2")
        for name, argument in (("open", 1), ("openat", 2)):
            when(name, _no_truncating_readers(argument))
    if abi < 6:
        refuse(errno.EPERM, "pidfd_send_signal")
        for name in ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
            when(name, _spares_ours() if own_user else _to_itself())
        when("fcntl", [
            (_LOAD, 0, 0, _ARGS + 8),
            *((_IF_EQUAL, len(_OWNERS) - at, 0, command) for at, command in enumerate(_OWNERS)),
            (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        ])  # fmt: skip
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def _no_truncating_readers(argument: int) -> list[_Step]:
    return [
        (_LOAD, 0, 0, _ARGS + 8 * argument), (_AND, 0, 0, _O_TRUNC | _O_ACCMODE), (_IF_EQUAL, 0, 1, _O_TRUNC),
        (_RETURN, 0, 0, _ERRNO | errno.EACCES), (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip


def _spares_ours() -> list[_Step]:
    """The first argument is neither the jail's first processes, nor their group, nor everybody."""
    refused = (-1 & 0xFFFFFFFF, KEEPER, -KEEPER & 0xFFFFFFFF, SUPERVISOR, -SUPERVISOR & 0xFFFFFFFF)
    tests = [(_IF_EQUAL, len(refused) - at, 0, value) for at, value in enumerate(refused)]
    return [(_LOAD, 0, 0, _ARGS), *tests, (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]


def _to_itself() -> list[_Step]:
    """The first argument is 0 (its own group), its own number, or the negative of that."""
    allowed = (0, OWN_PID, -OWN_PID & 0xFFFFFFFF)
    tests = [(_IF_EQUAL, len(allowed) - at, 0, value) for at, value in enumerate(allowed)]
    return [(_LOAD, 0, 0, _ARGS), *tests, (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)]
