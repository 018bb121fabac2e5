"""open-r1/verifiable-coding-problems-python: `verification_info` holds language and tests, as a struct or JSON text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import Cases, decoded, read_cases
from code_pipeline.readers.json_text import loads
from code_pipeline.readers.solutions import References

_COLUMN = "verification_info"
_REFERENCES = References(right="gold_standard_solution")
_STATEMENTS = ("problem_statement", "problem", "prompt")
_KINDS = ("stdin_stdout", "function_call")


class VerificationInfoReader:
    """Reads the rows that open-r1's code rewards are computed from. They state no limits."""

    name = "verifiablecode"
    needs = (_COLUMN,)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether the column is there."""
        return _COLUMN in columns

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        info = decoded(row.get(_COLUMN), _COLUMN)
        if info is not None and not isinstance(info, (Mapping, list, tuple)):
            raise RowError(f"column `{_COLUMN}`: must be an object with test_cases, not {type(info).__name__}")
        language = info.get("language") if isinstance(info, Mapping) else None
        stated = {"language": language} if language and not row.get("language") else {}
        return assemble(
            {**row, **stated},
            index,
            options,
            dataset=self.name,
            ids=("problem_id", "id", "in_source_id"),
            statement=next((name for name in _STATEMENTS if row.get(name)), "prompt"),
            cases=_cases(info.get("test_cases") if isinstance(info, Mapping) else info),
            test_columns=self.needs,
            references=_REFERENCES,
        )


def _cases(value: Any) -> Cases:
    content = decoded(value, _COLUMN)
    items = _structs(content) if isinstance(content, Mapping) and "type" in content else content
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, Mapping) for item in items):
        return read_cases(content, _COLUMN)  # its message says what is wrong; {"inputs", "outputs"} is read as well
    kinds = [_kind(item, number) for number, item in enumerate(items)]
    if len(set(kinds)) > 1:
        raise RowError(f"column `{_COLUMN}`: some tests are stdin_stdout, others function_call")
    if "function_call" not in kinds:
        return read_cases([{**item, "fn_name": None} for item in items], _COLUMN)
    return read_cases(_as_calls(items), _COLUMN)


def _structs(lists: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A list of structs from a struct of lists, as some writers leave it."""
    if not all(isinstance(values, (list, tuple)) for values in lists.values()):
        raise RowError(f"column `{_COLUMN}`: test_cases must be a list of objects")
    if len({len(values) for values in lists.values()}) > 1:
        raise RowError(f"column `{_COLUMN}`: the lists in test_cases differ in length")
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _kind(item: Mapping[str, Any], number: int) -> str:
    kind = item.get("type") or ("function_call" if item.get("fn_name") else "stdin_stdout")
    if kind not in _KINDS:
        raise RowError(f"column `{_COLUMN}`: test {number}: type must be {' or '.join(_KINDS)}, not {kind!r:.60}")
    if kind == "function_call" and not item.get("fn_name"):
        raise RowError(f"column `{_COLUMN}`: test {number} is a function_call without fn_name")
    return str(kind)


def _as_calls(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same tests with values. A struct's cells are texts: JSON where all of a problem's are, else what they say."""
    for number, item in enumerate(items):
        for key in ("input", "output"):
            if key not in item:
                raise RowError(f"column `{_COLUMN}`: test {number} has no {key}")
    outputs = _values([item["output"] for item in items])
    return [
        {"input": _arguments(item["input"], number), "output": output, "fn_name": item["fn_name"]}
        for number, (item, output) in enumerate(zip(items, outputs, strict=True))
    ]


def _values(cells: Sequence[Any]) -> Sequence[Any]:
    if not all(isinstance(cell, str) for cell in cells):
        return cells
    try:
        return [loads(cell) for cell in cells]
    except ValueError:
        return cells


def _arguments(cell: Any, number: int) -> Any:
    """The list of arguments: as it is, as JSON text of the list, or as a JSON value a line."""
    if not isinstance(cell, str):
        return cell
    try:
        value = loads(cell)
    except ValueError:
        lines = [line for line in cell.split("\n") if line.strip()]
        try:
            return [loads(line) for line in lines]
        except ValueError as error:
            raise RowError(
                f"column `{_COLUMN}`: test {number}: its input is no JSON list of arguments ({error})"
            ) from None
    return value if isinstance(value, list) else [value]
