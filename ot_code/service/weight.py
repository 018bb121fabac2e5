"""What a body will weigh once it is read: JSON of few bytes can be many objects."""

from __future__ import annotations

_VALUE_BYTES = 40  # of a number and its place in a list; an empty list or dictionary counts twice, and weighs that
_LIGHT = 1 << 20


def weight(body: bytes) -> int:
    """Bytes that the lists, dictionaries and other values of a body of JSON take, beside its texts.

    Exact to a few for JSON, whatever its texts hold; for what is no JSON, any number.
    """
    most = _values(body) * _VALUE_BYTES  # commas in texts count too
    if most <= _LIGHT:
        return most
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    quotes = bare.count(b'"')
    if 8 * quotes > len(body):  # nothing but short texts, which are not worth taking apart: a key and a value have four
        return quotes // 4 * 2 * _VALUE_BYTES
    return _values(b"".join(bare.split(b'"')[::2])) * _VALUE_BYTES


def _values(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")
