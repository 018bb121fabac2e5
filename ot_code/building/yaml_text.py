"""YAML as plain values, with the line of each key, so that whatever is wrong can be named by file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ot_code.errors import InputError, SettingError

_MOST_BYTES = 1024 * 1024
_MOST_NODES = 100_000  # also what a few aliases of aliases grow to
_DEEPEST = 50

Keys = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """As YAML 1.2 has it: only true and false are truth values, and `on`, `no` or `y` are words."""


_TRUTH = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, found) for tag, found in pairs if tag != _TRUTH]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_TRUTH, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


@dataclass(frozen=True, slots=True)
class YamlText:
    """A file's values, and the line (from 1) on which each key or item stands, by the keys that lead to it."""

    file: str
    values: Any
    lines: dict[Keys, int]

    def located(self, error: SettingError) -> SettingError:
        """The error with its file and line: that of its key, else of the nearest table that is there."""
        path = error.path
        while path not in self.lines and path:
            path = path[:-1]
        return SettingError(error.path, error.said, f"{self.file}, line {self.lines.get(path, 1)}: ")


def read_yaml(file: Path) -> YamlText:
    """The file's one document. Raises InputError where it cannot be opened, SettingError where it is no such YAML."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be opened ({error.strerror or error})") from error
    return parse_yaml(data, str(file))


def parse_yaml(data: bytes, name: str) -> YamlText:
    """The one document of the text. Raises SettingError."""
    if len(data) > _MOST_BYTES:
        raise SettingError((), f"has {len(data)} bytes; a recipe has at most {_MOST_BYTES}", f"{name}: ")
    try:
        loader = _Loader(data)
        try:
            node = loader.get_single_node()
            lines = dict(_lines(node, (), [0], ()))
            values = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except SettingError as error:
        raise SettingError(error.path, error.said, f"{name}, ") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}, line {mark.line + 1}: " if mark is not None else f"{name}: "
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise SettingError((), f"is no YAML ({said})", where) from error
    except (yaml.YAMLError, ValueError, OverflowError, TypeError, AttributeError, LookupError, RecursionError) as error:
        # What constructors of dates, numbers and tags raise for texts that only look like them.
        raise SettingError(
            (), f"is no YAML that can be read ({' '.join(str(error).split())[:300]})", f"{name}: "
        ) from error
    return YamlText(name, values, lines)


def _lines(node: Any, path: Keys, count: list[int], above: tuple[int, ...]) -> Iterator[tuple[Keys, int]]:
    if node is None:
        return
    line = node.start_mark.line + 1
    count[0] += 1
    if count[0] > _MOST_NODES or id(node) in above or len(path) > _DEEPEST:
        raise SettingError((), f"line {line}: has too many values, or one that holds itself")
    yield path, line
    below = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _lines(item, (*path, number), count, below)
    elif isinstance(node, yaml.MappingNode):
        known: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise SettingError(path, f"line {key.start_mark.line + 1}: a key must be text")
            if key.value in known and key.value != "<<":
                raise SettingError(
                    (*path, key.value), f"line {key.start_mark.line + 1}: is there already, on line {known[key.value]}"
                )
            known[key.value] = key.start_mark.line + 1
            yield from _lines(value, (*path, key.value), count, below)
            yield (*path, key.value), key.start_mark.line + 1
