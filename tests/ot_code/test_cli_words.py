"""What the commands say when they are asked for what cannot be: the option by its name, and a mend that helps."""

from __future__ import annotations

import pytest
from verify_runs import TESTS, jsonl

from ot_code.cli import main
from ot_code.cli.exits import Exit


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), Exit.USAGE, ("FILE", "or - to read it")),
        (("gone.py",), Exit.FAILED, ("FILE gone.py", "No such file", "name the program")),
        (("a.py", "--stdin", "gone.txt"), Exit.FAILED, ("--stdin gone.txt", "No such file", "leave --stdin out")),
        (("a.py", "--stdin", "."), Exit.FAILED, ("--stdin .", "Is a directory")),
    ],
)
def test_run_names_the_option_and_the_mend(tmp_path, monkeypatch, capsys, words, code, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("print(1)")
    assert main(["run", *words]) == code
    told = capsys.readouterr().err
    assert all(part in told for part in said), told


@pytest.mark.parametrize(
    ("columns", "words", "advised"),
    [
        ({"solutions": "[]"}, (), True),
        ({}, (), False),
        ({}, ("--solutions",), False),
    ],
)
def test_solutions_are_advised_only_where_they_can_be_judged(tmp_path, capsys, columns, words, advised):
    row = {"problem_id": 1, "question": "Add.", "input_output": TESTS, **columns}
    path = jsonl(tmp_path / "apps.jsonl", [row])
    assert main(["verify", str(path), "--out", str(tmp_path / "out"), *words]) == Exit.USAGE
    told = capsys.readouterr().err
    assert "nothing to judge" in told
    assert ("with --solutions" in told) is advised
