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
from math_verify import verify as math_verify_verify

from math_pipeline import digits
from math_pipeline.latex import converted
from math_pipeline.spelling import respelled

_PURE_DECIMAL = re.compile(r"-?\s*(\d*\.\d+|\d+)(?:\s*\\times\s*10\^\{?-?\d+\}?)?\Z")
_MOST_DIGITS = re.compile(r"\d{2001}")
_BASE = re.compile(
    r"\\?(?:text)?\s*\{?\(?([0-9A-Za-z]+(?:\.[0-9A-Za-z]+)?)\)?\}?_\{?\(?(\d{1,2}|\s*\\text\s*\{\s*[a-z]+\s*\}\s*|[a-z]{3,7})\)?\}?\Z"
)
_TEXT_DIGITS = re.compile(r"\\text\s*\{\s*([0-9A-Z]+)\s*\}(?=[0-9A-Z_]|\\text)")
_BASE_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
               "twelve": 12, "sixteen": 16}  # fmt: skip
_ROOTED = re.compile(r"\\sqrt\[|\)\s*\^\s*\{\s*-?(?:\d+\s*/\s*\d+|\\frac)")
_MODULO = re.compile(r"(.+?)\s*\\bmod\s*(.+)\Z", re.DOTALL)


class UnreadableError(Exception):
    """The symbolic engine makes nothing of an expression."""


@functools.lru_cache(maxsize=4096)
def read(latex: str) -> Any:
    """The sympy object of an expression. Raises UnreadableError."""
    text = latex.strip()
    if _MOST_DIGITS.search(text) or text.count("{") > 400:
        raise UnreadableError("more than 2,000 digits, or nested too deep")
    based = _BASE.match(_TEXT_DIGITS.sub(r"\1", text))
    if based is not None and (value := _in_base(based[1], based[2])) is not None:
        return value
    if re.fullmatch(r"0x[0-9a-fA-F]+|0b[01]+", text):
        return sympy.Integer(int(text, 0))
    text = respelled(text)
    if "!!" in text:  # the parser takes it for the factorial of a factorial
        raise UnreadableError("a double factorial of an expression")
    modulo = _MODULO.match(text)
    try:
        if modulo is not None:
            return sympy.Mod(read(modulo[1].strip(" (")), read(modulo[2].strip(" {()}")))
        found = converted(text)
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableError(f"no symbolic form: {type(error).__name__}") from error
    is_rooted = _ROOTED.search(text) is not None and not _named_i(found)
    return _real_roots(found) if is_rooted and isinstance(found, sympy.Expr) else found


def _real_roots(expression: Any) -> Any:
    """With odd roots of negative numbers as the real ones: a cube root of -8 is -2."""
    return expression.replace(
        lambda part: part.is_Pow and part.base.is_number and part.base.is_negative and _is_odd_root(part.exp),
        lambda part: (-1) ** (part.exp.p % 2) * (-part.base) ** part.exp,
    )


def _is_odd_root(exponent: Any) -> bool:
    return bool(exponent.is_Rational and exponent.q % 2 == 1 and exponent.q > 1)


def _in_base(written: str, subscript: str) -> Any | None:
    word = re.sub(r"\\text|[{}\s]", "", subscript)
    base = int(word) if word.isdigit() else _BASE_WORDS.get(word, 0)
    if not 2 <= base <= 36 or (not written[0].isdigit() and base <= 10):
        return None
    whole, _, part = written.partition(".")
    try:
        return sympy.Rational(int(whole + part, base), base ** len(part))
    except ValueError:
        return None


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
    if settled is None and any(item.has(*_UNDONE) for item in (one, two) if isinstance(item, sympy.Expr)):
        settled = _same_objects(one.doit(), two.doit())
    if settled is not None:
        return settled
    return bool(math_verify_verify([one], [two], timeout_seconds=None, allow_set_relation_comp=True)) or None


_UNDONE = (sympy.Integral, sympy.Limit, sympy.Derivative)
_MOST_PARTS = 400
_FEWEST_REAL = 4
_STEPS = (sympy.floor, sympy.ceiling, sympy.Mod, sympy.frac)
_MOST_ROUNDED = 40
_COUNTERS = frozenset("nkmNMK")
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
    evaluated = digits.evaluated(value, {})
    return evaluated if evaluated is not None and evaluated.is_real else None


def is_closed(latex: str) -> bool:
    """Whether it is an integral, limit or sum in which no name is free, so that it may be worked out."""
    try:
        value = read(latex)
    except UnreadableError:
        return False
    return isinstance(value, sympy.Expr) and value.has(*_UNDONE, sympy.Sum) and not value.free_symbols


def rounds_to(exact: str, decimal: str) -> bool | None:
    """Whether a decimal of at least three digits is the other value rounded to as many; None where it is no decimal."""
    if not _PURE_DECIMAL.match(decimal) or "." not in decimal or _PURE_DECIMAL.match(exact):
        return None
    shown = re.sub(r"[^\d]", "", decimal.split("\\times", maxsplit=1)[0]).lstrip("0")
    places = len(decimal.split("\\times", maxsplit=1)[0].strip().partition(".")[2])
    if len(shown) < 3 or places < 2 or "\\times" in decimal:
        return None
    value = number(exact)
    if value is None:
        return None
    return bool(abs(value - number(decimal)) <= sympy.Rational(1, 2 * 10**places))


def _same_objects(one: Any, two: Any) -> bool | None:
    one, two = _power(one), _power(two)
    if _is_matrix(one) and _is_matrix(two):
        return _same_matrices(one, two)
    if _is_matrix(one) or _is_matrix(two):
        return _entry_beside(*((one, two) if _is_matrix(one) else (two, one)))
    if not isinstance(one, sympy.Expr) or not isinstance(two, sympy.Expr):
        return None
    return _same_expressions(without_functions(one), without_functions(two))


def _same_expressions(one: Any, two: Any) -> bool | None:
    if one.is_Rational and two.is_Rational:
        return bool(one == two)
    if one == two:
        return bool(one.is_finite is not False or one in (sympy.oo, -sympy.oo)) and one is not sympy.nan
    nowhere = [value.has(sympy.zoo, sympy.nan) for value in (one, two)]
    if any(nowhere):  # a division by zero is no number
        other = two if nowhere[0] else one
        return False if not all(nowhere) and other.is_number and digits.evaluated(other, {}) is not None else None
    infinite = [value in (sympy.oo, -sympy.oo) for value in (one, two)]
    if any(infinite):
        other = two if infinite[0] else one
        return False if all(infinite) or (other.is_number and digits.evaluated(other, {}) is not None) else None
    ordered = _evaluated(one)
    if ordered == _evaluated(two) and not ordered.has(sympy.nan, sympy.zoo, sympy.oo):
        return True
    names = sorted(one.free_symbols | two.free_symbols, key=str)
    # A sum to n is one for whole n alone.
    points = digits.WHOLE if one.has(sympy.Sum, sympy.Product) or two.has(sympy.Sum, sympy.Product) else digits.POINTS
    if names and (one.has(*_STEPS) or two.has(*_STEPS)):
        points = (*points, *digits.BETWEEN)
    if names and (_turns(one) or _turns(two)):
        points = (*points, *digits.FAR)
    agreed = digits.agreements(one, two, [digits.at(names, point) for point in (points if names else points[:1])])
    rounding = one.atoms(sympy.floor, sympy.ceiling) | two.atoms(sympy.floor, sympy.ceiling)
    if len(names) == 1 and rounding and str(names[0]) in _COUNTERS:  # of whole n alone
        whole = [digits.agree(one, two, {names[0]: sympy.Integer(value)}) for value in range(1, _MOST_ROUNDED)]
        return True if all(whole) else False if False in whole else None
    if False in agreed and _has_branches(one, two) and _agree_where_real(one, two, names):
        return True
    if False in agreed:
        if not names or not {str(name) for name in names} <= _COUNTERS:
            return False
        whole = digits.agreements(one, two, [digits.at(names, point) for point in digits.WHOLE])
        if not all(whole):
            return False
        return True if _alternates(one) or _alternates(two) else None  # sin(n pi) beside 0: n is perhaps whole
    return True if agreed.count(True) >= (2 if names else 1) and agreed.count(None) <= len(agreed) // 2 else None


def _alternates(expression: Any) -> bool:
    """Whether it holds a power such as (-1)^n, which is a real number for whole n alone."""
    return any(power.base.is_negative and power.exp.free_symbols for power in expression.atoms(sympy.Pow))


def _turns(expression: Any) -> bool:
    """Whether it may be one expression here and another one far off: |x + 10| is x + 10 near 0."""
    return expression.has(sympy.Abs, sympy.Max, sympy.Min, *_STEPS) or any(
        power.exp.is_Rational and power.exp.q % 2 == 0 and power.base.free_symbols
        for power in expression.atoms(sympy.Pow)
    )


def _evaluated(expression: Any) -> Any:
    """With sums, products and logarithms as sympy orders them; the parser leaves them as they were written."""
    if sum(1 for _ in zip(range(_MOST_PARTS), sympy.preorder_traversal(expression), strict=False)) == _MOST_PARTS:
        return expression
    return sympy.core.traversal.bottom_up(
        expression, lambda part: part.func(*part.args) if isinstance(part, sympy.Add | sympy.Mul | sympy.log) else part
    )


def _is_matrix(item: Any) -> bool:
    return isinstance(item, sympy.MatrixBase | sympy.MatrixExpr)


def _entry_beside(matrix: Any, other: Any) -> bool | None:
    """A matrix beside a number, which it is where it has one entry."""
    try:
        whole = sympy.Matrix(matrix.doit())
    except (TypeError, ValueError, AttributeError):
        return None  # sympy's, where it is no matrix of entries when worked out: then nothing is known
    return _same_objects(whole[0, 0], other) if whole.shape == (1, 1) else False


def _power(item: Any) -> Any:
    """A matrix for its power, which the parser leaves as it stands; anything else as it is."""
    if not (isinstance(item, sympy.Pow) and _is_matrix(item.base) and item.exp.is_Integer and abs(item.exp) < 100):
        return item
    try:
        return sympy.Matrix(item.base) ** item.exp
    except (ValueError, NotImplementedError):
        return item  # one that has no such power, a singular one for -1: as it stands it equals itself alone


def without_functions(expression: Any) -> Any:
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
    if one.has(sympy.Derivative) or two.has(sympy.Derivative):  # of a bare name, which would come to nothing
        return None
    return one - two


def _has_branches(one: Any, two: Any) -> bool:
    """Whether both hold logarithms, and one of them that of an unknown, which is complex for some values of it."""
    logarithms = one.atoms(sympy.log), two.atoms(sympy.log)
    return all(logarithms) and any(each.free_symbols for some in logarithms for each in some)


def _agree_where_real(one: Any, two: Any, names: list[Any]) -> bool:
    """Whether two expressions with logarithms are real at the same points, and there the same."""
    if not names or one.has(sympy.I) or two.has(sympy.I):
        return False
    agreed = 0
    for point in (*digits.POINTS, *digits.BETWEEN):
        values = digits.at(names, point)
        first, second = digits.evaluated(one, values), digits.evaluated(two, values)
        are_real = [value is not None and bool(value.is_real) for value in (first, second)]
        if any(are_real) and (not all(are_real) or not digits.agree(one, two, values)):
            return False
        agreed += all(are_real)
    return agreed >= _FEWEST_REAL


def proportional(one: Any, two: Any) -> bool | None:
    """Whether two expressions are the same up to a constant factor other than 0, at fixed points."""
    names = sorted(one.free_symbols | two.free_symbols, key=str)
    factor = None
    agreed = 0
    for point in digits.POINTS:
        values = digits.at(names, point)
        first, second = digits.evaluated(one, values), digits.evaluated(two, values)
        if first is None or second is None or first == second == 0:
            continue
        if first == 0 or second == 0:
            return False
        factor = first / second if factor is None else factor
        if abs(first / second - factor) > digits.SAME * abs(factor):
            return False
        agreed += 1
    return True if agreed >= 3 else None
