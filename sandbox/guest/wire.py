"""The bytes between host and supervisor: frames, and plain data by value.

A frame is 12 bytes (header length, body length), a JSON header of at most MAX_HEADER bytes, and the body as raw bytes.
The vocabulary of headers is closed: the receiver names what it expects and refuses the rest. No pickle, no class path.

Files travel as one blob: for each, the lengths of its name and content (FILE), the name, the content.

Plain data (arguments and what a call returned) is JSON in which None, bool, str, float, list and integers below 2**53
stand for themselves, and everything else is a one-key object: {"t": [...]} tuple, {"d": [[key, value], ...]} dict,
{"s": [...]} set, {"i": "hex"} a larger integer (hexadecimal: linear to read, however long), {"b": "hex"} bytes,
{"u": [code points]} text that holds lone surrogates.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Callable, Optional

HEAD = struct.Struct("<IQ")
FILE = struct.Struct("<HQ")
MAX_HEADER = 4 * 1024 * 1024
MAX_BODY = 1 << 36
MAX_DEPTH = 200
_SMALL = 1 << 53
# Integers hash to themselves modulo 2**61 - 1, without a key: whoever writes the bytes can make all of them collide,
# and a set of n such members takes n * n comparisons. More than this many of the same hash, on average, are refused;
# all the powers of two that the host would take at once come to fewer.
_MOST_ALIKE = 200


class WireError(ValueError):
    """The bytes or the value do not fit the format. The message says what and where."""


def pack(header: dict[str, Any], body_bytes: int = 0) -> bytes:
    """The head of a frame whose body of `body_bytes` bytes follows. Raises WireError for an oversized header."""
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    if len(text) > MAX_HEADER:
        raise WireError(f"a frame header of {len(text)} bytes is over {MAX_HEADER}")
    return HEAD.pack(len(text), body_bytes) + text


def unpack_header(text: bytes) -> dict[str, Any]:
    """The header of a frame. Raises WireError unless it is a JSON object."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"a frame header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise WireError("a frame header is not an object")
    return header


def lengths(head: bytes) -> tuple[int, int]:
    """(header bytes, body bytes) of a frame's first 12 bytes. Raises WireError when either is over its cap."""
    header_bytes, body_bytes = HEAD.unpack(head)
    if header_bytes > MAX_HEADER or body_bytes > MAX_BODY:
        raise WireError(f"a frame claims a header of {header_bytes} and a body of {body_bytes} bytes")
    return header_bytes, body_bytes


def dump_plain(value: Any, reduce: Optional[Callable[[Any], Any]] = None) -> bytes:
    """Plain data as bytes. `reduce` turns a value of another type into plain data, or raises.

    Without it (on the host, where texts hash differently in each process) members of a set are written in an order of
    their own: the order in which a set is filled decides how it is walked, which may decide what a program does.
    Raises WireError naming the type that is not plain data, or a depth over MAX_DEPTH.
    """
    return json.dumps(_out(value, 0, reduce), separators=(",", ":")).encode("ascii")


def load_plain(text: bytes) -> Any:
    """The value that dump_plain wrote. Raises WireError for anything that it cannot have written."""
    try:
        return _in(json.loads(text, parse_int=_parse_int), 0)
    except RecursionError:
        raise WireError("a value is nested too deeply") from None
    except (ValueError, TypeError, OverflowError) as error:
        raise WireError(f"not a plain value: {error}") from None


def _out(value: Any, depth: int, reduce: Optional[Callable[[Any], Any]]) -> Any:
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return value
    if kind is str:
        if value.isascii():
            return value
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return {"u": [ord(letter) for letter in value]}
        return value
    if kind is int:
        return value if -_SMALL < value < _SMALL else {"i": format(value, "x")}
    if depth >= MAX_DEPTH:
        raise WireError(f"a value is nested deeper than {MAX_DEPTH} levels")
    depth += 1
    if kind is list:
        return [_out(item, depth, reduce) for item in value]
    if kind is tuple:
        return {"t": [_out(item, depth, reduce) for item in value]}
    if kind is dict:
        return {"d": [[_out(k, depth, reduce), _out(v, depth, reduce)] for k, v in value.items()]}
    if kind is set or kind is frozenset:
        members = [_out(item, depth, reduce) for item in value]
        return {"s": members if reduce is not None else sorted(members, key=json.dumps)}
    if kind is bytes or kind is bytearray:
        return {"b": bytes(value).hex()}
    if reduce is not None:
        return _out(reduce(value), depth, reduce)
    raise WireError(f"a value of type {kind.__module__}.{kind.__qualname__} is not plain data")


def _parse_int(digits: str) -> int:
    if len(digits) > 17:
        raise WireError("an integer is written out where only small ones may be")
    return int(digits)


def _in(value: Any, depth: int) -> Any:
    if depth > 2 * MAX_DEPTH + 2:
        raise WireError("a value is nested too deeply")
    if isinstance(value, list):
        return [_in(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise WireError("an object without exactly one key")
    ((tag, inner),) = value.items()
    if tag == "i" and isinstance(inner, str):
        return int(inner, 16)
    if tag == "b" and isinstance(inner, str):
        return bytes.fromhex(inner)
    if not isinstance(inner, list):
        raise WireError(f"the tag {tag!r} does not fit its content")
    if tag == "u":
        return "".join(map(chr, inner))
    if tag == "d":
        pairs = [(_key(k), v) for k, v in inner]
        _check_hashes([k for k, _ in pairs])
        return {k: _in(v, depth + 1) for k, v in pairs}
    items = [_in(item, depth + 1) for item in inner]
    if tag == "t":
        return tuple(items)
    if tag == "s":
        members = [_freeze(item) for item in items]
        _check_hashes(members)
        return set(members)
    raise WireError(f"the unknown tag {tag!r}")


def _key(value: Any) -> Any:
    return _freeze(_in(value, 0))


def _check_hashes(keys: list[Any]) -> None:
    """Raises WireError where a dict or set of these would take far longer to make than its text is long."""
    if len(keys) <= _MOST_ALIKE:
        return
    alike: dict[int, int] = {}
    for key in keys:
        if key != key:  # noqa: PLR0124 - NaN: one object here, however often it comes
            continue
        number = hash(key)
        alike[number] = alike.get(number, 0) + 1
    if sum(count * count for count in alike.values()) > _MOST_ALIKE * len(keys):
        raise WireError(f"too many of {len(keys)} keys or members have the same hash")


def _freeze(value: Any) -> Any:
    """A hashable form: what stood in a set or as a key was hashable there."""
    if isinstance(value, tuple):
        return tuple(_freeze(item) for item in value)
    if isinstance(value, set):
        return frozenset(value)
    if isinstance(value, (list, dict)):
        raise WireError("a list or dict cannot be a key or stand in a set")
    return value
