"""Foreign Python text -> its syntax tree, where it is plain enough to be parsed in this process; nothing is run.

Python's parser can be driven out of its stack by long chains (`1+1+1+...`, `----1`, `a.b.c...`) and deep nesting. So
the text is reduced to its skeleton first (strings and comments out), in which little may hang together between two
commas, and brackets may not be deep. Test programs are like that: long, but lists of short things.
"""

from __future__ import annotations

import ast
import re
import warnings

MAX_CHARACTERS = 20_000_000
_MAX_DEPTH = 60  # of brackets
_MAX_CHAIN = 400  # operators, dots and calls that may hang on one another
_MAX_LAMBDAS = 30
# What is never closed runs to the end of its line or of the text: so each character is looked at once.
_ASIDE = re.compile(
    r"""#[^\n]*|(?<!\w)[fF](?P<quote>["'])(?:[^"'\\\n{}]|\{\w+\})*(?P=quote)"""
    r"""|[rRbBuU]{0,2}(?:\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\\?\Z)|'''(?:[^\\]|\\.)*?(?:'''|\\?\Z)"""
    r"""|"(?:[^"\\\n]|\\.)*(?:"|(?=\n)|\\?\Z)|'(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\\?\Z))""",
    re.DOTALL,
)
_FORMATTED = re.compile(r"(?<!\w)(?:[rR][fFtT]|[fFtT][rR]?)\$")  # beyond `f"{name}"`: it holds expressions
_MARK = re.compile(r"\\\r?\n|[\[({]|[\])}]|[,;\n]|[-+*/%@&|^~<>=!.:]|\b(?:not|and|or|if|else|in|is|await|for|lambda)\b")


def parse(text: str) -> ast.Module | None:
    """The tree, or None for a text that is too long, too deep or too entangled to be parsed here.

    Raises ValueError with a short reason where it is no Python.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    skeleton = _ASIDE.sub("$", text)
    if _FORMATTED.search(skeleton) is not None or not _is_flat(skeleton):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a test is its author's business
            return ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"{error.msg} (line {error.lineno})") from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise ValueError(f"it is no Python ({type(error).__name__})") from None


def _is_flat(skeleton: str) -> bool:
    """Whether what hangs together at any place is little: counted for each open bracket, anew after each comma."""
    if skeleton.count("lambda") > _MAX_LAMBDAS:
        return False
    counts = [0]  # of the open brackets, the innermost last
    total = 0
    for mark in _MARK.findall(skeleton):
        if mark[0] == "\\":
            continue
        if mark in "])}":
            if len(counts) > 1:
                total -= counts.pop()
        elif mark == "," or (mark in ";\n" and len(counts) == 1):
            total -= counts[-1]
            counts[-1] = 0
        elif mark not in ";\n":
            counts[-1] += 1
            total += 1
            if mark in "[({":
                counts.append(0)
        if len(counts) > _MAX_DEPTH or total > _MAX_CHAIN:
            return False
    return True
