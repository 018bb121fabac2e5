"""Writes the example files: python examples/make.py [FOLDER]. The same bytes on every run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sources import (
    apps,
    codecontests,
    codecontests_schema,
    codeforces,
    codeforces_submissions,
    humaneval,
    livecodebench,
    mbpp,
    openthoughts,
    plain,
    questions,
    taco,
    verl,
)


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One row a line, as UTF-8."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_codecontests(path: Path) -> None:
    """The rows of CodeContests as Parquet, with the features in its metadata as `datasets` writes them."""
    features = json.dumps({"info": {"features": codecontests_schema.features()}})
    schema = pa.schema(list(codecontests_schema.COLUMNS.items()), metadata={"huggingface": features})
    pq.write_table(pa.Table.from_pylist(codecontests.rows(), schema=schema), path, compression="zstd")


def main(folder: Path) -> None:
    """Writes all of the files into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_jsonl(folder / "apps.jsonl", apps.rows())
    write_jsonl(folder / "taco.jsonl", taco.rows())
    write_jsonl(folder / "openthoughts_metadata.jsonl", openthoughts.rows())
    write_jsonl(folder / "plain.jsonl", plain.rows())
    write_jsonl(folder / "codeforces_submissions.jsonl", codeforces_submissions.rows())
    write_jsonl(folder / "codeforces.jsonl", codeforces.rows())
    write_jsonl(folder / "livecodebench.jsonl", livecodebench.rows())
    write_jsonl(folder / "humaneval.jsonl", humaneval.rows())
    write_jsonl(folder / "mbpp.jsonl", mbpp.rows())
    pq.write_table(pa.Table.from_pylist(verl.rows()), folder / "verl.parquet", compression="zstd")
    write_codecontests(folder / "codecontests.parquet")
    (folder / "recipes").mkdir(exist_ok=True)
    for name, rows in questions.FILES.items():
        write_jsonl(folder / "recipes" / name, rows())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
