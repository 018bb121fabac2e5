"""What verify finds of problems: columns, counts, what it drops, and that it is the same however the run went."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from verify_runs import RIGHT, TESTS, WRONG, command, jsonl, rows_of, run_apart, stable, summary, verify

from code_pipeline.quality import Finding
from ot_code.cli.exits import Exit

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "plain.jsonl"
STATEMENT = "Read two whole numbers from one line and print their sum on a line of its own."
ANY = "Print any two whole numbers whose sum is the number that you read, in one line."
PAIR = {"inputs": ["5\n", "7\n"], "outputs": ["2 3\n", "3 4\n"]}


def row(name, solutions=(RIGHT,), candidates=(RIGHT,), **more):
    return {
        "id": name, "problem": STATEMENT, "test_cases": TESTS, "candidates": list(candidates),
        "solutions": list(solutions), **more,
    }  # fmt: skip


ROWS = [
    row("sound", [RIGHT, RIGHT + "#"], [RIGHT, WRONG]),
    row("bad test", test_cases={"inputs": ["1 2\n", "3 4\n"], "outputs": ["3\n", "8\n"]}),
    row("several", ["print(2,3) if input()=='5' else print(3,4)", "print(1, int(input())-1)"],
        ["print(0, input())"], problem=ANY, test_cases=PAIR),
    row("uneven", test_cases={"inputs": ["1"], "outputs": []}),
    row("short", problem="Add."),
    row("no solutions", []),
    row("no answers", ["print(0)"], [None]),
    row("foreign", [{"language": "cobol", "response": "STOP RUN."}]),
]  # fmt: skip
FOUND = {
    "sound": [],
    "bad test": ["rejected_solutions", "unpassed_tests"],
    "several": ["any_answer_statement", "some_solutions_rejected", "several_answers"],
    "uneven": ["uneven_tests"],
    "short": ["short_statement"],
    "no solutions": ["no_solutions"],
    "no answers": ["rejected_solutions", "unpassed_tests"],
    "foreign": ["no_runnable_solution"],
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checked")
    path = jsonl(folder / "rows.jsonl", ROWS)
    out = folder / "out"
    done = run_apart(path, "--out", out, "--check-tests", "--drop", "several_answers,short_statement", "--jobs", 1)
    assert done.returncode == Exit.DONE, done.stderr
    return path, out, done


def test_each_candidate_has_the_findings_of_its_row(checked):
    _, out, _ = checked
    rows = rows_of(out / "judged")
    assert {each["id"]: each["findings"] for each in rows} == FOUND
    assert [each["findings"] for each in rows if each["id"] == "sound"] == [[], []]
    detail = {each["id"]: each["findings_detail"] for each in rows}
    assert detail["sound"] is None
    bad = json.loads(detail["bad test"])
    assert bad["unpassed_tests"] == [1]
    assert [(each["index"], each["verdict"]) for each in bad["solutions"]] == [(0, "wrong_answer")]


def test_counts_stand_in_the_summary_and_the_table_and_add_up(checked):
    _, out, done = checked
    counts = summary(out)
    assert counts["findings"]["rejected_solutions"] == 2
    assert counts["findings"]["several_answers"] == 1
    assert list(counts["findings"]) == [name for name in map(str, Finding) if name in counts["findings"]]
    fates = [counts[fate] for fate in ("kept", "rejected", "dropped", "undecided", "malformed")]
    assert sum(fates) == counts["read"]
    assert "several_answers" in done.stdout
    assert "findings about problems" in done.stdout


def test_what_is_dropped_is_judged_but_not_kept(checked):
    _, out, _ = checked
    kept = {each["id"] for each in rows_of(out / "kept")}
    assert kept == {"sound", "no solutions", "foreign"}
    assert summary(out)["dropped"] == 1  # "short"; the answers of "several" are wrong anyway
    assert [each["verdict"] for each in rows_of(out / "judged") if each["id"] == "short"] == ["accepted"]


def test_the_same_with_eight_jobs_and_as_parquet_and_lines(checked, tmp_path):
    path, out, _ = checked
    for form in ("parquet", "jsonl"):
        more = ("--check-tests", "--drop", "several_answers,short_statement", "--jobs", 8, "--format", form)
        assert verify(path, "--out", tmp_path / form, *more) == Exit.DONE
        assert [
            (each["findings"], each["findings_detail"]) for each in rows_of(tmp_path / form / "judged")
        ] == [(each["findings"], each["findings_detail"]) for each in rows_of(out / "judged")]  # fmt: skip
    assert stable(tmp_path / "parquet" / "judged") == stable(out / "judged")


def test_killed_at_any_entry_of_the_journal_and_continued(checked, tmp_path):
    path, out, _ = checked
    code = """
import os, sys, ot_code.journal as j
left = int(sys.argv.pop(1))
real = j.Journal.append
def append(self, *words):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)
    real(self, *words)
j.Journal.append = append
from ot_code.cli import main
sys.exit(main(sys.argv[1:]))
"""
    target = tmp_path / "out"
    words = [
        *command(path, "--out", target, "--check-tests", "--drop", "several_answers,short_statement")[3:],
        "--quiet",
    ]
    for left in (0, 1, 3, 4, 100):
        done = subprocess.run([sys.executable, "-c", code, str(left), *words], check=False, capture_output=True)
        assert done.returncode == (-9 if left < 100 else 0), done.stderr
    assert stable(target / "judged") == stable(out / "judged")
    assert stable(target / "kept") == stable(out / "kept")
    counts, whole = summary(target), summary(out)
    assert {**counts, "times": None} == {**whole, "times": None}


def test_without_the_option_no_solution_runs(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", ROWS)
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    looked = {name: [each for each in found if not Finding(each).needs_runs] for name, found in FOUND.items()}
    assert {each["id"]: each["findings"] for each in rows_of(tmp_path / "out" / "judged")} == looked
    assert '"checked"' not in (tmp_path / "out" / ".journal").read_text()


def test_solutions_that_stand_with_the_problems_in_another_file(tmp_path):
    problems = jsonl(tmp_path / "problems.jsonl", ROWS[:2])
    answers = jsonl(tmp_path / "answers.jsonl", [{"id": "bad test", "text": RIGHT}, {"id": "sound", "text": RIGHT}])
    more = ("--problems", problems, "--on", "id", "--response-column", "text", "--check-tests")
    assert verify(answers, "--out", tmp_path / "out", *more) == Exit.DONE
    found = {each["id"]: each["findings"] for each in rows_of(tmp_path / "out" / "judged")}
    assert found == {name: FOUND[name] for name in ("bad test", "sound")}


def test_rows_that_no_judge_of_code_takes_have_no_findings(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [row("sound"), row("science", domain="science")])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    assert [each["findings"] for each in rows_of(tmp_path / "out" / "judged")] == [[], None]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--drop", "several_answer"), "several_answers"),
        (("--drop", ","), "unpassed_tests"),
        (("--drop", "several_answers"), "--check-tests"),
        (("--check-solutions", "3"), "--check-tests"),
        (("--check-tests", "--check-solutions", "0"), "at least 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_mend(tmp_path, capsys, words, said):
    path = jsonl(tmp_path / "rows.jsonl", ROWS[:1])
    assert verify(path, "--out", tmp_path / "out", *words) == Exit.USAGE
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_another_drop_is_another_output(tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", ROWS[4:5])
    assert verify(path, "--out", tmp_path / "out") == Exit.DONE
    assert verify(path, "--out", tmp_path / "out", "--drop", "short_statement") == Exit.USAGE
    assert "settings.drop" in capsys.readouterr().err


def test_the_example_rows_have_the_findings_that_they_name(tmp_path):
    rows = [json.loads(line) for line in EXAMPLE.read_text().splitlines()]
    path = jsonl(tmp_path / "rows.jsonl", [each for each in rows if "expected_findings" in each])
    assert verify(path, "--out", tmp_path / "out", "--check-tests", "--drop", "several_answers") == Exit.DONE
    judged = rows_of(tmp_path / "out" / "judged")
    assert [each["findings"] for each in judged] == [each["expected_findings"] for each in judged]
    assert len(judged) == 3
    assert rows_of(tmp_path / "out" / "kept") == []
