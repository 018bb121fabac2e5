"""Tables of rows that stand in no one file: standard rows of a source, the kept rows of several folders."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from ot_code.inputs import InputRow, Table, open_input
from ot_code.inputs.opening import common_schema
from ot_code.stages.base import Outcome

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class OutcomeShard:
    """Rows that are made as they are asked for; one that is removed is a row that cannot be read."""

    name: str
    outcomes: Callable[[], Iterator[Outcome]]
    row_count: int | None = None
    schema: pa.Schema | None = None

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """The rows. Raises what making them raises."""
        count = 0
        for outcome in self.outcomes():
            count += 1
            if count > skip:
                error = None if outcome.removal is None else outcome.removal.reason
                yield InputRow(base + count - 1, outcome.row, error, f"{self.name}, row {count - 1}")
        return count


def made_table(
    name: str, fingerprint: str, outcomes: Callable[[], Iterator[Outcome]], *, row_count: int | None = None
) -> Table:
    """A table of rows that are made as they are asked for. Raises what making the first of them raises."""
    first = next((outcome.row for outcome in outcomes() if outcome.removal is None), {})
    return Table(name, tuple(first), fingerprint, (OutcomeShard(name, outcomes, row_count),), row_count=row_count)


def kept_table(name: str, folders: Sequence[Path]) -> Table:
    """The rows of folders of shards, one folder after the other. Raises InputError for one that has none."""
    tables = [open_input(str(folder)) for folder in folders]
    if len(tables) == 1:
        return replace(tables[0], spec=name)
    digest = blake2b("\0".join(table.fingerprint for table in tables).encode(), digest_size=16)
    shards = [shard for table in tables for shard in table.shards]
    schemas = [shard.schema for shard in shards if shard.schema is not None]
    counts = [table.row_count for table in tables]
    return Table(
        name,
        tuple(dict.fromkeys(column for table in tables for column in table.columns)),
        digest.hexdigest(),
        shards,
        schema=common_schema(schemas) if len(schemas) == len(shards) else None,
        row_count=None if None in counts else sum(count for count in counts if count is not None),
    )
