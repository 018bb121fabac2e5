"""The names that datasets give to programming languages, and ours."""

from __future__ import annotations

import re

# Tried in order on the name in lower case without white space.
_PATTERNS = tuple(
    (re.compile(pattern), language)
    for pattern, language in (
        (r"pypy2.*|python2.*|py2(\.[0-9]+)?", None),
        (r"pypy(3.*)?", "pypy3"),
        (r"(c?python|py)(3.*)?", "python3"),
        (r"(gnu|ms|clang|g)?\+*(c\+\+|cpp|g\+\+|cc|cxx)(20|2a|23|2b)(?![0-9])[-0-9a-z().]*", "cpp20"),
        (r"(gnu|ms|clang|g)?\+*(c\+\+|cpp|g\+\+|cc|cxx)[-0-9a-z().]*", "cpp"),
        (r"(gnu)?c([0-9]{2}|gcc)?", "c"),
        (r"java([0-9.]+)?", "java"),
        (r"javascript|js|node(\.?js)?", "javascript"),
        (r"typescript|ts", "typescript"),
        (r"go(lang)?", "go"),
        (r"rust|rs", "rust"),
        (r"bash|sh|shell", "bash"),
    )
)


def language_named(name: str) -> str | None:
    """Our name of a language, or None where it is none that we know (Python 2 among them)."""
    key = "".join(name[:60].lower().split())
    return next((language for pattern, language in _PATTERNS if pattern.fullmatch(key)), None)
