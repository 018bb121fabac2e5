"""The command line itself: quick, lazy, one line for what is wrong, and the right exit code."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest
from verify_runs import RIGHT, jsonl, plain, run_apart, verify

from ot_code.cli import COMMANDS, main
from ot_code.cli.exits import Exit
from ot_code.cli.failures import explained
from ot_code.errors import InputError, OutputError, UsageError
from sandbox.errors import JailError


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from ot_code.cli import main; main(['--help']);"
        "print([m for m in ('pyarrow', 'numpy', 'rich', 'sandbox', 'code_pipeline', 'datasets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_shows_an_example(name, capsys):
    if importlib.util.find_spec(COMMANDS[name][0]) is None:
        pytest.skip(f"{COMMANDS[name][0]} is not written yet")
    assert main([name, "--help"]) == Exit.DONE
    assert f"ot-code {name}" in capsys.readouterr().out.split("options:")[-1]


def test_the_version_and_no_command(capsys):
    assert main(["--version"]) == Exit.DONE
    assert capsys.readouterr().out.startswith("ot-code ")
    assert main([]) == Exit.USAGE
    assert "COMMAND" in capsys.readouterr().err
    assert main(["frobnicate"]) == Exit.USAGE
    assert "frobnicate" in capsys.readouterr().err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_were_closed_before_it_began_are_done_without(closed, tmp_path):
    given = jsonl(tmp_path / "in.jsonl", [plain(1, [RIGHT])])
    words = [sys.executable, "-m", "ot_code", "verify", str(given), "--out", str(tmp_path / "out")]
    done = subprocess.run(["/bin/sh", "-c", f'"$@" {closed}', "sh", *words], check=False, timeout=100)
    assert done.returncode == Exit.DONE
    assert json.loads((tmp_path / "out/summary.json").read_text())["verdicts"] == {"accepted": 1}


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("give\none"), Exit.USAGE, "give one"),
        (InputError("no file x"), Exit.FAILED, "no file x"),
        (OutputError("locked"), Exit.FAILED, "locked"),
        (JailError("no bwrap"), Exit.FAILED, "no bwrap"),
        (
            OSError(28, "No space left on device", "/x"),
            Exit.FAILED,
            "No space left on device (/x): make room, then give the same command again",
        ),
        (OSError(5, "Input/output error", "/x"), Exit.FAILED, "Input/output error (/x)"),
        (KeyError("k"), Exit.FAILED, "a fault of ours, KeyError: 'k' (`ot-code --debug COMMAND ...` shows where)"),
    ],
)
def test_an_error_becomes_an_exit_code_and_one_line(error, code, said):
    assert explained(error) == (code, said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--jobs", "0"], "--jobs"),
        (["--limit", "x"], "--limit"),
        (["--checker", "{"], "--checker"),
        (["--checker", "nosuch"], "nosuch"),
        (["--checker", "nosuch.json"], "nosuch.json: a checker's description cannot be read"),
        (["--time-factor", "python3"], "python3=5"),
        (["--time-factor", "cobol=2"], "cobol"),
        (["--max-faults", "200%"], "0.1%"),
        (["--rejudge", "brilliant"], "brilliant"),
        (["--format", "csv"], "csv"),
        (["--on", "id"], "--problems"),
        (["--problems", "x.jsonl", "--on", "id"], "--response-column"),
        (["--solutions", "--response-column", "text"], "--solutions"),
        (["--overwrite", "--rejudge", "accepted"], "--overwrite"),
        (["--response-column", "nosuch"], "nosuch"),
        (["--source", "nosuch"], "nosuch"),
        (["--nosuch"], "--nosuch"),
    ],
)
def test_wrong_usage_is_exit_2_with_what_to_do(words, said, tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])
    assert verify(path, "--out", tmp_path / "out", *words) == Exit.USAGE
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert not (tmp_path / "out" / "judged").exists()


def test_out_is_needed(tmp_path, capsys):
    assert verify(jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])) == Exit.USAGE
    assert "--out" in capsys.readouterr().err


def test_an_input_that_is_not_there_is_exit_1_and_one_line(tmp_path):
    done = run_apart(tmp_path / "nosuch.jsonl", "--out", tmp_path / "out")
    assert done.returncode == Exit.FAILED
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("ot-code: ")
    assert not (tmp_path / "out").exists()


def test_debug_shows_the_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ot_code", "--debug", "verify", str(tmp_path / "nosuch.jsonl"), "--out", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Traceback" in done.stderr


def test_nothing_to_judge_is_exit_2_with_what_to_do(tmp_path, capsys):
    row = plain(0, [])
    del row["candidates"]
    assert verify(jsonl(tmp_path / "rows.jsonl", [row]), "--out", tmp_path / "out") == Exit.USAGE
    error = capsys.readouterr().err
    assert "--response-column" in error


def test_a_dry_run_says_what_would_be_judged_and_writes_nothing(tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT, RIGHT]), "{broken", plain(2, [RIGHT])])
    assert main(["verify", str(path), "--dry-run"]) == Exit.DONE
    text = capsys.readouterr().out
    assert "schema: plain" in text
    assert "judged: candidates" in text
    assert "candidates 2" in text
    assert main(["verify", str(path), "--dry-run", "--json"]) == Exit.DONE
    plan = json.loads(capsys.readouterr().out)
    assert [row.get("tests") for row in plan["rows"]] == [3, None, 3]
    assert "line 2" in plan["rows"][1]["bad"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["rows.jsonl"]


def test_the_face_has_what_it_names():
    import ot_code

    assert ot_code.__all__ == sorted(ot_code.__all__)
    for name in ot_code.__all__:
        assert getattr(ot_code, name) is not None
    assert set(ot_code.__all__) <= set(dir(ot_code))
    with pytest.raises(AttributeError, match="nosuch"):
        _ = ot_code.nosuch
