"""Which rules judge: a hash of the code that decides, so that no change of it can be forgotten."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_JUDGING = (_HERE.parent / "sandbox", _HERE)  # anchor.py sees to it that this `sandbox` is the one in use


@functools.cache
def judge_version() -> str:
    """A hash of the sources of `sandbox` and `code_pipeline`; two that are equal judge alike.

    Verdicts found under another one are never reused, neither by a cache nor by a run that goes on where it stopped.
    Raises OSError where the sources cannot be read.
    """
    return digest_of(_JUDGING)


def digest_of(folders: Iterable[Path]) -> str:
    """Of every Python source below them: what it is called and what it says."""
    hasher = blake2b(digest_size=8)
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            text = path.read_bytes()
            hasher.update(f"{folder.name}/{path.relative_to(folder)} {len(text)}\n".encode())
            hasher.update(text)
    return hasher.hexdigest()
