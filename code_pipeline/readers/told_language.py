"""The language of a model's answer where no column says it: what its prompt asks for, else what its code looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from code_pipeline.readers.languages import language_named

_ASKED = re.compile(r"\bimplementation in ([A-Za-z]+(?:\+\+)?) ?([0-9.]*)", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*([A-Za-z][A-Za-z0-9+.#]*)", re.MULTILINE)
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]", re.MULTILINE)
_TURNS = ("messages", "conversations")


def told_language(row: Mapping[str, Any], column: str | None) -> Any:
    """The row's `language` where it has one, else a language's name, None where nothing tells.

    column: the one that the answer stands in. A prompt that asks for an "implementation in C++17" tells; then the
    fence of the answer's last block; then `#include`.
    """
    if row.get("language"):
        return row["language"]
    prompt = row.get("prompt")
    if isinstance(prompt, str):
        asked = [name for found in _ASKED.finditer(prompt) if (name := language_named(found[1])) is not None]
        if asked:
            return asked[-1]
    answer = row.get(column) if column is not None else _last_turn(row)
    return _looks(answer) if isinstance(answer, str) else None


def _looks(answer: str) -> str | None:
    fences = [name for tag in _FENCE.findall(answer) if (name := language_named(tag)) is not None]
    if fences:
        return fences[-1]
    return "cpp" if _INCLUDE.search(answer) else None


def _last_turn(row: Mapping[str, Any]) -> Any:
    for column in _TURNS:
        turns = row.get(column)
        if isinstance(turns, (list, tuple)) and turns and isinstance(turns[-1], Mapping):
            return turns[-1].get("content") or turns[-1].get("value")
    return None
