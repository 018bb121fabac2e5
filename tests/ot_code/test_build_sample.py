"""A recipe's step `sample`: problems in, judged answers of a real server out, each sample paid for once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer
from verify_runs import RIGHT, TESTS, WRONG, jsonl, rows_of

from ot_code.building.recipe import load_recipe
from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.errors import SettingError

RECIPE = """\
name: sampled
sources:
  - {{input: code.jsonl, domain: code}}
  - {{input: math.jsonl, domain: math, source: numbers, limit: {limit}}}
stages:
  - sample: {{model: m, base_url: '{url}', n: {n}, concurrency: 3, answers: {answers}}}
  - mix: {{by: domain, counts: {{math: 2}}, others: keep, short: take}}
  - publish: {{style: think}}
"""


@pytest.fixture
def folder(tmp_path):
    """Two problems of code, and four of math, of which the first two are the same; each with an old answer."""
    code = [{"id": f"c{n}", "problem": f"Add. #{n}", "test_cases": TESTS, "candidates": [WRONG]} for n in range(2)]
    jsonl(tmp_path / "code.jsonl", code)
    math = [{"problem": f"Half of {n}?", "answer": f"{n}/2", "response": "\\boxed{99}"} for n in (0, 0, 1, 2)]
    jsonl(tmp_path / "math.jsonl", math)
    return tmp_path


def model(prompt: str, number: int) -> dict[str, Any]:
    """Right every second time."""
    if prompt.startswith("Half"):
        half = int(prompt.split()[2].rstrip("?")) / 2
        return {"content": rf"It is \boxed{{{half if number % 2 else half + 1}}}.", "reasoning_content": "hm"}
    return {"content": f"```python\n{RIGHT if number % 2 else WRONG}\n```"}


def words(folder: Path, server: ModelServer, *, n: int = 4, limit: int = 4, answers: str = "right") -> list[str]:
    (folder / "r.yaml").write_text(RECIPE.format(url=server.url, n=n, limit=limit, answers=answers))
    return ["build", str(folder / "r.yaml"), "--out", str(folder / "out"), "--quiet"]


def is_right(row: dict[str, Any]) -> bool:
    said = row["candidate"]["response"]
    return RIGHT in said if row["domain"] == "code" else eval(row["answer"]) == float(said[13:].rstrip("}.\n"))


def judged(folder: Path) -> list[dict[str, Any]]:
    rows = rows_of(folder / "out/stages/01-sample/judged")
    assert all(row["passed"] is is_right(row) for row in rows)
    assert all((row["verdict"] in ("accepted", "correct")) is row["passed"] for row in rows)
    return rows


def test_it_stands_in_place_of_verify_and_publish_takes_what_it_gives(folder):
    with ModelServer(model) as server:
        assert main(words(folder, server)) == Exit.DONE
        # The two equal problems share their samples.
        assert Counter(request["messages"][-1]["content"][:9] for request in server.asked) == {
            "Add. #0\n\n": 4, "Add. #1\n\n": 4, "Half of 0": 4, "Half of 1": 4, "Half of 2": 4,
        }  # fmt: skip
    rows = judged(folder)
    assert len(rows) == 24
    assert {row["candidate"]["model"] for row in rows} == {"m"}
    assert [row["sample_index"] for row in rows] == [0, 1, 2, 3] * 6
    told = json.loads((folder / "out/summary.json").read_text())
    steps = {step["step"]: step for step in told["funnel"]}
    assert (steps["01-sample"]["input_rows"], steps["01-sample"]["read"]) == (6, 24)
    right = sum(map(is_right, rows))
    assert 0 < steps["01-sample"]["kept"] == steps["02-mix"]["read"] == right < 24
    code = sum(map(is_right, [row for row in rows if row["domain"] == "code"]))
    assert steps["03-publish"]["configs"] == {"verified": code + 2, "unverified": 24, "metadata": code + 2}


def test_equal_problems_with_other_tests_each_have_their_own_until(folder):
    other = {"inputs": ["1 2"], "outputs": ["99"]}
    rows = [{"id": f"c{n}", "problem": "Add.", "test_cases": other if n == 1 else TESTS} for n in range(3)]
    jsonl(folder / "code.jsonl", rows)
    with ModelServer(lambda *_: {"content": f"```python\n{RIGHT}\n```"}) as server:
        given = words(folder, server, limit=1)
        (folder / "r.yaml").write_text((folder / "r.yaml").read_text().replace("concurrency: 3", "until: 1"))
        assert main(given) == Exit.DONE
        asked = Counter(request["messages"][-1]["content"][:4] for request in server.asked)
        assert asked["Add."] == 4  # one was enough for the first, and three more are asked for the second
    found = Counter(row["id"] for row in rows_of(folder / "out/stages/01-sample/judged") if row["domain"] == "code")
    assert found == {"c0": 1, "c1": 4, "c2": 1}


def test_what_was_paid_for_outlives_changes_of_the_recipe(folder):
    with ModelServer(model) as server:
        assert main(words(folder, server, n=2, limit=3)) == Exit.DONE
        assert len(server.asked) == 8
        before = [row["candidate"] for row in judged(folder)]
        assert main(words(folder, server, n=2, limit=3)) == Exit.DONE
        assert main(words(folder, server, n=2, limit=3, answers="all")) == Exit.DONE
        assert len(server.asked) == 8
        assert main(words(folder, server, n=2, limit=4)) == Exit.DONE  # one problem more
        assert len(server.asked) == 10
        assert [row["candidate"] for row in judged(folder)][: len(before)] == before
        (folder / "code.jsonl").write_text((folder / "code.jsonl").read_text().splitlines()[1] + "\n")  # rows move
        assert main(words(folder, server, n=2, limit=4)) == Exit.DONE
        assert len(server.asked) == 10
        assert [row["candidate"] for row in judged(folder)][: len(before) - 2] == before[2:]
        assert main(words(folder, server, n=3, limit=4)) == Exit.DONE  # a sample more of each of the four
        assert len(server.asked) == 14


def test_a_killed_build_goes_on_with_the_samples_that_it_has(folder):
    def fatal(_: str, number: int) -> dict[str, Any]:
        if number == 9:
            process.kill()
        return model(_, number)

    with ModelServer(fatal, delay_s=0.05) as server:
        process = subprocess.Popen([sys.executable, "-m", "ot_code", *words(folder, server)])
        assert process.wait(60) == -9
        assert 9 < len(server.asked) < 20  # in the middle
        server.answer = model
        assert main(words(folder, server)) == Exit.DONE
        assert 20 <= len(server.asked) <= 24  # those under way when it was killed may come again
    assert len(judged(folder)) == 24


def test_what_is_kept_and_how_it_is_asked_stand_in_the_recipe(folder):
    asked_before = {"#0": count(), "#1": count(), "of": count()}

    def counts(prompt: str, _: int) -> dict[str, Any]:
        """Half of #0's answers right, in whatever order problems are asked; all of #1's, none of the numbers'."""
        kind = next(kind for kind in asked_before if kind in prompt)
        turn = next(asked_before[kind])
        return model(prompt, {"#0": turn, "#1": 1, "of": 0}[kind])

    with ModelServer(counts) as server:
        given = words(folder, server)
        recipe = (folder / "r.yaml").read_text()
        more = "keep: first, band: [0.3, 0.7], templates: {code: 'Write: {problem}'}, seed: 7, retries: 1"
        (folder / "r.yaml").write_text(recipe.replace("concurrency: 3", f"concurrency: 3, {more}"))
        assert main(given) == Exit.DONE
        asked = [request["messages"][-1]["content"] for request in server.asked]
    assert sum(text.startswith("Write: Add.") for text in asked) == 8
    rows = judged(folder)
    wanted = []
    for row_id in dict.fromkeys(row["row_id"] for row in rows):
        each = [row for row in rows if row["row_id"] == row_id]
        right = [row["passed"] for row in each]
        if 0.3 <= sum(right) / 4 <= 0.7:
            wanted.append((row_id, right.index(True)))
    kept = rows_of(folder / "out/stages/01-sample/kept")
    assert [(row["row_id"], row["sample_index"]) for row in kept] == wanted
    assert [row["problem"] for row in kept] == ["Add. #0"]
    told = json.loads((folder / "out/summary.json").read_text())
    [step] = [step for step in told["funnel"] if step["step"] == "01-sample"]
    assert step["reasons"]["right, but left out"] == 5


def test_a_dry_run_leaves_nothing_and_no_key_is_written(folder, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    with ModelServer(model) as server:
        given = words(folder, server)
        assert main([*given[:2], "--dry-run", "--rows", "1", "--quiet"]) == Exit.DONE
        assert len(server.asked) == 8
        assert not (folder / "out").exists()
        assert main(given) == Exit.DONE
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    assert not [path for path in files if b"sk-very-secret" in path.read_bytes()]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{n: 2}", "model.*is missing"),
        ("{model: m, n: 2, until: 5}", "line 3.*until 5"),
        ("{model: m, n: 0}", "n: must be a whole number"),
        ("{model: m, base_url: 'http://me:pw@host/v1'}", "base_url: must hold no user"),
        ("{model: m, tempreature: 1}", "did you mean temperature"),
        ("{model: m, band: [0.9, 0.1]}", "band: must be two pass rates"),
        ("{model: m, keep: longest}", "keep: must be one of all, first"),
        ("{model: m, templates: {math: 'Think.'}}", "templates.math: has no {problem}"),
        ("{model: m, templates: {maths: '{problem}'}}", "templates.maths: has no meaning here: did you mean math"),
        ("{model: m, timeout_s: 0}", "timeout must be a positive number"),
    ],
)
def test_what_is_wrong_with_it_is_named(tmp_path, settings, said):
    (tmp_path / "r.yaml").write_text(f"sources: [{{input: x.jsonl}}]\nstages:\n  - sample: {settings}\n")
    with pytest.raises(SettingError, match=said):
        load_recipe(str(tmp_path / "r.yaml"))
