"""What can go wrong in a command as a whole; what goes wrong with one row is never one of these.

    OtCodeError          the run could not be done; says why, and the mend
    ├── UsageError       the command or its settings make no sense together, or with what is already there
    │   ├── MadeOtherwiseError   an output was made with other settings or another input; names the differences
    │   └── SettingError    one setting of a recipe or an option is wrong; names its key (and, in a recipe, its line)
    ├── InputError       an input cannot be opened or read; names the file and the mend
    │   └── MissingExtraError   reading it needs a package that is not installed; names the extra
    ├── OutputError      an output cannot be written, is locked, or does not belong to this run
    └── RewardError      completions could not be judged, through a fault of ours or of the settings

Which exit code each gives is decided in `ot_code.cli` alone.
"""

from __future__ import annotations


class OtCodeError(Exception):
    """The run could not be done. The message says why and what to do about it."""


class UsageError(OtCodeError):
    """The command, or its settings together, cannot be meant. The message names the setting."""


class MadeOtherwiseError(UsageError):
    """An output was made with other settings, another input or other versions. The message names each difference."""


class SettingError(UsageError):
    """One setting is wrong. path: the keys that lead to it, with places in lists as numbers; said: what is wrong."""

    def __init__(self, path: tuple[str | int, ...], said: str, where: str = "") -> None:
        self.path = path
        self.said = said
        named = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
        super().__init__(f"{where}{named}: {said}" if named else f"{where}{said}")


class InputError(OtCodeError):
    """An input cannot be opened or read. The message names the file and the mend."""


class MissingExtraError(InputError):
    """An optional package is needed and not installed. The message holds the pip command."""


class OutputError(OtCodeError):
    """An output cannot be written, is locked by another process, or does not belong to this run."""


class RewardError(OtCodeError):
    """Completions could not be judged: through a fault of ours, or because the columns say nothing to judge by."""
