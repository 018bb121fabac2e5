"""Text of a row -> bytes, whatever the text: what goes into a program, and what its output is compared with."""

from __future__ import annotations


def encoded(text: str) -> bytes:
    """The text's bytes. Lone surrogates become the bytes that they stand for, else their three-byte form."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
