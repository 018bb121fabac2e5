"""What is said, and which exit code is given, when a command raises. The one place where errors meet exit codes."""

from __future__ import annotations

import errno

from code_pipeline.errors import CheckerSpecError, CodePipelineError, SchemaError
from math_pipeline.errors import MathError
from ot_code.cli.exits import Exit
from ot_code.errors import OtCodeError, UsageError
from sandbox.errors import SandboxError

_MEANT_OTHERWISE = (UsageError, SchemaError, CheckerSpecError)
_NEEDED = ("numpy", "pyarrow", "rich")  # all but the sandbox's own: what `pip install --no-deps` leaves out
_FULL = (errno.ENOSPC, errno.EDQUOT)
_SPOKEN = (OtCodeError, CodePipelineError, MathError, SandboxError)


def explained(error: Exception) -> tuple[Exit, str]:
    """The exit code, and one line that says what is wrong."""
    if isinstance(error, _MEANT_OTHERWISE):
        return Exit.USAGE, _line(str(error))
    if isinstance(error, _SPOKEN):
        return Exit.FAILED, _line(str(error))
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        mend = ": make room, then give the same command again" if error.errno in _FULL else ""
        return Exit.FAILED, _line(f"{error.strerror or error}{where}{mend}")
    if isinstance(error, ModuleNotFoundError) and error.name in _NEEDED:
        return (
            Exit.FAILED,
            f"this command needs {error.name}, which is not installed: pip install ot-code, with what it needs",
        )
    kind = type(error).__name__
    return Exit.FAILED, _line(f"a fault of ours, {kind}: {error} (`ot-code --debug COMMAND ...` shows where)")


def _line(text: str) -> str:
    return " ".join(text.split()) or "it failed without a word"
