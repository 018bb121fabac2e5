"""A cell with tests -> TestCases: {"inputs", "outputs"}, parallel lists, lists of structs, as values or as text.

Beside its output a test may have further right answers: `accepted_outputs`, a list for each test (null for none).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.json_text import has_lone_surrogate, loads
from code_pipeline.readers.literals import literal
from code_pipeline.types import TestCase

MAX_DEPTH = 200  # of a call's arguments and values; deeper ones could not be carried to the jail and back
_INPUT_KEYS = ("inputs", "input")
_OUTPUT_KEYS = ("outputs", "output")
_FURTHER_KEY = "accepted_outputs"


@dataclass(frozen=True, slots=True)
class Cases:
    """The tests of one cell, and the function to call for a call-based problem."""

    tests: tuple[TestCase, ...] = ()
    function: str | None = None


def decoded(value: Any, column: str) -> Any:
    """A cell's value; where it is text, what the text says as JSON or as a Python literal. Raises RowError."""
    for _ in range(2):  # some rows were encoded twice
        if isinstance(value, (bytes, bytearray)):
            value = _utf8(value, column)
        if not isinstance(value, str):
            return value
        if not value or value.isspace():
            return None
        try:
            value = loads(value)
        except ValueError as json_error:
            if not value.lstrip()[:1] or value.lstrip()[0] not in "[{(":
                raise RowError(f"column `{column}`: broken JSON, {json_error}") from None
            try:
                return literal(value)
            except ValueError as literal_error:
                raise RowError(f"column `{column}`: broken JSON, {json_error}; {literal_error}") from None
    return value


def _utf8(value: bytes | bytearray, column: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise RowError(f"column `{column}`: byte {error.start} is not valid UTF-8") from None


def read_cases(value: Any, column: str) -> Cases:
    """The tests in a cell; none for an empty one. Raises RowError naming the column, the test and what is wrong."""
    content = decoded(value, column)
    if content is None or (isinstance(content, (Mapping, list, tuple)) and not content):
        return Cases()
    if isinstance(content, Mapping):
        inputs, outputs = _first(content, _INPUT_KEYS), _first(content, _OUTPUT_KEYS)
        function, further = content.get("fn_name"), content.get(_FURTHER_KEY)
        if not any(key in content for key in (*_INPUT_KEYS, *_OUTPUT_KEYS)):
            raise RowError(f"column `{column}`: needs the keys inputs and outputs, has {_names(content)}")
    elif isinstance(content, (list, tuple)):
        inputs, outputs, function = _columns_of(content, column)
        further = [item.get(_FURTHER_KEY) for item in content]
    else:
        raise RowError(f"column `{column}`: tests are an object with inputs and outputs, not {_kind(content)}")
    cases = _cases(inputs, outputs, _function(function, column), column)
    return cases if further is None else replace(cases, tests=_with_further(cases, further, column))


def _with_further(cases: Cases, further: Any, column: str) -> tuple[TestCase, ...]:
    """The tests with their further right answers. Raises RowError."""
    if not isinstance(further, (list, tuple)) or len(further) != len(cases.tests):
        found = f"{len(further)} lists" if isinstance(further, (list, tuple)) else _kind(further)
        raise RowError(
            f"column `{column}`: {_FURTHER_KEY} must be a list of a list for each of the outputs, not {found}"
        )
    tests: list[TestCase] = []
    for number, (test, answers) in enumerate(zip(cases.tests, further, strict=True)):
        where = f"column `{column}`: test {number}"
        if answers is not None and not isinstance(answers, (list, tuple)):
            raise RowError(f"{where}: its {_FURTHER_KEY} is {_kind(answers)}, not a list of further right answers")
        if test.arguments is None:
            read: tuple[Any, ...] = tuple(_text(answer, where, "accepted output") for answer in answers or ())
        else:
            read = tuple(call_case((), answer, where).expected for answer in answers or ())
        tests.append(replace(test, accepted_outputs=read) if read else test)
    return tuple(tests)


def _first(content: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((content[key] for key in keys if content.get(key) is not None), None)


def _columns_of(items: Sequence[Any], column: str) -> tuple[list[Any], list[Any], Any]:
    """Inputs, outputs and function of a list of {"input", "output"}."""
    inputs: list[Any] = []
    outputs: list[Any] = []
    function: Any = None
    for number, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise RowError(f"column `{column}`: test {number} is {_kind(item)}, not an object with input and output")
        keys = [next((key for key in names if key in item), None) for names in (_INPUT_KEYS, _OUTPUT_KEYS)]
        if keys[0] is None or keys[1] is None:
            raise RowError(f"column `{column}`: test {number} needs the keys input and output, has {_names(item)}")
        inputs.append(item[keys[0]])
        outputs.append(item[keys[1]])
        name = item.get("fn_name") or None
        if number and name != function:
            raise RowError(f"column `{column}`: test {number} calls {name!r:.60} and those before it {function!r:.60}")
        function = name
    return inputs, outputs, function


def _function(name: Any, column: str) -> str | None:
    if name is None or name == "":
        return None
    if isinstance(name, str):  # a method of Solution is found by its own name
        name = name.removeprefix("Solution.").removeprefix("Solution().")
    if not isinstance(name, str) or len(name) > 200 or not name.isidentifier():
        raise RowError(f"column `{column}`: fn_name must name a function or a method of Solution, not {name!r:.60}")
    return name


def _cases(inputs: Any, outputs: Any, function: str | None, column: str) -> Cases:
    inputs, outputs = [] if inputs is None else inputs, [] if outputs is None else outputs
    for name, values in (("inputs", inputs), ("outputs", outputs)):
        if not isinstance(values, (list, tuple)):
            raise RowError(f"column `{column}`: {name} must be a list, not {_kind(values)}")
    if len(inputs) != len(outputs):
        raise RowError(
            f"column `{column}`: {len(inputs)} inputs and {len(outputs)} outputs; each test needs both",
            finding="uneven_tests",
        )
    make = stdin_case if function is None else _call_case
    pairs = enumerate(zip(inputs, outputs, strict=True))
    return Cases(tuple(make(given, wanted, f"column `{column}`: test {n}") for n, (given, wanted) in pairs), function)


def stdin_case(given: Any, wanted: Any, where: str) -> TestCase:
    """A test of what a program reads and prints. where: names it in messages. Raises RowError for what is no text."""
    return TestCase(stdin=_text(given, where, "input"), expected=_text(wanted, where, "output"))


def ended(tests: tuple[TestCase, ...]) -> tuple[TestCase, ...]:
    """The tests with the last line of each input ended: programs that cut off a newline would cut off a digit."""
    return tuple(
        replace(test, stdin=test.stdin + "\n")
        if isinstance(test.stdin, str) and test.stdin and test.arguments is None and test.stdin[-1] != "\n"
        else test
        for test in tests
    )


def _text(value: Any, where: str, side: str) -> str:
    """A text as it is (no copy); a list of lines joined; a number as Python prints it."""
    if isinstance(value, (list, tuple)):
        value = "\n".join([line if isinstance(line, str) else _number(line, where, side) for line in value])
    if not isinstance(value, str):
        return _number(value, where, side)
    if has_lone_surrogate(value):
        raise RowError(f"{where}: its {side} holds a lone surrogate, which no UTF-8 text can")
    return value


def _number(value: Any, where: str, side: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RowError(f"{where}: its {side} is {_kind(value)}, not text (a call-based problem needs fn_name)")
    try:
        return str(value)
    except ValueError:
        raise RowError(f"{where}: its {side} is an integer too long to print; write it as text") from None


def _call_case(given: Any, wanted: Any, where: str) -> TestCase:
    if not isinstance(given, (list, tuple)):
        raise RowError(f"{where}: its input is {_kind(given)}, not the list of arguments that a call needs")
    return call_case(_with_int_keys(given), wanted, where)


def call_case(arguments: tuple[Any, ...], wanted: Any, where: str) -> TestCase:
    """A test of what a function returns. where: names it in messages. Raises RowError for what cannot be passed."""
    _check_plain(arguments, where, "input")
    _check_plain(wanted, where, "output")
    return TestCase(arguments=arguments, expected=wanted)


def _with_int_keys(arguments: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments; a sole dict's keys as integers where all of them read so, since JSON made them text.

    APPS' own evaluation does the same, and its solutions were checked with it.
    """
    if len(arguments) == 1 and isinstance(arguments[0], dict) and arguments[0]:
        keys = list(arguments[0])
        if all(isinstance(key, str) and len(key) < 20 and key.isascii() and _is_integer(key) for key in keys):
            return ({int(key): value for key, value in arguments[0].items()},)
    return tuple(arguments)


def _is_integer(key: str) -> bool:
    digits = key.removeprefix("-")
    return digits.isdigit() and (digits == "0" or digits[0] != "0") and key != "-0"


def _check_plain(value: Any, where: str, side: str) -> None:
    """Raises RowError for what is nested too deeply, or no text that a call could be given. Not recursive."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, str):
            if has_lone_surrogate(item):
                raise RowError(f"{where}: its {side} holds a lone surrogate, which no UTF-8 text can")
        elif isinstance(item, (list, tuple, dict, set)):
            if depth >= MAX_DEPTH:
                raise RowError(f"{where}: its {side} is nested deeper than {MAX_DEPTH} levels")
            if isinstance(item, dict):
                stack.extend((key, depth + 1) for key in item)
                item = item.values()
            stack.extend((part, depth + 1) for part in item if not isinstance(part, (int, float)))


def _names(content: Mapping[str, Any]) -> str:
    names = [str(key)[:40] for key in list(content)[:8]]
    return ", ".join(names) if names else "none"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}.get(
        type(value), f"a {type(value).__name__}"
    )
