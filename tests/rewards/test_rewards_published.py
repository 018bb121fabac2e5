"""What `ot-code publish` writes for trainers is rewarded as it was judged: by the same tests, rule and limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from reward_rows import RIGHT, TESTS, fenced

from ot_code.cli import main
from ot_code.rewards import trl, verl

ONE = {"inputs": ["7\n"], "outputs": ["1  2\n"]}
FILES = "a, b = map(int, open('input.txt').read().split())\nopen('output.txt', 'w').write(str(a + b))"
ASKS = (
    "import sys\nn = int(open(sys.argv[1]).read())\nprint(n, flush=True)\nsys.exit(42 if int(input()) == 2 * n else 43)"
)
SLOW = "import time\nwhile time.process_time() < 5.5: pass\nprint('1 2')"
CPP = "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b; }"
ROWS: list[dict[str, Any]] = [
    {"id": "tests", "test_cases": TESTS, "solutions": [RIGHT], "candidates": [RIGHT, "print(3)"]},
    {"id": "rule", "test_cases": ONE, "checker": "exact", "candidates": ["print('1 2')", "print('1  2')"]},
    {"id": "limit", "test_cases": ONE, "time_limit_s": "9 seconds", "candidates": [SLOW]},
    {"id": "files", "test_cases": TESTS, "input_file": "input.txt", "output_file": "output.txt", "candidates": [FILES]},
    {
        "id": "talk",
        "test_cases": {"inputs": ["7\n"], "outputs": ["7\n"]},
        "interactor": {"language": "python3", "files": {"asks.py": ASKS}},
        "candidates": ["print(int(input()) * 2)", "print(7)"],
    },
    {"id": "language", "test_cases": TESTS, "language": "cpp", "candidates": [CPP]},
    {"id": "answer", "answer": "1/2", "domain": "math", "candidates": [r"\boxed{0.5}", r"\boxed{2}"]},
    {"id": "words", "answer": "Because.", "domain": "science", "candidates": ["Because."]},
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    rows = [{"problem": f"Problem {row['id']}.", **row} for row in ROWS]
    for row in rows:
        if row.get("language") != "cpp" and "test_cases" in row:
            row["candidates"] = [fenced(each) for each in row["candidates"]]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["verify", str(folder / "rows.jsonl"), "--out", str(folder / "out"), "--quiet"]) == 0
    return folder / "out"


def published(judged: Path, folder: Path, form: str) -> list[dict[str, Any]]:
    out = folder / form
    assert main(["publish", str(judged), "--out", str(out), "--format", form, "--style", "plain", "--quiet"]) == 0
    return [row for path in sorted((out / "unverified").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_for_trl(judged: Path, tmp_path: Path) -> None:
    rows = published(judged, tmp_path, "trl")
    columns = {name: [row[name] for row in rows] for name in rows[0] if name not in ("prompt", "completion")}
    found = trl([row["completion"] for row in rows], prompts=[row["prompt"] for row in rows], **columns)
    told = {(row["id"], row["passed"]) for row in rows}
    assert {(name, True) for name in ("tests", "rule", "limit", "files", "talk", "language", "answer")} <= told
    assert {(name, False) for name in ("tests", "rule", "talk", "answer")} <= told
    expected = [None if row["passed"] is None else float(row["passed"]) for row in rows]
    assert list(zip(columns["id"], found, strict=True)) == list(zip(columns["id"], expected, strict=True))


def test_for_verl(judged: Path, tmp_path: Path) -> None:
    problems = {row["extra_info"]["id"]: row for row in published(judged, tmp_path, "verl")}
    for row in published(judged, tmp_path, "trl"):
        problem = problems[row["id"]]
        said = row["completion"][0]["content"]
        found = verl(problem["data_source"], said, problem["reward_model"]["ground_truth"], problem["extra_info"])
        assert (row["id"], found["score"]) == (row["id"], float(row["passed"] is True)), found
        assert found["judged"] == float(row["passed"] is not None)
