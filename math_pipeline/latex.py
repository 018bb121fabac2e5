r"""LaTeX -> sympy by latex2sympy's grammar, with the parser's fast prediction first and its full one where that fails.

ANTLR's SLL prediction reads what it reads as LL does, and takes a quarter of the time. It stumbles over a power of a
name, `x^2`, where the grammar also allows `x^2_1`; in braces, `{x}^2`, it does not.
"""

from __future__ import annotations

import re
from typing import Any

import sympy
from antlr4.atn.PredictionMode import PredictionMode
from latex2sympy2_extended.latex2sympy2 import (
    ConversionConfig,
    NormalizationConfig,
    _Latex2Sympy,
    normalize_latex,
)

# Letters keep their case: 3x is not 3X.
_CONVERSION = ConversionConfig(interpret_as_mixed_fractions=False, lowercase_symbols=False)
_NORMALIZATION = NormalizationConfig()
_GREEK = frozenset(re.findall(r"\w+", "pi alpha beta gamma theta lambda mu rho sigma phi omega"))
# f^{-1}(x) stays as it is: the name there is a function.
_POWER_OF_NAME = re.compile(r"(\\[a-zA-Z]+|[a-zA-Z])\s*(?=\^)(?!\^\s*(?:\{[^{}]*\}|[^\s{])\s*\()")


_WHOLE = re.compile(r"\d+")
_PLAIN_FRACTION = re.compile(r"\\frac\{\d+\}\{\d+\}")


class _Full(_Latex2Sympy):  # type: ignore[misc]  # the package has no types
    """The converter, which reads 2(3) as a product: a number is mixed where it is written as one."""

    def convert_postfix_list(self, arr: Any, i: int = 0) -> Any:
        found = super().convert_postfix_list(arr, i)
        if i >= len(arr) - 1 or not isinstance(found, sympy.Rational):
            return found
        if i == len(arr) - 2 and _WHOLE.fullmatch(arr[i].getText()) and _PLAIN_FRACTION.fullmatch(arr[i + 1].getText()):
            return found
        first, others = self.convert_postfix(arr[i]), self.convert_postfix_list(arr, i + 1)
        are_numbers = isinstance(first, sympy.Rational) and isinstance(others, sympy.Rational)
        return self.mul_flat(first, others) if are_numbers else found


class _Quick(_Full):
    """The converter on a parser that predicts by SLL."""

    def create_parser(self, latex_str: str) -> Any:
        parser = super().create_parser(latex_str)
        parser._interp.predictionMode = PredictionMode.SLL  # noqa: SLF001 - there is no other way to set it
        return parser


def converted(latex: str) -> Any:
    """The sympy object. Raises whatever the parser does."""
    try:
        return _Quick(config=_CONVERSION).parse(normalize_latex(_POWER_OF_NAME.sub(_braced, latex), _NORMALIZATION))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the parser raises bare Exceptions; the full prediction says whether it is one
        return _Full(config=_CONVERSION).parse(normalize_latex(latex, _NORMALIZATION))


def _braced(match: re.Match[str]) -> str:
    name: str = match[1]
    is_name = len(name) == 1 or name[1:] in _GREEK
    return f"{{{name}}}" if is_name and name != "e" else match[0]
