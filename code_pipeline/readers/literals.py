"""Python literals in text, as `str()` of a dict leaves them, from people that are not trusted.

`ast.literal_eval` runs nothing, but long chains of operators, calls or brackets can exhaust the parser's stack or its
memory. So the text is first reduced to its skeleton (strings out, white space out), and only what a printed list,
tuple, dict or set can look like reaches it.
"""

from __future__ import annotations

import ast
import re
from typing import Any

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 100
_STRING = re.compile(r"""[bu]?(?:'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"[^"\\\n]*(?:\\.[^"\\\n]*)*")""", re.DOTALL)
_FORBIDDEN = re.compile(r"[^A-Za-z0-9_.\[\](){},:+\-$]|\.[A-Za-z_.]")
_WORDS = re.compile(r"[A-Za-z_]+")
_ALLOWED_WORDS = frozenset({"True", "False", "None", "e", "E"})
_CHAINS = re.compile(r"(?<![\[({,:eE])[+-]|[+-](?![0-9])|[\])}$0-9e][\[({]|[\])}0-9e]\$|\$[^\])},:]|[0-9_]{4301}")
_BRACKET = re.compile(r"[\[({]|[\])}]")


def _check(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"it is no JSON, and too long for a Python literal ({len(text)} characters)")
    skeleton = "".join(_STRING.sub("$", text).split())
    odd_words = set(_WORDS.findall(skeleton)) - _ALLOWED_WORDS
    if odd_words or _FORBIDDEN.search(skeleton) is not None or _CHAINS.search(skeleton) is not None:
        raise ValueError("it is neither JSON nor a plain Python literal")
    depth = 0
    for bracket in _BRACKET.findall(skeleton):
        depth += 1 if bracket in "[({" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")


def literal(text: str) -> Any:
    """The value of a Python literal. Raises ValueError with a short reason."""
    if "$" in text and "$" in _STRING.sub("", text):
        raise ValueError("it is neither JSON nor a plain Python literal")
    _check(text)
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(f"it is neither JSON nor a Python literal ({type(error).__name__})") from None
