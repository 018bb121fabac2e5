"""A checker described in a file: the object that a row's `checker` may hold, as JSON.

Of a program, `files` may also be a list of names: they are read from beside the description, so that a checker's source
needs no escaping: `{"type": "program", "protocol": "testlib", "language": "cpp", "files": ["check.cpp", "testlib.h"]}`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from code_pipeline.errors import CheckerSpecError


def described_in(path: Path) -> dict[str, Any]:
    """The description, with the text of each file that it names. Raises CheckerSpecError naming file and key."""
    try:
        spec = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckerSpecError(f"{path}: a checker's description cannot be read: {error}") from error
    if not isinstance(spec, dict):
        raise CheckerSpecError(f"{path}: must hold a JSON object with `type`, not {type(spec).__name__}")
    names = spec.get("files")
    if not isinstance(names, list):
        return spec
    if not all(isinstance(name, str) for name in names):
        raise CheckerSpecError(f"{path}: `files` must be names of files beside it, or an object of texts by name")
    return {**spec, "files": {name: _text_of(path, name) for name in names}}


def _text_of(path: Path, name: str) -> str:
    try:
        return (path.parent / name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CheckerSpecError(f"{path}: `files` names {name!r:.80}, which cannot be read: {error}") from error
