"""Systems of equations and functions by cases: LaTeX's `cases` as rows of cells."""

from __future__ import annotations

import re

_CASES = re.compile(r"^(?:\\\{\s*)?\\begin\s*\{(?:cases|dcases)\}(.*)\\end\s*\{(?:cases|dcases)\}$", re.DOTALL)
_SYSTEM = re.compile(
    r"^\\\{\s*\\begin\s*\{(?:array|aligned|matrix)\}(?:\{[lcr|]*\})?(.*)\\end\s*\{(?:array|aligned|matrix)\}$",
    re.DOTALL,
)
_CONDITION = re.compile(r"^(?:\\text\s*\{)?\s*(?:if|for|when|where)\b\s*\}?\s*|\s*\\text\s*\{\s*\}\s*")


def rows_of(text: str) -> list[list[str]] | None:
    r"""The rows of `\begin{cases}` that is the whole text: one cell for an equation, two for a value and its condition.

    None where it is something else.
    """
    match = _CASES.match(text) or _SYSTEM.match(text)
    if match is None or "\\begin" in match[1]:
        return None
    rows = [row.strip(" ,;.") for row in match[1].split("\\\\")]
    return [_cells(row) for row in rows if row] or None


def _cells(row: str) -> list[str]:
    cells = [cell.strip(" ,;") for cell in row.split("&")]
    if len(cells) == 2 and re.match(r"^(?:=|<|>|\\le|\\ge|\\ne)", cells[1]):  # aligned at its sign
        return [" ".join(cells)]
    return [_CONDITION.sub("", cell).strip() or cell for cell in cells if cell]
