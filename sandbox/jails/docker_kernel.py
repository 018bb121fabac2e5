"""Containers with a kernel of their own: gVisor's, or a virtual machine's.

What differs there:

- Nothing of this host's counts what happens in a container, so limits are watched from inside. What that kernel has
  given away of its memory is the jail's, all of it and nothing else; gVisor counts what processes share once for each.
- gVisor lets every process of a user open the others' descriptors, and send signals to the first one. So the supervisor
  is the container's root, with what it needs to become another user and to clear up behind it, and programs are that
  user. On a shared kernel no root is wanted in there; this one's root is a stranger to the host's.
- gVisor takes no notice of an engine's filter of system calls unless told so, and then answers EPERM wherever it says
  no, so that glibc cannot start a thread: the supervisor puts on the table's own filter.
"""

from __future__ import annotations

from sandbox.jails.seccomp import bpf_program

CAPABILITIES = ("SETUID", "SETGID", "KILL", "CHOWN", "FOWNER", "DAC_OVERRIDE")
_BESIDE = frozenset({"setgroups", "fchown"})  # a program has no right that they could use

# Runs in the container before the loader, then goes on with what the bootstrap was given.
_FILTER = """\
import ctypes, os
class Filter(ctypes.Structure):
    _fields_ = (('length', ctypes.c_ushort), ('steps', ctypes.c_char_p))
steps = bytes.fromhex('%s')
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
# PR_SET_NO_NEW_PRIVS; PR_SET_SECCOMP with SECCOMP_MODE_FILTER
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.addressof(Filter(len(steps) // 8, steps)), 0, 0):
    raise OSError(ctypes.get_errno(), 'the filter of system calls could not be put on')
del Filter, steps, libc, ctypes
exec(r(int.from_bytes(r(8), 'little')))
"""


def filtering(machine: str) -> bytes:
    """What the bootstrap is sent to put the filter on. machine: the engine's architecture. Raises SandboxError."""
    stage = (_FILTER % bpf_program(machine, _BESIDE).hex()).encode()
    return len(stage).to_bytes(8, "little") + stage
