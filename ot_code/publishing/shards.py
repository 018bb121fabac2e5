"""The Parquet shards of one config, named as the hub names them: `<config>/train-00000-of-00003.parquet`.

Rows are written in small row groups as they come, so that memory does not grow with them; shards are named when the
last one is complete, since each name says how many there are.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ot_code.parts import table_of
from ot_code.shards import STAGING, weight

SHARD_BYTES = 512 * 1024 * 1024  # of values; about 100-200 MB as a file
_GROUP_ROWS = 1000
_GROUP_BYTES = 16 * 1024 * 1024


class ConfigShards:
    """One config being written. split: of its file names.

    `close` makes it whole; a config that is not closed leaves nothing but `.staging`. Raises OSError, OutputError.
    """

    def __init__(self, root: Path, config: str, types: Mapping[str, pa.DataType], split: str) -> None:
        self.config = config
        self.rows = 0
        self._root = root
        self._types = dict(types)
        self._split = split
        self._staging = root / STAGING / config
        self._staging.mkdir(parents=True, exist_ok=True)
        self._files: list[Path] = []
        self._writer: pq.ParquetWriter | None = None
        self._held: list[dict[str, Any]] = []
        self._held_bytes = self._shard_bytes = 0

    def add(self, row: dict[str, Any]) -> None:
        """Takes a row."""
        self._held.append(row)
        self._held_bytes += weight(row)
        self.rows += 1
        if len(self._held) >= _GROUP_ROWS or self._held_bytes >= _GROUP_BYTES:
            self._flush()
            if self._shard_bytes >= SHARD_BYTES:
                self._end_shard()

    def _flush(self) -> None:
        table = table_of(self._held, self._types)
        if self._writer is None:
            self._files.append(self._staging / f"{len(self._files):05d}.parquet")
            self._writer = pq.ParquetWriter(self._files[-1], table.schema, compression="zstd")
        self._writer.write_table(table)
        self._shard_bytes += self._held_bytes
        self._held, self._held_bytes = [], 0

    def _end_shard(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with self._files[-1].open("rb") as file:
                os.fsync(file.fileno())
        self._writer, self._shard_bytes = None, 0

    def close(self) -> list[Path]:
        """Completes the config, which has rows; returns its files."""
        if self._held:
            self._flush()
        self._end_shard()
        folder = self._root / self.config
        folder.mkdir(exist_ok=True)
        placed = []
        for number, staged in enumerate(self._files):
            target = folder / f"{self._split}-{number:05d}-of-{len(self._files):05d}.parquet"
            staged.replace(target)
            placed.append(target)
        return placed
