"""What can go wrong in a command as a whole; what goes wrong with one row is never one of these.

    OtCodeError          the run could not be done; says why, and the mend
    ├── UsageError       the command or its settings make no sense together, or with what is already there
    ├── InputError       an input cannot be opened or read; names the file and the mend
    │   └── MissingExtraError   reading it needs a package that is not installed; names the extra
    └── OutputError      an output cannot be written, is locked, or does not belong to this run

Which exit code each gives is decided in `ot_code.cli` alone.
"""

from __future__ import annotations


class OtCodeError(Exception):
    """The run could not be done. The message says why and what to do about it."""


class UsageError(OtCodeError):
    """The command, or its settings together, cannot be meant. The message names the setting."""


class InputError(OtCodeError):
    """An input cannot be opened or read. The message names the file and the mend."""


class MissingExtraError(InputError):
    """An optional package is needed and not installed. The message holds the pip command."""


class OutputError(OtCodeError):
    """An output cannot be written, is locked by another process, or does not belong to this run."""
