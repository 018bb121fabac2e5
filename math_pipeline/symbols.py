"""Two expressions -> the same or not, by Math-Verify's parser and sympy. Runs in a worker: it may take any time at all.

Expressions are first evaluated at fixed points to sixty digits: a difference there is a proof, and so is agreement of
constants as far as digits reach (relative, so that tiny numbers are told apart). What cannot be evaluated is left to
Math-Verify's own comparison.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import sympy
from latex2sympy2_extended import latex2sympy
from latex2sympy2_extended.latex2sympy2 import ConversionConfig
from math_verify import verify as math_verify_verify

_DIGITS = 60
_SAME = sympy.Rational(1, 10**50)
_DECIMAL = re.compile(r"(?<![\w}])(\d*)\.(\d+)")
_PURE_DECIMAL = re.compile(r"-?\s*(\d*\.\d+|\d+)(?:\s*\\times\s*10\^\{?-?\d+\}?)?\Z")
_MOST_DIGITS = re.compile(r"\d{2001}")
_BASE = re.compile(r"\\?(?:text)?\s*\{?([0-9A-Za-z]+)\}?_\{?(\d{1,2})\}?\Z")
_MODULO = re.compile(r"(.+?)\s*\\bmod\s*(.+)\Z", re.DOTALL)
_CONVERSION = ConversionConfig(interpret_as_mixed_fractions=False, lowercase_symbols=False)
_POINTS = (
    ("1.37", "0.731", "2.113", "1.911", "0.389", "2.719"),
    ("-1.613", "2.347", "-0.577", "1.171", "-2.239", "0.823"),
    ("3", "2", "5", "7", "4", "6"),
    ("7", "5", "3", "2", "6", "9"),
)  # fmt: skip


class UnreadableError(Exception):
    """The symbolic engine makes nothing of an expression."""


@functools.lru_cache(maxsize=4096)
def read(latex: str) -> Any:
    """The sympy object of an expression. Raises UnreadableError."""
    text = latex.strip()
    if _MOST_DIGITS.search(text) or text.count("{") > 400:
        raise UnreadableError("more than 2,000 digits, or nested too deep")
    based = _BASE.match(text)
    if based is not None and _in_base(based[1], int(based[2])) is not None:
        return sympy.Integer(_in_base(based[1], int(based[2])))
    text = _DECIMAL.sub(_as_fraction, text)
    modulo = _MODULO.match(text)
    try:
        if modulo is not None:
            return sympy.Mod(read(modulo[1]), read(modulo[2]))
        # Letters keep their case: 3x is not 3X.
        return latex2sympy(text, conversion_config=_CONVERSION)
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableError(f"no symbolic form: {type(error).__name__}") from error


def _in_base(digits: str, base: int) -> int | None:
    if not 2 <= base <= 36 or (not digits[0].isdigit() and base <= 10):
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None


def _as_fraction(match: re.Match[str]) -> str:
    return f"\\frac{{{int(match[1] + match[2])}}}{{1{'0' * len(match[2])}}}"


def same(gold: str, answer: str) -> bool | None:
    """Whether two expressions are the same; None where nothing can be said. Raises UnreadableError."""
    if "\\ldots" in gold or "\\ldots" in answer:  # what the dots stand for is the reader's guess
        return None
    one, two = read(gold), read(answer)
    settled = _same_objects(one, two)
    if settled is None and _has_i(one, two):
        settled = _same_objects(_complex(one), _complex(two))
    elif settled is False and _has_i(one, two):
        settled = bool(_same_objects(_complex(one), _complex(two)))
    if settled is not None:
        return settled
    return bool(math_verify_verify([one], [two], timeout_seconds=None, allow_set_relation_comp=True)) or None


_PARAMETERS = frozenset("kmnptCDABcd")


def may_be_renamed(gold: str, answer: str) -> bool:
    """Whether the two differ in names that stand for "any integer" or "any constant", and so may mean the same."""
    one, two = (set(map(str, getattr(read(text), "free_symbols", ()))) for text in (gold, answer))
    return bool(one - two) and len(one - two) == len(two - one) and (one ^ two) <= _PARAMETERS


def number(latex: str) -> Any | None:
    """The value of a constant real expression, to sixty digits; None for anything else. Raises UnreadableError."""
    value = read(latex)
    if not isinstance(value, sympy.Expr) or value.free_symbols:
        return None
    if value in (sympy.oo, -sympy.oo):
        return value
    evaluated = _evaluated(value, {})
    return evaluated if evaluated is not None and evaluated.is_real else None


def rounds_to(exact: str, decimal: str) -> bool | None:
    """Whether a decimal of at least three digits is the other value rounded to as many; None where it is no decimal."""
    if not _PURE_DECIMAL.match(decimal) or "." not in decimal or _PURE_DECIMAL.match(exact):
        return None
    digits = re.sub(r"[^\d]", "", decimal.split("\\times", maxsplit=1)[0]).lstrip("0")
    places = len(decimal.split("\\times", maxsplit=1)[0].strip().partition(".")[2])
    if len(digits) < 3 or places < 2 or "\\times" in decimal:
        return None
    value = number(exact)
    if value is None:
        return None
    return bool(abs(value - number(decimal)) <= sympy.Rational(1, 2 * 10**places))


def _same_objects(one: Any, two: Any) -> bool | None:
    if _is_matrix(one) and _is_matrix(two):
        return _same_matrices(one, two)
    if _is_matrix(one) or _is_matrix(two):
        return False
    if not isinstance(one, sympy.Expr) or not isinstance(two, sympy.Expr):
        return None
    one, two = _without_functions(one), _without_functions(two)
    if one.is_Rational and two.is_Rational:
        return bool(one == two)
    if one == two:
        return bool(one.is_finite is not False or one in (sympy.oo, -sympy.oo)) and one is not sympy.nan
    names = sorted(one.free_symbols | two.free_symbols, key=str)
    agreed = 0
    for point in _POINTS if names else _POINTS[:1]:
        values = {name: sympy.Rational(point[k % len(point)]) + k // len(point) for k, name in enumerate(names)}
        first, second = _evaluated(one, values), _evaluated(two, values)
        if first is None or second is None:
            continue
        scale = max(abs(first), abs(second))
        if scale != 0 and abs(first - second) > _SAME * scale:
            return False
        agreed += 1
    if agreed >= (2 if names else 1):
        return True
    return None


def _evaluated(expression: Any, values: dict[Any, Any]) -> Any | None:
    """The finite number that an expression is at a point, or None."""
    try:
        value = expression.xreplace(values) if values else expression
        if value.has(sympy.Integral, sympy.Limit, sympy.Derivative) or value.atoms(sympy.core.function.AppliedUndef):
            return None
        result = sympy.N(value.doit() if value.has(sympy.Sum, sympy.Product) else value, _DIGITS)
    except (TypeError, ValueError, ArithmeticError, AttributeError, NotImplementedError, RecursionError):
        return None
    if not getattr(result, "is_number", False) or result.has(sympy.nan, sympy.zoo, sympy.oo):
        return None
    real, imaginary = result.as_real_imag()
    if not (real.is_Float or real.is_Rational) or not (imaginary.is_Float or imaginary.is_Rational):
        return None
    return result


def _is_matrix(item: Any) -> bool:
    return isinstance(item, sympy.MatrixBase | sympy.MatrixExpr)


def _without_functions(expression: Any) -> Any:
    """With each use of a function that nobody defined, such as f(x), as a name of its own."""
    uses = expression.atoms(sympy.core.function.AppliedUndef)
    return expression.xreplace({use: sympy.Symbol(sympy.srepr(sympy.expand(use))) for use in uses})


def _same_matrices(one: Any, two: Any) -> bool | None:
    try:
        first, second = sympy.Matrix(one.doit()), sympy.Matrix(two.doit())
    except (TypeError, ValueError, AttributeError):
        return None
    if first.shape != second.shape:
        return False
    answers = [_same_objects(a, b) for a, b in zip(first, second, strict=True)]
    if False in answers:
        return False
    return None if None in answers else True


def _named_i(item: Any) -> list[Any]:
    return [name for name in getattr(item, "free_symbols", ()) if name.name == "i"]


def _has_i(*objects: Any) -> bool:
    return any(map(_named_i, objects))


def _complex(item: Any) -> Any:
    return item.xreplace(dict.fromkeys(_named_i(item), sympy.I)).doit()


def relation_same(gold: str, answer: str) -> bool | None:
    """Whether two relations say the same, by Math-Verify's comparison. Raises UnreadableError."""
    one, two = read(gold), read(answer)
    return bool(math_verify_verify([one], [two], timeout_seconds=None, allow_set_relation_comp=True)) or None


def difference(left: str, right: str) -> Any | None:
    """Left - right of an equation as a sympy expression. Raises UnreadableError."""
    one, two = read(left), read(right)
    if not isinstance(one, sympy.Expr) or not isinstance(two, sympy.Expr):
        return None
    return one - two


def proportional(one: Any, two: Any) -> bool | None:
    """Whether two expressions are the same up to a constant factor other than 0, at fixed points."""
    names = sorted(one.free_symbols | two.free_symbols, key=str)
    ratios = []
    for point in _POINTS[:3]:
        values = {name: sympy.Rational(point[k % len(point)]) + k // len(point) for k, name in enumerate(names)}
        first, second = _evaluated(one, values), _evaluated(two, values)
        if first is None or second is None or first == 0 or second == 0:
            return None
        ratios.append(first / second)
    return all(abs(ratio - ratios[0]) <= _SAME * abs(ratios[0]) for ratio in ratios)
