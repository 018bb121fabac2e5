"""Tables whose columns have other names: `COLUMN=FIELD` pairs -> rows as a reader knows them, and back.

FIELD is one of FIELDS, the plain schema's names. COLUMN is a column, or a path into one (`reward.tests`), also where
the column holds an object as JSON text. The columns themselves stay as they are: only what the reader sees changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from code_pipeline.errors import RowError, SchemaError
from code_pipeline.readers.base import Candidate, ProblemRow
from code_pipeline.readers.cases import decoded

FIELDS = (
    "problem", "test_cases", "inputs", "outputs", "candidates", "language", "starter_code", "time_limit_s",
    "memory_limit_mb", "checker", "fn_name", "id", "answer", "domain",
)  # fmt: skip
_PARTS = ("inputs", "outputs", "fn_name")  # of test_cases
_TESTS = ("test_cases", "inputs", "outputs")
INSIDE = ""  # ProblemRow.list_column of a list that stands inside a column, which stays


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column, or path into one, is which field. Raises SchemaError for pairs that make no sense together."""

    pairs: Mapping[str, str]

    def __post_init__(self) -> None:
        fields = list(self.pairs.values())
        for column, field in self.pairs.items():
            if field not in FIELDS:
                raise SchemaError(f"--map {column}={field}: there is no field {field!r}; they are {', '.join(FIELDS)}")
            if fields.count(field) > 1:
                both = ", ".join(name for name, other in self.pairs.items() if other == field)
                raise SchemaError(f"--map: {both} cannot all be {field}; map one column to a field")
        if "test_cases" in fields and ("inputs" in fields or "outputs" in fields):
            raise SchemaError("--map: test_cases holds inputs and outputs; map either it or the two")
        if ("inputs" in fields) != ("outputs" in fields):
            raise SchemaError("--map: inputs and outputs go together; map a column to each")

    @property
    def has_tests(self) -> bool:
        """Whether it says where the tests are, so that rows are plain ones whatever else they hold."""
        return any(field in _TESTS for field in self.pairs.values())

    def check(self, columns: Collection[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Raises SchemaError where a column is not there, or a path leads nowhere in any of the first `rows`."""
        for path, field in self.pairs.items():
            column, keys = _split(path, columns)
            if column is None:
                raise SchemaError(
                    f"--map {path}={field}: there is no such column; there are {', '.join(columns)}. The fields are "
                    f"{', '.join(FIELDS)}"
                )
            if keys and rows and not any(_has(row.get(column), keys) for row in rows):
                inside = sorted({str(key) for row in rows for key in _keys(row.get(column))})
                raise SchemaError(
                    f"--map {path}={field}: column `{column}` has no {'.'.join(keys)} in the first {len(rows)} rows; "
                    f"it has {', '.join(inside[:30]) or 'no keys'}"
                )

    def columns(self, columns: Collection[str]) -> tuple[str, ...]:
        """The columns that the reader sees."""
        return tuple(self._seen(dict.fromkeys(columns), columns))

    def view(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row as the reader sees it. Never raises: what cannot be read is left for the reader to refuse."""
        return self._seen(row, row.keys())

    def _seen(self, row: Mapping[str, Any], columns: Collection[str]) -> dict[str, Any]:
        whole = {path for path in self.pairs if path in columns}
        hidden = whole | set(self.pairs.values())
        found = {field: _cell(row, path, columns) for path, field in self.pairs.items()}
        seen = {column: value for column, value in row.items() if column not in hidden}
        parts = {field: found.pop(field) for field in _PARTS if field in found}
        seen.update(found)
        if parts:
            seen.pop("test_cases", None)
            tests = found["test_cases"] if "test_cases" in found else row.get("test_cases")
            seen["test_cases"] = _with_parts(tests, parts)
        return seen

    def origin(self, column: str, columns: Collection[str]) -> tuple[str, ...]:
        """The input's columns that what the reader calls `column` is; none for a part of one."""
        if column == "test_cases" and not self._sources("test_cases"):
            parts = tuple(path for field in _PARTS for path in self._sources(field))
            if parts:
                return tuple(path for path in parts if path in columns)
        sources = self._sources(column)
        return tuple(path for path in sources if path in columns) if sources else (column,)

    def _sources(self, field: str) -> tuple[str, ...]:
        return tuple(path for path, other in self.pairs.items() if other == field)

    def restored(self, read: ProblemRow, row: Mapping[str, Any]) -> ProblemRow:
        """What was read of a row's view, with the names of the row's own columns."""
        tests = [name for column in read.test_columns for name in self.origin(column, row.keys()) if name in row]
        several = read.list_column
        if several is not None:
            several = next(iter(self.origin(several, row.keys())), INSIDE)
        candidates = tuple(self._renamed(candidate) for candidate in read.candidates)
        return replace(read, candidates=candidates, list_column=several, test_columns=tuple(dict.fromkeys(tests)))

    def _renamed(self, candidate: Candidate) -> Candidate:
        """The candidate with the column in its origin that it really comes from."""
        origin = candidate.submission.origin
        sources = self._sources(str(origin.get("column")))
        if not sources:
            return candidate
        submission = replace(candidate.submission, origin={**origin, "column": sources[0]})
        return replace(candidate, submission=submission)

    def named_in(self, message: str) -> str:
        """The pairs whose fields a message about a row's view names, as they were given."""
        tests = "`test_cases`" in message
        return " ".join(
            f"--map {path}={field}"
            for path, field in self.pairs.items()
            if f"`{field}`" in message or (tests and field in _PARTS)
        )


def _with_parts(tests: Any, parts: Mapping[str, Any]) -> Any:
    """The tests with what stands in columns of its own."""
    values = {field: _decoded(value) if field != "fn_name" else value for field, value in parts.items()}
    tests = _decoded(tests) if "inputs" not in parts else {}
    if isinstance(tests, Mapping):
        return {**tests, **values} if tests or any(value not in (None, "") for value in values.values()) else None
    if isinstance(tests, (list, tuple)):
        return [{**test, **values} if isinstance(test, Mapping) else test for test in tests]
    return tests


def _decoded(value: Any) -> Any:
    """The value in JSON text; the text itself where it is none, for the reader to refuse."""
    try:
        return decoded(value, "")
    except RowError:
        return value


def _split(path: str, columns: Collection[str]) -> tuple[str | None, tuple[str, ...]]:
    """The column that a path begins with, the longest there is, and the keys that follow."""
    if path in columns:
        return path, ()
    names = path.split(".")
    for length in range(len(names) - 1, 0, -1):
        column = ".".join(names[:length])
        if column in columns:
            return column, tuple(names[length:])
    return None, ()


def _cell(row: Mapping[str, Any], path: str, columns: Collection[str]) -> Any:
    column, keys = _split(path, columns)
    if column is None:
        return None
    value = row.get(column)
    for key in keys:
        value = _decoded(value)
        if not isinstance(value, Mapping):
            return value if isinstance(value, str) else None
        value = value.get(key)
    return value


def _has(value: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        value = _decoded(value)
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True


def _keys(value: Any) -> Collection[Any]:
    value = _decoded(value)
    return value.keys() if isinstance(value, Mapping) else ()
