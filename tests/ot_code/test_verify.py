"""verify, end to end with the real sandbox: every kind of row, and what is written of it."""

from __future__ import annotations

import json
from collections import Counter

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from verify_runs import CRASH, RIGHT, SLOW, TESTS, WRONG, jsonl, plain, rows_of, run_apart, summary, verdicts, verify

from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.columns import OURS
from ot_code.config import VerifyConfig
from ot_code.errors import OutputError
from ot_code.journal import lines_of
from ot_code.stages import judging
from ot_code.summary import Tally, check

MIXED = [
    plain(0, [RIGHT, WRONG, CRASH], note="first", verdict="easy"),
    "{broken json",
    plain(2, []),
    plain(3, [RIGHT, {"language": "klingon", "response": "x"}, None, "words only"]),
    {**plain(4, [RIGHT]), "test_cases": {"inputs": ["1"], "outputs": []}},
    {**plain(5, [RIGHT]), "domain": "science"},
    plain(6, [SLOW], time_limit_s=0.5),
    {**plain(7, [RIGHT]), "test_cases": {"inputs": [], "outputs": []}},
]
EXPECTED = [
    "accepted", "wrong_answer", "runtime_error", "bad_problem", "no_response", "accepted", "unsupported_language",
    "no_response", "no_code", "bad_problem", "not_checked", "time_limit", "no_tests",
]  # fmt: skip


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    path = jsonl(folder / "rows.jsonl", MIXED)
    assert verify(path, "--out", folder / "out") == Exit.DONE
    return folder / "out"


def test_every_row_gets_its_verdict_in_the_order_of_the_input(mixed):
    assert verdicts(mixed) == EXPECTED
    rows = rows_of(mixed / "judged")
    assert [row["row_id"] for row in rows] == sorted(row["row_id"] for row in rows)
    assert [(row["row_id"], row["candidate_index"]) for row in rows[:4]] == [
        ("00000000", 0), ("00000000", 1), ("00000000", 2), ("00000001", None),
    ]  # fmt: skip


def test_the_columns_are_the_inputs_then_ours(mixed):
    names = pq.read_schema(mixed / "judged" / "part-00000.parquet").names
    assert tuple(names[-len(OURS) :]) == OURS
    assert {"id", "problem", "note", "input_verdict", "candidate"} <= set(names)
    first = rows_of(mixed / "judged")[0]
    assert first["note"] == "first"
    assert first["input_verdict"] == "easy"
    assert json.loads(first["candidate"]) == RIGHT
    assert first["accepted_by"] == "tokens"
    assert (first["passed"], first["tests_passed"], first["tests_run"], first["tests_total"]) == (True, 3, 3, 3)
    assert first["origin"] == {"column": "candidates", "index": 0, "label": None}
    assert first["limits"]["cpu_time_s"] > 0
    assert first["jail"]


def test_the_first_failure_is_shown(mixed):
    failure = rows_of(mixed / "judged")[1]["first_failure"]
    assert failure == {"index": 0, "input": "1 2\n", "expected": "3\n", "got": "0\n", "stderr": ""}


def test_what_is_about_the_row_says_why(mixed):
    rows = rows_of(mixed / "judged")
    assert "line 2" in rows[3]["reason"]
    assert rows[3]["passed"] is None
    assert rows[6]["reason"]
    assert "science" in rows[10]["reason"]


def test_kept_is_what_passed(mixed):
    kept = rows_of(mixed / "kept")
    assert [row["row_id"] for row in kept] == ["00000000", "00000003"]
    assert {row["verdict"] for row in kept} == {"accepted"}


def test_problems_hold_the_tests_once(mixed):
    problems = rows_of(mixed / "problems")
    assert [row["row_id"] for row in problems] == [
        "00000000",
        "00000002",
        "00000003",
        "00000005",
        "00000006",
        "00000007",
    ]
    assert problems[0]["test_cases"] == TESTS
    assert set(problems[0]) == {"row_id", "test_cases"}


def test_the_summary_adds_up(mixed):
    found = summary(mixed)
    assert found["verdicts"] == dict(Counter(EXPECTED))
    assert found["read"] == len(EXPECTED) == found["kept"] + found["rejected"] + found["undecided"] + found["malformed"]
    assert (found["rows"], found["kept"], found["malformed"]) == (len(MIXED), 2, 2)
    assert found["by_source"] == {"plain": found["by_source"]["plain"]}
    assert sum(found["by_language"]["python3"].values()) == len(EXPECTED) - 2  # one is of science, one in another
    assert found["by_domain"]["science"] == {"not_checked": 1}
    assert found["times"]["elapsed_s"] > 0


def test_run_json_says_what_it_was_made_with(mixed):
    run = json.loads((mixed / "run.json").read_text())
    assert {"input", "settings", "versions", "runtime", "limits"} <= set(run)
    assert run["settings"]["format"] == "parquet"


def test_everything_loads_with_the_real_datasets(mixed, tmp_path):
    for how in (
        {"path": "parquet", "data_files": str(mixed / "judged" / "*.parquet")},
        {"path": "parquet", "data_dir": str(mixed / "judged")},
        {"path": str(mixed / "kept")},
        {"path": str(mixed / "problems")},
    ):
        assert len(datasets.load_dataset(**how, split="train", cache_dir=str(tmp_path)))


def test_jsonl_holds_the_same(mixed, tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", MIXED)
    assert verify(path, "--out", tmp_path / "out", "--format", "jsonl") == Exit.DONE
    assert [path.name for path in (tmp_path / "out" / "judged").iterdir()] == ["part-00000.jsonl"]
    assert verdicts(tmp_path / "out") == EXPECTED
    assert [row["candidate"] for row in rows_of(tmp_path / "out" / "kept")] == [
        row["candidate"] for row in rows_of(mixed / "kept")
    ]


def test_keep_unchecked_takes_domains_only(tmp_path, capsys):
    assert verify(jsonl(tmp_path / "rows.jsonl", [{}]), "--out", tmp_path / "out", "--keep-unchecked", "sciense") == 2
    assert "--keep-unchecked sciense: the domains are code, math, science, puzzle" in capsys.readouterr().err


def test_keep_unchecked_keeps_the_named_domains(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT], domain="science"), plain(1, [RIGHT], domain="puzzle")])
    assert verify(path, "--out", tmp_path / "out", "--keep-unchecked", "science") == Exit.DONE
    assert verdicts(tmp_path / "out") == ["not_checked", "not_checked"]
    assert [row["row_id"] for row in rows_of(tmp_path / "out" / "kept")] == ["00000000"]
    assert summary(tmp_path / "out")["undecided"] == 1


def test_parquet_keeps_its_types_and_a_row_that_is_one_candidate_its_tests(tmp_path):
    table = pa.table(
        {
            "problem": ["Add."],
            "test_cases": [json.dumps(TESTS)],
            "response": [RIGHT],
            "rating": pa.array([7], pa.int8()),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    assert verify(tmp_path / "rows.parquet", "--out", tmp_path / "out") == Exit.DONE
    schema = pq.read_schema(tmp_path / "out" / "judged" / "part-00000.parquet")
    assert schema.field("rating").type == pa.int8()
    assert "test_cases" in schema.names
    assert rows_of(tmp_path / "out" / "problems") == []
    assert verdicts(tmp_path / "out") == ["accepted"]


def test_solutions_are_judged_only_on_request_and_say_their_origin(tmp_path):
    row = {
        "problem_id": 1, "question": "Add.", "input_output": json.dumps(TESTS),
        "solutions": json.dumps([RIGHT]), "difficulty": "interview", "starter_code": "", "url": "u",
    }  # fmt: skip
    path = jsonl(tmp_path / "apps.jsonl", [row])
    assert verify(path, "--out", tmp_path / "none") == Exit.USAGE
    assert verify(path, "--out", tmp_path / "out", "--solutions") == Exit.DONE
    assert rows_of(tmp_path / "out" / "judged")[0]["origin"] == {"column": "solutions", "index": 0, "label": "accepted"}


def test_incorrect_solutions_are_judged_beside_solutions(tmp_path):
    tests = {"input": TESTS["inputs"], "output": TESTS["outputs"]}
    row = {
        "name": "a", "description": "Add.", "public_tests": tests, "private_tests": None, "generated_tests": None,
        "solutions": {"language": [3], "solution": [RIGHT]},
        "incorrect_solutions": {"language": [3], "solution": [WRONG]},
    }  # fmt: skip
    path = jsonl(tmp_path / "cc.jsonl", [row])
    assert verify(path, "--out", tmp_path / "out", "--solutions", "--incorrect-solutions") == Exit.DONE
    rows = rows_of(tmp_path / "out" / "judged")
    assert [(row["origin"]["label"], row["verdict"]) for row in rows] == [
        ("accepted", "accepted"), ("incorrect", "wrong_answer"),
    ]  # fmt: skip


def test_response_column_source_split_and_limit(tmp_path):
    rows = [{**plain(number, []), "text": RIGHT} for number in range(3)]
    path = jsonl(tmp_path / "rows-train.jsonl", rows)
    jsonl(tmp_path / "rows-test.jsonl", rows[:1])
    words = ["--response-column", "text", "--source", "plain", "--split", "train", "--limit", "2"]
    assert verify(path.parent, "--out", tmp_path / "out", *words) == Exit.DONE
    assert verdicts(tmp_path / "out") == ["accepted", "accepted"]


def test_all_tests_runs_them_all(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, ["print(3)"])])
    assert verify(path, "--out", tmp_path / "out", "--all-tests") == Exit.DONE
    row = rows_of(tmp_path / "out" / "judged")[0]
    assert (row["verdict"], row["tests_passed"], row["tests_run"]) == ("wrong_answer", 1, 3)


@pytest.mark.parametrize(
    ("checker", "verdict"),
    [("exact", "wrong_answer"), ('{"type": "tokens", "case_sensitive": false}', "accepted")],
)
def test_a_checker_for_all_rows(tmp_path, checker, verdict):
    row = {**plain(0, ["print('YES ')"]), "test_cases": {"inputs": [""], "outputs": ["yes"]}}
    path = jsonl(tmp_path / "rows.jsonl", [row])
    assert verify(path, "--out", tmp_path / "out", "--checker", checker) == Exit.DONE
    assert verdicts(tmp_path / "out") == [verdict]


def test_time_factors_show_in_the_limits_used(tmp_path):
    tests = {"input": ["1"], "output": ["1"]}
    row = {
        "name": "a", "description": "Echo.", "public_tests": tests, "time_limit": {"seconds": 4, "nanos": 0},
        "candidates": ["print(input())"],
    }  # fmt: skip
    path = jsonl(tmp_path / "cc.jsonl", [row])
    used = []
    for factor in ("2", "3"):
        out = tmp_path / factor
        assert verify(path, "--out", out, "--time-factor", f"python3={factor}", "--jobs", "1", "--pin") == Exit.DONE
        used.append(rows_of(out / "judged")[0]["limits"]["cpu_time_s"])
    assert used == [8, 12]


def test_a_cache_answers_the_second_time(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT, WRONG])])
    for out in ("one", "two"):
        assert verify(path, "--out", tmp_path / out, "--cache", tmp_path / "cache") == Exit.DONE
    assert rows_of(tmp_path / "one" / "judged") == rows_of(tmp_path / "two" / "judged")  # times too: the cached ones
    assert verify(path, "--out", tmp_path / "three", "--cache", "none") == Exit.DONE


def test_json_prints_the_summary_and_the_table_is_for_people(tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])
    assert main(["verify", str(path), "--out", str(tmp_path / "out"), "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["kept"] == 1
    assert main(["verify", str(path), "--out", str(tmp_path / "out")]) == Exit.DONE
    shown = capsys.readouterr().out
    assert "accepted" in shown
    assert "\x1b[" not in shown
    assert main(["verify", str(path), "--out", str(tmp_path / "out"), "--quiet"]) == Exit.DONE
    assert capsys.readouterr().out == ""


def test_too_many_faults_of_ours_are_exit_3(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])
    out = tmp_path / "out"
    words = [path, "--out", out]
    assert verify(*words) == Exit.DONE
    line = next(lines_of(out / ".journal"))  # as if the sandbox had failed, and the run been killed right after it
    line[2] = line[3]["verdict"] = "sandbox_error"
    (out / ".journal").write_text(json.dumps(line) + "\n")
    assert verify(*words) == Exit.FAULTS
    assert verdicts(out) == ["sandbox_error"]
    assert rows_of(out / "kept") == []
    assert summary(out)["faults"] == 1
    assert verify(*words, "--max-faults", "100%") == Exit.DONE
    assert verify(*words, "--max-faults", "0.5") == Exit.FAULTS
    assert verify(*words, "--rejudge", "sandbox_error") == Exit.DONE
    assert verdicts(out) == ["accepted"]


def test_counts_that_do_not_add_up_fail_the_run():
    tally = Tally()
    tally.count({"verdict": "accepted", "passed": True, "marginal": False, "provoked": False, "cpu_time_s": 1.0,
                 "wall_time_s": None}, kept=True, named={"source": "s"})  # fmt: skip
    check(tally, read=1, files={"judged": 1, "kept": 1})
    for wrong in ({"read": 2, "files": {"judged": 1, "kept": 1}}, {"read": 1, "files": {"judged": 1, "kept": 0}}):
        with pytest.raises(OutputError, match="do not add up"):
            check(tally, **wrong)


def test_a_missing_extra_for_the_hub_is_named(tmp_path):
    blocker = tmp_path / "datasets.py"
    blocker.write_text("raise ImportError('not installed')")
    done = run_apart(
        "owner/name", "--out", tmp_path / "out", env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == Exit.FAILED
    assert "ot-code[hub]" in done.stderr


def test_as_a_library(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [plain(0, [RIGHT])])
    assert judging.verify(VerifyConfig(str(path), tmp_path / "out"), quiet=True)["kept"] == 1


def test_what_is_printed_takes_nothing_for_markup_and_steers_no_terminal(tmp_path, capsys):
    tests = [{"input": "1", "output": "1"}]
    code = "import sys\nsys.exit('\\x1b[31mred[/x]:smile:')"
    names = ("contestId", "index", "test_cases", "code", "programmingLanguage", "verdict", "testset", "source")
    rows = [
        dict(zip(names, (1, "A", tests, code, "Python 3", "OK", "TESTS", source), strict=True))
        for source in ("[/x]", "\x1b[2Jb")
    ]
    out = tmp_path / "out[/x]:smile:"
    assert main(["verify", str(jsonl(tmp_path / "rows.jsonl", rows)), "--out", str(out)]) == Exit.DONE
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "│ [U+001B][2Jb" in said
    assert "exit code 1: [U+001B][31mred[/x]:smile:" in said
    assert f"{out}/judged" in said
    assert main(["filter", str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "taken"), "--take", "1"]) == Exit.DONE
    assert "│ [/x]" in capsys.readouterr().out
