"""Model samples of HumanEval, joined with the problems by the command, against what was measured of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from verify_runs import jsonl, rows_of, verify

from ot_code.cli.exits import Exit

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "code"
# Where the kind differs, and why. All of them are not accepted, in either.
REASONS = {
    ("runtime_error", "compile_error"): "measured by running: a program that does not compile exits with 1 too",
    ("runtime_error", "no_code"): "words in place of code, which the measurement handed to the interpreter",
    ("wrong_answer", "no_code"): "the same, where the words are a comment to the interpreter",
    ("wrong_answer", "runtime_error"): "the sample has assertions of its own, one of which fails as it is loaded",
}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not DATA.exists(), reason="the labelled samples are not beside this checkout")
def test_samples_joined_by_task_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--problems", DATA / "hub" / "humaneval.jsonl", "--on", "task_id", "--response-column", "completion"]
    done = verify(DATA / "humaneval_model_samples.jsonl", *words, "--out", tmp_path / "out", "--format", "jsonl")
    assert done == Exit.DONE
    judged = rows_of(tmp_path / "out" / "judged")
    assert len(judged) == 246
    wrong = [row for row in judged if (row["measured"] == "accepted") != (row["passed"] is True)]
    assert [(row["row_id"], row["measured"], row["verdict"], row["reason"]) for row in wrong] == []
    differing = [row for row in judged if row["measured"] != row["verdict"]]
    with capsys.disabled():
        for row in differing:
            why = REASONS[row["measured"], row["verdict"]]
            print(f"\n{row['row_id']} {row['task_id']}: {row['measured']}, here {row['verdict']} ({why})", end="")
    assert len(differing) <= 20
    assert {row["accepted_by"] for row in judged if row["passed"]} <= {
        "python_equal", "python_equal, python_equal: abs<", "assertions (can be gamed)",
    }  # fmt: skip


def test_a_conversation_joined_with_tests_is_judged_by_its_last_turn(tmp_path: Path) -> None:
    answer = "<think>Add.</think>\n```python\nprint(sum(map(int, input().split())))\n```"
    turns = [{"from": "human", "value": "Add two numbers."}, {"from": "gpt", "value": answer}]
    row = {"id": "a", "source": "s", "domain": "code", "conversations": turns}
    alone = jsonl(tmp_path / "alone.jsonl", [row])
    tests = jsonl(tmp_path / "tests.jsonl", [{"id": "a", "test_cases": {"inputs": ["1 2"], "outputs": ["3"]}}])
    assert verify(alone, "--out", tmp_path / "one") == Exit.DONE
    (unknown,) = rows_of(tmp_path / "one" / "judged")
    assert (unknown["verdict"], unknown["passed"]) == ("no_tests", None)
    assert "--problems FILE --on KEY" in unknown["reason"]
    words = ["--problems", tests, "--on", "id", "--response-column", "conversations"]
    assert verify(alone, *words, "--out", tmp_path / "two") == Exit.DONE
    (known,) = rows_of(tmp_path / "two" / "judged")
    assert known["verdict"] == "accepted"
    assert json.dumps(known["conversations"], sort_keys=True) == json.dumps(turns, sort_keys=True)
