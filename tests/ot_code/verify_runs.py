"""Rows, and runs of verify over them, for the tests beside this file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ot_code.cli import main
from ot_code.columns import UNSTABLE

RIGHT = "print(sum(map(int, input().split())))"
WRONG = "print(0)"
CRASH = "raise ValueError('no')"
SLOW = "while True: pass"
TESTS = {"inputs": ["1 2\n", "3 4\n", "10 20\n"], "outputs": ["3\n", "7\n", "30\n"]}


def plain(number: int, candidates: list[Any], **more: Any) -> dict[str, Any]:
    return {"id": f"p{number}", "problem": "Add.", "test_cases": TESTS, "candidates": candidates, **more}


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def verify(*words: Any) -> int:
    return main(["verify", *map(str, words), "--quiet"])


def command(*words: Any) -> list[str]:
    return [sys.executable, "-m", "ot_code", "verify", *map(str, words)]


def run_apart(*words: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), check=False, capture_output=True, text=True, timeout=120, **options)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for path in sorted(folder.glob("part-*")):
        if path.suffix == ".parquet":
            rows += pq.read_table(path).to_pylist()
        else:
            rows += [json.loads(line) for line in path.read_bytes().splitlines()]
    return rows


def stable(folder: Path) -> list[dict[str, Any]]:
    """The rows without what two runs may differ in."""
    return [{name: value for name, value in row.items() if name not in UNSTABLE} for row in rows_of(folder)]


def verdicts(out: Path) -> list[str]:
    return [row["verdict"] for row in rows_of(out / "judged")]


def summary(out: Path) -> dict[str, Any]:
    return json.loads((out / "summary.json").read_text())
