"""Arrow IPC files and streams, as `datasets` saves them to disk."""

from __future__ import annotations

import mmap
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from ot_code.errors import InputError
from ot_code.inputs.arrow_rows import rows_of
from ot_code.inputs.table import InputRow

_DROP_BYTES = 64 * 1024 * 1024


class ArrowShard:
    """One Arrow file, in the file or in the stream format."""

    def __init__(self, path: Path) -> None:
        """Reads the schema and counts the rows. Raises InputError."""
        self.path = path
        try:
            with self._mapped() as mapped:
                reader = _reader(mapped)
                self.schema: pa.Schema = reader.schema
                self.row_count: int = sum(batch.num_rows for batch in _batches(reader))
                del reader
        except (OSError, ValueError, pa.ArrowException) as error:
            raise InputError(f"{path}: not a readable Arrow file ({error})") from error

    @contextmanager
    def _mapped(self) -> Iterator[mmap.mmap]:
        # Mapped here and not by Arrow, so that pages which have been read can be given back; the map is closed when
        # the last buffer over it has gone.
        with self.path.open("rb") as file:
            yield mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its rows. Raises InputError where the file is damaged."""
        try:
            with self._mapped() as mapped:
                unreleased = 0

                def release(size: int) -> None:
                    nonlocal unreleased
                    unreleased += size
                    if unreleased > _DROP_BYTES:
                        mapped.madvise(mmap.MADV_DONTNEED)
                        unreleased = 0

                def opened() -> Iterator[pa.RecordBatch]:
                    return _batches(_reader(mapped))

                return (yield from rows_of(opened, self.row_count, skip, base, str(self.path), after=release))
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{self.path}: damaged ({error})") from error


def _reader(mapped: mmap.mmap) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
    source = pa.BufferReader(pa.py_buffer(mapped))
    return pa.ipc.open_file(source) if mapped[:6] == b"ARROW1" else pa.ipc.open_stream(source)


def _batches(reader: pa.RecordBatchFileReader | pa.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, pa.RecordBatchFileReader):
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)
    else:
        yield from reader
