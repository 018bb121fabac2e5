"""What an input is once it is open: a table of rows in a fixed order, read as a stream."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row: its index in the whole input, its values, or None and in `error` why it cannot be read.

    where: file and line (or row), for messages.
    """

    index: int
    values: dict[str, Any] | None
    error: str | None
    where: str


class Shard(Protocol):
    """One file of an input (or a stream from the hub)."""

    @property
    def schema(self) -> pa.Schema | None:
        """Its Arrow schema, None for text."""

    @property
    def row_count(self) -> int | None:
        """How many rows it has, None where only reading it tells."""

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its rows after the first `skip`, numbered from base + skip on. Returns how many rows it has in all.

        Nothing of a row is held here once it has been handed out. Raises InputError where the file is damaged.
        """


@dataclass(frozen=True, slots=True)
class Table:
    """An open input.

    columns: of the schema, or of the first rows. class_labels: dotted column name to the names of its numbers.
    fingerprint: changes when the data does, or their names or order. schema: the Arrow schema, None for text.
    row_count: None where only reading tells.
    """

    spec: str
    columns: tuple[str, ...]
    fingerprint: str
    shards: Sequence[Shard]
    class_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    schema: pa.Schema | None = None
    row_count: int | None = None

    def rows(self, start: int = 0) -> Iterator[InputRow]:
        """The rows from index `start` on, in order. Raises InputError where a file is damaged beyond its rows."""
        index = 0
        for shard in self.shards:
            count = shard.row_count
            if count is not None and index + count <= start:
                index += count
                continue
            index += yield from shard.rows(max(0, start - index), index)
