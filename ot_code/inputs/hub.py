"""Datasets of the hub, streamed by `datasets` (an extra): "owner/name", "owner/name:config", each with "@revision"."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from ot_code.errors import InputError, MissingExtraError
from ot_code.inputs.labels import labels_in_features
from ot_code.inputs.table import InputRow, Table

_ID = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?::(?P<config>[^@\s/]+))?(?:@(?P<revision>\S+))?")
_PARQUET_REVISION = "refs/convert/parquet"


@dataclass(frozen=True, slots=True)
class HubId:
    """A dataset's name on the hub."""

    name: str
    config: str | None
    revision: str | None


def hub_id(spec: str) -> HubId | None:
    """What the spec names on the hub, None where it cannot be a name there."""
    match = _ID.fullmatch(spec)
    return None if match is None else HubId(match["name"], match["config"], match["revision"])


@dataclass(frozen=True, slots=True)
class HubShard:
    """A streaming dataset."""

    name: str
    dataset: Any
    row_count: int | None = None
    schema: None = None

    def rows(self, skip: int, base: int) -> Generator[InputRow, None, int]:
        """Its rows. Raises InputError where the stream breaks."""
        count = skip
        try:
            # skip() passes over whole files by itself where it can
            rows = iter(self.dataset.skip(skip) if skip else self.dataset)
            while (values := next(rows, None)) is not None:
                holder = [InputRow(base + count, dict(values), None, f"{self.name}, row {count}")]
                del values
                count += 1
                yield holder.pop()
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(
                f"{self.name}: the stream broke at row {count} ({error}); run again to continue"
            ) from error
        return count


def open_hub(spec: str, found: HubId, split: str | None) -> Table:
    """The dataset as a table. Raises MissingExtraError without `datasets`, InputError where it cannot be had."""
    try:
        import datasets  # noqa: PLC0415  (an extra, and slow to import)
    except ImportError as error:
        raise MissingExtraError(
            f"{spec}: there is no such file or folder, and a dataset of the hub needs: pip install 'ot-code[hub]'"
        ) from error
    try:
        chosen, revision = _load(datasets, found)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise InputError(
            f"{spec}: no such file or folder, and the hub does not give such a dataset ({str(error)[:300]})"
        ) from error
    splits = list(chosen)
    if split is None and len(splits) == 1:
        split = splits[0]
    if split not in splits:
        raise InputError(f"{spec}: has the splits {', '.join(splits)}; choose one with --split")
    return table_of(f"{spec} ({split})", chosen[split], f"{dataclasses.replace(found, revision=revision)} {split}")


def _load(datasets: Any, found: HubId) -> tuple[Any, str | None]:
    """The splits as streams, and the revision: a loading script is passed by through the hub's own Parquet copy."""
    try:
        loaded = datasets.load_dataset(found.name, found.config, revision=found.revision, streaming=True)
    except RuntimeError as error:
        if found.revision is not None or "script" not in str(error).lower():
            raise
        revision = _PARQUET_REVISION
        return datasets.load_dataset(found.name, found.config, revision=revision, streaming=True), revision
    return loaded, found.revision


def table_of(spec: str, dataset: Any, identity: str) -> Table:
    """A streaming dataset as a table. identity: what names it; the fingerprint also takes in its version and size.

    Raises InputError where it has no rows.
    """
    shard = HubShard(spec, dataset, _row_count(dataset))
    features = dataset.features
    if features is None:
        first = next(shard.rows(0, 0), None)
        if first is None:
            raise InputError(f"{spec}: has no rows")
        columns = tuple(first.values or ())
    else:
        columns = tuple(features)
    labels = {} if features is None else labels_in_features(features.to_dict())
    info = dataset.info
    fingerprint = f"{identity} {info.version} {info.dataset_size} {sorted(info.download_checksums or {})}"
    return Table(spec, columns, fingerprint, (shard,), labels, None, shard.row_count)


def _row_count(dataset: Any) -> int | None:
    splits = dataset.info.splits
    entry = splits.get(str(dataset.split)) if splits else None
    return entry.num_examples if entry is not None and entry.num_examples else None
