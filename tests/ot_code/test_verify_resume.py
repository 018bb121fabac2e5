"""A run that was stopped or killed, at any instant, and then continued equals one that was not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from verify_runs import (
    CRASH,
    RIGHT,
    WRONG,
    jsonl,
    plain,
    rows_of,
    run_apart,
    stable,
    summary,
    verdicts,
    verify,
)

from ot_code import shards
from ot_code.cli.exits import Exit
from ot_code.journal import lines_of

SHARD = "import ot_code.shards as s, sys; s.SHARD_ROWS = 7; from ot_code.cli import main; sys.exit(main(sys.argv[1:]))"


def rows(count=24):
    """Rows of differing types, with candidates that fail on different tests."""
    answers = [RIGHT, WRONG, CRASH, "print(3)", "print(7)", "words", RIGHT + "#", None]
    return [
        plain(number, answers[: 1 + number % 8], **extra)
        for number, extra in zip(range(count), [{}, {"tag": 1}, {"tag": "x"}, {"deep": {"a": 1}}] * count, strict=False)
    ]


def start(path, out, *words):
    words = ["verify", str(path), "--out", str(out), "--quiet", *words]
    return subprocess.Popen([sys.executable, "-c", SHARD, *words], stderr=subprocess.PIPE, text=True)


def finish(path, out, *words):
    """Runs it to its end."""
    with start(path, out, *words) as process:
        said = process.stderr.read()
    assert process.returncode == Exit.DONE, said


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    path = jsonl(folder / "rows.jsonl", rows())
    began = time.monotonic()
    finish(path, folder / "out")
    return path, folder / "out", time.monotonic() - began


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_instants_and_continued(undisturbed, tmp_path, seed, form):
    path, whole, took = undisturbed
    if form == "jsonl":
        whole = tmp_path / "whole"
        finish(path, whole, "--format", form)
    rng = random.Random(seed)
    out = tmp_path / "out"
    kills = 0
    for _ in range(50):
        process = start(path, out, "--format", form)
        try:
            code = process.wait(0.5 if not kills else rng.uniform(0.3, 0.3 + took * 0.6) * 1.1**kills)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        else:
            assert code == Exit.DONE, process.stderr.read()
            break
        finally:
            process.stderr.close()
    else:
        pytest.fail("it never came to its end")
    assert kills
    for folder in ("judged", "kept", "problems"):
        names = [sorted(entry.name for entry in (root / folder).iterdir()) for root in (whole, out)]
        assert names[0] == names[1]
        assert stable(out / folder) == stable(whole / folder)
    assert summary(out)["verdicts"] == summary(whole)["verdicts"]
    assert not [entry for entry in out.iterdir() if entry.name in (".staging", ".widened")]


def test_each_step_of_the_end_may_be_the_last(undisturbed, tmp_path):
    """Stops right before each of the calls by which an output is completed, then continues."""
    path, whole, _ = undisturbed
    steps = (
        "stage_widened", "place_widened", "_place", "counted", "write_json:summary", "mark:widened", "mark:finished",
        "tidy",
    )  # fmt: skip
    code = """
import os, sys, ot_code.shards as s, ot_code.outputs as o, ot_code.journal as j
s.SHARD_ROWS = 7
name, _, only = sys.argv.pop(1).partition(":")
home = next(c for c in (s.Shards, o.OutputFolder, j.Journal) if hasattr(c, name))
real = getattr(home, name)
calls = []
def stop(self, *a, **k):
    calls.append(a)
    if not only or only in str(a[0]):
        if len(calls) > 1 or only or name in ("counted", "tidy"):
            os._exit(9)
    return real(self, *a, **k)
setattr(home, name, stop)
from ot_code.cli import main
sys.exit(main(sys.argv[1:]))
"""
    for step in steps:
        out = tmp_path / step.replace(":", "-")
        words = ["verify", str(path), "--out", str(out), "--quiet"]
        assert subprocess.run([sys.executable, "-c", code, step, *words], check=False).returncode == 9, step
        finish(path, out)
        for folder in ("judged", "kept", "problems"):
            assert stable(out / folder) == stable(whole / folder), step


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_it_cleanly_and_the_same_command_goes_on(undisturbed, tmp_path, number, code):
    path, whole, _ = undisturbed
    out = tmp_path / "out"
    process = start(path, out)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not (out / ".journal").exists() or (out / ".journal").stat().st_size < 3000):
        time.sleep(0.01)
    process.send_signal(number)
    assert process.wait(30) == code
    said = process.stderr.read()
    process.stderr.close()
    assert "the same command" in said
    assert "Traceback" not in said
    assert not any(entry[2] == "sandbox_error" for entry in lines_of(out / ".journal") if isinstance(entry, list))
    assert not (out / "summary.json").exists()
    finish(path, out)
    assert stable(out / "judged") == stable(whole / "judged")


def test_what_was_judged_is_not_judged_again(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", rows(6))
    out = tmp_path / "out"
    assert verify(path, "--out", out) == Exit.DONE
    size = (out / ".journal").stat().st_size
    before = rows_of(out / "judged")
    assert verify(path, "--out", out) == Exit.DONE
    assert (out / ".journal").stat().st_size == size
    assert rows_of(out / "judged") == before


def test_rejudge_does_those_rows_again_and_keeps_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 4)
    path = jsonl(tmp_path / "rows.jsonl", rows(6))
    out = tmp_path / "out"
    assert verify(path, "--out", out) == Exit.DONE
    before = rows_of(out / "judged")
    names = sorted(entry.name for entry in (out / "judged").iterdir())
    size = (out / ".journal").stat().st_size
    assert verify(path, "--out", out, "--rejudge", "wrong_answer,runtime_error") == Exit.DONE
    after = rows_of(out / "judged")
    assert stable(out / "judged") == [
        {k: v for k, v in row.items() if k in stable(out / "judged")[0]} for row in before
    ]
    assert sorted(entry.name for entry in (out / "judged").iterdir()) == names
    again = [entry for entry in list(lines_of_after(out / ".journal", size)) if isinstance(entry, list)]
    assert {entry[2] for entry in again} == {"wrong_answer", "runtime_error"}
    untouched = [row["verdict"] not in ("wrong_answer", "runtime_error") for row in before]
    assert [row for row, same in zip(after, untouched, strict=True) if same] == [
        row for row, same in zip(before, untouched, strict=True) if same
    ]


def lines_of_after(path, offset):
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            yield json.loads(line)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--all-tests"], "settings.all_tests"),
        (["--checker", "exact"], "settings.checker"),
        (["--limit", "1"], "settings.limit"),
        (["--format", "jsonl"], "settings.format"),
        (["--time-factor", "python3=9"], "limits.time_factors.python3"),
        (["--keep-unchecked", "science"], "settings.keep_unchecked"),
    ],
)
def test_other_settings_are_another_output(tmp_path, capsys, words, named):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    assert verify(path, "--out", tmp_path / "out", *words) == Exit.USAGE
    assert f"{named} was" in capsys.readouterr().err
    assert verify(path, "--out", tmp_path / "out", *words, "--overwrite") == Exit.DONE


def test_settings_that_do_not_matter_to_the_output_may_change(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    words = ["--jobs", "1", "--pin", "--max-faults", "1%", "--cache", tmp_path / "cache"]
    assert verify(path, "--out", tmp_path / "out", *words) == Exit.DONE


def test_another_input_is_another_output(tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    jsonl(path, [plain(0, [WRONG])])
    assert verify(path, "--out", tmp_path / "out") == Exit.USAGE
    assert "input.fingerprint was" in capsys.readouterr().err
    assert verify(path, "--out", tmp_path / "out", "--overwrite") == Exit.DONE
    assert verdicts(tmp_path / "out") == ["wrong_answer"]


def test_a_second_process_is_kept_out(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", rows(12))
    out = tmp_path / "out"
    process = start(path, out)
    while not (out / "run.json").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)  # it may not be done before the second has started
    try:
        second = run_apart(path, "--out", out)
    finally:
        process.send_signal(signal.SIGCONT)
        code = process.wait(120)
        process.stderr.close()
    assert code == Exit.DONE
    assert second.returncode == Exit.FAILED
    assert f"process {process.pid}" in second.stderr


def test_a_full_disk_stops_the_run_and_loses_nothing(tmp_path, monkeypatch, capsys):
    path = jsonl(tmp_path / "rows.jsonl", rows(6))
    out = tmp_path / "out"
    from ot_code.journal import Journal

    real = Journal._write
    left = [4]

    def full(self, line):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, os.strerror(28))
        real(self, line)

    monkeypatch.setattr(Journal, "_write", full)
    assert verify(path, "--out", out) == Exit.FAILED
    assert os.strerror(28) in capsys.readouterr().err
    monkeypatch.undo()
    assert verify(path, "--out", out) == Exit.DONE
    assert summary(out)["rows"] == 6
