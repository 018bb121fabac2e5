"""A Python expression of literals -> its value. No name is looked up but those given, and nothing is run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

MAX_DEPTH = 90
_MOST = 10**15  # of a number in an expression: nothing here may take long
_SIGNS: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_MAKERS: Mapping[str, Callable[..., Any]] = {"tuple": tuple, "list": list, "set": set}
_INFINITY = frozenset({"inf", "+inf", "-inf", "infinity"})


class NotLiteralError(ValueError):
    """The expression is more than literals."""


def value_of(node: ast.expr, names: Mapping[str, Any], depth: int = 0) -> Any:
    """The value of an expression of literals, `names`, small sums and products, and `set(...)` and the like.

    Raises NotLiteralError for any other.
    """
    if depth > MAX_DEPTH:
        raise NotLiteralError
    depth += 1
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        items = [value_of(item, names, depth) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items) if isinstance(node, ast.Tuple) else _hashed(items)
    if isinstance(node, ast.Dict):
        return _dict(node, names, depth)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
        return _SIGNS[type(node.op)](_number(value_of(node.operand, names, depth), any_size=True))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = (_number(value_of(side, names, depth)) for side in (node.left, node.right))
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _made(node.func.id, [value_of(item, names, depth) for item in node.args])
    raise NotLiteralError


def _constant(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return value
    raise NotLiteralError


def _number(value: Any, *, any_size: bool = False) -> Any:
    if type(value) not in (int, float) or not (any_size or -_MOST < value < _MOST):
        raise NotLiteralError
    return value


def _hashed(items: list[Any]) -> set[Any]:
    try:
        return set(items)
    except TypeError:
        raise NotLiteralError from None


def _dict(node: ast.Dict, names: Mapping[str, Any], depth: int) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        if key is None:
            raise NotLiteralError
        try:
            made[value_of(key, names, depth)] = value_of(item, names, depth)
        except TypeError:  # a key that cannot be hashed
            raise NotLiteralError from None
    return made


def _made(name: str, arguments: list[Any]) -> Any:
    if name == "float" and len(arguments) == 1 and str(arguments[0])[:10].strip().lower() in _INFINITY:
        return float(arguments[0])
    if name not in _MAKERS or len(arguments) > 1 or any(isinstance(item, (int, float)) for item in arguments):
        raise NotLiteralError
    try:
        return _MAKERS[name](*arguments)
    except TypeError:
        raise NotLiteralError from None
