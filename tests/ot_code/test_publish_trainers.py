"""What is published, loaded by the trainers' own loaders: TRL's, LLaMA-Factory's, verl's.

They need torch and much more, so they live in an environment of their own: `make trainers` makes it. Where OT_TRAINERS
(default: .venv-trainers) names none, or a trainer cannot be imported there, its test is skipped, or with
OT_REQUIRE_TRAINERS fails.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest
from verify_runs import RIGHT, WRONG, jsonl, plain, verify

from ot_code.publishing.templates import SKY_T1
from ot_code.stages.publish import PublishSettings, publish

pytestmark = [
    pytest.mark.trainers,
    pytest.mark.timeout(800),
]  # torch is imported twice, from a cold disk, beside other tests
ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("OT_TRAINERS", ROOT / ".venv-trainers"))
LOAD = Path(__file__).parent / "trainers" / "load.py"
NEEDS = {"trl": "trl.data_utils", "llamafactory": "llamafactory.data.loader", "verl": "verl.utils.dataset.rl_dataset"}
ASKED = "Return your final response within \\boxed{}. What is 1/2?"
ANSWER = "<think>\nhalf\n</think>\n\n\\boxed{0.5}"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    math = {"id": "m", "problem": "What is 1/2?", "answer": "1/2", "candidates": [ANSWER, "\\boxed{2}"]}
    assert verify(jsonl(folder / "rows.jsonl", [math, plain(1, [RIGHT, WRONG])]), "--out", folder / "out") == 0
    return folder / "out"


def _absent(what: str) -> NoReturn:
    if os.environ.get("OT_REQUIRE_TRAINERS"):
        pytest.fail(what)
    pytest.skip(what)


def load(trainer: str, folder: Path, config: str, cache: Path) -> Any:
    python = HOME / "bin" / "python"
    if not python.exists():
        _absent(f"{HOME} is no environment with trainers: make trainers")
    environment = {
        **os.environ, "HF_DATASETS_CACHE": str(cache), "HF_HOME": str(cache), "HF_HUB_OFFLINE": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }  # fmt: skip
    run = {"capture_output": True, "text": True, "timeout": 350, "env": environment}
    done = subprocess.run([python, LOAD, trainer, folder, config], check=False, **run)
    if done.returncode:
        probe = subprocess.run([python, "-c", f"import {NEEDS[trainer]}"], check=False, **run)
        if probe.returncode:
            _absent(f"{trainer} cannot be imported in {HOME}: {probe.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def published(judged: Path, out: Path, form: str, style: str = "think") -> Path:
    publish(PublishSettings(str(judged), out, format=form, style=style), quiet=True)
    return out


def test_trl_reads_messages(judged: Path, tmp_path: Path) -> None:
    found = load("trl", published(judged, tmp_path / "out", "messages"), "verified", tmp_path / "cache")
    assert found["conversational"]
    assert found["texts"][0] == {"text": f"<user>{ASKED}</user><assistant>{ANSWER}</assistant>"}
    assert len(found["texts"]) == 2


def test_trl_reads_prompts_and_completions(judged: Path, tmp_path: Path) -> None:
    found = load("trl", published(judged, tmp_path / "out", "trl"), "unverified", tmp_path / "cache")
    assert found["conversational"]
    assert found["texts"][0]["prompt"] == f"<user>{ASKED}</user>"
    assert found["texts"][0]["completion"] == f"<assistant>{ANSWER}</assistant>"
    assert len(found["texts"]) == 4


@pytest.mark.parametrize("form", ["sharegpt", "messages"])
def test_llama_factory_reads_conversations(judged: Path, tmp_path: Path, form: str) -> None:
    folder = published(judged, tmp_path / "mine", form, style="openthoughts")
    rows = load("llamafactory", folder, "verified", tmp_path / "cache")
    assert rows[0]["_prompt"] == [{"role": "user", "content": ASKED}]
    assert rows[0]["_response"][0]["role"] == "assistant"
    assert rows[0]["_response"][0]["content"].startswith("<|begin_of_thought|>\n\nhalf\n\n<|end_of_thought|>")
    assert rows[0]["_system"] == SKY_T1
    assert len(rows) == 2


def test_verl_reads_prompts_and_what_they_are_rewarded_by(judged: Path, tmp_path: Path) -> None:
    rows = load("verl", published(judged, tmp_path / "out", "verl"), "verified", tmp_path / "cache")
    assert [row["index"] for row in rows] == [0, 1]
    assert rows[0]["raw_prompt"] == [{"role": "user", "content": ASKED}]
    assert rows[0]["reward_model"] == {"style": "rule", "ground_truth": "1/2"}
    assert json.loads(rows[1]["reward_model"]["ground_truth"])["outputs"] == ["3\n", "7\n", "30\n"]
