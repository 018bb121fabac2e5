"""Findings of math rows and their column `verifiable`, through verify; and --drop."""

import json
from pathlib import Path

import pyarrow.dataset as pads

from code_pipeline.quality import MEANINGS, Finding
from math_pipeline.filters import MathFinding
from ot_code.cli import main
from ot_code.cli.exits import Exit

ROWS = [
    {"id": "a", "problem": "Find 2+2.", "domain": "math", "answer": "4", "candidates": [r"\boxed{4}"]},
    {"id": "b", "problem": "Is 4 even?", "domain": "math", "answer": "Yes", "candidates": [r"\boxed{Yes}"]},
    {"id": "c", "problem": "Prove that 4 is even.", "domain": "math", "answer": "", "candidates": ["It is."]},
]


def test_findings_and_drop(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    out = tmp_path / "out"
    assert main(["verify", str(rows), "--out", str(out), "--quiet", "--drop", "guessable_answer"]) == Exit.DONE
    found = pads.dataset(out / "judged").to_table().to_pylist()
    assert [row["findings"] for row in found] == [[], ["guessable_answer"], ["proof", "no_gold"]]
    assert [row["verifiable"] for row in found] == ["symbolic", "symbolic", "none"]
    assert [row["passed"] for row in found[:2]] == [True, True]
    assert [row["id"] for row in pads.dataset(out / "kept").to_table().to_pylist()] == ["a"]


def test_every_finding_of_math_rows_has_its_name_here() -> None:
    assert all(Finding(str(finding)) in MEANINGS for finding in MathFinding)
