"""Arrow batches -> rows of plain Python values, a few megabytes at a time, nothing held longer than needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ot_code.inputs.table import InputRow

if TYPE_CHECKING:
    from collections.abc import Generator

SLICE_BYTES = 4 * 1024 * 1024
_LARGE = 64 * 1024 * 1024
_HUGE = 256 * 1024 * 1024


def rows_of(
    open_batches: Callable[[], Iterator[pa.RecordBatch]],
    total: int,
    skip: int,
    base: int,
    where: str,
    *,
    first: int = 0,
    after: Callable[[int], None] | None = None,
) -> Generator[InputRow, None, int]:
    """The rows after the first `skip` of the batches, which have `total` together. Returns total.

    base: the index in the input, and first: the number in the file, of the first row of all. after: called with the
    bytes of each slice, once its rows have been handed out. open_batches is called again after a huge batch: the
    source is let go of before such a row is made, since the pages it holds would be the row once or twice more.
    """
    count = 0
    batches = open_batches()
    while (batch := next(batches, None)) is not None:
        length, size = batch.num_rows, batch.nbytes
        start = min(length, max(0, skip - count))
        step = max(1, SLICE_BYTES * length // max(1, size))
        is_open = size <= _HUGE and count + length < total
        if not is_open:
            batches = iter(())
        if size > _LARGE:
            pa.default_memory_pool().release_unused()
        while start < length:
            rows = _values(batch.slice(start, step))
            start += len(rows)
            if start >= length:
                del batch  # with one large row in it, values and batch together would be twice the row
                if size > _LARGE:
                    pa.default_memory_pool().release_unused()
            rows.reverse()
            while rows:
                place = count + start - len(rows)
                yield _row(rows.pop(), base + place, f"{where}, row {first + place}")
            if after is not None:
                after(step * size // length)
        count += length
        if not is_open and count < total:
            batches = _after_rows(open_batches(), count)
    return count


def _after_rows(batches: Iterator[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    passed = 0
    while passed < count:
        passed += next(batches).num_rows  # the same batches as before, so that this ends between two of them
    return batches


def _row(values: dict[str, Any] | str, index: int, where: str) -> InputRow:
    if isinstance(values, str):
        return InputRow(index, None, f"{where}: {values}", where)
    return InputRow(index, values, None, where)


def _values(piece: pa.RecordBatch) -> list[dict[str, Any] | str]:
    """Each row's values; for a row with a cell that Python cannot hold, a sentence naming its column."""
    try:
        return list(piece.to_pylist())
    except (ValueError, OverflowError, pa.ArrowException):
        return [_values_or_error(piece.slice(number, 1)) for number in range(piece.num_rows)]


def _values_or_error(row: pa.RecordBatch) -> dict[str, Any] | str:
    values: dict[str, Any] = {}
    for name, column in zip(row.schema.names, row.columns, strict=True):
        try:
            values[name] = column[0].as_py()
        except UnicodeDecodeError as error:
            return f"column `{name}` is not valid UTF-8 (byte {error.start})"
        except (ValueError, OverflowError, pa.ArrowException) as error:
            return f"column `{name}` cannot be read ({error})"
    return values
