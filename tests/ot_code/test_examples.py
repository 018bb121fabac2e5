"""The example files: made as make.py makes them, in the hub's schemas, and judged as they say."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from code_pipeline.types import Verdict

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"
FILES = (
    "apps.jsonl", "taco.jsonl", "codecontests.parquet", "openthoughts_metadata.jsonl", "plain.jsonl",
    "codeforces_submissions.jsonl", "codeforces.jsonl", "livecodebench.jsonl",
    "humaneval.jsonl", "mbpp.jsonl", "verl.parquet",
)  # fmt: skip

RECIPES = ("benchmark", "camel", "numina", "openr1_math", "riddle_sense", "sixteen")  # unjudged: rows for recipes

MAIN = "import sys; from ot_code.cli import main; sys.exit(main())"

APPS = ["problem_id", "question", "solutions", "input_output", "difficulty", "url", "starter_code"]
TACO = [
    "question", "solutions", "starter_code", "input_output", "difficulty", "raw_tags", "name", "source", "tags",
    "skill_types", "url", "Expected Auxiliary Space", "time_limit", "date", "picture_num", "memory_limit",
    "Expected Time Complexity",
]  # fmt: skip
OPENTHOUGHTS = [
    "problem", "deepseek_reasoning", "deepseek_solution", "ground_truth_solution", "domain", "source", "test_cases",
    "starter_code",
]  # fmt: skip


def rows_of(name: str) -> list[dict[str, Any]]:
    if name.endswith(".parquet"):
        return pq.read_table(EXAMPLES / name).to_pylist()
    return [json.loads(line) for line in (EXAMPLES / name).read_text(encoding="utf-8").splitlines()]


def expectations(name: str) -> list[str]:
    """The verdicts that the file asks for, one a candidate, in order."""
    found: list[str] = []
    for row in rows_of(name):
        if "expected_verdict" in row:
            found.append(row["expected_verdict"])
        elif "expected_verdicts" in row:
            assert len(row["expected_verdicts"]) == len(row.get("candidates") or row["responses"])
            found.extend(row["expected_verdicts"])
        else:
            found.extend(candidate["expected"] for candidate in row["candidates"])
    return found


def test_making_them_again_gives_the_same_files(tmp_path: Path) -> None:
    subprocess.run([sys.executable, EXAMPLES / "make.py", tmp_path], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*FILES, "recipes"])
    for folder in (tmp_path, EXAMPLES):
        assert sorted(path.name for path in (folder / "recipes").iterdir()) == [f"{name}.jsonl" for name in RECIPES]
    for name in RECIPES:
        made, kept = (folder / "recipes" / f"{name}.jsonl" for folder in (tmp_path, EXAMPLES))
        assert made.read_bytes() == kept.read_bytes(), f"{name} is not what make.py writes: run it and commit"
    for name in FILES:
        made, kept = tmp_path / name, EXAMPLES / name
        if name.endswith(".parquet") and _writer(made) != _writer(kept):
            # another version of pyarrow writes other bytes; what is read back may not differ
            assert pq.read_table(made).equals(pq.read_table(kept), check_metadata=True)
        else:
            assert made.read_bytes() == kept.read_bytes(), f"{name} is not what make.py writes: run it and commit"


def _writer(path: Path) -> str:
    return str(pq.read_metadata(path).created_by)


def test_every_verdict_that_a_code_row_can_get_occurs() -> None:
    seen = Counter(Verdict(verdict) for name in FILES for verdict in expectations(name))
    faults = {verdict for verdict in Verdict if verdict.is_fault}
    assert set(seen) == set(Verdict) - faults - {Verdict.NOT_CHECKED}  # that one is for rows without a judge


def test_there_are_enough_problems_with_several_answers() -> None:
    many = [row for name in FILES for row in rows_of(name) if len(row.get("candidates", ())) > 1]
    answers = Counter(row["problem"] for row in rows_of("openthoughts_metadata.jsonl"))
    assert len(many) + sum(count > 2 for count in answers.values()) >= 12


def test_apps_has_the_columns_of_the_hub() -> None:
    for row in rows_of("apps.jsonl"):
        assert list(row) == [*APPS, "candidates"]
        assert isinstance(row["problem_id"], int)
        assert all(isinstance(row[name], str) for name in APPS[1:])
        if row["solutions"]:
            assert all(isinstance(source, str) for source in json.loads(row["solutions"]))
    tests = [json.loads(row["input_output"]) for row in rows_of("apps.jsonl")[:4]]
    assert [tuple(test) for test in tests] == [("inputs", "outputs")] * 2 + [("fn_name", "inputs", "outputs")] * 2


def test_taco_has_the_columns_of_the_hub() -> None:
    for row in rows_of("taco.jsonl"):
        assert list(row) == [*TACO, "candidates"]
        assert all(row[name] is None or isinstance(row[name], str) for name in TACO)
        for name in ("raw_tags", "tags", "skill_types"):
            assert isinstance(ast.literal_eval(row[name]), list)
        assert isinstance(json.loads(row["solutions"]), list)
        assert {"inputs", "outputs"} <= set(json.loads(row["input_output"]))


def test_openthoughts_has_the_columns_of_the_hub() -> None:
    for row in rows_of("openthoughts_metadata.jsonl"):
        assert list(row) == [*OPENTHOUGHTS, "expected_verdict", "about"]
        assert all(isinstance(row[name], str) for name in OPENTHOUGHTS)
        assert row["domain"] == "code"


def test_codecontests_loads_with_the_features_of_the_hub(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra [hub] is not installed")
    path = EXAMPLES / "codecontests.parquet"
    loaded = datasets.load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(tmp_path))
    assert loaded.features["source"].int2str(6) == "AIZU"
    assert loaded.features["difficulty"].int2str(7) == "A"
    assert len(loaded.features["difficulty"].names) == 29
    names = loaded.features["solutions"]["language"].feature.names
    assert names == ["UNKNOWN_LANGUAGE", "PYTHON", "CPP", "PYTHON3", "JAVA"]
    first = loaded[0]
    assert set(first["public_tests"]) == {"input", "output"}
    assert first["time_limit"] == {"seconds": 0, "nanos": 500_000_000}
    assert [type(first["solutions"][key]) for key in ("language", "solution")] == [list, list]
    assert loaded[1]["input_file"] == "canal.in"
    assert loaded[2]["time_limit"] in (None, {"seconds": None, "nanos": None})


@pytest.mark.parametrize("name", FILES)
def test_verify_gives_each_candidate_the_verdict_that_it_names(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", MAIN, "verify", EXAMPLES / name, "--out", out, "--format", "jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    shards = sorted((out / "judged").glob("*.jsonl"))
    judged = [json.loads(line) for shard in shards for line in shard.read_text(encoding="utf-8").splitlines()]
    got = [(row["verdict"], row["reason"]) for row in judged]
    wanted = expectations(name)
    assert len(got) == len(wanted)
    wrong = [(at, want, *have) for at, (want, have) in enumerate(zip(wanted, got, strict=True)) if want != have[0]]
    assert not wrong, "\n".join(
        f"candidate {at}: wanted {want}, got {have} ({reason})" for at, want, have, reason in wrong
    )
    assert all((row["passed"] is True) == (row["verdict"] == "accepted") for row in judged)
