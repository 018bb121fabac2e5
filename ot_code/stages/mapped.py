"""Rows read under other names: `--map COLUMN=FIELD` round any reader of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from code_pipeline.errors import RowError, SchemaError
from code_pipeline.readers import READERS, ProblemRow, Reader, reader_for
from code_pipeline.readers.mapped import ColumnMap
from ot_code.errors import UsageError
from ot_code.inputs import Table
from ot_code.stages.intake import RowReader
from ot_code.stages.quality import Solutions

_PEEK_ROWS = 100


def column_map(pairs: Mapping[str, str], table: Table) -> ColumnMap:
    """The map, which fits the table. Raises UsageError naming the columns and the fields that there are."""
    try:
        columns = ColumnMap(pairs)
        rows = [row.values for row in islice(table.rows(), _PEEK_ROWS) if row.values is not None]
        columns.check(table.columns, rows)
    except SchemaError as error:
        raise UsageError(str(error)) from error
    return columns


def schema_of(columns: ColumnMap, table: Table, source: str | None) -> Reader:
    """The reader for the mapped columns: the plain one where the map says where the tests are. Raises SchemaError."""
    if source is None and columns.has_tests:
        return READERS["plain"]
    return reader_for(columns.columns(table.columns), source)


@dataclass(frozen=True, slots=True)
class MappedRows:
    """Gives `inner` each row as the map shows it, and takes back the names that the row really has."""

    inner: RowReader
    columns: ColumnMap

    @property
    def name(self) -> str:
        """The name of the schema."""
        return self.inner.name

    def identity(self) -> dict[str, Any]:
        """What else the rows depend on; the map is a setting."""
        return self.inner.identity()

    def judged_columns(self, columns: Collection[str]) -> tuple[str, ...]:
        """The columns that answers are taken from, or a path into one."""
        found: list[str] = []
        for name in self.inner.judged_columns(self.columns.columns(columns)):
            paths = [path for path, field in self.columns.pairs.items() if field == name]
            found += paths or [name]
        return tuple(found)

    def domain(self, values: Mapping[str, Any]) -> str:
        """Which kind of judge the row asks for."""
        return self.inner.domain(self.columns.view(values))

    def read(self, values: Mapping[str, Any], index: int) -> ProblemRow:
        """The row read. Raises RowError, which says what was mapped where it names a field."""
        try:
            read = self.inner.read(self.columns.view(values), index)
        except RowError as error:
            pairs = self.columns.named_in(str(error))
            raise RowError(f"{error} ({pairs})" if pairs else str(error), error.finding) from error
        return self.columns.restored(read, values)

    def solutions(self, values: Mapping[str, Any], index: int) -> Solutions:
        """The row's reference solutions."""
        return self.inner.solutions(self.columns.view(values), index)

    def lacks_solutions(self, values: Mapping[str, Any]) -> bool:
        """Whether the columns for reference solutions are there, and all empty."""
        return self.inner.lacks_solutions(self.columns.view(values))
