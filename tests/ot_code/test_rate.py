"""rate: a rating for each row from a real server, in order, each paid for once, and what is no rating said so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from chat_server import ChatServer, Said, failing
from verify_runs import jsonl, rows_of

from ot_code.building.recipe import find_recipe
from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.errors import SettingError
from ot_code.given import Given
from ot_code.stages.rate import Rate, rating_of


def problem_of(request: dict[str, Any]) -> str:
    return str(json.loads(request["messages"][-1]["content"])["problem"])


def by_number(request: dict[str, Any], number: int) -> Said:
    """Problem N is of difficulty N modulo 10, plus 1; some take longer than others."""
    hard = int(problem_of(request).split()[-1]) % 10 + 1
    return Said(f"It is known.\nDifficulty: {hard}", hang_s=0.02 * (number % 3))


def problems(count: int) -> list[dict[str, Any]]:
    return [{"id": f"p{at}", "problem": f"Problem {at}"} for at in range(count)]


def rate(server: ChatServer, source: Any, out: Any, *words: Any) -> int:
    given = ["rate", source, "--out", out, "--model", "m", "--base-url", server.url, "--quiet", *words]
    return main(list(map(str, given)))


def summary(out: Any) -> dict[str, Any]:
    return json.loads((out / "summary.json").read_text())


def test_rows_get_whole_numbers_in_order_and_equal_problems_are_asked_once(tmp_path):
    source = jsonl(
        tmp_path / "in.jsonl", [*problems(1), *problems(30), "{", *problems(30), {"id": "x", "problem": None}]
    )
    with ChatServer(by_number) as server:
        assert rate(server, source, tmp_path / "out", "--concurrency", 4) == Exit.DONE
        assert Counter(map(problem_of, server.requests)) == {f"Problem {at}": 1 for at in range(30)}
        assert 1 < server.most_at_once <= 4
    rows = rows_of(tmp_path / "out/kept")
    assert [row["id"] for row in rows] == ["p0", *(f"p{at % 30}" for at in range(60)), "x"]
    assert [row["difficulty"] for row in rows] == [1, *(at % 10 + 1 for at in range(60)), None]
    assert all(type(row["difficulty"]) is int for row in rows[:-1])
    told = summary(tmp_path / "out")
    assert (told["read"], told["kept"], told["malformed"], told["notes"]) == (63, 62, 1, {"no_text": 1})
    out = tmp_path / "hard"
    words = ["filter", str(tmp_path / "out/kept"), "--where", "difficulty: {min: 4}", "--out", str(out), "--quiet"]
    assert main(words) == Exit.DONE
    assert {row["difficulty"] for row in rows_of(out / "kept")} == set(range(4, 11))


@pytest.mark.parametrize(
    ("reply", "rating"),
    [
        ("Difficulty: 7", 7), ("7", 7), ("10", 10), ("**Difficulty:** 3/10", 3), ("<think>9\n9</think>\n\n2.", 2),
        ('{"difficulty": 5}', 5), (r"$\boxed{4}$", 4), ("so\n\nRating = 6.0\n", 6), ("difficulty 8 / 10.", 8),
        ("0", None), ("11", None), ("7.5", None), ("-5", None), ("about 7", None), ("7 or 8", None), ("", None),
        ("Difficulty: 7\nI hope this helps", None), ("Difficulty: 3/5", None), ("10" * 500, None), ("1 0", None),
    ],
)  # fmt: skip
def test_what_is_a_rating(reply, rating):
    assert rating_of(reply) == rating


def odd(request: dict[str, Any], _: int) -> Said:
    return {
        "Problem 0": Said("I would rather not say."),
        "Problem 1": failing(400, "too long"),
        "Problem 2": Said("Difficulty: 1", finish_reason="length"),
        "Problem 3": Said("Difficulty: 9"),
    }[problem_of(request)]


def test_without_a_usable_rating_a_row_stays_with_null_or_goes_and_says_why(tmp_path):
    source = jsonl(tmp_path / "in.jsonl", [*problems(4), {"id": "x", "problem": " "}])
    with ChatServer(odd) as server:
        assert rate(server, source, tmp_path / "out") == Exit.DONE
        assert [row["difficulty"] for row in rows_of(tmp_path / "out/kept")] == [None, None, None, 9, None]
        assert summary(tmp_path / "out")["notes"] == {"no_text": 1, "unrated": 3}
        seen = len(server.requests)
        assert rate(server, source, tmp_path / "out", "--unrated", "remove") == Exit.USAGE  # made otherwise
        assert rate(server, source, tmp_path / "out", "--unrated", "remove", "--overwrite") == Exit.DONE
        # What was said is kept; only what the endpoint never gave is asked for again.
        assert [problem_of(request) for request in server.requests[seen:]] == ["Problem 1"]
    assert [row["id"] for row in rows_of(tmp_path / "out/kept")] == ["p3"]
    gone = rows_of(tmp_path / "out/removed")
    assert {row["kind"] for row in gone} == {"unrated"}
    said = ["does not end in a rating from 1 to 10: 'I would rather", "the endpoint says 400", "cut off", "no text"]
    assert all(part in row["reason"] for part, row in zip(said, gone, strict=True))


def test_a_killed_run_goes_on_and_pays_for_nothing_twice(tmp_path):
    source = jsonl(tmp_path / "in.jsonl", problems(40))

    def slow(request: dict[str, Any], number: int) -> Said:
        if number == 15:
            process.kill()
        said = by_number(request, number)
        said.hang_s = 0.03
        return said

    with ChatServer(slow) as server:
        words = ["rate", source, "--out", tmp_path / "out", "--model", "m", "--base-url", server.url]
        words += ["--concurrency", "3", "--quiet"]
        process = subprocess.Popen([sys.executable, "-m", "ot_code", *map(str, words)])
        assert process.wait(60) == -9
        assert 15 < len(server.requests) <= 19
        server.answer = by_number
        assert main(list(map(str, words))) == Exit.DONE
        # Those that were under way when it was killed may be asked again, and no others.
        assert 40 <= len(server.requests) <= 44
        assert main(list(map(str, words))) == Exit.DONE
        assert len(server.requests) <= 44
    assert [row["difficulty"] for row in rows_of(tmp_path / "out/kept")] == [at % 10 + 1 for at in range(40)]


def test_no_key_is_written_anywhere(tmp_path, monkeypatch):
    monkeypatch.setenv("RATER_KEY", "sk-very-secret")
    source = jsonl(tmp_path / "in.jsonl", problems(2))
    with ChatServer(by_number) as server:
        assert rate(server, source, tmp_path / "out", "--key-env", "RATER_KEY") == Exit.DONE
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [path for path in files if b"sk-very-secret" in path.read_bytes()]
    settings = json.loads((tmp_path / "out/run.json").read_text())["settings"]
    assert {name: settings[name] for name in ("model", "base_url", "key_env", "prompt")} == {
        "model": "m", "base_url": server.url, "key_env": "RATER_KEY", "prompt": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["http://me:secret@host/v1", "http://host/v1?key=secret", "http://host/#secret", "host", "http://[", "ftp://h"],
)
def test_an_address_that_could_hold_a_key_or_is_none_is_refused(url):
    with pytest.raises(SettingError, match="base_url") as caught:
        Rate.of(Given({"model": "m", "base_url": url}))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "rows", "said"),
    [
        (lambda *_: failing(401, "who are you"), problems(2), "refuses the model m (401"),
        (lambda *_: failing(400, "no such word"), problems(2), "answered nothing about 2 rows: the endpoint says 400"),
        (by_number, [{**problems(1)[0], "difficulty": "EASY"}], "has a column difficulty already"),
        (by_number, [{"question": "Problem 1"}], "no row has a column problem"),
    ],
)  # fmt: skip
def test_what_stops_it_says_the_mend(tmp_path, capsys, answer, rows, said):
    source = jsonl(tmp_path / "in.jsonl", rows)
    with ChatServer(answer) as server:
        assert rate(server, source, tmp_path / "out") == Exit.USAGE
    assert said in capsys.readouterr().err


def test_replies_that_are_damaged_are_named(tmp_path, capsys):
    source = jsonl(tmp_path / "in.jsonl", problems(2))
    with ChatServer(by_number) as server:
        assert rate(server, source, tmp_path / "out") == Exit.DONE
        (tmp_path / "out/ratings.jsonl").write_text("{\n")
        assert rate(server, source, tmp_path / "out", "--overwrite") == Exit.FAILED
    assert "ratings.jsonl is damaged" in (said := capsys.readouterr().err)
    assert "remove it, and all is asked again" in said


def test_a_recipe_filters_by_it_and_asks_once_whatever_changes(tmp_path):
    jsonl(tmp_path / "in.jsonl", [{**row, "answer": "1"} for row in problems(20)])
    path, out = tmp_path / "r.yaml", tmp_path / "out"

    def build(least: int, limit: int) -> int:
        path.write_text(
            f"sources:\n  - {{input: in.jsonl, domain: math, limit: {limit}}}\nstages:\n"
            f"  - rate: {{model: m, base_url: '{server.url}'}}\n"
            f"  - filter: {{where: {{difficulty: {{min: {least}}}}}}}\n"
        )
        return main(["build", str(path), "--out", str(out), "--quiet"])

    with ChatServer(by_number) as server:
        assert build(4, 15) == Exit.DONE
        rated = rows_of(out / "stages/02-filter/kept")
        assert [row["difficulty"] for row in rated] == [4, 5, 6, 7, 8, 9, 10, 4, 5]
        assert build(9, 15) == Exit.DONE
        assert len(server.requests) == 15
        assert build(9, 20) == Exit.DONE
        assert sorted(map(problem_of, server.requests)) == sorted(row["problem"] for row in problems(20))
    assert [row["difficulty"] for row in rows_of(out / "stages/02-filter/kept")] == [9, 10, 9, 10]


def test_the_two_lines_of_openthoughts3_switch_it_on(tmp_path):
    text, _, _ = find_recipe("openthoughts3").read_text().partition("  - deduplicate")
    inputs = find_recipe("openthoughts3").parents[1] / "examples"
    with ChatServer(lambda *_: Said("Difficulty: 4")) as server:
        text = text.replace("../examples", str(inputs)).replace("# - rate: {", f"- rate: {{base_url: '{server.url}', ")
        text = text.replace("# rated:", "rated:").replace("        difficulty: {min: 4}\n", "")
        (tmp_path / "r.yaml").write_text(text)
        assert main(["build", str(tmp_path / "r.yaml"), "--out", str(tmp_path / "out"), "--quiet"]) == Exit.DONE
        assert server.requests[0]["model"] == "gpt-4o-mini"
    assert {row["rated"] for row in rows_of(tmp_path / "out/stages/02-filter/kept")} == {4}
