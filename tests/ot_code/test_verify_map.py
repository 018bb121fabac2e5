"""--map COLUMN=FIELD: tables whose columns have other names."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_runs import RIGHT, WRONG, jsonl, rows_of, verify

from code_pipeline.errors import SchemaError
from code_pipeline.readers.mapped import FIELDS, ColumnMap
from ot_code.cli.exits import Exit

TESTS = {"inputs": ["1 2", "3 4"], "outputs": ["3", "7"]}


def mapped(*pairs: str) -> list[str]:
    return [word for pair in pairs for word in ("--map", pair)]


def test_a_csv_with_names_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["uid", "given", "wanted", "answer text", "seconds"])
        for number, answer in enumerate((RIGHT, WRONG)):
            writer.writerow([number, json.dumps(TESTS["inputs"]), json.dumps(TESTS["outputs"]), answer, "2"])
        writer.writerow([2, '["1"', "[]", RIGHT, ""])
    words = mapped("uid=id", "given=inputs", "wanted=outputs", "answer text=candidates", "seconds=time_limit_s")
    assert verify(path, *words, "--out", tmp_path / "out") == Exit.DONE
    judged = rows_of(tmp_path / "out" / "judged")
    assert [row["verdict"] for row in judged] == ["accepted", "wrong_answer", "bad_problem"]
    assert judged[0]["given"] == json.dumps(TESTS["inputs"])
    assert judged[0]["answer text"] == RIGHT
    assert judged[0]["limits"]["cpu_time_s"] == 2
    assert judged[0]["origin"]["column"] == "answer text"
    assert "--map given=inputs --map wanted=outputs" in judged[2]["reason"]
    settings = json.loads((tmp_path / "out" / "run.json").read_text())["settings"]
    assert settings["map"]["answer text"] == "candidates"
    assert verify(path, *words[2:], "--out", tmp_path / "out") == Exit.USAGE  # another map is another output


def test_paths_into_columns(tmp_path: Path) -> None:
    rows = [{"reward": {"tests": TESTS, "answers": [RIGHT, WRONG]}, "meta": json.dumps({"limit": 3})}]
    words = mapped("reward.tests=test_cases", "reward.answers=candidates", "meta.limit=time_limit_s")
    parquet = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows), parquet)
    for path in (jsonl(tmp_path / "rows.jsonl", rows), parquet):
        out = tmp_path / path.suffix[1:]
        assert verify(path, *words, "--out", out) == Exit.DONE
        judged = rows_of(out / "judged")
        assert [(row["candidate"], row["verdict"]) for row in judged] == [(RIGHT, "accepted"), (WRONG, "wrong_answer")]
        assert [row["limits"]["cpu_time_s"] for row in judged] == [3, 3]
        assert all(row["reward"] == rows[0]["reward"] for row in judged)


def test_a_list_of_answers_is_moved_under_its_own_name(tmp_path: Path) -> None:
    rows = [{"cases": TESTS, "outs": [RIGHT, WRONG], "fn": None, "n": 1}]
    words = mapped("cases=test_cases", "outs=candidates", "fn=fn_name")
    assert verify(jsonl(tmp_path / "rows.jsonl", rows), *words, "--out", tmp_path / "out") == Exit.DONE
    judged = rows_of(tmp_path / "out" / "judged")
    assert "outs" not in judged[0]
    assert "cases" not in judged[0]
    assert judged[1]["candidate"] == WRONG
    assert set(rows_of(tmp_path / "out" / "problems")[0]) == {"row_id", "cases"}


def test_a_function_named_in_a_column(tmp_path: Path) -> None:
    rows = [{"i": [[1, 2]], "o": [3], "fn": "add", "response": "def add(a, b):\n    return a + b\n"}]
    words = mapped("i=inputs", "o=outputs", "fn=fn_name")
    assert verify(jsonl(tmp_path / "rows.jsonl", rows), *words, "--out", tmp_path / "out") == Exit.DONE
    assert rows_of(tmp_path / "out" / "judged")[0]["accepted_by"] == "values"


def test_problems_that_are_joined_are_mapped(tmp_path: Path) -> None:
    problems = jsonl(tmp_path / "problems.jsonl", [{"key": 1, "cases": TESTS}])
    answers = jsonl(tmp_path / "answers.jsonl", [{"key": 1, "text": RIGHT}, {"key": 1, "text": WRONG}])
    words = ["--problems", problems, "--on", "key", "--response-column", "text", *mapped("cases=test_cases")]
    assert verify(answers, *words, "--out", tmp_path / "out") == Exit.DONE
    assert [row["verdict"] for row in rows_of(tmp_path / "out" / "judged")] == ["accepted", "wrong_answer"]


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        (["nosuch=test_cases"], "there is no such column; there are cases, deep, text. The fields are problem, test"),
        (["cases=nosuch"], "there is no field 'nosuch'; they are problem, test_cases"),
        (["deep.x=test_cases"], "column `deep` has no x in the first 1 rows; it has tests"),
        (["cases=test_cases", "deep=test_cases"], "cases, deep cannot all be test_cases"),
        (["cases=test_cases", "deep=inputs"], "map either it or the two"),
        (["cases=inputs"], "inputs and outputs go together"),
        (["cases=test_cases", "cases=id"], "is given twice"),
        (["cases"], "must look like tests=test_cases"),
    ],
)
def test_a_wrong_map_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pairs: list[str], says: str
) -> None:
    path = jsonl(tmp_path / "rows.jsonl", [{"cases": TESTS, "deep": {"tests": TESTS}, "text": RIGHT}])
    try:
        code = verify(path, *mapped(*pairs), "--out", tmp_path / "out")
    except SystemExit as error:  # argparse's own
        code = error.code
    assert code == Exit.USAGE
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


_CELLS = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["[1]", '{"a": [2]}', "{", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "a.b"]), inner),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["a", "b", "a.b", "c", "test_cases"]), _CELLS, min_size=1),
    st.dictionaries(st.sampled_from(["a", "b", "a.b", "a.b.a", "c.a", "nosuch"]), st.sampled_from(FIELDS)),
)
def test_no_cell_makes_the_view_raise(row: dict[str, Any], pairs: dict[str, str]) -> None:
    try:
        columns = ColumnMap(pairs)
    except SchemaError:
        return
    before = json.dumps(row)
    seen = columns.view(row)
    assert json.dumps(row) == before
    assert set(seen) == set(columns.columns(row))
    assert {row_name for row_name in row if row_name not in pairs and row_name not in FIELDS} <= set(seen)
