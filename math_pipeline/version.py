"""Which rules judge math: a hash of the code that decides, so that no change of it can be forgotten, and its engine."""

from __future__ import annotations

import functools
import importlib.metadata
from hashlib import blake2b
from pathlib import Path
from typing import Any

_ENGINE = ("math-verify", "latex2sympy2_extended", "sympy")


def math_versions() -> dict[str, Any]:
    """The versions that math verdicts rest on: of the rules here, and of the packages where they are installed.

    Raises OSError where the sources cannot be read.
    """
    versions: dict[str, Any] = {"math": digest_of(Path(__file__).resolve().parent)}
    for name in _ENGINE:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None  # not installed: math rows are refused
    return versions


@functools.cache
def digest_of(folder: Path) -> str:
    """Of every Python source below it: what it is called and what it says."""
    hasher = blake2b(digest_size=8)
    for path in sorted(folder.rglob("*.py")):
        text = path.read_bytes()
        hasher.update(f"{path.relative_to(folder)} {len(text)}\n".encode())
        hasher.update(text)
    return hasher.hexdigest()
