"""The bytes of one JSON object -> a row, with memory of at most twice the bytes."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from code_pipeline.readers.json_text import loads, without_lone_surrogates

LARGE = 32 * 1024 * 1024  # bytes; beyond it a record comes as a bytearray, which parse_object empties
MAX_DEPTH = 200  # deeper values could not be written to a shard
_STEP = 1024 * 1024
_NON_ASCII = re.compile("[^\x00-\x7f]+")


def parse_object(raw: bytes | bytearray) -> dict[str, Any]:
    """The object, lone surrogates in it replaced by U+FFFD. Raises ValueError with a short reason."""
    try:
        text = _text_of_large(raw) if isinstance(raw, bytearray) else raw.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid UTF-8 (byte {error.start})") from None
    suspicious = "\\ud" in text or "\\uD" in text or text.count("[") + text.count("{") > MAX_DEPTH
    try:
        value = loads(text)
    except ValueError as error:
        raise ValueError(f"broken JSON, {error}") from None
    del text
    if not isinstance(value, dict):
        raise ValueError(f"a row must be a JSON object, not {_kind(value)}")  # noqa: TRY004  (the caller's one error)
    return _settled(value) if suspicious else value


def _text_of_large(raw: bytearray) -> str:
    """The text in ASCII, other characters escaped as JSON escapes them: one emoji would make it four times as large."""
    if not raw.isascii():
        decoder = codecs.getincrementaldecoder("utf-8")()
        escaped = bytearray()
        for start in range(0, len(raw), _STEP):
            part = decoder.decode(raw[start : start + _STEP], final=start + _STEP >= len(raw))
            escaped += _NON_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], part).encode("ascii")
        raw[:] = b""
        raw = escaped
    text = raw.decode("ascii")
    raw.clear()
    return text


def _settled(row: dict[str, Any]) -> dict[str, Any]:
    """The row with texts that can be written as UTF-8. Not recursive. Raises ValueError for too deep a nesting."""
    fresh: dict[str, Any] = {}
    stack: list[tuple[Any, Any, int]] = [(row, fresh, 1)]
    while stack:
        source, target, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        settled: list[Any] = []
        for item in source.values() if isinstance(source, dict) else source:
            value = without_lone_surrogates(item) if isinstance(item, str) else item
            if isinstance(item, (dict, list)):
                value = {} if isinstance(item, dict) else []
                stack.append((item, value, depth + 1))
            settled.append(value)
        if isinstance(source, dict):
            target.update(zip(map(without_lone_surrogates, source), settled, strict=True))
        else:
            target.extend(settled)
    return fresh


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
