"""The small files of a package that describe it: YAML, DOMjudge's ini, texts. Faults are RowErrors naming the file.

YAML is read with PyYAML's safe loader, and with few aliases: a chain of them can stand for more than memory holds.
"""

from __future__ import annotations

import re
import reprlib
import shlex
from collections.abc import Mapping
from typing import Any

import yaml

from code_pipeline.errors import RowError

Files = Mapping[str, bytes]

_LARGEST = 1024 * 1024
_MOST_ALIASES = 20
_INI_LINE = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*")


class _Loader(yaml.SafeLoader):
    """The safe loader, with a bound on aliases."""

    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > _MOST_ALIASES:
                raise yaml.YAMLError(f"more than {_MOST_ALIASES} aliases")
        return super().compose_node(parent, index)


def text_in(files: Files, name: str) -> str:
    """A small text file. Raises RowError where it is large or no UTF-8."""
    data = files[name]
    if len(data) > _LARGEST:
        raise RowError(f"{name}: is {len(data)} bytes long; a description has at most {_LARGEST}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RowError(f"{name}: byte {error.start} is not valid UTF-8") from None


def mapping_in(files: Files, name: str, constants: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The mapping in a YAML file; empty where there is no such file or nothing in it. Raises RowError."""
    if name not in files:
        return {}
    text = with_constants(text_in(files, name), constants or {})
    try:
        value = yaml.load(text, _Loader)  # noqa: S506 - a safe loader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError) as error:
        # PyYAML lets through what its constructors raise: dates that do not exist, tags without a value
        sentence = " ".join(str(error).split())
        raise RowError(f"{name}: broken YAML ({sentence[:200] or type(error).__name__})") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RowError(f"{name}: must be a mapping of keys to values, not {kind_of(value)}")
    return {str(key): item for key, item in value.items() if isinstance(key, (str, int, float, bool))}


def ini_in(files: Files, name: str) -> dict[str, str]:
    """Keys and values of DOMjudge's ini file, quotes taken off; empty where there is none. Raises RowError."""
    found: dict[str, str] = {}
    if name in files:
        for line in text_in(files, name).splitlines():
            match = _INI_LINE.fullmatch(line)
            if match is not None:
                found[match[1].lower()] = match[2].strip("'\"").strip()
    return found


def with_constants(text: str, constants: Mapping[str, str]) -> str:
    """The text with `{{name}}` replaced where problem.yaml has a constant of that name."""
    if not constants or "{{" not in text:
        return text
    return re.sub(r"\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}", lambda match: constants.get(match[1], match[0]), text)


def arguments_of(value: Any, where: str) -> tuple[str, ...]:
    """Command-line arguments: one text split as a shell would, or a list of texts. Raises RowError."""
    if value is None:
        return ()
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value))
        except ValueError as error:
            raise RowError(f"{where}: {reprlib.repr(value)} is no list of arguments ({error})") from None
    if isinstance(value, bool) or not isinstance(value, (list, tuple, int, float)):
        raise RowError(f"{where}: must be a text or a list of texts, not {kind_of(value)}")
    items = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(item, (str, int, float)) and not isinstance(item, bool) for item in items):
        raise RowError(f"{where}: must be a text or a list of texts, and holds {reprlib.repr(value)}")
    return tuple(item if isinstance(item, str) else repr(item) for item in items)


def kind_of(value: Any) -> str:
    """What a value is, in words for a message."""
    names = {type(None): "null", str: "a text", bool: "a boolean", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "a mapping" if isinstance(value, dict) else f"a {type(value).__name__}")
