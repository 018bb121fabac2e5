"""An assertion program -> tests that are compared on the host, where what it asserts can be taken out of it exactly.

Taken out are, in `def check(candidate):` or at the outermost level, sequences of

- `assert f(...) == value` (either way round), `assert f(...) is None|True|False`;
- `assert f(...)` and `assert not f(...)`, which look at the truth of what comes back;
- `assert abs(f(...) - value) < eps` (also `<=`, `math.fabs`) and `assert math.isclose(f(...), value, ...)`;
- any of them joined by `and`, or with f(...) inside `tuple`, `sorted`, `len`, ...;
- EvalPlus' loop over `inputs` and `results`, with its own `assertion` function and no other;

where f is a plain name or a method of `Solution()`, and arguments and values are literals or names bound to such
before. If anything else is in the program, all of it stays an assertion program, run in the candidate's process.

One thing differs on purpose: each test runs in a process of its own, so nothing that one call leaves in the program's
globals, or in a shared `Solution()`, meets the next.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.readers.evalplus import inputs_and_results
from code_pipeline.readers.harness import calling
from code_pipeline.readers.tolerances import near_parts
from code_pipeline.readers.values import NotLiteralError, value_of
from code_pipeline.types import TestCase

_WRAPPERS = frozenset({"tuple", "list", "set", "sorted", "len", "str", "int", "float", "bool", "round", "sum", "dict"})
_BUILTINS = frozenset(dir(builtins))
_Instance = object()  # what a name is bound to that stands for Solution()
_CALL = "\0"  # where the call stands in an expression
_IMMUTABLE = (type(None), bool, int, float, str, bytes)


class NotTakenError(Exception):
    """The program does something that cannot be taken out exactly."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Tests taken out of an assertion program, the source that they call, and the names they call in it."""

    tests: tuple[TestCase, ...]
    epilogue: str
    names: tuple[str, ...]


@dataclass(slots=True)
class _Taker:
    """Walks a program's statements. candidate: the names that stand for the function under test -> its own name."""

    candidate: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    setup: list[str] = field(default_factory=list)
    expressions: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[int, list[Any], dict[str, Any], Any]] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def statements(self, body: list[ast.stmt], *, outermost: bool) -> None:
        """Takes them all. Raises NotTakenError or NotLiteralError."""
        for statement in body:
            if isinstance(statement, ast.Assert):
                self._meet_names(statement.test)
                self._condition(statement.test)
            elif isinstance(statement, ast.Assign):
                self._bound(statement)
            elif isinstance(statement, (ast.Import, ast.ImportFrom)) and outermost:
                self.setup.append(ast.unparse(statement))  # the program may count on it
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, (ast.Constant, ast.Name)):
                continue  # a docstring; HumanEval/129 has a lone `print`
            elif not isinstance(statement, ast.Pass):
                raise NotTakenError

    def _bound(self, statement: ast.Assign) -> None:
        if len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
            raise NotTakenError
        name = statement.targets[0].id
        if name in self.candidate:
            raise NotTakenError
        self._meet_names(statement.value)
        self.used.discard(name)
        if _is_solution(statement.value):
            self.values[name] = _Instance
        else:
            self.values[name] = value_of(statement.value, self._literals())

    def _meet_names(self, expression: ast.expr) -> None:
        """Raises NotTakenError where a list that a call may have changed is looked at again."""
        for node in ast.walk(expression):
            if isinstance(node, ast.Name) and node.id in self.values:
                value = self.values[node.id]
                if value is not _Instance and not isinstance(value, _IMMUTABLE):
                    if node.id in self.used:
                        raise NotTakenError
                    self.used.add(node.id)

    def _literals(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if value is not _Instance}

    # ---- what an assertion says ----

    def _condition(self, test: ast.expr) -> None:
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            for part in test.values:
                self._condition(part)
        elif isinstance(test, ast.Constant) and test.value is True:
            return  # HumanEval: `assert True, "This prints if ..."`
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self._look(test.operand, False, f"bool({_CALL})")
        elif isinstance(test, ast.Compare) and len(test.ops) == 1:
            self._comparison(test.left, test.ops[0], test.comparators[0])
        else:
            parts = near_parts(test, self._value)
            if parts is None:
                self._look(test, True, f"bool({_CALL})")
            else:
                self._look(parts[0], parts[1])

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> None:
        if isinstance(operator, ast.Eq):
            if self._is_value(right):
                self._look(left, self._value(right))
            else:
                self._look(right, self._value(left))
        elif isinstance(operator, ast.Is) and isinstance(right, ast.Constant):
            if right.value is None:
                self._look(left, None)
            elif isinstance(right.value, bool):  # 1 == True, but 1 is not True
                self._look(left, (right.value, True), f"(lambda v: (v, v is True or v is False))({_CALL})")
            else:
                raise NotTakenError
        else:
            parts = near_parts(ast.Compare(left, [operator], [right]), self._value)
            if parts is None:
                raise NotTakenError
            self._look(parts[0], parts[1])

    def _value(self, node: ast.expr) -> Any:
        return value_of(node, self._literals())

    def _is_value(self, node: ast.expr) -> bool:
        try:
            self._value(node)
        except NotLiteralError:
            return False
        return True

    # ---- the call it looks at ----

    def _look(self, node: ast.expr, expected: Any, form: str = _CALL) -> None:
        """Adds the test that the call in `node` gives `expected`."""
        inner = node
        outer = _CALL
        while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in _WRAPPERS:
            if inner.func.id in self.candidate or not inner.args or inner.keywords:
                raise NotTakenError
            more = [self._value(argument) for argument in inner.args[1:]]
            if any(type(value) is not int for value in more):  # the digits of round, the base of int
                raise NotTakenError
            outer = outer.replace(_CALL, f"{inner.func.id}({', '.join([_CALL, *map(str, more)])})")
            inner = inner.args[0]
        if not isinstance(inner, ast.Call):
            raise NotTakenError
        target = self._target(inner.func)
        arguments, keywords = self._arguments(inner)
        self.add(form.replace(_CALL, outer), target, arguments, keywords, expected)

    def add(self, form: str, target: str, arguments: list[Any], keywords: dict[str, Any], expected: Any) -> None:
        """Adds a test: `form`, with a call of `target` in it, gives `expected`."""
        call = f"{target}(*_ot_code_a{', **_ot_code_k' if keywords else ''})"
        number = self.expressions.setdefault(form.replace(_CALL, call), len(self.expressions))
        self.calls.append((number, arguments, keywords, expected))

    def _target(self, function: ast.expr) -> str:
        if isinstance(function, ast.Name):
            name = self.candidate.get(function.id, function.id)
            if function.id in self.values or (name in _BUILTINS and function.id not in self.candidate):
                raise NotTakenError
            self.names[name] = None
            return name
        if isinstance(function, ast.Attribute):
            owner = function.value
            if _is_solution(owner) or (isinstance(owner, ast.Name) and self.values.get(owner.id) is _Instance):
                self.names[function.attr] = None
                return f"Solution().{function.attr}"
        raise NotTakenError

    def _arguments(self, call: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        arguments: list[Any] = []
        keywords: dict[str, Any] = {}
        for argument in call.args:
            if isinstance(argument, ast.Starred):
                arguments += _listed(self._value(argument.value))
            else:
                arguments.append(self._value(argument))
        for keyword in call.keywords:
            value = self._value(keyword.value)
            more = {keyword.arg: value} if keyword.arg is not None else value
            if not isinstance(more, dict) or not all(isinstance(key, str) for key in more) or more.keys() & keywords:
                raise NotTakenError
            keywords.update(more)
        return arguments, keywords

    def taken(self, setup: str) -> Taken:
        """What was taken. Raises NotTakenError where there is nothing."""
        if not self.calls:
            raise NotTakenError
        has_keywords = any(keywords for _, _, keywords, _ in self.calls)
        plain = len(self.expressions) == 1 and not has_keywords
        tests = tuple(
            TestCase(arguments=tuple(given) if plain else (number, given, keywords), expected=expected)
            for number, given, keywords, expected in self.calls
        )
        source = "\n".join(part for part in (setup, *self.setup) if part.strip())
        return Taken(tests, calling(source, list(self.expressions), keywords=has_keywords), tuple(self.names))


def take_out(tree: ast.Module, *, entry_point: str | None, setup: str = "") -> Taken | None:
    """The tests of an assertion program, or None where they cannot be taken out.

    entry_point: the function that `check` is called with, None where the assertions call functions by name. setup:
    source that runs before the tests, after the program.
    """
    taker = _Taker({})
    try:
        plus = inputs_and_results(tree, entry_point)
        if plus is not None:
            taker.setup += [ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
            for arguments, expected in plus[1]:
                taker.add(_CALL, plus[0], arguments, {}, expected)
            taker.names[plus[0]] = None
        elif entry_point is None:
            taker.statements(tree.body, outermost=True)
        else:
            _checked(taker, tree, entry_point)
        return taker.taken(setup)
    except (NotTakenError, NotLiteralError):
        return None


def _checked(taker: _Taker, tree: ast.Module, entry_point: str) -> None:
    """Takes a program that defines `check(candidate)`, and perhaps calls it with the function under test."""
    body = [s for s in tree.body if not _is_call_of_check(s, entry_point)]
    checks = [s for s in body if isinstance(s, ast.FunctionDef) and s.name == "check"]
    rest = [s for s in body if s not in checks]
    if len(checks) != 1 or checks[0].decorator_list or len(checks[0].args.args) != 1 or checks[0].args.defaults:
        raise NotTakenError
    if any(isinstance(s, ast.Assert) for s in rest):
        raise NotTakenError
    taker.statements(rest, outermost=True)
    taker.candidate[checks[0].args.args[0].arg] = entry_point
    taker.statements(checks[0].body, outermost=False)


def _is_call_of_check(statement: ast.stmt, entry_point: str) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "check":
        return False
    return len(call.args) == 1 and isinstance(call.args[0], ast.Name) and call.args[0].id == entry_point


def _is_solution(node: ast.expr) -> bool:
    is_call = isinstance(node, ast.Call) and not node.args and not node.keywords
    return is_call and isinstance(node.func, ast.Name) and node.func.id == "Solution"  # type: ignore[attr-defined]


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise NotTakenError
    return list(value)
