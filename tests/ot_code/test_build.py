"""build: source rows to the last stage, counts that join, only what changed done again, the same after a kill."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time

import pytest
from verify_runs import RIGHT, TESTS, WRONG, jsonl, rows_of

from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.columns import UNSTABLE

RECIPE = """\
name: small
sources:
  - {{input: code.jsonl, domain: code}}
  - {{input: math.jsonl, domain: math, source: numbers, take: {{n: {taken}, seed: 1}}}}
stages:
  - filter: {{like: openthoughts}}
  - verify: {{answers: {answers}}}
  - mix: {{by: domain, counts: {{math: {kept}}}, others: keep}}
"""


@pytest.fixture
def recipe(tmp_path):
    """A recipe over code of four rows and math of twelve; asked again, with other settings."""
    statement = "Read two whole numbers from standard input and print their sum."
    code = [
        {"id": f"c{n}", "problem": f"{statement} ({n})", "test_cases": TESTS, "candidates": each, "domain": "code"}
        for n, each in enumerate([[RIGHT, WRONG], [{"response": RIGHT, "seed": 1}], [WRONG], []])
    ]
    jsonl(tmp_path / "code.jsonl", [*code, "{"])
    math = [
        {"problem": f"What is {n} + 1?", "answer": str(n + 1), "response": f"\\boxed{{{n + 1}}}"} for n in range(12)
    ]
    jsonl(tmp_path / "math.jsonl", [*math, {"problem": "Prove that 1 > 0.", "answer": "x", "response": "y"}])
    path = tmp_path / "r.yaml"

    def write(taken=10, answers="right", kept=5):
        path.write_text(RECIPE.format(taken=taken, answers=answers, kept=kept))
        return path

    write()
    return write


def build(path, out, *words):
    return main(["build", str(path), "--out", str(out), "--quiet", *words])


def funnel(out):
    steps = json.loads((out / "summary.json").read_text())["funnel"]
    return {step["step"]: (step["read"], step["kept"]) for step in steps}


def made(out):
    """When each file below was written."""
    return {path.relative_to(out): path.stat().st_mtime_ns for path in out.glob("s*/*/[!.]*/part-*")}


def test_from_sources_to_the_mix(recipe, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["build", str(recipe()), "--out", str(out)]) == Exit.DONE
    told = funnel(out)
    assert told["sources/01-code"] == (5, 4)
    assert told["sources/02-numbers"] == (13, 10)
    read, kept = told["01-filter"]
    assert read == 14
    steps = {step["step"]: step for step in json.loads((out / "summary.json").read_text())["funnel"]}
    assert steps["02-verify"]["input_rows"] == kept
    assert steps["02-verify"]["verdicts"]["accepted"] == 2
    assert steps["02-verify"]["verdicts"]["wrong_answer"] == 2
    assert sum(steps["02-verify"]["reasons"].values()) == steps["02-verify"]["removed"]
    rows = rows_of(out / "stages/03-mix/kept")
    assert [row["domain"] for row in rows].count("math") == 5
    assert [row["domain"] for row in rows].count("code") == 2
    assert {row["source"] for row in rows} == {"plain", "numbers"}
    (removed,) = rows_of(out / "sources/01-code/removed")
    assert removed["kind"] == "malformed"
    assert "code.jsonl, line 5" in removed["reason"]
    said = capsys.readouterr()
    assert "03-mix" in said.out
    assert "== 02-verify" in said.err


def test_a_second_run_does_only_what_changed(recipe, tmp_path):
    out = tmp_path / "out"
    assert build(recipe(), out) == Exit.DONE
    first = made(out)
    assert build(recipe(), out) == Exit.DONE
    assert made(out) == first
    assert build(recipe(kept=3), out) == Exit.DONE
    changed = {path.parts[1] for path, time_ns in made(out).items() if first.get(path) != time_ns}
    assert changed == {"03-mix"}
    assert build(recipe(taken=9, kept=3), out) == Exit.DONE
    changed = {path.parts[1] for path, time_ns in made(out).items() if first.get(path) != time_ns}
    assert changed == {"02-numbers", "01-filter", "02-verify", "03-mix"}


def test_all_answers_go_on_where_that_is_asked(recipe, tmp_path):
    assert build(recipe(answers="all"), tmp_path / "out") == Exit.DONE
    steps = {step["step"]: step for step in json.loads((tmp_path / "out/summary.json").read_text())["funnel"]}
    assert steps["02-verify"]["kept"] == steps["02-verify"]["read"]
    rows = rows_of(tmp_path / "out/stages/03-mix/kept")
    assert {row["verdict"] for row in rows} >= {"accepted", "wrong_answer", "correct"}
    assert build(recipe(answers="right"), tmp_path / "out") == Exit.DONE  # the same verdicts, and other rows go on
    rows = rows_of(tmp_path / "out/stages/03-mix/kept")
    assert {row["verdict"] for row in rows} == {"accepted", "correct"}


def test_a_plan_runs_nothing_and_a_dry_run_leaves_nothing(recipe, tmp_path, capsys):
    before = sorted(tmp_path.iterdir())
    assert main(["build", str(recipe()), "--explain"]) == Exit.DONE
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if not line.startswith(" ")][1:] == [
        "sources/01-code", "sources/02-numbers", "stages/01-filter", "stages/02-verify", "stages/03-mix",
    ]  # fmt: skip
    assert 'like: "openthoughts"' in said
    assert main(["build", str(recipe()), "--dry-run", "--rows", "2", "--json"]) == Exit.DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["read"], "not_run" in told) == (4, False)
    assert sorted(tmp_path.iterdir()) == before


def test_a_stage_that_keeps_nothing_stops_the_build(recipe, tmp_path, capsys):
    path = recipe()
    path.write_text(path.read_text().replace("like: openthoughts", "where: {domain: puzzle}"))
    assert build(path, tmp_path / "out") == Exit.USAGE
    assert "01-filter keeps no row, so there is nothing for 02-verify" in capsys.readouterr().err


def test_both_mixes_are_published(recipe, tmp_path):
    path = recipe(kept=5)
    path.write_text(path.read_text() + "  - publish: {style: plain}\n")
    assert build(path, tmp_path / "out") == Exit.DONE
    step = json.loads((tmp_path / "out/summary.json").read_text())["funnel"][-1]
    assert step["configs"] == {"verified": 7, "unverified": 14, "metadata": 7}
    card = (tmp_path / "out/stages/04-publish/README.md").read_text()
    assert "name: small" in card
    assert "HF_TOKEN" not in card


def test_a_benchmark_that_is_missing_is_said_before_anything_runs(recipe, tmp_path, capsys):
    path = recipe()
    path.write_text(path.read_text() + "  - decontaminate: {against: [no_such.jsonl]}\n")
    for more in (["--explain"], ["--out", str(tmp_path / "out")]):
        assert main(["build", str(path), *more]) == Exit.FAILED
        assert "no_such.jsonl: there is no such file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_push_that_cannot_be_is_said_before_anything_runs(recipe, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("HF_ORG", raising=False)
    path = recipe()
    path.write_text(path.read_text() + "  - publish: {style: plain}\n")
    assert main(["build", str(path), "--out", str(tmp_path / "out"), "--push", "name"]) == Exit.USAGE
    assert "has no owner" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_output_of_something_else_is_not_touched(recipe, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    assert build(recipe(), tmp_path / "out") == Exit.USAGE
    assert "is not empty" in capsys.readouterr().err


def test_what_is_no_longer_in_the_recipe_goes(recipe, tmp_path):
    out = tmp_path / "out"
    assert build(recipe(), out) == Exit.DONE
    path = recipe()
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    assert build(path, out) == Exit.DONE
    assert sorted(entry.name for entry in (out / "stages").iterdir()) == ["01-filter", "02-verify"]


def stable(out):
    """Each row of each step, without times."""
    found = {}
    for folder in sorted(out.glob("s*/*/*")):
        if folder.is_dir():
            rows = [{name: value for name, value in row.items() if name not in UNSTABLE} for row in rows_of(folder)]
            found[str(folder.relative_to(out))] = rows
    return found


@pytest.mark.parametrize("seed", [1])
def test_killed_at_random_instants_it_gives_the_same(recipe, tmp_path, seed):
    command = [sys.executable, "-m", "ot_code", "build", str(recipe()), "--quiet", "--out"]
    began = time.monotonic()
    subprocess.run([*command, str(tmp_path / "whole")], check=True)
    took = time.monotonic() - began
    rng = random.Random(seed)
    kills = 0
    for _ in range(40):
        began = time.monotonic()
        process = subprocess.Popen([*command, str(tmp_path / "out")])
        try:
            assert process.wait((0.35 if not kills else rng.uniform(0.3, 0.8) * 1.05**kills) * took) == 0
            if kills:
                break
            took = time.monotonic() - began  # the first one met a busy machine: once more, killed sooner
            shutil.rmtree(tmp_path / "out")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    else:
        pytest.fail("it never came to its end")
    assert kills
    assert stable(tmp_path / "out") == stable(tmp_path / "whole")
    assert funnel(tmp_path / "out") == funnel(tmp_path / "whole")


def test_the_recipe_of_curatedthoughts_from_the_examples(tmp_path):
    assert build("curatedthoughts", tmp_path / "out") == Exit.DONE
    steps = json.loads((tmp_path / "out/summary.json").read_text())["funnel"]
    assert [step["kept"] for step in steps[:4]] == [15, 10, 9, 14]
    for step in steps:  # the last one is publish, whose unverified mix has more rows than are kept
        assert step["read"] == step["kept"] + step["removed"], step["step"]
        assert sum(step["reasons"].values()) == step["removed"], step["step"]
    assert 0 < steps[-1]["kept"] < steps[-1]["read"]
    assert set(steps[1]["reasons"]) == {
        "figure_in_statement", "guessable_answer", "image_statement", "multipart", "proof",
    }  # fmt: skip
