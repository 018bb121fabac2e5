"""Math rows, alone and mixed with code, through the whole of verify."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.dataset as pads
import pytest

from code_pipeline.readers import domain_of, reader_for
from code_pipeline.readers.math import gold_answer
from ot_code.cli import main
from ot_code.cli.exits import Exit

pytestmark = pytest.mark.timeout(240)

CODE = {
    "id": "sum",
    "problem": "Add.",
    "test_cases": {"inputs": ["1 2\n"], "outputs": ["3\n"]},
    "candidates": ["print(sum(map(int, input().split())))", "print(4)"],
}
MATH = {
    "id": "four",
    "problem": "2+2?",
    "domain": "math",
    "answer": "4",
    "candidates": [r"\boxed{4}", r"\boxed{5}", ""],
}


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def judged(out: Path) -> list[dict[str, Any]]:
    return pads.dataset(out / "judged").to_table().to_pylist()


def verify(*arguments: object) -> int:
    return main(["verify", *map(str, arguments), "--quiet"])


def test_a_mixed_file_row_by_row(tmp_path: Path) -> None:
    rows = [MATH, CODE, {"id": "s", "problem": "Why?", "domain": "science", "candidates": ["So."]}]
    assert verify(written(tmp_path / "rows.jsonl", rows), "--out", tmp_path / "out") == Exit.DONE
    found = judged(tmp_path / "out")
    assert [row["verdict"] for row in found] == [
        "correct", "incorrect", "no_answer", "accepted", "wrong_answer", "not_checked",
    ]  # fmt: skip
    assert [row["passed"] for row in found] == [True, False, False, True, False, None]
    assert (found[1]["gold_answer"], found[1]["extracted_answer"], found[1]["method"]) == ("4", "5", "fast_path")
    assert found[3]["method"] is None
    kept = pads.dataset(tmp_path / "out" / "kept").to_table().to_pylist()
    assert [row["verdict"] for row in kept] == ["correct", "accepted"]
    counts = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert counts["by_domain"]["math"] == {"correct": 1, "incorrect": 1, "no_answer": 1}
    assert counts["by_language"] == {"python3": {"accepted": 1, "wrong_answer": 1}}  # of programs alone


@pytest.mark.parametrize(
    "row",
    [
        {"problem": "?", "solution": r"thus \boxed{\frac12}", "source": "olympiads", "messages": None},
        {"problem": "?", "solution": "...", "answer": "1/2", "problem_type": "Algebra", "uuid": "u"},
        {"question": "?", "answer": "We halve it.\n#### 1/2"},
        {"problem": "?", "ground_truth_solution": r"\boxed{1/2}", "domain": "math"},
        {"problem": "?", "domain": "math", "reward_model": {"ground_truth": "0.5", "style": "rule"}},
        {"problem": "?", "answer": 0.5},
    ],
)
def test_where_the_gold_answer_stands(row: dict[str, Any], tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", [{**row, "generations": [r"\boxed{0.5}", r"\boxed{0.6}"]}])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    assert [one["verdict"] for one in judged(tmp_path / "out")] == ["correct", "incorrect"]


@pytest.mark.parametrize("answer", [None, "", [], True, float("nan"), {"a": 1}, [1, 2]])
def test_no_gold_answer_is_about_the_row(answer: Any, tmp_path: Path) -> None:
    assert gold_answer({"answer": answer}) is None
    path = written(tmp_path / "rows.jsonl", [{**MATH, "answer": answer}])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    assert {row["verdict"] for row in judged(tmp_path / "out")} == {"unparsable_gold"}


def test_columns_tell_the_schema() -> None:
    assert reader_for(["problem", "solution", "source", "messages"], None).name == "math"
    assert reader_for(["problem", "test_cases", "answer", "candidates"], None).name == "plain"
    assert domain_of(["problem", "solution"], {"problem": "?", "solution": r"\boxed{3}"}) == "math"
    assert domain_of(["solution"], {"solution": "print(1)"}) == "code"


def test_killed_and_resumed(tmp_path: Path) -> None:
    rows = [
        {**MATH, "id": f"r{n}", "answer": f"x^{n}+{n}", "candidates": [f"\\boxed{{{n + k}+x^{n}}}" for k in range(3)]}
        for n in range(2, 200)
    ]
    path = written(tmp_path / "rows.jsonl", rows)
    command = [sys.executable, "-m", "ot_code", "verify", str(path), "--out", str(tmp_path / "out"), "--quiet"]
    process = subprocess.Popen(command)
    journal = tmp_path / "out" / "journal.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until and not any(
        path.stat().st_size > 5000 for path in (tmp_path / "out").glob("*journal*")
    ):
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert journal.parent.is_dir()
    subprocess.run(command, check=True)
    found = judged(tmp_path / "out")
    assert [row["verdict"] for row in found] == ["correct", "incorrect", "incorrect"] * len(rows)


def test_rejudge_takes_verdicts_of_math(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", [MATH])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    assert verify(path, "--out", tmp_path / "out", "--rejudge", "incorrect,timeout") == Exit.DONE
    assert verify(path, "--out", tmp_path / "out", "--rejudge", "wrong") == Exit.USAGE


def test_without_the_extra_the_run_stops_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ot_code.stages.intake.find_spec", lambda _: None)
    path = written(tmp_path / "rows.jsonl", [CODE, MATH])
    assert verify(path, "--out", tmp_path / "out") == Exit.FAILED
    said = capsys.readouterr().err
    assert "line 2" in said
    assert "ot-code[math]" in said
    assert not (tmp_path / "out").exists()
    assert verify(path, "--out", tmp_path / "out", "--keep-unchecked", "math") == Exit.DONE
    assert [row["verdict"] for row in judged(tmp_path / "out")][2:] == ["not_checked"] * 3
