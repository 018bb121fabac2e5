"""What can go wrong in judging math that is no verdict."""

from __future__ import annotations


class MathError(Exception):
    """The base of this package's errors."""


class WorkerError(MathError):
    """No worker process can be had; the message says why."""


class MissingExtraError(MathError):
    """A package of the [math] or [llm] extra is not installed; the message names the command that installs it."""


class JudgeSetupError(MathError):
    """The judge cannot be asked at all: no key, or the server refuses it or the model. The message says the mend."""
