"""The output of `ot-code verify`, read back as rows: each candidate with its problem, its tests and its verdict.

    rows = JudgedRows(Path("out"))        # `Rows` for the stages, in the order of the judged input

A row is a standard row (see `ot_code.sources`) without `candidates`, with `candidate` (the one answer, as text or as an
object with `response`), the columns of its verdict, `kept` (whether it stands in kept/), `sample_count` and `pass_rate`
of its problem, and `lineage` (what judged it). Tests that verify put into problems/ are joined again, in one pass over
both: memory holds one problem and its candidates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from code_pipeline.errors import CodePipelineError
from code_pipeline.readers import ReadOptions, reader_for
from code_pipeline.readers.mapped import ColumnMap
from code_pipeline.types import Verdict
from ot_code.columns import CANDIDATE, OURS, ROW_ID
from ot_code.errors import InputError, OutputError
from ot_code.inputs import Table, open_input
from ot_code.outputs import RUN_FILE, SUMMARY_FILE
from ot_code.sources import Standardiser
from ot_code.stages.base import Row

OF_GROUP = ("kept", "sample_count", "pass_rate", "lineage")  # the columns beside those of verify
_RESERVED = frozenset((*OURS, CANDIDATE))
_PEEK_ROWS = 500
_RUNTIME = ("runtime", "runtime_hash", "jail")


def is_judged(folder: Path) -> bool:
    """Whether a folder is the output of `ot-code verify`."""
    return (folder / "judged").is_dir() and (folder / RUN_FILE).is_file()


class JudgedRows:
    """The rows of a complete output. Raises InputError where it is not complete, or cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = _json(folder / RUN_FILE, "is no output of `ot-code verify`")
        self.summary = _json(folder / SUMMARY_FILE, "is not complete: give its `ot-code verify` command again")
        if self.run["settings"].get("on") is not None:
            raise InputError(
                f"{folder}: was judged with --problems, so that it holds answers without their problems; judge rows "
                "that hold both"
            )
        self._judged = open_input(str(folder / "judged"))
        problems = folder / "problems"
        self._problems = open_input(str(problems)) if any(problems.glob("part-*")) else None
        self._in_json = is_json_text(self._judged)
        own = [name for name in self._judged.columns if name not in _RESERVED]
        moved = () if self._problems is None else [name for name in self._problems.columns if name != ROW_ID]
        columns = tuple(dict.fromkeys(map(restored_name, (*own, *moved))))
        self._standardiser = self._standardiser_for(columns)
        self.lineage = lineage_of(self.run)

    def _standardiser_for(self, columns: tuple[str, ...]) -> Standardiser:
        settings = self.run["settings"]
        mapped = ColumnMap(settings["map"]) if settings.get("map") else None
        seen = mapped.columns(columns) if mapped else columns
        reader = reader_for(seen, settings.get("source") or ("plain" if mapped and mapped.has_tests else None))
        options = ReadOptions(class_labels=self._judged.class_labels, split=settings.get("split"))
        return Standardiser(reader, options, tuple(seen), mapped)

    @property
    def fingerprint(self) -> str:
        """Changes when the output does."""
        return f"{self._judged.fingerprint} {self._problems.fingerprint if self._problems else ''}"

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(self.summary["read"])

    def __iter__(self) -> Iterator[Row]:
        """The rows. Raises InputError for a damaged file, OutputError where kept rows are not those of kept/."""
        kept = 0
        for row in self._rows():
            kept += row["kept"]
            yield row
        if kept != self.summary["kept"]:
            raise OutputError(
                f"{self.folder}: {kept} rows read as kept, but its summary says {self.summary['kept']}; judge it anew "
                "with --overwrite"
            )

    def _rows(self) -> Iterator[Row]:
        tests = _Tests(self._problems)
        judged = (_values(row.values, row.error) for row in self._judged.rows())
        for row_id, group in groupby(judged, lambda row: row[ROW_ID]):
            rows = list(group)
            passed = [row["passed"] for row in rows if row["passed"] is not None]
            counts = {"sample_count": len(rows), "pass_rate": sum(passed) / len(passed) if passed else None}
            yield from self._candidates(rows, tests.of(row_id), int(row_id), counts)

    def _candidates(
        self, rows: list[dict[str, Any]], tests: Mapping[str, Any], index: int, counts: Mapping[str, Any]
    ) -> Iterator[Row]:
        own = {restored_name(name): value for name, value in rows[0].items() if name not in _RESERVED}
        own.update(tests)
        domain = self._standardiser.domain_of(own)
        shared = self._standard(own, index, domain)
        answers = shared.pop("candidates", None) or [None]
        for row in rows:
            answer = self._answer(row[CANDIDATE]) if CANDIDATE in row else answers[0]
            verdict = {name: row.get(name) for name in OURS}
            yield {
                **shared, CANDIDATE: answer, **verdict, "kept": self._is_kept(row, domain), **counts,
                "lineage": {**self.lineage, "jail": row.get("jail") or self.lineage["jail"]},
            }  # fmt: skip

    def _standard(self, own: Mapping[str, Any], index: int, domain: str) -> Row:
        try:
            return self._standardiser.standard(own, index)
        except CodePipelineError:  # its verdict says why
            source = own.get("source") if isinstance(own.get("source"), str) else self._standardiser.name
            identity = own["id"] if isinstance(own.get("id"), str) else f"{self._standardiser.name}-{index}"
            return {**own, "id": identity, "domain": domain, "source": source}

    def _answer(self, cell: Any) -> Any:
        return json.loads(cell) if self._in_json and isinstance(cell, str) else cell

    def _is_kept(self, row: Mapping[str, Any], domain: str) -> bool:
        settings = self.run["settings"]
        unchecked = row["verdict"] == Verdict.NOT_CHECKED
        right = domain in settings["keep_unchecked"] if unchecked else row["passed"] is True
        if row.get("chosen") is False:  # `ot-code sample --keep best` and the like
            return False
        return right and not any(name in settings["drop"] for name in row.get("findings") or ())


class _Tests:
    """What verify moved into problems/, row by row, asked for in order."""

    def __init__(self, table: Table | None) -> None:
        self._rows = iter(()) if table is None else (_values(row.values, row.error) for row in table.rows())
        self._next = next(self._rows, None)

    def of(self, row_id: str) -> Mapping[str, Any]:
        while self._next is not None and self._next[ROW_ID] < row_id:
            self._next = next(self._rows, None)
        if self._next is None or self._next[ROW_ID] != row_id:
            return {}
        return {restored_name(name): value for name, value in self._next.items() if name != ROW_ID}


def lineage_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """What judged a run's rows, from its run.json: versions, and the runtime that programs saw."""
    versions, runtime = run.get("versions", {}), run.get("runtime", {})
    return {
        "ot_code": versions.get("ot-code"),
        "judge": versions.get("judge"),
        "math": versions.get("math"),
        **{name: runtime.get(name) for name in _RUNTIME},
    }


def restored_name(name: str) -> str:
    """An input column's name before `own_name` made room for ours."""
    stem = name
    while stem.startswith("input_"):
        stem = stem[len("input_") :]
    return name[len("input_") :] if stem in _RESERVED and name.startswith("input_") else name


def is_json_text(judged: Table) -> bool:
    """Whether answers stand as JSON text, as a column of texts and objects is written."""
    cells = [row.values.get(CANDIDATE) for row in islice(judged.rows(), _PEEK_ROWS) if row.values is not None]
    texts = [cell for cell in cells if cell is not None]
    return bool(texts) and all(isinstance(cell, str) and _says_answer(cell) for cell in texts)


def _says_answer(text: str) -> bool:
    if text[:1] not in ('"', "{"):
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, str) or (isinstance(value, dict) and "response" in value)


def _values(values: dict[str, Any] | None, error: str | None) -> dict[str, Any]:
    if values is None:
        raise InputError(f"{error}; judge it anew with --overwrite")
    return values


def _json(path: Path, otherwise: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path.parent}: {otherwise}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: is no object")
    return value
