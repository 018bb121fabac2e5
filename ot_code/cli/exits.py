"""The exit codes of every command, in one place. A candidate's verdict never changes one."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code of `ot-code` says. A run that a signal stopped exits with 128 + the signal's number."""

    DONE = 0
    """It was done."""

    FAILED = 1
    """It could not be done, and stderr says why."""

    USAGE = 2
    """The command, or its settings together with what is there, cannot be meant."""

    FAULTS = 3
    """It was done, but more rows than --max-faults have a fault of ours, or an endpoint gave no sample at all."""
