"""What can go wrong on our side of a jail; a program's own failure is never one of these.

    SandboxError                 the sandbox could not do its work; says which setting or part, and the mend
    ├── JailError                a jail did not open, broke, hung or spoke nonsense
    │   ├── GuestProtocolError   the bytes from a jail are not the protocol
    │   └── PressureError        the kernel killed in a jail for memory that others hold
    ├── LanguageError            the language is unknown, or its toolchain is missing on this host
    ├── RuntimeSettingError      the declared runtime (interpreter, packages) cannot be used in a jail
    └── EnforcementError         a limit that was promised does not bind on this host

A bad argument of the caller is a ValueError or TypeError, as everywhere in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.types import Execution


class SandboxError(Exception):
    """The sandbox could not do its work. Never says anything about the program.

    `provoked` is true when a control program passed in a fresh jail and this program broke the jail again.
    `executions` holds what was finished of the window in which it happened.
    """

    def __init__(self, message: str, *, provoked: bool = False, executions: Sequence[Execution] = ()) -> None:
        super().__init__(message)
        self.provoked = provoked
        self.executions = executions


class JailError(SandboxError):
    """A jail did not open, broke, hung, or was killed from outside."""


class GuestProtocolError(JailError):
    """The bytes that came out of a jail are not the protocol."""


class PressureError(JailError):
    """The kernel killed in a jail that was within its own limit: memory ran out on the machine, or in a group above."""


class LanguageError(SandboxError):
    """The language is unknown here, or its toolchain is missing; the message names what to install."""


class RuntimeSettingError(SandboxError):
    """The declared interpreter or packages cannot be used in a jail."""


class EnforcementError(SandboxError):
    """A limit that was promised does not bind on this host, so nothing may be judged."""
