"""Vectors by their unit vectors: 3i + 4j as (3, 4)."""

from __future__ import annotations

import re

import sympy

from math_pipeline import symbols
from math_pipeline.brackets import bracket_end, commas
from math_pipeline.nodes import Expr, Node, Ordered

_COLUMN = re.compile(r"\\begin\s*\{([pb]matrix)\}(.*)\\end\s*\{\1\}", re.DOTALL)
_STRETCHED = re.compile(
    r"(-?\s*(?:\d+|[kmnst]|\\lambda|\\frac\s*\{\d+\}\s*\{\d+\})?)\s*(?:\\cdot\s*)?(\(.*\))", re.DOTALL
)
_ACCENT = re.compile(
    r"\\(?:hat|widehat|vec|overrightarrow|bar|mathbf)\s*(?:\{\s*\\?([ijk])(?:math)?\s*\}|([ijk])(?![a-z]))|\{\s*([ijk])\s*\}"
)


def column(latex: str) -> Ordered | None:
    """The entries of a column vector; None for anything else."""
    match = _COLUMN.fullmatch(latex.strip())
    if match is None or "&" in match[2] or "\\begin" in match[2]:
        return None
    entries = [entry.strip() for entry in match[2].split("\\\\") if entry.strip()]
    return Ordered(tuple(map(Expr, entries))) if len(entries) > 1 else None


def unit_matrix(size: int) -> str:
    """The unit matrix of so many rows."""
    rows = (" & ".join("1" if column == row else "0" for column in range(size)) for row in range(size))
    return "\\begin{pmatrix}" + " \\\\ ".join(rows) + "\\end{pmatrix}"


def stretched(node: Node) -> Ordered | None:
    """The entries of a number times a tuple; None for anything else."""
    match = _STRETCHED.fullmatch(node.latex.strip()) if isinstance(node, Expr) else None
    if match is None or bracket_end(match[2], 0) != len(match[2]):
        return None
    entries = commas(match[2][1:-1])
    factor = match[1] if match[1].strip() != "-" else "-1"
    return Ordered(tuple(Expr(f"({factor}) \\cdot ({entry})") for entry in entries)) if len(entries) > 1 else None


def components(latex: str, size: int) -> Ordered | None:
    """The entries of a sum of i, j and k, of which j or k must be there; None for anything else."""
    text = _ACCENT.sub(lambda match: f" {match[1] or match[2] or match[3]} ", latex)
    if size not in (2, 3) or not re.search(r"(?<![\\a-zA-Z])[jk](?![a-zA-Z])", text):
        return None
    value = symbols.read(text)
    if not isinstance(value, sympy.Expr):
        return None
    names = {str(name): name for name in value.free_symbols}
    if not set(names) <= set("ijk"[:size]):
        return None
    units = [names.get(name, sympy.Symbol(name)) for name in "ijk"[:size]]
    polynomial = sympy.Poly(value.doit(), *units) if value.is_polynomial(*units) else None
    if polynomial is None or any(sum(powers) != 1 for powers in polynomial.monoms()):
        return None
    return Ordered(tuple(Expr(sympy.latex(polynomial.coeff_monomial(unit))) for unit in units))
