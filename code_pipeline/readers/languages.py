"""The names that datasets and contest sites give to programming languages, and ours.

Codeforces says "C++17 (GCC 7-32)", "GNU C++20 (64)", "PyPy 3-64", "Rust 2021", "Node.js 15 (64bit)"; AtCoder says
"C++ 20 (gcc 12.2)", "Go (1.20.6)", "Python (PyPy 3.10-v7.3.12)"; CodeContests "CPP", "PYTHON3".
"""

from __future__ import annotations

import re

_REST = r"(diagnostics)?[-0-9.,a-z]*(\(.*\)?)?"  # a version, a compiler, bits
_CPP = r"(gnu|ms|clang|microsoft|visual|g)?\+*(c\+\+|cpp|g\+\+|cc|cxx|gnu\+\+|clang\+\+)"


def _standard(*names: str) -> str:
    """Finds C++ of that standard; two digits that are not the first half of a year (MS C++ 2017)."""
    return rf"{_CPP}-?({'|'.join(names)})(?![0-9]){_REST}"


# Tried in order on the name in lower case without white space.
_PATTERNS = tuple(
    (re.compile(pattern), language)
    for pattern, language in (
        (r"pypy-?2.*|c?python-?\(?2.*|py2(\.[0-9]+)?", None),
        (rf"pypy(-?3)?{_REST}|python(3)?\(pypy-?3?.*", "pypy3"),
        (r"(c?python|py)(-?3.*|\((cpython)?3.*)?", "python3"),
        (_standard("26", "2c"), None),
        (_standard("23", "2b"), "cpp23"),
        (_standard("20", "2a"), "cpp20"),
        (_standard("14", "1y"), "cpp14"),
        (_standard("11", "0x"), "cpp11"),
        (rf"{_CPP}{_REST}", "cpp"),
        (r"(gnu|ansi|clang)?-?c([0-9]{2}|gcc)?(\(.*\)?)?", "c"),
        (r"java-?[0-9.]*([0-9]{2}bit)?(\(.*\)?)?", "java"),
        (rf"(javascript|ecmascript|js|node(\.?js)?){_REST}", "javascript"),
        (r"(typescript|ts)([0-9.]+)?(\(.*\)?)?", "typescript"),
        (r"go(lang)?-?[0-9.]*(\(.*\)?)?", "go"),
        (r"(rust|rs)-?[0-9.]*(\(.*\)?)?", "rust"),
        (r"(bash|sh|shell)-?[0-9.]*(\(.*\)?)?", "bash"),
    )
)


def language_named(name: str) -> str | None:
    """Our name of a language, or None where it is none that we know (Python 2 among them)."""
    key = "".join(name[:60].lower().split())
    return next((language for pattern, language in _PATTERNS if pattern.fullmatch(key)), None)
