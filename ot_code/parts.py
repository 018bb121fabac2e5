"""One shard on disk: rows to a Parquet or JSON-lines file, and a file to the same file under wider types."""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ot_code.errors import OutputError
from ot_code.shapes import Shape, arrow_type, fitted, json_text

_AS_UTF8 = ctypes.pythonapi.PyUnicode_AsUTF8AndSize
_AS_UTF8.argtypes = [ctypes.py_object, ctypes.POINTER(ctypes.c_ssize_t)]
_AS_UTF8.restype = ctypes.c_void_p
_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc

Columns = Mapping[str, "Shape | pa.DataType"]  # in the order of the file; a pa.DataType is settled, a Shape may widen

JSON_TEXT = {
    b"ot_code": b"json"
}  # the metadata of a field whose values are JSON text, and are read back as what it says

GIANT = 64 * 1024 * 1024  # bytes of a text or table that is written in the way that needs least memory, not least time


def settled(schema: pa.Schema | None) -> dict[str, pa.DataType]:
    """The columns of an input's Arrow schema that are written with the very type that they came with.

    Left out, so that their values decide: types that Parquet cannot hold, and null (which would load as no type).
    """
    fields = {} if schema is None else {field.name: field.type for field in schema if not is_json_text(field)}
    return {name: kind for name, kind in fields.items() if _is_storable(kind)}


def is_json_text(field: pa.Field) -> bool:
    """Whether the field is a column of ours whose values had no one type."""
    return bool(field.metadata) and field.metadata.get(b"ot_code") == JSON_TEXT[b"ot_code"]


def _marked(arrays: Sequence[pa.Array], columns: Columns) -> pa.Table:
    fields = [
        pa.field(name, array.type, metadata=JSON_TEXT if kind == "json" else None)
        for array, (name, kind) in zip(arrays, columns.items(), strict=True)
    ]
    return pa.table(list(arrays), schema=pa.schema(fields))


def _is_storable(kind: pa.DataType) -> bool:
    if pa.types.is_null(kind) or isinstance(kind, pa.BaseExtensionType):
        return False
    try:
        empty = pa.table({"column": pa.array([None], type=kind)})
        pq.write_table(empty, pa.BufferOutputStream())
    except (pa.ArrowException, TypeError):  # pyarrow says NotImplemented, Invalid or TypeError, by the type
        return False
    return True


def table_of(rows: Sequence[Mapping[str, Any]], columns: Columns) -> pa.Table:
    """The rows as a table with exactly these columns; what a row lacks is null."""
    arrays = [_array([row.get(name) for row in rows], kind, name) for name, kind in columns.items()]
    return _marked(arrays, columns) if arrays else pa.table({})


def _array(values: list[Any], kind: Shape | pa.DataType, name: str) -> pa.Array:
    if len(values) == 1 and isinstance(values[0], str) and len(values[0]) > GIANT and kind in ("text", pa.string()):
        borrowed = _borrowed(values[0])
        if borrowed is not None:
            return borrowed
    try:
        if isinstance(kind, pa.DataType):
            return pa.array(values, type=kind)
        if kind != "json":
            try:
                return pa.array(values, type=arrow_type(kind))
            except UnicodeEncodeError:  # a lone surrogate somewhere
                pass
        return pa.array([fitted(value, kind) for value in values], type=arrow_type(kind))
    except (pa.ArrowException, UnicodeEncodeError, OverflowError, TypeError) as error:
        raise OutputError(f"the column {name!r} cannot be written as {kind}: {error}") from error


def _borrowed(text: str) -> pa.Array | None:
    """An array of one text that reads the memory of the Python object; None where it cannot be had so."""
    size = ctypes.c_ssize_t()
    try:
        address = _AS_UTF8(text, ctypes.byref(size))  # of ASCII, where the object's own characters stand
    except UnicodeEncodeError:
        return None
    if size.value >= 2**31:
        return None
    offsets = pa.array([0, size.value], pa.int32()).buffers()[1]
    return pa.StringArray.from_buffers(1, offsets, pa.foreign_buffer(address, size.value, base=text))


def write_table(path: Path, table: pa.Table) -> None:
    """Writes one Parquet file, on the disk when this returns."""
    # A cell of 1 GB, or a list of as much, is one page: through a dictionary, statistics and a page of the first
    # version it would cost its size eight times. Like this it costs it twice; compressed, what that makes twice more.
    giant = table.nbytes > GIANT
    if giant:
        release_memory()
    pq.write_table(
        table,
        str(path),  # an open file of Python's would be handed one more copy
        compression="none" if giant else "zstd",
        use_dictionary=not giant,
        write_statistics=not giant,
        data_page_version="2.0" if giant else "1.0",
    )
    with path.open("rb") as file:
        os.fsync(file.fileno())


def release_memory() -> None:
    """Gives freed memory back to the system; both allocators keep it otherwise, 3 GB of it after one row of 1 GB."""
    pa.default_memory_pool().release_unused()
    if _TRIM is not None:
        _TRIM(0)


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]], columns: Columns) -> None:
    """Writes one file of JSON lines, on the disk when this returns."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            shown = {name: _plain(row.get(name), kind) for name, kind in columns.items()}
            file.write(json_text(shown))
            file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _plain(value: Any, kind: Shape | pa.DataType) -> Any:
    return value if isinstance(kind, pa.DataType) else fitted(value, kind)


def widen_table(source: Path, target: Path, before: Columns, after: Columns) -> None:
    """Writes the Parquet file `source` again as `target`, with the columns `after` in place of `before`."""
    old = pq.read_table(source, memory_map=False)
    arrays = []
    for name, kind in after.items():
        if name in before and before[name] == kind:
            arrays.append(old.column(name))
        else:
            values = old.column(name).to_pylist() if name in before else [None] * old.num_rows
            arrays.append(_array([_widened(value, before.get(name), kind) for value in values], _written(kind), name))
    write_table(target, _marked(arrays, after))


def widen_lines(source: Path, target: Path, before: Columns, after: Columns) -> None:
    """As widen_table, for JSON lines."""

    def rows() -> Iterator[dict[str, Any]]:
        with source.open("rb") as file:
            for line in file:
                row = json.loads(line)
                yield {name: _widened(row.get(name), before.get(name), kind) for name, kind in after.items()}

    write_lines(target, rows(), {name: _written(kind) for name, kind in after.items()})


def _widened(value: Any, before: Shape | pa.DataType | None, after: Shape | pa.DataType) -> Any:
    """A value of a file whose column was `before`, for a column that is `after`."""
    if before == after or value is None:
        return value
    return json_text(value) if after == "json" else value


def _written(kind: Shape | pa.DataType) -> Shape | pa.DataType:
    # What `_widened` hands back is as it will stand in the file: text, also where that text is JSON.
    return "text" if kind == "json" else kind


def count_rows(path: Path) -> int:
    """The number of rows in a shard of either format."""
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
