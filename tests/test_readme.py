"""The README's commands and programs, run as they stand, where somebody else's package `sandbox` is nearer."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
PROGRAMS = [text for tag, text in BLOCKS if tag == "python"]
COMMANDS = [
    line for tag, text in BLOCKS if tag in ("", "sh", "bash") for line in text.splitlines() if line[:8] == "ot-code "
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somewhere else, after the README's commands."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "sandbox").mkdir()
    (folder / "sandbox" / "__init__.py").write_text("raise RuntimeError('somebody else\\'s sandbox was imported')\n")
    for command in COMMANDS:
        _, *words = shlex.split(command, comments=True)
        _run(folder, "-m", "ot_code", *words)
    return folder


def _run(folder: Path, *words: str) -> str:
    environment = {**os.environ, "HF_DATASETS_CACHE": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_commands_and_programs_to_run():
    assert len(COMMANDS) >= 1
    assert len(PROGRAMS) >= 3


def test_its_commands_run(folder):
    for command in COMMANDS:
        if "--out" in command:
            out = folder / command.split("--out ")[1].split()[0]
            assert (out / "summary.json").is_file()


def _said() -> Iterator[tuple[str, str]]:
    """Each program of the README, with what it must print."""
    prints = {"load_dataset": "", 'stdin="hi"': "hi\n", "run_many": "42\n42\n"}
    for text in PROGRAMS:
        yield text, next((said for word, said in prints.items() if word in text), "")


@pytest.mark.parametrize(("text", "said"), list(_said()), ids=range(len(PROGRAMS)))
def test_its_programs_run(folder, text, said):
    (folder / "snippet.py").write_text(text)
    assert said in _run(folder, "snippet.py")
