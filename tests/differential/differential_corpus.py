"""The corpus: small programs by theme, one file a theme, written as text so that their first lines are their own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "programs"
MARK = "#% "


@dataclass(frozen=True, slots=True)
class Case:
    """A program and what it is given on stdin."""

    name: str
    source: str
    stdin: bytes = b""


def corpus() -> Iterator[Case]:
    """The programs of each theme."""
    for path in sorted(FOLDER.glob("*.txt")):
        for case in programs_of(path):
            yield Case(f"{path.stem}-{case.name}", case.source, case.stdin)


def programs_of(path: Path) -> Iterator[Case]:
    """The programs of one file. A line `#% NAME` begins one; `#% stdin LITERAL` after it is its input."""
    for part in re.split(rf"^{MARK}(?!stdin )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, source = part.partition("\n")
        stdin = b""
        if source.startswith(f"{MARK}stdin "):
            literal, _, source = source.removeprefix(f"{MARK}stdin ").partition("\n")
            stdin = ast.literal_eval(literal)
        yield Case(name, source, stdin)
