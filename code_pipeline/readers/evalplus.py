"""EvalPlus' test programs (HumanEval+, MBPP+): two lists and a loop over them -> arguments and expected values.

Their comparison is a function `assertion(out, exp, atol)` in the program itself. It is taken for what EvalPlus means by
it only where it is, to the letter of its syntax tree, one that EvalPlus published; a program with any other is left
whole.
"""

from __future__ import annotations

import ast
from hashlib import blake2b
from typing import Any

from code_pipeline.checkers.python_equal import Near
from code_pipeline.readers.values import NotLiteralError, value_of

# Of the function's text without messages and comments: HumanEval+ (np.testing.assert_allclose), MBPP+ (np.allclose).
_ASSERTIONS = frozenset({"0a84e1c6f6a657e8", "cc75d7844f7d3851"})
_IS_FLOATS = frozenset({"c3505a4827f37278"})
_FLOAT_TOLERANCE = 1e-6
_RELATIVE = 1e-7
_LOOP = "for i, (inp, exp) in enumerate(zip(inputs, results)):\n    assertion({}(*inp), exp, {})"

Pair = tuple[list[Any], Any]


def inputs_and_results(tree: ast.Module, function: str | None) -> tuple[str, list[Pair]] | None:
    """The function that an EvalPlus program calls and its tests; None where it is no such program.

    function: what `check` is called with, None where the loop stands at the outermost level (MBPP+). Raises
    NotLiteralError where it is one, but its lists are not literal.
    """
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if _digest(defined.get("assertion")) not in _ASSERTIONS or _digest(defined.get("is_floats")) not in _IS_FLOATS:
        return None
    check = defined.get("check")
    own = ("assertion", "is_floats", "check") if function is not None else ("assertion", "is_floats")
    if set(defined) != set(own) or (check is not None and len(check.args.args) != 1):
        return None
    body = tree.body if check is None else check.body
    plain = [node for node in body if not isinstance(node, (ast.FunctionDef, ast.Import, ast.ImportFrom))]
    if len(plain) != 3:
        return None
    lists = {}
    for node in plain[:2]:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            return None
        lists[node.targets[0].id] = node.value
    loop = _loop(plain[2])
    if loop is None or lists.keys() != {"inputs", "results"}:
        return None
    called, atol = loop
    if check is not None and called != check.args.args[0].arg:
        return None
    return function or called, _pairs(lists["inputs"], lists["results"], atol)


def _loop(node: ast.stmt) -> tuple[str, float] | None:
    """The function called in the loop, and its tolerance."""
    if not isinstance(node, ast.For) or len(node.body) != 1 or not isinstance(node.body[0], ast.Expr):
        return None
    call = node.body[0].value
    if not isinstance(call, ast.Call) or len(call.args) != 3 or not isinstance(call.args[0], ast.Call):
        return None
    function = call.args[0].func
    if not isinstance(function, ast.Name) or not isinstance(call.args[2], ast.Constant):
        return None
    if ast.unparse(node) != _LOOP.format(function.id, ast.unparse(call.args[2])):
        return None
    atol = call.args[2].value
    if not isinstance(atol, (int, float)) or isinstance(atol, bool) or not 0 <= atol < 1:
        return None
    return function.id, float(atol)


def _pairs(inputs: ast.expr, results: ast.expr, atol: float) -> list[Pair]:
    names = {"inf": float("inf")}  # `from math import inf`, in some of them
    given, wanted = value_of(inputs, names), value_of(results, names)
    if not isinstance(given, list) or not isinstance(wanted, list) or len(given) != len(wanted):
        raise NotLiteralError
    if not all(isinstance(arguments, (list, tuple)) for arguments in given):
        raise NotLiteralError
    return [(list(arguments), _expected(value, atol)) for arguments, value in zip(given, wanted, strict=True)]


def _expected(value: Any, atol: float) -> Any:
    if atol == 0 and _is_floats(value):
        atol = _FLOAT_TOLERANCE
    return Near(value, "allclose", atol, _RELATIVE) if atol else value


def _is_floats(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, (list, tuple)) and all(isinstance(v, float) for v in value))


def _digest(function: ast.FunctionDef | None) -> str | None:
    if function is None:
        return None
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            node.msg = None
    return blake2b(ast.unparse(function).encode(), digest_size=8).hexdigest()
