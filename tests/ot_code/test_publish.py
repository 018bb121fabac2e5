"""`ot-code publish`: what verify wrote, and other rows, as a dataset that `datasets` loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from verify_runs import RIGHT, WRONG, jsonl, plain, rows_of, verify

from ot_code import judged
from ot_code.cli import main
from ot_code.errors import InputError, OutputError, UsageError
from ot_code.judged import JudgedRows
from ot_code.publishing import shards
from ot_code.publishing.secrets import HIDDEN, without_secrets
from ot_code.sources import open_source
from ot_code.stages.publish import PublishSettings, publish

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CONFIGS = ("verified", "unverified", "metadata")
SECRET = "a-secret-of-the-environment"


def load(out: Path, config: str, cache: Path) -> list[dict[str, Any]]:
    return datasets.load_dataset(str(out), config, split="train", cache_dir=str(cache)).to_list()


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code with several candidates, one with a single one, math, and a row that cannot be read."""
    folder = tmp_path_factory.mktemp("verified")
    rows = [
        plain(1, [RIGHT, f"<think>\nno\n</think>\n\n```python\n{WRONG}```", {"response": RIGHT, "model": "m"}]),
        plain(2, [WRONG, None], source="other"),
        {"id": "m1", "problem": "What is 1/2?", "answer": "1/2", "candidates": ["\\boxed{0.5}", "\\boxed{2}"]},
        {"id": "bad", "problem": "?", "test_cases": "{broken", "candidates": [RIGHT]},
        {"id": "s1", "problem": "Why?", "answer": "so", "domain": "science", "candidates": ["so"]},
    ]
    out = folder / "out"
    assert verify(jsonl(folder / "rows.jsonl", rows), "--out", out, "--keep-unchecked", "science") == 0
    return out


def test_judged_rows_are_whole_again(verified: Path) -> None:
    rows = list(JudgedRows(verified))
    assert [(row["id"], row["candidate_index"], row["passed"], row["kept"]) for row in rows] == [
        ("p1", 0, True, True), ("p1", 1, False, False), ("p1", 2, True, True), ("p2", 0, False, False),
        ("p2", 1, None, False), ("m1", 0, True, True), ("m1", 1, False, False), ("bad", None, None, False),
        ("s1", 0, None, True),
    ]  # fmt: skip
    assert [(row["sample_count"], row["pass_rate"]) for row in rows][:5] == [(3, 2 / 3)] * 3 + [(2, 0.0)] * 2
    tests = rows[0]["test_cases"]
    assert (json.loads(tests) if isinstance(tests, str) else tests)["outputs"] == ["3\n", "7\n", "30\n"]
    assert rows[2]["candidate"]["model"] == "m"
    assert rows[0]["lineage"]["judge"] == json.loads((verified / "run.json").read_text())["versions"]["judge"]
    assert sum(row["kept"] for row in rows) == len(rows_of(verified / "kept"))


def test_counts_that_do_not_agree_stop_it(verified: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged.JudgedRows, "_is_kept", lambda *_: False)
    with pytest.raises(OutputError, match="0 rows read as kept, but its summary says 4"):
        list(JudgedRows(verified))


def test_an_output_that_is_not_complete_is_refused(tmp_path: Path, verified: Path) -> None:
    (tmp_path / "judged").mkdir()
    (tmp_path / "run.json").write_text((verified / "run.json").read_text())
    with pytest.raises(InputError, match="is not complete"):
        JudgedRows(tmp_path)


@pytest.mark.parametrize("form", ["sharegpt", "messages", "trl", "verl"])
def test_each_config_loads(verified: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    assert main(["publish", str(verified), "--out", str(out), "--format", form, "--quiet"]) == 0
    found = {config: load(out, config, tmp_path / "cache") for config in CONFIGS}
    assert [(row["id"], row["candidate_index"]) for row in found["metadata"]] == [
        (row["id"], row["candidate_index"]) for row in JudgedRows(verified)
    ]
    per_problem = form == "verl"
    assert len(found["verified"]) == (3 if per_problem else 4)
    assert len(found["unverified"]) == (4 if per_problem else 7)  # without those that hold no problem or no answer
    assert (out / "dataset_info.json").exists() == (form in ("sharegpt", "messages"))
    if per_problem:
        assert json.loads(found["verified"][0]["reward_model"]["ground_truth"])["outputs"] == ["3\n", "7\n", "30\n"]
        assert [row["extra_info"]["index"] for row in found["unverified"]] == [0, 1, 2, 3]


def test_the_metadata_says_what_was_found(verified: Path, tmp_path: Path) -> None:
    summary = publish(PublishSettings(str(verified), tmp_path / "out"), quiet=True)
    assert summary["configs"] == {"verified": 4, "unverified": 7, "metadata": 9}
    rows = load(tmp_path / "out", "metadata", tmp_path / "cache")
    code, wrong, math = rows[0], rows[1], rows[5]
    assert (code["verdict"], code["method"], code["accepted_by"]) == ("accepted", "tests", "tokens")
    assert (code["tests_run"], code["tests_total"]) == (3, 3)
    assert code["lineage"]["limits"]["cpu_time_s"] == 4.0
    assert code["lineage"]["jail"] == code["lineage"]["jail"] or code["lineage"]["runtime"]
    assert (wrong["reasoning"], wrong["passed"], wrong["domain"]) == ("no", False, "code")
    assert (math["ground_truth"], math["method"], math["passed"]) == ("1/2", "fast_path", True)
    assert (rows[8]["kept"], rows[8]["passed"]) == (True, None)


def test_the_card_says_where_it_comes_from(verified: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("sources: []\n# ```\n")
    out = tmp_path / "out"
    words = ["--recipe", recipe, "--license", "plain=apache-2.0", "--license", "other=mit", "--name", "Mine"]
    assert main(["publish", str(verified), "--out", str(out), "--quiet", *map(str, words)]) == 0
    text = (out / "README.md").read_text()
    header = yaml.safe_load(text.split("---\n")[1])
    assert header["license"] == ["apache-2.0", "mit"]
    assert header["pretty_name"] == "Mine"
    assert [entry["config_name"] for entry in header["configs"]] == list(CONFIGS)
    assert header["size_categories"] == ["n<1K"]
    for line in ("| `verified` | 4 |", "| code | accepted | 2 |", "| other | 2 | 0 | mit |", "sources: []\n# ```"):
        assert line in text
    for name in ("verdicts", "pass_rates", "lengths"):
        assert f"figures/{name}.svg" in text
        assert (out / "figures" / f"{name}.svg").read_text().startswith("<svg")


def test_rows_that_nobody_judged_have_no_verified_mix(tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = publish(PublishSettings(str(EXAMPLES / "apps.jsonl"), out), quiet=True)
    assert [*summary["configs"]] == ["unverified", "metadata"]
    assert "were not judged" in (out / "README.md").read_text()
    assert len(load(out, "unverified", tmp_path / "cache")) == summary["configs"]["unverified"] > 0


def test_a_mix_and_the_one_before_verification(verified: Path, tmp_path: Path) -> None:
    standard = jsonl(
        tmp_path / "before.jsonl",
        [json.loads(json.dumps(row, default=str)) for row in open_source(str(EXAMPLES / "apps.jsonl"))],
    )
    out = tmp_path / "out"
    summary = publish(PublishSettings(str(verified / "kept"), out, unverified=str(standard)), quiet=True)
    assert summary["configs"]["verified"] == 4
    assert summary["configs"]["unverified"] > 20
    assert all(row["kept"] for row in load(out, "metadata", tmp_path / "cache"))


def test_shards_are_named_as_the_hub_names_them(
    verified: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARD_BYTES", 1)
    monkeypatch.setattr(shards, "_GROUP_ROWS", 4)
    out = tmp_path / "out"
    publish(PublishSettings(str(verified), out), quiet=True)
    assert [path.name for path in sorted((out / "metadata").iterdir())] == [
        f"train-0000{number}-of-00003.parquet" for number in range(3)
    ]
    assert len(load(out, "metadata", tmp_path / "cache")) == 9


def test_a_config_without_rows_is_left_out_since_none_could_load_it(tmp_path: Path) -> None:
    assert verify(jsonl(tmp_path / "rows.jsonl", [plain(1, [WRONG])]), "--out", tmp_path / "judged") == 0
    summary = publish(PublishSettings(str(tmp_path / "judged"), tmp_path / "out"), quiet=True)
    assert summary["configs"] == {"unverified": 1, "metadata": 1}
    assert "0 were kept" in (tmp_path / "out" / "README.md").read_text()
    assert len(load(tmp_path / "out", "unverified", tmp_path / "cache")) == 1


def test_the_same_again_changes_nothing_and_another_is_refused(verified: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = publish(PublishSettings(str(verified), out), quiet=True)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != ".lock"}
    assert publish(PublishSettings(str(verified), out), quiet=True) == first
    assert {path: path.stat().st_mtime_ns for path in before} == before
    with pytest.raises(UsageError, match='style was "openthoughts" and is now "think"'):
        publish(PublishSettings(str(verified), out, style="think"), quiet=True)
    publish(PublishSettings(str(verified), out, style="think", overwrite=True), quiet=True)
    turns = load(out, "unverified", tmp_path / "cache")[1]["conversations"]
    assert turns[1]["value"].startswith("<think>\nno\n</think>")


def test_a_killed_run_starts_over_and_ends_the_same(verified: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    publish(PublishSettings(str(verified), whole), quiet=True)
    out = tmp_path / "out"
    publish(PublishSettings(str(verified), out), quiet=True)
    (out / ".journal").write_text("")  # as a run leaves it that was killed before its last line
    (out / "verified" / "train-00000-of-00002.parquet").write_bytes(b"of a run that was killed")
    publish(PublishSettings(str(verified), out), quiet=True)
    for config in CONFIGS:
        assert [path.name for path in (out / config).iterdir()] == ["train-00000-of-00001.parquet"]
        assert load(out, config, tmp_path / "cache") == load(whole, config, tmp_path / "cache")


def test_no_secret_is_written(verified: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", SECRET)
    monkeypatch.setenv("OPENAI_API_KEY", "another-secret-value")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        f"a: {SECRET}\nb: another-secret-value\napi_key: 'written-in-here'\nurl: https://me:word@host/v1\n"
        "c: hf_abcdefghijklmnopqrstuvwxyz\nmax_tokens: 16384\nkey_env: OPENAI_API_KEY\n"
    )
    out = tmp_path / "out"
    publish(PublishSettings(str(verified), out, recipe=recipe, name=f"a {SECRET}"), quiet=True)
    words = (SECRET, "another-secret-value", "written-in-here", "me:word", "hf_abcdefghijklmnopqrstuvwxyz")
    for path in out.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [word for word in words if word.encode() in content], path
    card = (out / "README.md").read_text()
    assert "max_tokens: 16384" in card
    assert "key_env: OPENAI_API_KEY" in card
    assert HIDDEN in card
    assert without_secrets("nothing to hide: 12345678") == "nothing to hide: 12345678"


def test_it_is_a_command(verified: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ot_code", "publish", str(verified), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env={**os.environ})
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "verified: 4 rows")
    for words, said in ((["--format", "csv"], "invalid choice"), (["--license", "x"], "must look like SOURCE=ID")):
        done = subprocess.run([*command, *words], check=False, capture_output=True, text=True, timeout=60)
        assert (done.returncode, said in done.stderr) == (2, True)
