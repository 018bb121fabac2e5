"""A text that was pickled, compressed and written in base64, as LiveCodeBench has its private tests.

Nothing is unpickled: a pickle is a program, and one from a hub is a stranger's. The few instructions of a pickled text
are read one by one; any other (each that builds, imports or calls something) is refused by its name.
"""

from __future__ import annotations

import base64
import binascii
import pickletools
import zlib

MAX_BYTES = 512 * 1024 * 1024  # of the unpacked text; a few KB of zeros could come to any size
_TEXT = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"})
_HARMLESS = frozenset({"PROTO", "FRAME", "MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT", "STOP"})


def unpacked(text: str, max_bytes: int = MAX_BYTES) -> str:
    """The text in base64(zlib(pickle(text))). Raises ValueError with a short reason."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"it is not base64 ({error})") from None
    return _pickled_text(_inflated(data, max_bytes))


def _inflated(data: bytes, max_bytes: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise ValueError(f"it is not zlib's format ({error})") from None
    if len(found) > max_bytes:
        raise ValueError(f"it unpacks to more than {max_bytes} bytes")
    if not stream.eof:
        raise ValueError("its compressed data is cut short")
    return found


def _pickled_text(data: bytes) -> str:
    """The one text in a pickle. The instructions are read as data: none of them is carried out."""
    texts: list[str] = []
    ended = False
    instructions = pickletools.genops(data)
    while not ended:
        try:
            code, argument, _ = next(instructions)
        except (ValueError, StopIteration) as error:  # a UnicodeDecodeError is a ValueError too
            raise ValueError(f"its pickle is broken ({error!s:.200})") from None
        if code.name in _TEXT and isinstance(argument, str) and not texts:
            texts.append(argument)
        elif code.name not in _HARMLESS:
            raise ValueError(f"its pickle is more than one plain text (its instruction {code.name} is not carried out)")
        ended = code.name == "STOP"
    if not texts:
        raise ValueError("its pickle holds no text")
    return texts[0]
