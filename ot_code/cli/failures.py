"""What is said, and which exit code is given, when a command raises. The one place where errors meet exit codes."""

from __future__ import annotations

from code_pipeline.errors import CheckerSpecError, CodePipelineError, SchemaError
from ot_code.cli.exits import Exit
from ot_code.errors import OtCodeError, UsageError
from sandbox.errors import SandboxError

_MEANT_OTHERWISE = (UsageError, SchemaError, CheckerSpecError)
_SPOKEN = (OtCodeError, CodePipelineError, SandboxError)


def explained(error: Exception) -> tuple[Exit, str]:
    """The exit code, and one line that says what is wrong."""
    if isinstance(error, _MEANT_OTHERWISE):
        return Exit.USAGE, _line(str(error))
    if isinstance(error, _SPOKEN):
        return Exit.FAILED, _line(str(error))
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return Exit.FAILED, _line(f"{error.strerror or error}{where}")
    kind = type(error).__name__
    return Exit.FAILED, _line(f"a fault of ours, {kind}: {error} (`ot-code --debug COMMAND ...` shows where)")


def _line(text: str) -> str:
    return " ".join(text.split()) or "it failed without a word"
