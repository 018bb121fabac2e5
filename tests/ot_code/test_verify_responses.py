"""Responses in one file, tests in another."""

from __future__ import annotations

import pytest
from verify_runs import RIGHT, WRONG, jsonl, plain, rows_of, verify

from ot_code.cli.exits import Exit
from ot_code.stages import responses


@pytest.fixture
def problems(tmp_path):
    rows = [plain(number, []) for number in range(3)]
    rows[1]["test_cases"] = {"inputs": ["5"], "outputs": ["6"]}
    return jsonl(tmp_path / "problems.jsonl", rows)


def test_responses_are_judged_by_the_tests_of_their_problem(tmp_path, problems, monkeypatch):
    monkeypatch.setattr(responses, "_REMEMBERED_BYTES", 100)  # every problem is read again
    rows = [
        {"id": "p0", "text": RIGHT, "model": "m", "answer": "x"},
        {"id": "p1", "text": RIGHT, "model": "m"},
        {"id": "p1", "text": "print(int(input()) + 1)", "model": "m"},
        {"id": "nosuch", "text": RIGHT},
        {"id": None, "text": RIGHT},
        {"id": "p0", "text": None},
        {"id": "p2", "text": [RIGHT, WRONG]},
    ]
    words = ["--problems", problems, "--on", "id", "--response-column", "text", "--out", tmp_path / "out"]
    assert verify(jsonl(tmp_path / "responses.jsonl", rows), *words) == Exit.DONE
    judged = rows_of(tmp_path / "out" / "judged")
    assert [row["verdict"] for row in judged] == [
        "accepted", "wrong_answer", "accepted", "bad_problem", "bad_problem", "no_response", "accepted", "wrong_answer",
    ]  # fmt: skip
    assert judged[0]["text"] == RIGHT
    assert judged[0]["model"] == "m"
    assert judged[6]["candidate"] == RIGHT
    assert "nosuch" in judged[3]["reason"]
    assert rows_of(tmp_path / "out" / "problems") == []


def test_a_number_joins_the_same_number_as_text(tmp_path):
    problems = jsonl(tmp_path / "problems.jsonl", [{**plain(0, []), "key": 17}])
    answers = jsonl(tmp_path / "answers.jsonl", [{"key": "17", "text": RIGHT}])
    words = ["--problems", problems, "--on", "key", "--response-column", "text", "--out", tmp_path / "out"]
    assert verify(answers, *words) == Exit.DONE
    assert rows_of(tmp_path / "out" / "judged")[0]["verdict"] == "accepted"


def test_a_key_that_names_two_problems_is_refused(tmp_path, capsys):
    problems = jsonl(tmp_path / "problems.jsonl", [plain(0, []), plain(0, [])])
    answers = jsonl(tmp_path / "answers.jsonl", [{"id": "p0", "text": RIGHT}])
    words = ["--problems", problems, "--on", "id", "--response-column", "text", "--out", tmp_path / "out"]
    assert verify(answers, *words) == Exit.USAGE
    assert "line 2" in capsys.readouterr().err


@pytest.mark.parametrize(("key", "column"), [("nosuch", "text"), ("id", "nosuch")])
def test_a_column_that_is_not_there_is_named(tmp_path, problems, capsys, key, column):
    answers = jsonl(tmp_path / "answers.jsonl", [{"id": "p0", "text": RIGHT}])
    words = ["--problems", problems, "--on", key, "--response-column", column, "--out", tmp_path / "out"]
    assert verify(answers, *words) == Exit.USAGE
    assert "nosuch" in capsys.readouterr().err


def test_other_problems_are_another_run(tmp_path, problems, capsys):
    answers = jsonl(tmp_path / "answers.jsonl", [{"id": "p0", "text": RIGHT}])
    words = ["--problems", problems, "--on", "id", "--response-column", "text", "--out", tmp_path / "out"]
    assert verify(answers, *words) == Exit.DONE
    jsonl(problems, [plain(0, [], note="changed")])
    assert verify(answers, *words) == Exit.USAGE
    assert "problems_fingerprint" in capsys.readouterr().err
