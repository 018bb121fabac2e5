"""A language model as the judge of verify: what it is asked, what its word changes, what it costs, and its faults."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.dataset as pads
import pytest
from chat_server import ChatServer, Said, failing, pair_of, same_text, verdict

from ot_code.cli import main
from ot_code.cli.exits import Exit

pytestmark = pytest.mark.timeout(240)

PUZZLE = {
    "id": "fire",
    "problem": "What must you light first?",
    "domain": "puzzle",
    "answer": "match",
    "candidates": [
        "So: \\boxed{Match}",
        "You need a flame.\n\nIt is the match that comes first.",
        "The candle.",
        "",
    ],
}
SCIENCE = {
    "id": "s",
    "problem": "Why?",
    "domain": "science",
    "answer": "entropy",
    "candidates": ["Because of entropy."],
}
MATH = {
    "id": "m",
    "problem": "2+2?",
    "domain": "math",
    "answer": "4",
    "candidates": [r"\boxed{4}", r"\boxed{5}", "", r"\boxed{\text{four apples, or 4}}"],
}


def written(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def judged(out: Path) -> list[dict[str, Any]]:
    return pads.dataset(out / "judged").to_table().to_pylist()


def summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return found


def verify(server: ChatServer, *arguments: object) -> int:
    return main(["verify", *map(str, arguments), "--quiet", "--judge", "m", "--judge-base-url", server.url])


def test_puzzles_go_to_the_judge_and_science_only_when_asked(tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", PUZZLE, SCIENCE)
    with ChatServer() as server:
        assert verify(server, rows, "--out", tmp_path / "out", "--judge-prices", "1,2") == Exit.DONE
        found = judged(tmp_path / "out")
        assert [row["verdict"] for row in found] == ["correct", "correct", "incorrect", "no_answer", "not_checked"]
        assert [row["method"] for row in found] == ["fast_path", "judge", "judge", "none", None]
        assert found[1]["judge"]["right"] == 1
        assert len(server.requests) == 2
        said = summary(tmp_path / "out")["judge"]
        assert (said["asked"], said["prompt_tokens"], said["completion_tokens"]) == (2, 200, 20)
        assert said["cost"] == pytest.approx((200 * 1 + 20 * 2) / 1e6)
        assert verify(server, rows, "--out", tmp_path / "two", "--judge-science") == Exit.DONE
        assert judged(tmp_path / "two")[-1]["verdict"] == "correct"


def test_without_a_judge_nobody_says_that_a_puzzle_is_right(tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", PUZZLE)
    assert main(["verify", str(rows), "--out", str(tmp_path / "out"), "--quiet"]) == Exit.DONE
    assert {(row["verdict"], row["passed"]) for row in judged(tmp_path / "out")} == {("not_checked", None)}
    assert "--judge" in judged(tmp_path / "out")[0]["reason"]


def test_a_wrong_answer_is_rescued_and_a_right_one_only_audited(tmp_path: Path) -> None:
    rows = written(tmp_path / "rows.jsonl", {**MATH, "candidates": MATH["candidates"][:3]})

    def contrary(request: dict[str, Any], _: int) -> Said:
        return verdict("5" in pair_of(request)[1])

    with ChatServer(contrary) as server:
        out = tmp_path / "out"
        assert verify(server, rows, "--out", out, "--judge-on", "undecided,incorrect,correct") == Exit.DONE
        found = judged(out)
        assert [row["verdict"] for row in found] == ["correct", "correct", "no_answer"]
        assert [row["method"] for row in found][:2] == ["fast_path", "judge"]
        assert found[0]["judge"]["verdict"] == "incorrect"
        agreement = summary(out)["judge"]["agreement"]
        assert (agreement["compared"], agreement["agreeing"]) == (2, 0)
        assert verify(server, rows, "--out", tmp_path / "all", "--judge-on", "all") == Exit.DONE
        assert [row["verdict"] for row in judged(tmp_path / "all")] == ["incorrect", "correct", "no_answer"]


@pytest.mark.parametrize("reply", [failing(500, "no"), Said("no JSON"), Said(None, refusal="I will not")])
def test_what_the_judge_cannot_say_is_a_fault_of_ours_and_is_judged_again(tmp_path: Path, reply: Said) -> None:
    rows = written(tmp_path / "rows.jsonl", {**PUZZLE, "candidates": ["The candle."]})
    with ChatServer(lambda *_: reply) as server:
        server.answer = lambda request, number: failing(500, "no", retry_after="0") if reply.status == 500 else reply
        assert verify(server, rows, "--out", tmp_path / "out") == Exit.FAULTS
        assert [(row["verdict"], row["passed"]) for row in judged(tmp_path / "out")] == [("judge_error", None)]
        server.answer = same_text
        assert verify(server, rows, "--out", tmp_path / "out", "--rejudge", "judge_error") == Exit.DONE
        assert judged(tmp_path / "out")[0]["verdict"] == "incorrect"


def test_what_cannot_be_asked_stops_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    rows = written(tmp_path / "rows.jsonl", PUZZLE)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    command = ["verify", str(rows), "--out", str(tmp_path / "out"), "--quiet"]
    assert main([*command, "--judge", "m"]) == Exit.USAGE
    assert "OPENAI_API_KEY" in capsys.readouterr().err
    assert main([*command, "--judge-votes", "3"]) == Exit.USAGE
    assert "--judge MODEL" in capsys.readouterr().err
    assert main([*command, "--judge", "m", "--judge-on", "sometimes"]) == Exit.USAGE
    assert "--judge-on" in capsys.readouterr().err
    with ChatServer(lambda *_: failing(401, "who are you?")) as server:
        assert verify(server, rows, "--out", tmp_path / "out") == Exit.FAILED
        assert "check the model's name" in capsys.readouterr().err


def test_no_key_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret-of-ours")
    rows = written(tmp_path / "rows.jsonl", PUZZLE)
    with ChatServer() as server:
        assert verify(server, rows, "--out", tmp_path / "out", "--judge-key-env", "MY_KEY") == Exit.DONE
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert b"sk-secret-of-ours" not in path.read_bytes(), path


def test_killed_and_resumed_nothing_is_paid_twice(tmp_path: Path) -> None:
    candidates = [f"The candle number {n}." for n in range(40)]
    rows = written(tmp_path / "rows.jsonl", *({**PUZZLE, "id": k, "candidates": candidates[k::8]} for k in range(8)))

    def slow(request: dict[str, Any], number: int) -> Said:
        said = same_text(request, number)
        said.hang_s = 0.05
        return said

    with ChatServer(slow) as server:
        command = [
            sys.executable, "-m", "ot_code", "verify", str(rows), "--out", str(tmp_path / "out"), "--quiet",
            "--judge", "m", "--judge-base-url", server.url, "--judge-concurrency", "2",
        ]  # fmt: skip
        for _ in range(2):
            run = subprocess.Popen(command, env={**os.environ, "PYTHONUNBUFFERED": "1"})
            before = len(server.requests)
            while len(server.requests) < before + 5 and run.poll() is None:
                time.sleep(0.01)
            run.send_signal(signal.SIGKILL)
            run.wait()
        subprocess.run(command, check=True)
        assert [row["verdict"] for row in judged(tmp_path / "out")] == ["incorrect"] * 40
        assert len(server.requests) <= 40 + 2 * 2  # what was under way at each kill, at most
