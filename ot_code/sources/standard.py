"""A table of any known schema -> standard rows, as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from code_pipeline.errors import CodePipelineError, RowError
from code_pipeline.readers import Reader, ReadOptions, domain_of, read_math, reader_for
from code_pipeline.readers.domain import DOMAINS
from code_pipeline.readers.mapped import ColumnMap
from code_pipeline.readers.plain import SOURCE_SCHEMA
from ot_code.errors import UsageError
from ot_code.inputs import InputRow, Table, open_input
from ot_code.inputs.generated_tests import generated_tests_for
from ot_code.sources.answers import answers_of
from ot_code.sources.problems import problem_columns
from ot_code.stages.base import Outcome, Removal, Row
from ot_code.stages.mapped import column_map, schema_of

VERSION = 1  # of what a standard row is; a part of the fingerprint
MALFORMED = "malformed"
_BY_ANSWER = frozenset({"math", "science", "puzzle"})
_IDS = ("id", "uuid", "unique_id")


def open_source(
    spec: str,
    *,
    split: str | None = None,
    domain: str | None = None,
    source: str | None = None,
    schema: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> SourceRows:
    """The standard rows of a file, folder, archive, glob or hub dataset; the arguments are those of standard_rows.

    Raises as open_input and standard_rows do.
    """
    table = open_input(spec, split=split)
    return standard_rows(
        table, domain=domain, source=source, schema=schema, columns=columns, generated=(spec, split), split=split
    )


def standard_rows(
    table: Table,
    *,
    domain: str | None = None,
    source: str | None = None,
    schema: str | None = None,
    columns: Mapping[str, str] | None = None,
    split: str | None = None,
    generated: tuple[str, str | None] | None = None,
) -> SourceRows:
    """The table's rows as standard rows, in their order; may be read more than once, and holds one row at a time.

    domain: that of all rows, in place of what each says ("physics" is science). source: the name in their `source`, in
    place of their own, which is kept in `subset`. schema: as --source of `ot-code verify` (default: found from the
    columns). columns: as its --map. generated: what open-r1/codeforces' generated tests lie beside: spec and split.
    Raises SchemaError for a table that no reader knows, UsageError for an unknown domain.
    """
    if domain is not None and domain.strip().lower() not in DOMAINS:
        raise UsageError(f"domain: must be one of {', '.join(DOMAINS)}, not {domain!r}")
    mapped = column_map(columns, table) if columns else None
    reader = schema_of(mapped, table, schema) if mapped else reader_for(table.columns, schema)
    if reader.name == "package":
        raise UsageError(
            f"{table.spec}: contest packages are judged as they are (ot-code verify), not as rows of a source"
        )
    tests = generated_tests_for(reader.name, *generated) if generated else None
    options = ReadOptions(class_labels=table.class_labels, split=split, generated_tests=tests)
    identity = {
        "version": VERSION,
        "domain": domain,
        "source": source,
        "schema": reader.name,
        "map": dict(columns or {}),
    }
    if tests is not None:
        identity.update(tests.identity())
    seen = mapped.columns(table.columns) if mapped else table.columns
    return SourceRows(table, Standardiser(reader, options, tuple(seen), mapped, domain, source), identity)


@dataclass(frozen=True, slots=True)
class Standardiser:
    """Rows of one schema -> standard rows. reader: of the schema. columns: of the table, as the reader sees them.

    mapped: columns under other names. domain, source: those of all rows, None: as each says.
    """

    reader: Reader
    options: ReadOptions
    columns: tuple[str, ...]
    mapped: ColumnMap | None = None
    domain: str | None = None
    source: str | None = None

    @property
    def name(self) -> str:
        """What rows are named by that have no name of their own."""
        return self.source or self.reader.name

    def domain_of(self, values: Mapping[str, Any]) -> str:
        """The domain of a row, as the reader sees it."""
        return DOMAINS[self.domain.strip().lower()] if self.domain else domain_of(self.columns, values)

    def standard(self, own: Mapping[str, Any], index: int) -> Row:
        """The standard row of a source's row. Raises CodePipelineError (RowError, mostly) for what cannot be read."""
        values = self.mapped.view(own) if self.mapped is not None else own
        domain = self.domain_of(values)
        by_answer = domain in _BY_ANSWER
        read = (
            read_math(values, index, self.options, dataset=self.reader.name)
            if by_answer
            else self.reader.read(values, index, self.options)
        )
        answers = answers_of(read, values)
        problem, used = problem_columns(read, values, by_answer=by_answer, schema=self.reader.name)
        statement = problem.pop("problem") or answers.question
        if not statement.strip():
            raise RowError("the row has no problem: its statement is empty")
        named = {"id": self._identity(values, read.problem.id), "problem": statement, "domain": domain}
        schema = values.get(SOURCE_SCHEMA) or self.reader.name
        row: Row = {**named, **self._source_of(values), SOURCE_SCHEMA: schema, **problem}
        if answers.candidates is not None:
            row["candidates"] = answers.candidates
        if answers.system is not None and not values.get("system"):
            row["system"] = answers.system
        gone = {*used, *answers.used, "source", SOURCE_SCHEMA}
        for name, value in values.items():
            if name in gone or name in row or (isinstance(value, str) and value == statement):
                continue
            row[name.rstrip(";")] = value  # CAMEL's "topic;"
        if isinstance(own_domain := values.get("domain"), str) and own_domain != domain:
            row.setdefault("input_domain", own_domain)
        return row

    def _identity(self, values: Mapping[str, Any], read: str) -> str:
        own = next((values[name] for name in _IDS if isinstance(values.get(name), str) and values[name]), None)
        if own is not None:
            return str(own)
        return read if read.startswith(f"{self.name}-") else f"{self.name}-{read.removeprefix(self.reader.name + '-')}"

    def _source_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        own = values.get("source")
        own = own if isinstance(own, str) and own.strip() else None
        if self.source is None:
            return {"source": own or self.reader.name}
        subset = {} if own is None or own == self.source or "subset" in values else {"subset": own}
        return {"source": self.source, **subset}


@dataclass(frozen=True, slots=True)
class SourceRows:
    """A table's standard rows: `Rows` for the stages. identity: what else the rows depend on."""

    table: Table
    standardiser: Standardiser
    identity: Mapping[str, Any]

    def __iter__(self) -> Iterator[Row]:
        """The rows that can be read. Raises InputError where a file is damaged beyond its rows."""
        return (outcome.row for outcome in self.outcomes() if outcome.removal is None)

    @property
    def fingerprint(self) -> str:
        """Changes when the data does, or how it is read."""
        return f"{self.table.fingerprint} {sorted(self.identity.items())!r}"

    def outcomes(self) -> Iterator[Outcome]:
        """Every row of the table; of those that cannot be read, why. Raises as __iter__ does."""
        for row in self.table.rows():
            yield self._outcome(row)

    def _outcome(self, row: InputRow) -> Outcome:
        if row.values is None:
            where = {"id": f"{self.standardiser.name}-{row.index}", "source": self.standardiser.name}
            return Outcome(where, Removal(MALFORMED, row.error or f"{row.where}: the row is empty"))
        try:
            return Outcome(self.standardiser.standard(row.values, row.index))
        except CodePipelineError as error:
            return Outcome(dict(row.values), Removal(MALFORMED, f"{row.where}: {error}"))
