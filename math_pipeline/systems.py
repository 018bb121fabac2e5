"""Systems of equations and functions by cases: LaTeX's `cases` as rows of cells; several solutions, each by names."""

from __future__ import annotations

import re

from math_pipeline.brackets import commas, split_top

_CASES = re.compile(r"^(?:\\\{\s*)?\\begin\s*\{(?:cases|dcases)\}(.*)\\end\s*\{(?:cases|dcases)\}$", re.DOTALL)
_SYSTEM = re.compile(
    r"^\\\{\s*\\begin\s*\{(?:array|aligned|matrix)\}(?:\{[lcr|]*\})?(.*)\\end\s*\{(?:array|aligned|matrix)\}$",
    re.DOTALL,
)
_CONDITION = re.compile(r"^(?:\\text\s*\{)?\s*(?:if|for|when|where)\b\s*\}?\s*|\s*\\text\s*\{\s*\}\s*")
_BETWEEN = re.compile(
    r"\s*(?:;|\\text\s*\{\s*,?\s*(?:and|or)\s*\}|(?<![a-zA-Z\\])(?:and|or)(?![a-zA-Z])|\\l?or(?![a-zA-Z]))\s*"
)
_AND = re.compile(r"\s*\\text\s*\{\s*and\s*\}\s*|\s*(?<![a-zA-Z\\])and(?![a-zA-Z])\s*")
_OR = re.compile(r"(?<![a-zA-Z\\])or(?![a-zA-Z])")
_ASSIGNED = re.compile(r"\s*([a-zA-Z](?:_\{?\w+\}?)?)\s*=\s*([^=<>]+)")


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


def solutions_of(text: str) -> list[list[str]] | None:
    """The values of each solution in `x = 1, y = 2; x = 2, y = 1`, by name; None for other texts.

    Beside "or", "and" joins the names of one solution: x = 1 and y = 2, or x = 2 and y = 1.
    """
    joined = _AND.sub(" , ", text) if _OR.search(text) else text
    return (_by_name(joined) if joined != text else None) or _by_name(text)


def _by_name(text: str) -> list[list[str]] | None:
    groups = [[_ASSIGNED.fullmatch(piece) for piece in commas(part)] for part in split_top(text, _BETWEEN)]
    if len(groups) < 2 or not all(len(group) > 1 and all(group) for group in groups):
        return None
    named = [sorted((match[1], match[2].strip()) for match in group if match) for group in groups]
    names = [[name for name, _ in group] for group in named]
    if any(each != names[0] for each in names) or len(set(names[0])) != len(names[0]):
        return None
    return [[value for _, value in group] for group in named]
