"""A JSON document -> the bytes of its elements: an array of objects, objects one after another, {"data": [...]}.

Elements are told apart by brackets and quotes alone, in one pass over chunks, so that memory holds one element and a
broken one costs no more than itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ot_code.inputs.records import LARGE

MAX_ELEMENT = 4 * 1024**3  # bytes; a missing quote or bracket swallows what follows it
_CHUNK = 1024 * 1024
_WRAPPER = re.compile(rb'\s*\{\s*"(?:data|rows|examples|instances)"\s*:\s*\[(?=\s*[{\]])')
_FILLING = re.compile(rb"[^\s,]")
_MARK = re.compile(rb'["\[\]{}]')
_LOOSE_END = re.compile(rb"[,\]\n{]")
_BACKSLASH = 0x5C


class _Splitter:
    """Cuts elements out of chunks. `piece` is the element at hand, of which the chunks so far hold a part."""

    def __init__(self, *, in_array: bool, in_wrapper: bool = False) -> None:
        self.piece = bytearray()
        self.inside = False
        self.loose = False  # the element at hand is no object or array: a number, a string, or rubbish
        self.depth = 0
        self.in_string = False
        self.escaped = False
        self.in_array = in_array
        self.in_wrapper = in_wrapper
        self.ended = False  # the wrapper's array was; what else the wrapper holds is no row

    def feed(self, chunk: bytes, at: int = 0) -> Iterator[bytearray]:
        """The elements that end in this chunk."""
        while at < len(chunk) and not self.ended:
            if not self.inside:
                at = self._begin(chunk, at)
                continue
            end = self._loose(chunk, at) if self.loose else self._bracketed(chunk, at)
            self.piece += chunk[at:end]
            at = end
            if not self.inside:
                yield self.take()

    def take(self) -> bytearray:
        """The element at hand, which is forgotten here."""
        piece, self.piece = self.piece, bytearray()
        return piece

    def _begin(self, chunk: bytes, at: int) -> int:
        found = _FILLING.search(chunk, at)
        if found is None:
            return len(chunk)
        first = found[0]
        if first == b"]" and self.in_array:
            self.in_array, self.ended = False, self.in_wrapper
            return found.end()
        self.inside, self.loose, self.depth = True, first not in b"[{", 0
        return found.start()

    def _loose(self, chunk: bytes, at: int) -> int:
        found = _LOOSE_END.search(chunk, at if self.piece else at + 1)
        if found is None:
            return len(chunk)
        self.inside = False
        return found.start()

    def _bracketed(self, chunk: bytes, at: int) -> int:
        while at < len(chunk):
            if self.in_string:
                at = self._string(chunk, at)
                continue
            found = _MARK.search(chunk, at)
            if found is None:
                return len(chunk)
            at, mark = found.end(), found[0]
            if mark == b'"':
                self.in_string = True
            else:
                self.depth += 1 if mark in b"[{" else -1
                if self.depth <= 0:
                    self.inside = False
                    return at
        return at

    def _string(self, chunk: bytes, at: int) -> int:
        if self.escaped:
            self.escaped = False
            at += 1
        while True:
            quote = chunk.find(b'"', at)
            end = quote if quote >= 0 else len(chunk)
            run = 0
            while end - run > at and chunk[end - run - 1] == _BACKSLASH:
                run += 1
            if quote < 0:
                self.escaped = run % 2 == 1
                return len(chunk)
            at = quote + 1
            if run % 2 == 0:
                self.in_string = False
                return at


def elements(stream: BinaryIO) -> Iterator[tuple[int, bytes | bytearray]]:
    """Number (from 1) and bytes of each element; large ones as a bytearray that is the caller's to empty.

    Raises ValueError for an element beyond MAX_ELEMENT.
    """
    chunk = stream.read(_CHUNK).removeprefix(b"\xef\xbb\xbf")
    wrapper = _WRAPPER.match(chunk)
    lead = len(chunk) - len(chunk.lstrip())
    splitter = _Splitter(in_array=wrapper is not None or chunk[lead : lead + 1] == b"[", in_wrapper=wrapper is not None)
    at = wrapper.end() if wrapper is not None else lead + splitter.in_array
    number = 0
    while chunk and not splitter.ended:
        for piece in splitter.feed(chunk, at):
            number += 1
            yield number, piece if len(piece) > LARGE else bytes(piece)
        if len(splitter.piece) > MAX_ELEMENT:
            raise ValueError(f"element {number + 1} has no end within {MAX_ELEMENT >> 30} GiB; a quote may be missing")
        chunk, at = stream.read(_CHUNK), 0
    if splitter.inside:
        rest = splitter.take()
        yield number + 1, rest if len(rest) > LARGE else bytes(rest)
