"""From what a user typed to an open table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ot_code.errors import InputError
from ot_code.inputs.archive import find_archives, open_archives
from ot_code.inputs.delimited import DelimitedShard
from ot_code.inputs.files import KINDS, find_files, fingerprint_of, kind_of
from ot_code.inputs.hub import hub_id, open_hub
from ot_code.inputs.package import find_packages, open_packages
from ot_code.inputs.records import parse_object
from ot_code.inputs.table import Table
from ot_code.inputs.text import TextShard, open_bytes

if TYPE_CHECKING:
    import pyarrow as pa

    from ot_code.inputs.arrow import ArrowShard
    from ot_code.inputs.parquet import ParquetShard


def open_input(spec: str, *, split: str | None = None) -> Table:
    """The rows of a file, a folder or archive of files, a glob, contest packages, or a dataset of the hub.

    Raises InputError naming the file and the mend; MissingExtraError where the hub is meant without `datasets`.
    """
    try:
        archives = find_archives(spec)
        if archives is not None:
            return open_archives(spec, archives)
        packages = find_packages(spec)
        if packages is not None:
            return open_packages(spec, packages)
        files = find_files(spec, split)
        if files is not None:
            return _open_files(spec, files)
    except OSError as error:
        raise InputError(f"{spec}: cannot be opened ({error})") from error
    found = hub_id(spec)
    if found is None or kind_of(Path(found.name)) is not None:
        raise InputError(
            f"{spec}: there is no such file or folder, nor is it the name of a dataset on the hub (owner/name[:config])"
        )
    return open_hub(spec, found, split)


def _open_files(spec: str, files: Sequence[Path]) -> Table:
    kind = kind_of(files[0])
    filled = [file for file in files if file.stat().st_size > 0]
    if not filled:
        raise InputError(f"{spec}: is empty; rows are expected in it ({', '.join(KINDS)})")
    fingerprint = fingerprint_of(files)
    if kind in ("csv", "tsv"):
        return _text_table(spec, [DelimitedShard(file, kind) for file in filled], fingerprint)
    if kind in ("jsonl", "json"):
        return _text_table(spec, [TextShard(file, _has_lines(file, kind)) for file in filled], fingerprint)
    return _arrow_table(spec, filled, kind == "parquet", fingerprint)


def _has_lines(file: Path, kind: str) -> bool:
    """Whether a file is read line by line: also one named .json whose first two lines are objects."""
    if kind == "jsonl":
        return True
    try:
        with open_bytes(file) as stream:
            first, _, second = stream.read(1 << 20).lstrip().partition(b"\n")
        return second.lstrip()[:1] == b"{" and bool(parse_object(first))
    except (ValueError, EOFError):
        return False  # not lines; what it is, or that it is damaged, is told by reading it as a document


def _text_table(spec: str, shards: Sequence[TextShard] | Sequence[DelimitedShard], fingerprint: str) -> Table:
    for shard in shards:
        columns, error, found = shard.peek()
        if columns:
            return Table(spec, tuple(columns), fingerprint, shards)
        if found:
            as_lines = isinstance(shard, TextShard) and shard.as_lines
            hint = "; if the file is one JSON document, name it .json" if as_lines else ""
            raise InputError(f"none of the first rows can be read: {error or f'{shard.path}: empty objects'}{hint}")
    raise InputError(f"{spec}: has no rows")


def _arrow_table(spec: str, files: Sequence[Path], is_parquet: bool, fingerprint: str) -> Table:
    from ot_code.inputs.labels import class_labels  # noqa: PLC0415  (beside the next)

    shards = [_arrow_shard(file, is_parquet) for file in files]
    count = sum(shard.row_count for shard in shards)
    if count == 0:
        raise InputError(f"{spec}: has no rows")
    columns = dict.fromkeys(name for shard in shards for name in shard.schema.names)
    labels = class_labels(shards[0].schema)
    schema = common_schema([shard.schema for shard in shards])
    return Table(spec, tuple(columns), fingerprint, shards, labels, schema, count)


def _arrow_shard(file: Path, is_parquet: bool) -> ParquetShard | ArrowShard:
    # pyarrow takes a fifth of a second to import: only inputs that need it pay
    if is_parquet:
        from ot_code.inputs.parquet import ParquetShard  # noqa: PLC0415

        return ParquetShard(file)
    from ot_code.inputs.arrow import ArrowShard  # noqa: PLC0415

    return ArrowShard(file)


def common_schema(schemas: Sequence[pa.Schema]) -> pa.Schema | None:
    """The one schema of all shards; None where they differ so much that there is none.

    Without the columns that are JSON text in any of them: what those hold has no one type.
    """
    import pyarrow as pa  # noqa: PLC0415

    from ot_code.parts import is_json_text  # noqa: PLC0415

    first = schemas[0]
    mixed = {field.name for schema in schemas for field in schema if is_json_text(field)}
    if all(schema.equals(first) for schema in schemas) and not mixed:
        return first
    plain = [pa.schema([field for field in schema.remove_metadata() if field.name not in mixed]) for schema in schemas]
    try:
        return pa.unify_schemas(plain, promote_options="permissive")
    except pa.ArrowException:
        return None
