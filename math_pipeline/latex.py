r"""LaTeX -> sympy by latex2sympy's grammar, with the parser's fast prediction first and its full one where that fails.

ANTLR's SLL prediction reads what it reads as LL does, and takes a quarter of the time. It stumbles over a power of a
name, `x^2`, where the grammar also allows `x^2_1`; in braces, `{x}^2`, it does not. So it does over `x_1`, but not over
the grammar's own `\\variable{x_1}`, which is the same symbol.
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
# f^{-1}(x) and f_1(x) stay as they are: the name there is a function.
_NO_CALL = r"(?!\s*(?:\^\s*(?:\{[^{}]*\}|[^\s{])\s*)?(?:\\left\s*)?\()"
_INDEX = r"(?:([0-9a-zA-Z])(?![0-9])|\{([0-9a-zA-Z]+)(?:([-+])([0-9a-zA-Z]+))?\})"
_SUBSCRIPTED = re.compile(rf"(?<![\\a-zA-Z^])([a-zA-Z])_{_INDEX}{_NO_CALL}")
_CODED = {"+": "QplusQ", "-": "QminusQ"}  # a variable has no signs in its name
_POWER_OF_NAME = re.compile(rf"(\\[a-zA-Z]+|[a-zA-Z])\s*(?=\^){_NO_CALL}")


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

    def create_symbol(self, text: str, enforce_case: bool = False) -> Any:  # noqa: FBT002 - the library's
        for sign, coded in _CODED.items():
            text = text.replace(coded, sign)
        return super().create_symbol(text, enforce_case)


def converted(latex: str) -> Any:
    """The sympy object. Raises whatever the parser does."""
    try:
        return _Quick(config=_CONVERSION).parse(normalize_latex(_quick(latex), _NORMALIZATION))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the parser raises bare Exceptions; the full prediction says whether it is one
        return _Full(config=_CONVERSION).parse(normalize_latex(latex, _NORMALIZATION))


def _quick(latex: str) -> str:
    """The same in a spelling that the fast prediction reads."""
    return _POWER_OF_NAME.sub(_braced, _SUBSCRIPTED.sub(_variable, latex))


def _variable(match: re.Match[str]) -> str:
    name, short, long, sign, more = match.groups()
    if name in "eIdE":
        return match[0]
    inside = short or f"{long}{_CODED[sign]}{more}" if sign else short or long
    return f"\\variable{{{name}_{inside if len(inside) == 1 else f'{{{inside}}}'}}}"


def _braced(match: re.Match[str]) -> str:
    name: str = match[1]
    is_name = len(name) == 1 or name[1:] in _GREEK
    return f"{{{name}}}" if is_name and name != "e" else match[0]
