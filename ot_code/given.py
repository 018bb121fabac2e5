"""Settings as a user gave them, in a recipe or an option: plain values, each checked, and named when wrong."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ot_code.errors import SettingError

Path = tuple[str | int, ...]
_MISSING: Any = object()


class Given:
    """A table of settings; what is wrong with it raises SettingError with its path. path: of the table itself."""

    def __init__(self, values: Any, path: Path = ()) -> None:
        if not isinstance(values, Mapping):
            raise SettingError(path, f"must be a table of keys and values, not {shown(values)}")
        self.path = path
        self._values = values
        self._known: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def plain(self) -> dict[str, Any]:
        """The table as it was given."""
        return dict(self._values)

    def value(self, name: str, default: Any = _MISSING) -> Any:
        """The value as it is. Without a default the key must be there."""
        self._known.append(name)
        found = self._values.get(name, _MISSING)
        if found is not _MISSING and found is not None:
            return found
        if default is _MISSING:
            raise SettingError((*self.path, name), "is missing")
        return default

    def at(self, name: str) -> Path:
        """The path of a key."""
        return (*self.path, name)

    def text(self, name: str, default: Any = _MISSING) -> Any:
        """A text that is not empty."""
        found = self.value(name, default)
        if found is not default and not (isinstance(found, str) and found.strip()):
            raise SettingError(self.at(name), f"must be text, not {shown(found)}")
        return found

    def whole(self, name: str, default: Any = _MISSING, *, least: int = 0) -> Any:
        """A whole number of at least `least`."""
        found = self.value(name, default)
        if found is not default and (not isinstance(found, int) or isinstance(found, bool) or found < least):
            raise SettingError(self.at(name), f"must be a whole number of at least {least}, not {shown(found)}")
        return found

    def number(self, name: str, default: Any = _MISSING) -> Any:
        """A finite number."""
        found = self.value(name, default)
        if found is not default and not is_number(found):
            raise SettingError(self.at(name), f"must be a number, not {shown(found)}")
        return found

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        found = self.value(name, default)
        if not isinstance(found, bool):
            raise SettingError(self.at(name), f"must be true or false, not {shown(found)}")
        return found

    def choice(self, name: str, choices: Sequence[str], default: Any = _MISSING) -> Any:
        """One of a few words."""
        found = self.value(name, default)
        if found is not default and found not in choices:
            raise SettingError(self.at(name), f"must be one of {', '.join(choices)}, not {shown(found)}")
        return found

    def names(self, name: str, choices: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, or one; empty where the key is not there."""
        found = self.value(name, ())
        each = [found] if isinstance(found, str) else found
        if not isinstance(each, (list, tuple)) or not all(isinstance(one, str) and one for one in each):
            raise SettingError(self.at(name), f"must be a list of names, not {shown(found)}")
        unknown = [one for one in each if choices is not None and one not in choices]
        if unknown:
            raise SettingError(self.at(name), f"{', '.join(unknown)}: {_meant(unknown[0], choices or ())}")
        return tuple(each)

    def table(self, name: str) -> Given:
        """A table below a key; an empty one where it is not there."""
        return Given(self.value(name, {}), self.at(name))

    def items(self) -> list[tuple[str, Any]]:
        """All keys with their values, where any key may stand; each must be a text."""
        for key in self._values:
            if not isinstance(key, str):
                raise SettingError(self.path, f"the key {shown(key)} must be text: put it between quotes")
            self._known.append(key)
        return list(self._values.items())

    def finish(self) -> None:
        """Raises SettingError for a key that has no meaning here."""
        for key in self._values:
            if key not in self._known:
                path = (*self.path, key) if isinstance(key, (str, int)) else self.path
                raise SettingError(path, f"has no meaning here: {_meant(str(key), self._known)}")


def is_number(value: Any) -> bool:
    """Whether it is a finite number, and no truth value."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return True


def shown(value: Any) -> str:
    """A value for a message, short."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _meant(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"did you mean {near[0]}?" if near else f"the choices are {', '.join(known)}"
