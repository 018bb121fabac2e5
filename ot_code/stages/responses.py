"""Responses in one file, tests in another: each response joined with its problem by a key.

The problems are copied once into a file of JSON lines beside their offsets, so that any of them can be had again
without holding them all: memory grows by a key a problem, not by its tests. Parsed ones are kept while they fit.
"""

from __future__ import annotations

import json
import tempfile
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, BinaryIO, cast

from code_pipeline.errors import RowError
from code_pipeline.readers import ProblemRow, Reader, ReadOptions, reader_for
from code_pipeline.readers.json_text import loads
from code_pipeline.readers.mapped import ColumnMap
from code_pipeline.types import Problem
from ot_code.config import VerifyConfig
from ot_code.errors import UsageError
from ot_code.inputs import Table, open_input
from ot_code.inputs.generated_tests import generated_tests_for
from ot_code.shapes import json_text
from ot_code.stages.mapped import column_map, schema_of
from ot_code.stages.quality import Solutions, lacks_solutions, solutions_of

_REMEMBERED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Known:
    """A problem that was read, and its row without the tests."""

    problem: Problem
    rest: dict[str, Any]
    size: int


class Responses:
    """Reads rows of responses. A context manager that owns the file of problems."""

    def __init__(
        self, reader: Reader, options: ReadOptions, problems: Table, key: str, files: Mapping[str, Any]
    ) -> None:
        self._reader = reader
        self._options = options
        self._problems = problems
        self._key = key
        self._files = files  # read beside the problems, for run.json
        self._column = cast("str", options.response_column)
        self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="ot-code-problems-"))  # noqa: SIM115 - closed by close()
        self._offsets: dict[str, int] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._known_bytes = 0

    @classmethod
    def open(cls, config: VerifyConfig, table: Table) -> Responses:
        """The joined rows of `config`. Raises UsageError or InputError naming what does not fit."""
        assert config.problems is not None  # noqa: S101 - VerifyConfig sees to it
        assert config.on is not None  # noqa: S101
        problems = open_input(config.problems)
        for name, columns in ((config.input, table.columns), (config.problems, problems.columns)):
            if config.on not in columns:
                raise UsageError(f"--on {config.on}: {name} has no such column; it has {', '.join(columns)}")
        if config.response_column not in table.columns:
            raise UsageError(
                f"--response-column {config.response_column}: {config.input} has no such column; it has "
                f"{', '.join(table.columns)}"
            )
        mapped = column_map(config.columns, problems) if config.columns else None
        reader = schema_of(mapped, problems, config.source) if mapped else reader_for(problems.columns, config.source)
        generated = generated_tests_for(reader.name, config.problems)
        options = ReadOptions(
            class_labels=problems.class_labels, response_column=config.response_column, generated_tests=generated
        )
        responses = cls(reader, options, problems, config.on, {} if generated is None else generated.identity())
        try:
            responses.index(mapped)
        except BaseException:
            responses.close()
            raise
        return responses

    def __enter__(self) -> Responses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Removes the file of problems."""
        self._file.close()

    @property
    def name(self) -> str:
        """The schema of the problems."""
        return self._reader.name

    def identity(self) -> dict[str, Any]:
        """The problems' fingerprint, for run.json."""
        return {"problems": self._problems.spec, "problems_fingerprint": self._problems.fingerprint, **self._files}

    def judged_columns(self, columns: Collection[str]) -> tuple[str, ...]:
        """The column of the responses."""
        return tuple(column for column in (self._column,) if column in columns)

    def domain(self, values: Mapping[str, Any]) -> str:  # noqa: ARG002 - a response says nothing of it
        """The one kind of problem that responses are joined with."""
        return "code"

    def index(self, columns: ColumnMap | None = None) -> None:
        """Copies the problems, as `columns` shows them. Raises UsageError where a key names two of them."""
        for row in self._problems.rows():
            if row.values is None:
                raise UsageError(f"--problems: {row.error}")
            key = _key(row.values.get(self._key))
            if key is None:
                continue
            if key in self._offsets:
                raise UsageError(f"--on {self._key}: {row.where} has the key {key!r}, which an earlier problem has too")
            self._offsets[key] = self._file.tell()
            values = row.values if columns is None else columns.view(row.values)
            self._file.write(json_text(values).encode() + b"\n")

    def read(self, values: Mapping[str, Any], index: int) -> ProblemRow:
        """The response's candidates and its problem. Raises RowError where there is no such problem, or it is bad."""
        key = _key(values.get(self._key))
        if key is None or key not in self._offsets:
            raise RowError(f"column `{self._key}`: no row of --problems has {values.get(self._key)!r:.200}")
        known = self._known.get(key)
        if known is None:
            known = self._remember(key, index)
        self._known.move_to_end(key)
        joined = {**known.rest, self._column: values.get(self._column)}
        if values.get("language"):
            joined["language"] = values["language"]
        read = self._reader.read(joined, index, self._options)
        # The tests stand in the problems' own dataset, and need not be written once more.
        return replace(read, problem=known.problem, test_columns=())

    def solutions(self, values: Mapping[str, Any], index: int) -> Solutions:
        """Those in the problem's own row."""
        known = self._known.get(_key(values.get(self._key)) or "")
        return Solutions() if known is None else solutions_of(self._reader, self._options, known.rest, index)

    def lacks_solutions(self, values: Mapping[str, Any]) -> bool:
        """Whether the problem's row has columns for them, all empty."""
        known = self._known.get(_key(values.get(self._key)) or "")
        return known is not None and lacks_solutions(self._reader, self._options, known.rest, self._problems.columns)

    def _remember(self, key: str, index: int) -> _Known:
        self._file.seek(self._offsets[key])
        line = self._file.readline()
        row = loads(line.decode())
        size = len(line)
        del line
        read = self._reader.read({**row, self._column: None}, index, self._options)
        rest = {name: value for name, value in row.items() if name not in read.test_columns}
        known = _Known(read.problem, rest, size)
        self._known[key] = known
        self._known_bytes += size
        while self._known_bytes > _REMEMBERED_BYTES and len(self._known) > 1:
            self._known_bytes -= self._known.popitem(last=False)[1].size
        return known


def _key(value: Any) -> str | None:
    """A key as text, so that 17 in one file is "17" in the other; None for what names nothing."""
    if isinstance(value, bool) or value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, (str, int)) else json.dumps(value, sort_keys=True, default=str)
