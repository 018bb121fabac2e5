"""The languages that programs may be in: one table, looked up by name or alias. The next one is a row of a family.

Each comes with a self-test (a program, its input and what it must print), which `ot-code doctor` runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.errors import LanguageError
from sandbox.languages.base import Language, Prepared, Static, Tool
from sandbox.languages.native import NATIVE
from sandbox.languages.virtual import VIRTUAL

__all__ = ["LANGUAGES", "Language", "Prepared", "Static", "Tool", "language", "languages"]

_PYTHON = Language(
    name="python3",
    aliases=("python", "py", "py3"),
    endings=(".py", ".py3"),
    file_name="solution.py",
    self_test=("print(sum(map(int, input().split())))\n", "40 2\n", "42\n"),
    time_factor=5.0,
)
_TABLE = (_PYTHON, *NATIVE, *VIRTUAL)
LANGUAGES: Mapping[str, Language] = MappingProxyType({language.name: language for language in _TABLE})
_NAMES = {name: language for language in _TABLE for name in (language.name, *language.aliases)}


def languages() -> Mapping[str, Language]:
    """The languages by name."""
    return LANGUAGES


def language(name: str) -> Language:
    """The language of that name or alias, whatever its case. Raises LanguageError naming those that there are."""
    try:
        return _NAMES[name.lower()]
    except KeyError:
        known = ", ".join(LANGUAGES)
        raise LanguageError(f"no language {name!r}; there are: {known}") from None
