"""How an answer is compared with the expected one: a rule a file, chosen by name. Looser rules never apply unasked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from code_pipeline.checkers.base import Actual, Check, Checker
from code_pipeline.checkers.exact import ExactChecker
from code_pipeline.checkers.floats import FloatsChecker
from code_pipeline.checkers.kattis import KattisChecker
from code_pipeline.checkers.openthoughts import OpenThoughtsChecker
from code_pipeline.checkers.program import ProgramChecker, program_from_spec
from code_pipeline.checkers.python_equal import AssertionsChecker, PythonEqualChecker
from code_pipeline.checkers.tokens import TokensChecker
from code_pipeline.checkers.unordered import AnyOrderChecker
from code_pipeline.checkers.values import ValuesChecker
from code_pipeline.errors import CheckerSpecError

if TYPE_CHECKING:
    from code_pipeline.types import Problem

__all__ = [
    "CHECKER_NAMES",
    "Actual",
    "AnyOrderChecker",
    "AssertionsChecker",
    "Check",
    "Checker",
    "CheckerSpecError",
    "ExactChecker",
    "FloatsChecker",
    "KattisChecker",
    "OpenThoughtsChecker",
    "ProgramChecker",
    "PythonEqualChecker",
    "TokensChecker",
    "ValuesChecker",
    "checker_for",
    "checker_from_spec",
    "default_checker",
]

_Parse = Callable[[str, Any], Any]


def _boolean(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise CheckerSpecError(f"a checker's `{key}` must be true or false, not {value!r:.80}")
    return value


def _tolerance(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not (0 <= value < math.inf):
        raise CheckerSpecError(f"a checker's `{key}` must be a number that is at least 0, not {value!r:.80}")
    return value


def _tolerance_or_none(key: str, value: Any) -> float | None:
    return None if value is None else _tolerance(key, value)


_RULES: Mapping[str, tuple[Callable[..., Checker], Mapping[str, _Parse]]] = {
    "any_order": (AnyOrderChecker, {"case_sensitive": _boolean}),
    "exact": (ExactChecker, {}),
    "floats": (FloatsChecker, {"absolute_tolerance": _tolerance, "relative_tolerance": _tolerance}),
    "kattis": (
        KattisChecker,
        {
            "case_sensitive": _boolean,
            "space_change_sensitive": _boolean,
            "float_absolute_tolerance": _tolerance_or_none,
            "float_relative_tolerance": _tolerance_or_none,
        },
    ),
    "openthoughts": (OpenThoughtsChecker, {}),
    "python_equal": (PythonEqualChecker, {}),
    "tokens": (TokensChecker, {"case_sensitive": _boolean, "float_tolerance": _tolerance_or_none}),
    "values": (ValuesChecker, {"float_tolerance": _tolerance, "unwrap_single": _boolean}),
}

CHECKER_NAMES = tuple(sorted(_RULES))


def checker_from_spec(spec: str | Mapping[str, Any]) -> Checker | ProgramChecker:
    """The checker that a row or a setting describes: a rule's name, or an object with `type` and its parameters.

    Raises CheckerSpecError naming the key and what it may be.
    """
    if isinstance(spec, str):
        spec = {"type": spec}
    if not isinstance(spec, Mapping):
        raise CheckerSpecError(f"a checker must be a rule's name or an object with `type`, not {spec!r:.80}")
    name = spec.get("type")
    if name == "program":
        return program_from_spec(spec)
    if not isinstance(name, str) or name not in _RULES:
        allowed = ", ".join((*CHECKER_NAMES, ProgramChecker.name))
        raise CheckerSpecError(f"a checker's `type` must be one of {allowed}, not {name!r:.80}")
    make, parameters = _RULES[name]
    for key in spec:
        if key != "type" and key not in parameters:
            allowed = ", ".join(parameters) or "none"
            raise CheckerSpecError(f"the checker {name!r} has no parameter {key!r:.80}; allowed: {allowed}")
    return make(**{key: parse(key, spec[key]) for key, parse in parameters.items() if key in spec})


def checker_for(problem: Problem, asked: Checker | ProgramChecker | None = None) -> Checker | ProgramChecker:
    """The rule for a problem: `asked`, else its own, else the default. An assertion program has only its own."""
    if isinstance(problem.checker, AssertionsChecker):
        return problem.checker
    return asked or problem.checker or default_checker(problem)


def default_checker(problem: Problem) -> Checker:
    """What a contest would use: tokens for stdin and stdout, values for calls.

    A one-element list is unwrapped only where every test of the problem expects one: APPS wraps all answers of a
    problem or none, and a problem whose answers are lists of other lengths too means its lists.
    """
    if problem.function is None:
        return TokensChecker()
    answers = (answer for test in problem.tests for answer in (test.expected, *test.accepted_outputs))
    return ValuesChecker(unwrap_single=all(map(_is_wrapped, answers)))


def _is_wrapped(answer: Any) -> bool:
    return type(answer) is list and len(answer) == 1
