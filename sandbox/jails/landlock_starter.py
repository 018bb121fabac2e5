"""Turns the process that it runs in into a Landlock jail. Sent there as text, after guest/family.py; never imported.

Theory of operation. The host starts a bare interpreter. It reads this, becomes the slot's own user where the host is
root, and forks. The parent is the keeper: outside the jail, a subreaper, it waits for the end of the host's control
pipe or of the supervisor, and then kills and reaps whatever is left below it. The child confines itself (no new
privileges, Landlock, seccomp) and goes on as the supervisor.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from sandbox.guest.family import has_no_namespace, reap_all  # noqa: TC004 - its text stands before this one

_LAST_CAPABILITY = 63
_PDEATHSIG, _DUMPABLE, _SECCOMP, _CAPBSET_DROP, _NO_NEW_PRIVS, _SUBREAPER = 1, 4, 22, 24, 38, 36
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446


class _Attributes(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("fd", ctypes.c_int32))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
_libc.syscall.argtypes = [ctypes.c_long] * 5
_libc.syscall.restype = ctypes.c_long


def _prctl(what: int, first: int = 0, second: int = 0) -> None:
    if _libc.prctl(what, first, second, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({what}, {first}) failed")


def _call(number: int, *arguments: int) -> int:
    done = int(_libc.syscall(number, *arguments, *[0] * (4 - len(arguments))))
    if done < 0:
        raise OSError(ctypes.get_errno(), f"the system call {number} failed: {os.strerror(ctypes.get_errno())}")
    return done


def ruleset(attributes: list[int], rules: list[list[Any]]) -> int:
    """A Landlock rule set. attributes: handled rights to files, TCP, scopes. rules: (path, rights)."""
    held = _Attributes(*attributes)
    size = 24 if attributes[2] else 16 if attributes[1] else 8
    fd = _call(_CREATE_RULESET, ctypes.addressof(held), size, 0)
    for path, rights in rules:
        try:
            at = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, PermissionError):
            continue  # not there for this user: nothing to allow
        beneath = _Beneath(rights, at)
        _call(_ADD_RULE, fd, 1, ctypes.addressof(beneath), 0)
        os.close(at)
    return fd


def _become(uid: int) -> None:
    """The slot's own user, without any capability. As another user than root: nothing."""
    for number in range(_LAST_CAPABILITY + 1):
        if _libc.prctl(_CAPBSET_DROP, number, 0, 0, 0):
            break  # past the kernel's last, or not ours to drop
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def confine(config: dict[str, Any]) -> None:
    """No new privileges, Landlock, seccomp: for this process and all below it, for ever."""
    _prctl(_NO_NEW_PRIVS, 1)
    if config["abi"]:
        fd = ruleset(config["attributes"], config["rules"])
        _call(_RESTRICT_SELF, fd, 0)
        os.close(fd)
    steps = bytes.fromhex(config["filter"])
    program = _Filter(len(steps) // 8, steps)
    _prctl(_SECCOMP, 2, ctypes.addressof(program))


def _keep(control: int, supervisor: int) -> NoReturn:
    """Waits for the end of the host or of the supervisor; nothing below this process outlives it."""
    for fd in (0, 1, 2):
        os.close(fd)
    ended = os.pidfd_open(supervisor)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(ended, select.POLLIN)
    poll.poll()
    reap_all()
    os._exit(0)


def start(config: dict[str, Any]) -> None:
    """Comes back in the supervisor, confined."""
    with open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 - nothing is imported that need not be
        file.write("1000")  # when memory runs out, something in here goes first, and not what judges
    if config["uid"] is not None:
        _become(config["uid"])
    os.setsid()
    os.umask(0o077)
    os.chdir(config["workdir"])
    _prctl(_SUBREAPER, 1)
    _prctl(_DUMPABLE, 0)
    has_no_namespace()
    keeper = os.getpid()
    supervisor = os.fork()
    if supervisor:
        os.write(config["told"], b"%d\n" % supervisor)
        _keep(config["control"], supervisor)
    os.close(config["control"])
    os.close(config["told"])
    _prctl(_DUMPABLE, 1)  # until it has read what it needs of itself
    _prctl(_PDEATHSIG, signal.SIGKILL)
    _prctl(_SUBREAPER, 1)
    if os.getppid() != keeper:
        os._exit(0)
    if config["abi"]:
        layer = ruleset(config["layer"], config["layer_rules"])
        os.dup2(layer, config["layer_fd"], inheritable=False)
        os.close(layer)
    confine(config)
