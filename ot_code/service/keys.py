"""API keys: made once and shown once; the file holds a name and a hash of each, a line each.

A key has 256 random bits, so a plain hash of it can be neither guessed nor turned back.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from ot_code.errors import InputError, UsageError

_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")


def make_key(path: Path, name: str) -> str:
    """A new key, whose hash is added to the file (made with mode 0600). Raises UsageError, or OSError."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"--new-key {name!r}: a key's name has up to 64 letters, digits and . _ @ -")
    if path.exists() and name in Keys.read(path).names:
        raise UsageError(f"--new-key {name}: {path} has a key of that name; take its line out first")
    key = "ot-" + secrets.token_urlsafe(32)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a") as file:
        file.write(f"{name} {_hash(key)}\n")
    return key


class Keys:
    """The keys of a file."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self.names = frozenset(hashes)

    @classmethod
    def read(cls, path: Path) -> Keys:
        """Raises InputError where the file cannot be read or a line is no name and hash."""
        try:
            lines = path.read_text().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"--keys {path}: {error}; make a key with `ot-code serve --keys {path} --new-key NAME`"
            ) from error
        hashes = {}
        for number, line in enumerate(lines, 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if len(words) != 2 or not re.fullmatch("[0-9a-f]{64}", words[1]):
                raise InputError(f"--keys {path}, line {number}: must be a name and a hash, as --new-key writes them")
            hashes[words[0]] = words[1]
        if not hashes:
            raise InputError(f"--keys {path}: has no key; make one with `ot-code serve --keys {path} --new-key NAME`")
        return cls(hashes)

    def name_of(self, headers: Mapping[bytes, bytes]) -> str | None:
        """Whose key a request has: a bearer token, X-API-Key, or the password of basic authentication."""
        given = _hash(_key_in(headers))
        found = None
        for name, known in self._hashes.items():  # all of them, so that time tells nothing
            if hmac.compare_digest(given, known):
                found = name
        return found


def _key_in(headers: Mapping[bytes, bytes]) -> str:
    kind, _, value = headers.get(b"authorization", b"").partition(b" ")
    if kind.lower() == b"bearer":
        return value.strip().decode("latin-1")
    if kind.lower() == b"basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode("latin-1").partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return headers.get(b"x-api-key", b"").decode("latin-1")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
