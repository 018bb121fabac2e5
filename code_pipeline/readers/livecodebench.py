"""livecodebench/code_generation_lite: public tests as JSON text, private ones as JSON text or packed (packed_text.py).

The rows of LiveCodeBench's own runner (`code_list`, the programs taken from a model's answers; `output_list`, the
answers) are read where they stand beside the tests, and else joined with them:
`ot-code verify outputs.json --problems test.jsonl --on question_id --response-column code_list`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.checkers import ValuesChecker
from code_pipeline.errors import RowError
from code_pipeline.readers.answer_columns import AnswerColumns
from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import ANSWER_COLUMNS
from code_pipeline.readers.cases import Cases, call_case, decoded, stdin_case
from code_pipeline.readers.fields import text_of
from code_pipeline.readers.json_text import loads
from code_pipeline.readers.packed_text import unpacked
from code_pipeline.types import ProblemLimits, TestCase

TIME_LIMIT_S = 6.0  # of one test, in LiveCodeBench's own evaluation; the rows state none
_ANSWERS = AnswerColumns((*ANSWER_COLUMNS, "code_list", "output_list"))
_METHOD = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+([A-Za-z]\w*)[ \t]*\(", re.MULTILINE)


class LiveCodeBenchReader:
    """Reads LiveCodeBench's problems for code generation. A called function's value is compared as it is."""

    name = "livecodebench"
    needs = ("public_test_cases", "private_test_cases")

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether one of its columns of tests is there."""
        return any(column in columns for column in self.needs)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return _ANSWERS.judged(columns, options)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        starter = text_of(row, "starter_code")
        read = assemble(
            row,
            index,
            _ANSWERS.chosen(row, options),
            dataset=self.name,
            ids=("question_id", "id", "problem_id"),
            statement="question_content",
            cases=_cases(row, starter),
            test_columns=self.needs,
            references=_ANSWERS.references,
            limits=ProblemLimits(TIME_LIMIT_S),
        )
        if read.problem.function is None or read.problem.checker is not None:
            return read
        # Its outputs are values that no list was put round, unlike those of APPS.
        return replace(read, problem=replace(read.problem, checker=ValuesChecker(unwrap_single=False)))


def _cases(row: Mapping[str, Any], starter: str) -> Cases:
    items = [
        (item, f"column `{column}`: test {number}")
        for column in LiveCodeBenchReader.needs
        for number, item in enumerate(_items(row.get(column), column))
    ]
    kinds = {_kind(item, where) for item, where in items}
    if len(kinds) > 1:
        raise RowError("columns `public_test_cases`, `private_test_cases`: some tests are stdin, others functional")
    if "functional" in kinds:
        function = _function(row, starter)
        return Cases(tuple(_call(item, where) for item, where in items), function)
    return Cases(tuple(stdin_case(item.get("input"), item.get("output"), where) for item, where in items))


def _items(value: Any, column: str) -> list[Any]:
    """The tests in a cell, packed or not."""
    if isinstance(value, (bytes, bytearray)):  # a binary column; what is no text is refused below
        value = value.decode("utf-8", "replace")
    if isinstance(value, str) and value.strip() and value.lstrip()[0] not in "[{(\"'" and value.strip() != "null":
        try:
            value = unpacked(value)
        except ValueError as error:
            raise RowError(f"column `{column}`: neither JSON nor packed tests, {error}") from None
    content = decoded(value, column)
    if isinstance(content, Mapping) and all(isinstance(content.get(key), (list, tuple)) for key in ("input", "output")):
        content = _structs(content, column)
    if content is None or (isinstance(content, Mapping) and not content):
        return []
    if not isinstance(content, (list, tuple)):
        raise RowError(f"column `{column}`: tests are a list of objects, not {type(content).__name__}")
    return list(content)


def _structs(lists: Mapping[str, Any], column: str) -> list[dict[str, Any]]:
    """A list of structs from a struct of lists, as some writers leave it."""
    parts = {key: values for key, values in lists.items() if isinstance(values, (list, tuple))}
    if len({len(values) for values in parts.values()}) > 1:
        counts = ", ".join(f"{len(values)} in {key!s:.40}" for key, values in parts.items())
        raise RowError(f"column `{column}`: its lists differ in length ({counts})")
    return [dict(zip(parts, values, strict=True)) for values in zip(*parts.values(), strict=True)]


def _kind(item: Any, where: str) -> str:
    if not isinstance(item, Mapping):
        raise RowError(f"{where} is {type(item).__name__}, not an object with input and output")
    for key in ("input", "output"):
        if item.get(key) is None:
            raise RowError(f"{where} has no {key}")
    kind = item.get("testtype") or "stdin"
    if kind not in ("stdin", "functional"):
        raise RowError(f"{where}: testtype must be stdin or functional, not {kind!r:.60}")
    return str(kind)


def _function(row: Mapping[str, Any], starter: str) -> str:
    """The function to call: metadata's `func_name`, else the last one that the starter code begins."""
    metadata = decoded(row.get("metadata"), "metadata")
    name = metadata.get("func_name") if isinstance(metadata, Mapping) else None
    if name is None or name == "":
        found = _METHOD.findall(starter)
        name = found[-1] if found else None
    if not isinstance(name, str) or len(name) > 200 or not name.isidentifier():
        raise RowError(f"column `metadata`: functional tests need the function's name in func_name, not {name!r:.60}")
    return name


def _call(item: Mapping[str, Any], where: str) -> TestCase:
    """A functional test: one JSON value a line is one argument; the output is one JSON value."""
    given, wanted = item["input"], item["output"]
    if isinstance(given, str):
        arguments = tuple(_json(line, where, "input") for line in given.split("\n") if line.strip())
    elif isinstance(given, (list, tuple)):
        arguments = tuple(given)
    else:
        raise RowError(f"{where}: its input is {type(given).__name__}, not JSON text with an argument a line")
    return call_case(arguments, _json(wanted, where, "output") if isinstance(wanted, str) else wanted, where)


def _json(text: str, where: str, side: str) -> Any:
    try:
        return loads(text)
    except ValueError as error:
        raise RowError(f"{where}: its {side} is broken JSON, {error}") from None
