"""deduplicate: the later of two rows that are nearly the same goes, says what it is too like, and nothing else does."""

from __future__ import annotations

import json
import random

import pytest
from rapidfuzz import fuzz
from verify_runs import jsonl, rows_of

from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.errors import SettingError, UsageError
from ot_code.given import Given
from ot_code.stages.deduplicate import Deduplicate

TEXT = "Find the number of ways in which eight rooks can be put on a board so that none attacks another."


def kinds(rows, **asked):
    outcomes = list(Deduplicate.of(Given(asked)).apply(rows))
    assert [outcome.row for outcome in outcomes] == rows
    return [outcome.removal and outcome.removal.kind for outcome in outcomes], outcomes


def test_the_later_row_goes_and_names_the_earlier():
    rows = [
        {"id": "p1", "problem": TEXT},
        {"id": "p2", "problem": "x"},
        {"id": 3, "problem": TEXT.replace("eight", "7")},
    ]
    found, outcomes = kinds([*rows, {"problem": TEXT}, {"problem": "x"}])
    assert found == [None, None, "near_duplicate", "duplicate", "duplicate"]
    score = fuzz.ratio(TEXT, rows[2]["problem"])
    assert outcomes[2].removal.reason == f"fuzzy ratio {score:.1f} with row p1: '{TEXT}'"
    assert [outcome.removal.matched for outcome in outcomes[2:]] == ["p1", "p1", "p2"]


def test_rows_without_text_are_kept_and_noted():
    rows = [
        {"problem": None},
        {"problem": 7},
        {"problem": None},
        {},
        {"problem": "x"},
        {"problem": ["x"]},
        {"problem": "x"},
    ]
    found, outcomes = kinds(rows)
    assert found == [None] * 6 + ["duplicate"]
    assert [outcome.note for outcome in outcomes] == ["no_text"] * 4 + [None, "no_text", None]
    assert outcomes[6].removal.matched == "4"


@pytest.mark.parametrize("approximate", [False, True])
def test_columns_and_thresholds(approximate):
    rows = [{"a": {"b": TEXT}}, {"a": {"b": TEXT[:80]}}]
    score = fuzz.ratio(TEXT, TEXT[:80])
    for threshold, kind in ((score, "near_duplicate"), (score + 0.01, None)):
        assert kinds(rows, column="a.b", threshold=threshold, approximate=approximate)[0] == [None, kind]


def test_settings_that_make_no_sense():
    with pytest.raises(UsageError, match="no row has a column problem; the columns are a, b"):
        kinds([{"a": "x"}, {"b": "y"}])
    with pytest.raises(SettingError, match="above 0"):
        Deduplicate.of(Given({"threshold": 0}))
    with pytest.raises(SettingError, match="treshold"):
        Deduplicate.of(Given({"treshold": 95}))
    assert kinds([])[0] == []


def test_the_command_decides_as_all_pairs(tmp_path, capsys):
    rng = random.Random(1)
    texts = [f"{TEXT[: rng.randrange(60, 96)]} {rng.randrange(10**4)}" for _ in range(120)]
    path = jsonl(tmp_path / "rows.jsonl", [{"problem": text, "n": n} for n, text in enumerate(texts)] + ["{"])
    words = ["deduplicate", str(path), "--out", str(tmp_path / "out"), "--threshold", "93", "--json", "--quiet"]
    assert main(words) == Exit.DONE
    summary = json.loads(capsys.readouterr().out)
    gone = {
        n: next(m for m in range(n) if fuzz.ratio(texts[m], texts[n]) >= 93)
        for n in range(120)
        if any(fuzz.ratio(texts[m], texts[n]) >= 93 for m in range(n))
    }
    removed = rows_of(tmp_path / "out/removed")
    assert {row["n"]: int(row["matched"]) for row in removed[:-1]} == gone
    assert 10 < len(gone) < 120
    assert [row["n"] for row in rows_of(tmp_path / "out/kept")] == [n for n in range(120) if n not in gone]
    assert (summary["read"], summary["removed"], summary["malformed"]) == (121, len(gone) + 1, 1)
    assert summary["settings"] == {"version": 1, "column": "problem", "threshold": 93.0, "approximate": False}


def test_notes_are_counted_and_shown(tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", [{"problem": None}, {"problem": "x"}])
    assert main(["deduplicate", str(path), "--out", str(tmp_path / "out")]) == Exit.DONE
    assert "1 kept rows: no_text" in capsys.readouterr().out
    assert json.loads((tmp_path / "out/summary.json").read_text())["notes"] == {"no_text": 1}


def test_a_wrong_threshold_is_wrong_usage(tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", [{"problem": "x"}])
    assert main(["deduplicate", str(path), "--out", str(tmp_path / "out"), "--threshold", "101"]) == Exit.USAGE
    assert "threshold: must be above 0 and at most 100, not 101" in capsys.readouterr().err
