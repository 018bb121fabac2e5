"""mix: counts and shares of each value, drawn the same each time."""

from __future__ import annotations

from collections import Counter

import pytest
from verify_runs import jsonl, rows_of

from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.errors import SettingError, UsageError
from ot_code.given import Given
from ot_code.stages.mix import Mix

NAMES = ["math"] * 4 + ["code"] * 3 + ["science", "puzzle", None]
ROWS = [{"n": n, "domain": NAMES[n % 10]} for n in range(200)]


def mixed(rows=ROWS, **asked):
    outcomes = list(Mix.of(Given({"by": "domain", **asked})).apply(rows))
    assert [outcome.row for outcome in outcomes] == rows
    return dict(Counter(outcome.row["domain"] for outcome in outcomes if outcome.removal is None)), outcomes


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"counts": {"math": 5, "code": 7}}, {"math": 5, "code": 7}),
        ({"counts": {"math": 5}, "others": "keep"}, {"math": 5, "code": 60, "science": 20, "puzzle": 20, None: 20}),
        ({"counts": {"math": 0, "code": 1}}, {"code": 1}),
        ({"counts": {"science": 30, "code": 1}, "short": "take"}, {"science": 20, "code": 1}),
        ({"shares": {"math": 0.5, "code": 0.3, "science": 0.2}}, {"math": 50, "code": 30, "science": 20}),
        ({"shares": {"math": 0.5, "code": 0.3, "science": 0.2}, "total": 10}, {"math": 5, "code": 3, "science": 2}),
        (
            {"shares": {"math": 0.333, "code": 0.333, "science": 0.334}, "total": 10},
            {"math": 3, "code": 3, "science": 4},
        ),
        ({"shares": {"math": 0.9, "code": 0.1}}, {"math": 79, "code": 9}),
        ({"shares": {"math": 0.9, "code": 0.1}, "total": 100, "short": "take"}, {"math": 80, "code": 10}),
        ({"shares": {"math": 1}}, {"math": 80}),
    ],
)
def test_so_many_of_each(asked, expected):
    found, outcomes = mixed(**asked)
    assert found == expected
    kinds = {outcome.removal.kind for outcome in outcomes if outcome.removal is not None}
    assert kinds <= {"not_drawn", "not_in_mix"}


def test_the_seed_chooses_and_the_order_of_rows_does_not():
    def drawn(rows, seed):
        _, outcomes = mixed(rows, counts={"math": 20}, seed=seed)
        return {outcome.row["n"] for outcome in outcomes if outcome.removal is None}

    assert drawn(ROWS, 1) == drawn(ROWS[::-1], 1)
    assert drawn(ROWS, 1) != drawn(ROWS, 2)


def test_too_few_rows_are_an_error_that_says_how_many():
    with pytest.raises(UsageError, match="asks for 30 rows of domain science, and there are 20; 1 rows of domain x"):
        mixed(counts={"science": 30, "math": 1, "x": 1})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "needs counts or shares"),
        ({"counts": {"a": 1}, "shares": {"a": 1}}, "needs counts or shares"),
        ({"counts": {"a": 0.5}}, r"counts\.a: must be a whole number of rows"),
        ({"counts": {"a": True}}, r"counts\.a"),
        ({"counts": {1: 1}}, r"the key 1 must be text"),
        ({"shares": {"a": 0.5}}, r"shares: must add up to 1, and add up to 0\.5"),
        ({"shares": {"a": -1, "b": 2}}, r"shares\.a"),
        ({"counts": {"a": 1}, "total": 3}, r"total: has a meaning beside shares only"),
        ({"counts": {"a": 1}, "others": "x"}, r"others: must be one of drop, keep"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(asked, said):
    with pytest.raises(SettingError, match=said):
        Mix.of(Given({"by": "domain", **asked}))


def test_a_column_that_no_row_has_is_an_error():
    with pytest.raises(UsageError, match="no row has a column topic; the columns are n, domain"):
        mixed(by="topic", counts={"math": 5}, short="take")


def test_settings_that_failed_can_be_mended_in_the_same_folder(tmp_path):
    rows, out = jsonl(tmp_path / "rows.jsonl", ROWS), tmp_path / "out"
    given = ["mix", str(rows), "--by", "domain", "--out", str(out), "--quiet", "--counts"]
    assert main([*given, "math: 500"]) == Exit.USAGE
    assert main([*given, "math: 5"]) == Exit.DONE
    assert len(rows_of(out / "kept")) == 5
    assert main([*given, "math: 6"]) == Exit.USAGE  # what is finished is not touched


def test_the_command(tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", ROWS)
    words = ["mix", str(path), "--out", str(tmp_path / "out"), "--by", "domain"]
    assert main([*words, "--shares", "math: 0.5, code: 0.5", "--total", "6"]) == Exit.DONE
    assert Counter(row["domain"] for row in rows_of(tmp_path / "out/kept")) == {"math": 3, "code": 3}
    assert "200 rows" in capsys.readouterr().out
    assert main([*words, "--counts", "math: 5000", "--overwrite", "--quiet"]) == Exit.USAGE
    assert "there are 80" in capsys.readouterr().err
