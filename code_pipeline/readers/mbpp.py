"""MBPP: `test_list` is a list of assertions that call functions by name, `code` a reference solution.

As google-research released it (`text`, `test_setup_code`, `challenge_test_list`), sanitized (`prompt`, `test_imports`),
and MBPP+ (evalplus/mbppplus: `test`, an assertion program with EvalPlus' inputs, in place of the list).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.assertion_rows import Program, assertion_problem, with_answers
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import decoded
from code_pipeline.readers.fields import text_of
from code_pipeline.readers.solutions import References

_REFERENCES = References(right="code")
_LISTS = ("test_list", "challenge_test_list")


class MbppReader:
    """Reads MBPP rows. They state no limits."""

    name = "mbpp"
    needs = ("test_list",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there is MBPP's list of assertions."""
        return "test_list" in columns

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        setup = [*_assertions(row, "test_imports"), text_of(row, "test_setup_code")]
        test = text_of(row, "test")
        column = "test" if test.strip() else "test_list"
        if column == "test_list":
            test = "\n".join(line for name in _LISTS for line in _assertions(row, name))
        program = Program(_lines(test), column, None, _lines("\n".join(setup)))
        statement = "text" if "text" in row else "prompt"
        problem = assertion_problem(row, index, options, dataset=self.name, statement=statement, program=program)
        moved = ("test_setup_code", "test_imports", *_LISTS, "test")
        return with_answers(problem, row, options, _REFERENCES, moved)


def _assertions(row: Mapping[str, Any], column: str) -> list[str]:
    value = row.get(column)
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        value = decoded(value, column)
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise RowError(f"column `{column}`: must be a list of texts")
    return list(value)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
