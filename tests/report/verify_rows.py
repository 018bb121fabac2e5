"""A small run of verify."""

from __future__ import annotations

import json
from pathlib import Path

from ot_code.cli import main

RIGHT = "print(sum(map(int, input().split())))"


def small_run(path: Path) -> Path:
    """One row with a right and a wrong answer, judged."""
    row = {
        "problem": "Add these.",
        "test_cases": {"inputs": ["1 2\n", "3 4\n"], "outputs": ["3\n", "7\n"]},
        "candidates": [RIGHT, "print(0)"],
        "source": "apps",
        "difficulty": "easy",
    }
    (path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    assert main(["verify", str(path / "rows.jsonl"), "--out", str(path / "out"), "--quiet"]) == 0
    return path / "out"
