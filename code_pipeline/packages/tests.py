"""data/sample and data/secret -> tests in the order in which a contest runs them, each with its validator's arguments.

A group's `testdata.yaml` (legacy) or `test_group.yaml` (2023-07) holds for what lies below it, unless a deeper one, or
the test's own `NAME.yaml`, says otherwise. What stands beside the tests (.desc, .hint, pictures, ...) is not read.
"""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.packages.documents import Files, arguments_of, mapping_in
from code_pipeline.packages.settings import Settings

_ROOTS = ("data/sample/", "data/secret/")
_GROUP_FILES = ("testdata.yaml", "test_group.yaml")
_KEYS = {"args": "args", "output_validator_flags": "validator", "output_validator_args": "validator"}
_Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PackageTest:
    """One test: its name (sample/1, secret/group/3), and the validator's arguments for it."""

    name: str
    input_file: str
    answer_file: str | None
    validator_args: tuple[str, ...]


def find_tests(files: Files, settings: Settings) -> list[PackageTest]:
    """The tests: samples first, then the secret ones, by name. Raises RowError naming the file that is in the way."""
    known: dict[str, _Config] = {}
    found: list[PackageTest] = []
    for root in _ROOTS:
        names = [name for name in files if name.startswith(root) and name.endswith(".in") and _is_plain(name)]
        for name in sorted(names, key=lambda name: name.removesuffix(".in").split("/")):
            stem = name.removesuffix(".in")
            found.append(
                PackageTest(
                    name=stem.removeprefix("data/"),
                    input_file=name,
                    answer_file=_answer(files, stem, settings),
                    validator_args=(*settings.validator_flags, *_arguments(files, stem, settings, known)),
                )
            )
    return found


def _is_plain(name: str) -> bool:
    return not any(part.startswith(".") or part.endswith(".files") for part in name.split("/"))


def _answer(files: Files, stem: str, settings: Settings) -> str | None:
    """The file of the right answer; None for an interactive problem that has none."""
    found = next((stem + ending for ending in (".ans", ".out") if stem + ending in files), None)
    if found is None and not settings.interactive:
        raise RowError(f"{stem}.in: has no {stem.rsplit('/', 1)[-1]}.ans beside it")
    return found


def _arguments(files: Files, stem: str, settings: Settings, known: dict[str, _Config]) -> tuple[str, ...]:
    config = {**_group(files, stem.rpartition("/")[0], settings, known), **_described(files, f"{stem}.yaml", settings)}
    if config.get("args"):
        raise RowError(f"{stem}: gives the submission arguments ({reprlib.repr(config['args'])}), which cannot be done")
    if any(name.startswith(f"{stem}.files/") for name in files):
        raise RowError(f"{stem}.files: files beside the input cannot be given to a submission")
    value = config.get("validator")
    if isinstance(value, dict):  # the legacy form that names the validator
        value = value.get("flags")
    return arguments_of(value, f"{stem}: arguments of the output validator")


def _group(files: Files, folder: str, settings: Settings, known: dict[str, _Config]) -> _Config:
    """What the descriptions of a folder and of those above it say together; the deepest has the last word."""
    parts = folder.split("/")
    merged: _Config = {}
    for depth in range(1, len(parts) + 1):
        path = "/".join(parts[:depth])
        if path not in known:
            known[path] = {}
            for name in _GROUP_FILES:
                known[path] |= _described(files, f"{path}/{name}", settings)
        merged |= known[path]
    return merged


def _described(files: Files, name: str, settings: Settings) -> _Config:
    """What one of these files says: `args` of the submission, and `validator`, under whichever name."""
    content = mapping_in(files, name, settings.constants)
    if content.get("static_validation"):
        raise RowError(f"{name}: static validation of sources cannot be done here")
    return {own: content[key] for key, own in _KEYS.items() if key in content}
