"""Assertions that name a tolerance -> the call they look at, and the expected value with its formula."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

from code_pipeline.checkers.python_equal import Near
from code_pipeline.readers.values import NotLiteralError

_ABSOLUTE = frozenset({"abs", "math.fabs", "fabs"})
_CLOSE = frozenset({"math.isclose", "isclose"})
_CLOSE_RELATIVE = 1e-9  # math.isclose's own default

_Value = Callable[[ast.expr], Any]


def near_parts(test: ast.expr, value: _Value) -> tuple[ast.expr, Near] | None:
    """`abs(call - value) < eps` or `math.isclose(call, value)`; None for anything else.

    value: evaluates an expression of literals, or raises NotLiteralError, as this then does.
    """
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Lt, ast.LtE)):
        left = test.left
        if not isinstance(left, ast.Call) or ast.unparse(left.func) not in _ABSOLUTE or len(left.args) != 1:
            return None
        difference = left.args[0]
        if not isinstance(difference, ast.BinOp) or not isinstance(difference.op, ast.Sub):
            return None
        call, expected = _sides(difference.left, difference.right, value)
        bound = _number(value(test.comparators[0]))
        if isinstance(test.ops[0], ast.LtE):
            bound = math.nextafter(bound, math.inf)  # no float lies between
        return call, Near(expected, "abs<", bound)
    if isinstance(test, ast.Call) and ast.unparse(test.func) in _CLOSE and len(test.args) == 2:
        call, expected = _sides(test.args[0], test.args[1], value)
        keywords = {keyword.arg: _number(value(keyword.value)) for keyword in test.keywords}
        if not keywords.keys() <= {"rel_tol", "abs_tol"}:
            raise NotLiteralError
        return call, Near(expected, "isclose", keywords.get("abs_tol", 0.0), keywords.get("rel_tol", _CLOSE_RELATIVE))
    return None


def _sides(left: ast.expr, right: ast.expr, value: _Value) -> tuple[ast.expr, Any]:
    """The call and the number, whichever side they are on."""
    try:
        return left, _number(value(right))
    except NotLiteralError:
        return right, _number(value(left))


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not abs(value) < 10**300:
        raise NotLiteralError
    return value  # type: ignore[no-any-return]
