"""filter: conditions on columns, findings, and draws that depend on the rows alone."""

from __future__ import annotations

import json
import random
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_runs import jsonl, rows_of

from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.errors import SettingError, UsageError
from ot_code.given import Given
from ot_code.stages.draw import Draw
from ot_code.stages.filter import Filter

TALK = [{"from": "user", "value": "q"}, {"from": "assistant", "value": "one two three"}]


def kinds(rows, **asked):
    """What becomes of each row: None where it is kept."""
    outcomes = Filter.of(Given(asked)).apply(rows)
    return [outcome.removal and outcome.removal.kind for outcome in outcomes]


def left(rows, **asked):
    return [outcome.row for outcome in Filter.of(Given(asked)).apply(rows) if outcome.removal is None]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("x", [0]),
        (["x", "y"], [0, 1]),
        ({"in": ["x", 5]}, [0, 2]),
        ({"equals": 5}, [2]),
        (5.0, [2]),
        (True, [5]),
        (1, []),
        ({"not_in": ["x", "y"]}, [2, 5, 6, 7]),
        ({"min": 4}, [2]),
        ({"max": 4}, []),
        ({"min": 5, "max": 5}, [2]),
        ({"missing": True}, [3, 4]),
        (None, [3, 4]),
        ({"missing": False}, [0, 1, 2, 5, 6, 7]),
        ({"characters": {"max": 1}}, [0, 1, 7]),
        ({"words": {"min": 2}}, [6]),
        ({"words": {"min": 2, "max": 3}, "characters": {"max": 12}}, []),
        ({"words": {"max": 1}}, [0, 1, 7]),
    ],
)
def test_conditions(condition, kept):
    values = ["x", "y", 5, None, "", True, TALK, ["a", "b"]]
    rows = [{"n": n, "c": value} for n, value in enumerate(values)]
    assert [row["n"] for row in left(rows, where={"c": condition})] == kept


def test_numbers_may_stand_in_text():
    values = ["7", " 8.5 ", Decimal(9), "seven", "nan", "", "3"]
    rows = [{"n": n, "c": value} for n, value in enumerate(values)]
    assert [row["n"] for row in left(rows, where={"c": {"min": 7}})] == [0, 1, 2]


def test_a_row_meets_every_condition_and_the_first_that_it_misses_is_named():
    rows = [{"a": 1, "b": {"c": 2}}, {"a": 2, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}}, {"a": 1, "b": None}]
    assert kinds(rows, where={"a": 1, "b.c": 2}) == [None, "where a", "where b.c", "where b.c"]
    removals = [outcome.removal for outcome in Filter.of(Given({"where": {"a": {"max": 1}}})).apply(rows)]
    assert removals[1].reason == "a: 2 is above 1"


def test_a_column_that_is_in_no_row_is_a_mistake():
    with pytest.raises(UsageError, match="no row has a column b; the columns are a, c"):
        left([{"a": 1}, {"c": 1}], where={"b": 1})
    assert left([{"a": 1}, {"b": 1}], where={"b": 1}) == [{"b": 1}]
    assert left([{"a": 1}], where={"b": {"missing": True}}) == [{"a": 1}]


MATH = [
    ("Find x if x + 1 = 2.", "1", None),
    ("Find x as shown in the figure below.", "1", "figure_in_statement"),
    ("Prove that 2 is even.", "2", "proof"),
    ("See ![x](a.png). What is x?", "1", "image_statement"),
    ("(a) Find x. (b) Find y.", "1", "multipart"),
    ("Is 7 odd? Find out.", "yes", "guessable_answer"),
    ("What is the capital of France?", "the large city of Paris", "worded_gold"),
    ("What is it?", None, "no_gold"),
]


def test_the_filter_of_curatedthoughts():
    rows = [{"problem": problem, "answer": answer, "domain": "math"} for problem, answer, _ in MATH]
    assert kinds(rows, like="curatedthoughts") == [kind for _, _, kind in MATH]


def test_the_filter_of_openthoughts_leaves_what_may_be_guessed_and_drops_code_without_tests():
    rows = [{"problem": problem, "answer": answer, "domain": "math"} for problem, answer, _ in MATH]
    expected = [None if kind in ("guessable_answer", "worded_gold") else kind for _, _, kind in MATH]
    tests = json.dumps({"inputs": ["1"], "outputs": ["1"]})
    cut = json.dumps({"inputs": ["1..."], "outputs": ["1"]})
    statement = "Read a number from standard input and print it again as it is."
    code = [{"problem": statement, "test_cases": each, "domain": "code"} for each in (tests, "", cut, "{")]
    found = kinds([*rows, *code], like="openthoughts")
    assert found == [*expected, None, "no_tests", "truncated_tests", "bad_problem"]


def test_findings_that_stand_in_the_row_count_too():
    rows = [{"problem": "What is 1 + 1?", "answer": "2", "findings": each} for each in (None, [], ["several_answers"])]
    assert kinds(rows, drop=["several_answers"]) == [None, None, "several_answers"]


def some(count):
    return [{"n": n, "source": "abc"[n % 3], "text": "x" * (n % 7)} for n in range(count)]


def test_a_draw_takes_so_many_of_each_and_the_same_each_time():
    first = left(some(300), take={"n": 10, "per": "source", "seed": 1})
    assert [sum(row["source"] == name for row in first) for name in "abc"] == [10, 10, 10]
    assert left(some(300), take={"n": 10, "per": "source", "seed": 1}) == first
    assert left(some(300), take={"n": 10, "per": "source", "seed": 2}) != first
    assert len(left(some(300), take={"n": 10})) == 10
    assert len(left(some(5), take={"n": 10})) == 5
    few = left(some(300), where={"source": "a"}, take={"n": 10, "per": "source", "seed": 1})
    assert few == [row for row in first if row["source"] == "a"]


@settings(max_examples=50)
@given(st.randoms(use_true_random=False), st.integers(0, 40), st.integers(0, 5))
def test_a_draw_does_not_depend_on_the_order_nor_on_the_other_rows(rng: random.Random, count, quota):
    rows = some(count)

    def drawn(rows):
        draw = Draw(3)
        for row in rows:
            draw.add(row, row["source"])
        return {row["n"] for row, taken in zip(rows, draw.chosen({"a": quota, "b": 2}), strict=True) if taken}

    shuffled = rng.sample(rows, len(rows))
    assert drawn(shuffled) == drawn(rows)
    assert drawn([row for row in rows if row["source"] != "b"]) == {n for n in drawn(rows) if n % 3 != 1}


def test_the_command_draws_the_same_rows_from_one_file_or_many_of_another_kind(tmp_path):
    rows = [{**row, "none": None} for row in some(200)]
    jsonl(tmp_path / "rows.jsonl", rows)
    (tmp_path / "many").mkdir()
    for number in range(4):
        part = pa.Table.from_pylist(rows[number * 50 : number * 50 + 50])
        pq.write_table(part, tmp_path / "many" / f"part-{number}.parquet", row_group_size=7)
    found = []
    for name in ("rows.jsonl", "many"):
        out = tmp_path / f"out-{name}"
        words = ["--where", "source: [a, b]", "--take", "9", "--per", "source", "--quiet"]
        assert main(["filter", str(tmp_path / name), "--out", str(out), *words]) == Exit.DONE
        found.append([row["n"] for row in rows_of(out / "kept")])
        assert json.loads((out / "summary.json").read_text())["reasons"]["not_drawn"] == 67 + 67 - 18
    assert found[0] == found[1]
    assert len(found[0]) == 18


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"where": {"a": {"mni": 1}}}, r"where\.a\.mni: has no meaning here: did you mean min\?"),
        ({"where": {"a": {}}}, r"where\.a: says nothing"),
        ({"where": {"a": {"min": 2, "max": 1}}}, r"where\.a\.min: 2 is more than max, which is 1"),
        ({"where": {"a": [[1]]}}, r"where\.a: must be a list of plain values"),
        ({"where": {"a": {"words": 5}}}, r"where\.a\.words: must be a table"),
        ({"where": [1]}, r"where: must be a table"),
        ({"drop": ["proofs"]}, r"drop: proofs: did you mean proof\?"),
        ({"like": "us"}, r"like: must be one of openthoughts, curatedthoughts"),
        ({"take": {"n": 0}}, r"take\.n: must be a whole number of at least 1, not 0"),
        ({"take": {"n": True}}, r"take\.n"),
        ({"take": {}}, r"take\.n: is missing"),
        ({"tkae": 1}, r"tkae: has no meaning"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(asked, said):
    with pytest.raises(SettingError, match=said):
        Filter.of(Given(asked))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing is asked for"),
        (["--where", "a: ["], "--where, line 1: is no YAML"),
        (["--where", "a"], "must look like 'column: value'"),
        (["--per", "a", "--where", "a: 1"], "--per and --seed are about a draw"),
        (["--where", "b: 1"], "no row has a column b"),
    ],
)
def test_wrong_use_of_the_command(tmp_path, capsys, words, said):
    path = jsonl(tmp_path / "rows.jsonl", [{"a": 1}])
    assert main(["filter", str(path), "--out", str(tmp_path / "out"), "--quiet", *words]) == Exit.USAGE
    assert said in capsys.readouterr().err
