"""The shapes that answers come in: bare code, fenced code, a model's whole answer."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any


def code(text: str) -> str:
    """The text without its common indentation and without the newline that it begins with."""
    return textwrap.dedent(text).removeprefix("\n")


def fenced(source: str, tag: str = "python") -> str:
    """The source as a fenced block of Markdown."""
    return f"```{tag}\n{source.rstrip()}\n```"


def thinking(source: str, *, thoughts: str, prose: str, tag: str = "python") -> str:
    """A reasoning model's whole answer: its thoughts, then a sentence, then the code in a fence."""
    return f"<think>\n{thoughts}\n</think>\n\n{prose}\n\n{fenced(source, tag)}\n"


def sections(source: str, *, thoughts: str, prose: str) -> str:
    """An answer with the section marks of OpenThoughts' conversations."""
    return (
        f"<|begin_of_thought|>\n\n{thoughts}\n\n<|end_of_thought|>\n\n"
        f"<|begin_of_solution|>\n\n{prose}\n\n{fenced(source)}\n\n<|end_of_solution|>"
    )


def candidate(expected: str, response: str | None, *, language: str | None = None, about: str = "") -> dict[str, Any]:
    """One candidate answer; `expected` names the verdict that it must get, `about` what is special in it."""
    given: dict[str, Any] = {} if language is None else {"language": language}
    return {**given, "response": response, "expected": expected, "about": about}


def numbers(count: int, below: int, seed: int) -> list[int]:
    """`count` integers in [0, below), the same on every Python."""
    state, out = seed, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append((state >> 33) % below)
    return out


def lines(*rows: Sequence[object] | object) -> str:
    """Input text: one line a row, the items of a list or tuple parted by blanks."""
    return "".join(" ".join(map(str, r)) + "\n" if isinstance(r, (list, tuple)) else f"{r}\n" for r in rows)
