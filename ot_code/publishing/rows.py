"""Whatever is to be published, as judged or standard rows: the output of a command, or any rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from code_pipeline.errors import CodePipelineError
from code_pipeline.readers import ReadOptions, reader_for
from code_pipeline.readers.cases import decoded
from code_pipeline.readers.plain import SOURCE_SCHEMA
from ot_code.columns import CANDIDATE, OURS
from ot_code.inputs import Table, open_input
from ot_code.judged import OF_GROUP, JudgedRows, is_json_text, is_judged, restored_name
from ot_code.sources import Standardiser
from ot_code.stages.base import Row

_VERDICT = (CANDIDATE, *OURS, *OF_GROUP)


class Published(Protocol):
    """Rows to publish. unread: how many could not be read, once a reading is over."""

    unread: int

    @property
    def fingerprint(self) -> str:
        """Changes when a row does, or the order."""

    @property
    def count(self) -> int | None:
        """How many there are, None where only reading tells."""

    def __iter__(self) -> Iterator[Row]:
        """The rows, in order. Raises InputError for what is damaged beyond its rows."""


def rows_to_publish(spec: str) -> Published:
    """The rows of an output of verify, of another command (its kept/), or of any input. Raises as open_input does."""
    folder = Path(spec)
    if is_judged(folder):
        return _Judged(folder)
    if (folder / "kept").is_dir():
        return _TableRows(open_input(str(folder / "kept")))
    return _TableRows(open_input(spec))


class _Judged(JudgedRows):
    unread = 0


class _TableRows:
    """A table's rows. Those of verify's columns that it has are taken as they are; the rest becomes a standard row."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._has_verdicts = "verdict" in table.columns or CANDIDATE in table.columns
        names = [name for name in table.columns if not self._is_ours(name)]
        self._columns = tuple(dict.fromkeys(map(self._restored, names)))
        reader = reader_for(self._columns, None)
        self._standardiser = Standardiser(reader, ReadOptions(class_labels=table.class_labels), self._columns)
        self._in_json = is_json_text(table)
        self.unread = 0

    def _is_ours(self, name: str) -> bool:
        return self._has_verdicts and name in _VERDICT

    def _restored(self, name: str) -> str:
        return restored_name(name) if self._has_verdicts else name

    @property
    def fingerprint(self) -> str:
        return self._table.fingerprint

    @property
    def count(self) -> int | None:
        return self._table.row_count

    def __iter__(self) -> Iterator[Row]:
        self.unread = 0
        for row in self._table.rows():
            try:
                yield self._row(row.values or {}, row.index)
            except CodePipelineError:
                self.unread += 1

    def _row(self, values: dict[str, Any], index: int) -> Row:
        own = {self._restored(name): value for name, value in values.items() if not self._is_ours(name)}
        ours = {name: value for name, value in values.items() if self._is_ours(name)}
        if self._in_json and isinstance(ours.get(CANDIDATE), str):
            ours[CANDIDATE] = json.loads(ours[CANDIDATE])
        if own.get(SOURCE_SCHEMA) and own.get("problem") and own.get("domain"):
            row = own
        else:
            row = self._standardiser.standard(own, index)
        if isinstance(row.get("candidates"), str):
            row["candidates"] = decoded(row["candidates"], "candidates")
        if self._has_verdicts and CANDIDATE not in ours and row.get("candidates"):
            ours[CANDIDATE] = row["candidates"][0]
        return {**row, **ours}
