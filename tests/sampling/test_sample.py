"""`ot-code sample` against a real server: every sample accounted for, whatever the server or a kill does."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from chat_server import ChatServer, failing
from model_server import ModelServer

from ot_code.cli import main
from ot_code.judged import JudgedRows

TESTS = {"inputs": ["1 2\n", "3 4\n"], "outputs": ["3\n", "7\n"]}
RIGHT, WRONG = "```python\nprint(sum(map(int, input().split())))\n```", "```python\nprint(3)\n```"


def halves(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"h{at}", "problem": f"Half of {at}?", "answer": f"{at}/2", **more} for at in range(count)]


def sums(count: int) -> list[dict[str, Any]]:
    return [{"id": f"s{at}", "problem": f"Add. #{at}", "test_cases": TESTS} for at in range(count)]


def model(prompt: str, number: int) -> dict[str, Any]:
    """Right three times of four, by the number of the request."""
    if prompt.startswith("Half"):
        half = int(prompt.split()[2].rstrip("?")) / 2
        return {
            "content": rf"It is \boxed{{{half if number % 4 else half + 1}}}.",
            "reasoning_content": f"think {number}",
        }
    return {"content": RIGHT if number % 4 else WRONG}


def written(folder: Path, rows: list[dict[str, Any]]) -> str:
    path = folder / "problems.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def words(server: ModelServer, problems: str, out: Path, *more: Any) -> list[str]:
    return ["sample", problems, "--model", "m", "--base-url", server.url, "--out", str(out), *map(str, more), "--quiet"]


def judged(out: Path, folder: str = "judged") -> list[dict[str, Any]]:
    return [row for path in sorted((out / folder).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def summary(out: Path) -> dict[str, Any]:
    return json.loads((out / "summary.json").read_text())


def lines(out: Path, kind: str) -> list[Any]:
    ledger = (out / "samples.jsonl").read_text().splitlines()
    return [entry for entry in map(json.loads, ledger) if entry[0] == kind]


def test_problems_become_judged_samples(tmp_path):
    problems = written(tmp_path, [*sums(2), *halves(2, domain="math")])
    with ModelServer(model) as server:
        given = (
            "--n",
            4,
            "--temperature",
            0.7,
            "--top-p",
            0.9,
            "--seed",
            5,
            "--max-tokens",
            99,
            "--system",
            "Be brief.",
        )
        assert main(words(server, problems, tmp_path / "out", *given)) == 0
    rows = judged(tmp_path / "out")
    assert [(row["id"], row["sample_index"]) for row in rows] == [
        (name, at) for name in ("s0", "s1", "h0", "h1") for at in range(4)
    ]
    assert Counter(row["verdict"] for row in rows) <= Counter(accepted=8, wrong_answer=8, correct=8, incorrect=8)
    told = ("finish_reason", "prompt_tokens", "completion_tokens")
    assert {tuple(row[name] for name in told) for row in rows} == {("stop", 20, 10)}
    assert rows[-1]["candidate"]["reasoning"].startswith("think ")
    assert rows[-1]["candidate"]["model"] == "m"
    request = server.asked[0]
    assert (request["temperature"], request["top_p"], request["max_tokens"]) == (0.7, 0.9, 99)
    assert Counter(request["seed"] for request in server.asked) == dict.fromkeys((5, 6, 7, 8), 4)
    assert request["messages"][0] == {"role": "system", "content": "Be brief."}
    sampled = summary(tmp_path / "out")["sampling"]
    assert (sampled["answered"], sampled["tokens"], sampled["unanswered"]["count"]) == (16, 480, 0)
    kept = [row for row in JudgedRows(tmp_path / "out") if row["kept"]]  # what publish makes unified rows of
    assert len(kept) == len(judged(tmp_path / "out", "kept")) == summary(tmp_path / "out")["kept"]


@pytest.mark.parametrize("how", ["whole", "streamed"])
def test_faults_cost_no_sample(tmp_path, how):
    problems = written(tmp_path, halves(12))
    faulty = ("429", "500", "cut", "malformed", "no choices")
    script = {at * 3: faulty[at % (5 if how == "whole" else 3)] for at in range(15)}
    with ModelServer(model, fault=script.get) as server:
        more = ("--stream",) if how == "streamed" else ()
        assert main(words(server, problems, tmp_path / "out", "--n", 4, *more)) == 0
    assert sum(server.faults.values()) == 15
    rows = judged(tmp_path / "out")
    assert len(rows) == len(lines(tmp_path / "out", "got")) == sum(server.served.values()) == 48
    assert {row["verdict"] for row in rows} == {"correct", "incorrect"}
    assert len(server.asked) == 48 + 15


def test_what_is_never_given_is_a_row_that_says_why(tmp_path):
    problems = written(tmp_path, [*halves(3), {"id": "bad", "problem": "", "answer": "3"}])
    script = {0: "empty", 1: "odd finish"}
    with ModelServer(model, fault=lambda at: script.get(at, "500" if at > 3 else None)) as server:
        assert main(words(server, problems, tmp_path / "out", "--n", 2, "--concurrency", 1, "--retries", 1)) == 0
    rows = judged(tmp_path / "out")
    assert [(row["verdict"], row["finish_reason"]) for row in rows[:2]] == [
        ("no_response", "stop"), (rows[1]["verdict"], "length"),
    ]  # fmt: skip
    assert "answer is empty (finish_reason stop)" in rows[0]["reason"]
    assert [row["verdict"] for row in rows[4:]] == ["no_response"] * 3
    assert "the endpoint says 500" in rows[4]["reason"]
    assert "no statement" in rows[6]["reason"]
    assert rows[6]["sample_index"] is None
    assert summary(tmp_path / "out")["sampling"]["never_given"] == 3


class Endless(ModelServer):
    """Sends blanks, or a stream's comments, and no answer: to the first `many` requests."""

    many = 1

    def respond(self, to: Any, request: dict[str, Any], number: int) -> None:
        if number >= self.many:
            super().respond(to, request, number)
            return
        to.send_response(200)
        to.send_header("Content-Type", "text/event-stream" if request.get("stream") else "application/json")
        to.send_header("Connection", "close")
        to.end_headers()
        to.close_connection = True
        while not self.stop.wait(0.2):
            to.wfile.write(b": wait\n\n" if request.get("stream") else b" \n")
            to.wfile.flush()


@pytest.mark.parametrize("more", [(), ("--stream",)], ids=["whole", "streamed"])
def test_a_reply_without_an_end_is_given_up(tmp_path, more):
    problems = written(tmp_path, halves(1))
    with Endless(model) as server:
        assert main(words(server, problems, tmp_path / "out", "--timeout", 2, "--retries", 1, *more)) == 0
    assert [row["verdict"] for row in judged(tmp_path / "out")] == ["correct"]
    assert len(server.asked) == 2


class Whole(ModelServer):
    """Takes no notice of `stream`."""

    def respond(self, to: Any, request: dict[str, Any], number: int) -> None:
        super().respond(to, {**request, "stream": False}, number)


def test_a_server_that_does_not_stream_has_answered_all_the_same(tmp_path):
    problems = written(tmp_path, halves(2))
    with Whole(model) as server:
        assert main(words(server, problems, tmp_path / "out", "--stream", "--n", 2)) == 0
    rows = judged(tmp_path / "out")
    assert len(server.asked) == len(rows) == 4
    assert {row["verdict"] for row in rows} <= {"correct", "incorrect"}


def test_a_key_that_a_server_says_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "our-very-own-key")
    with ChatServer(lambda *_: failing(500, "no account for our-very-own-key")) as server:
        given = ["sample", written(tmp_path, halves(1)), "--model", "m", "--base-url", server.url, "--retries", "0"]
        assert main([*given, "--out", str(tmp_path / "out"), "--quiet"]) == 3
    assert "no account for (hidden)" in judged(tmp_path / "out")[0]["reason"]
    assert all(b"our-very-own-key" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_refused_key_stops_the_run_and_is_no_verdict(tmp_path, capsys):
    problems = written(tmp_path, halves(2))

    class Refusing(ModelServer):
        def respond(self, to, request, number):
            from model_server import send

            send(to, 401, json.dumps({"error": {"message": "who are you"}}))

    with Refusing(model) as server:
        assert main(words(server, problems, tmp_path / "out")) == 2
    assert "refuses the model m (401" in capsys.readouterr().err
    assert not lines(tmp_path / "out", "got")


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.skip(reason="by hand: a minute or two"))])
def test_killed_at_any_point_nothing_is_paid_twice(tmp_path, kills):
    problems, out = written(tmp_path, halves(60)), tmp_path / "out"
    chance = random.Random(kills)
    with ModelServer(model, delay_s=0.15) as server:
        argv = [sys.executable, "-m", "ot_code", *words(server, problems, out, "--n", 4, "--concurrency", 8)]
        done = 0
        while done < kills:
            with subprocess.Popen(argv) as run:
                before = len(server.asked)
                while len(server.asked) == before and run.poll() is None:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 0.5))
                run.send_signal(signal.SIGKILL)
            done += 1
        assert subprocess.run(argv, check=False).returncode == 0
    got = Counter((row, sample) for _, row, sample, _ in lines(out, "got"))
    assert len(got) == 240
    assert set(got.values()) == {1}
    lost = summary(out)["sampling"]["unanswered"]["count"]
    assert lost == len(lines(out, "sent")) - len(lines(out, "got"))
    assert lost <= kills * 8
    assert len(server.asked) - 240 <= lost
    rows = judged(out)
    assert Counter((row["row_id"], row["sample_index"]) for row in rows) == {
        (f"{row:08d}", sample): 1 for row in range(60) for sample in range(4)
    }
    replies = {(row, sample): reply["text"] for _, row, sample, reply in lines(out, "got")}
    assert all(row["candidate"]["response"] == replies[int(row["row_id"]), row["sample_index"]] for row in rows)


def test_enough_is_enough(tmp_path):
    problems = written(tmp_path, [*halves(4), *sums(1)])
    with ModelServer(lambda prompt, _: model(prompt, 4 if "of 3?" in prompt else 1)) as server:
        assert main(words(server, problems, tmp_path / "out", "--n", 6, "--until", 2)) == 0
    by_problem = Counter(row["id"] for row in judged(tmp_path / "out"))
    assert by_problem == {"h0": 2, "h1": 2, "h2": 2, "h3": 6, "s0": 2}
    assert len(server.asked) == sum(by_problem.values())


def test_a_budget_ends_the_asking(tmp_path):
    problems = written(tmp_path, halves(20))
    with ModelServer(model) as server:
        given = ("--n", 2, "--budget-tokens", 300, "--concurrency", 2)
        assert main(words(server, problems, tmp_path / "out", *given)) == 0
    assert 10 <= len(server.asked) <= 11  # 30 tokens each, two on their way
    told = summary(tmp_path / "out")
    assert told["sampling"]["budget_is_spent"]
    assert "budget of tokens was spent" in judged(tmp_path / "out")[-1]["reason"]


@pytest.mark.parametrize(("keep", "kept"), [("all", [1, 2, 3]), ("first", [1]), ("shortest", [3]), ("best", [2])])
def test_which_right_answers_are_kept(tmp_path, keep, kept):
    said = [r"\boxed{9}", r"So it is certainly \boxed{0}.", r"Then \boxed{0}.", r"\boxed{0}"]
    problems = written(tmp_path, halves(1))

    def answer(_: str, number: int) -> dict[str, Any]:
        return {"content": said[number], "finish_reason": "length" if number == 3 else "stop"}

    with ModelServer(answer) as server:
        given = ("--n", 4, "--concurrency", 1, "--keep", keep)
        assert main(words(server, problems, tmp_path / "out", *given)) == 0
    assert [row["sample_index"] for row in judged(tmp_path / "out", "kept")] == kept
    assert sum(row["kept"] for row in JudgedRows(tmp_path / "out")) == len(kept)


def test_problems_fit_for_rl(tmp_path):
    problems = written(tmp_path, halves(3))
    rates = {"0": 4, "1": 2, "2": 0}  # of four
    seen: Counter[str] = Counter()

    def answer(prompt: str, _: int) -> dict[str, Any]:
        at = prompt.split()[2].rstrip("?")
        seen[at] += 1
        return {"content": rf"\boxed{{{int(at) / 2 if seen[at] <= rates[at] else 77}}}"}

    with ModelServer(answer) as server:
        given = ("--n", 4, "--concurrency", 1, "--band", "0.1-0.9")
        assert main(words(server, problems, tmp_path / "out", *given)) == 0
    assert {row["id"] for row in judged(tmp_path / "out", "kept")} == {"h1"}
    told = [json.loads(line) for line in (tmp_path / "out" / "problems.jsonl").read_text().splitlines()]
    assert [(line["id"], line["pass_rate"], line["band"]) for line in told] == [
        ("h0", 1.0, "1"), ("h1", 0.5, "0.5-0.7"), ("h2", 0.0, "0"),
    ]  # fmt: skip
    sampled = summary(tmp_path / "out")["sampling"]
    assert sampled["bands"] == {"0": 1, "0.5-0.7": 1, "1": 1}
    assert sampled["pass_at_k"]["2"]["value"] == pytest.approx((1 + 5 / 6 + 0) / 3, abs=1e-6)


def test_a_majority_where_there_is_no_gold(tmp_path):
    problems = written(tmp_path, [{"id": "x", "problem": "How many?", "answer": None, "domain": "math"}])
    said = [r"\boxed{1/2}", r"\boxed{0.5}", r"\boxed{3}", "no idea"]
    with ModelServer(lambda _, number: {"content": said[number]}) as server:
        assert main(words(server, problems, tmp_path / "out", "--n", 4, "--concurrency", 1)) == 0
    (line,) = map(json.loads, (tmp_path / "out" / "problems.jsonl").read_text().splitlines())
    assert (line["pseudo_gold"], line["agreement"], line["label"]) == ("1/2", 0.5, "pseudo_gold: majority")
    assert not judged(tmp_path / "out", "kept")


def test_the_scripted_model_of_the_examples(tmp_path):
    right, wrong = RIGHT, WRONG
    problems = written(tmp_path, [{**sums(1)[0], "candidates": [right, wrong, None]}, *halves(1, candidates=[])])
    out = tmp_path / "out"
    script = Path(__file__).parents[2] / "examples" / "model_server.py"
    command = [sys.executable, "-m", "ot_code", "sample", problems, "--model", "m", "--base-url", "{url}"]
    argv = [sys.executable, str(script), problems, "--", *command, "--n", "2", "--out", str(out), "--quiet"]
    assert subprocess.run(argv, check=False).returncode == 0
    assert Counter(row["verdict"] for row in judged(out)) == {
        "accepted": 1, "wrong_answer": 1, "correct": 1, "incorrect": 1,
    }  # fmt: skip


def test_json_lines_for_machines(tmp_path, capsys):
    problems = written(tmp_path, halves(4))
    with ModelServer(model, delay_s=0.6) as server:
        argv = words(server, problems, tmp_path / "out", "--n", 4, "--concurrency", 4, "--json")
        assert main(argv) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert set(told[-1]) == {"summary"}
    assert {"tokens_per_s", "accepted_per_s", "tokens_spent", "verdicts", "in_flight"} <= set(told[0]["progress"])


def test_overwriting_keeps_what_was_paid_for_unless_it_was_asked_otherwise(tmp_path):
    problems, out = written(tmp_path, halves(3, domain="math")), tmp_path / "out"
    with ModelServer(model) as server:
        assert main(words(server, problems, out, "--n", 2, "--temperature", 0.5)) == 0
        assert len(server.asked) == 6
        assert main(words(server, problems, out, "--n", 3, "--temperature", 0.5)) == 2
        assert main(words(server, problems, out, "--n", 3, "--temperature", 0.5, "--overwrite")) == 0
        assert len(server.asked) == 9
        assert [row["sample_index"] for row in judged(out)] == [0, 1, 2] * 3
        assert main(words(server, problems, out, "--n", 3, "--temperature", 0.9, "--overwrite")) == 0
        assert len(server.asked) == 18


def test_an_endpoint_that_gives_nothing_is_no_success(tmp_path):
    problems, out = written(tmp_path, halves(2)), tmp_path / "out"
    with ModelServer(model, fault=lambda at: "500") as server:
        assert main(words(server, problems, out, "--n", 1, "--retries", 0)) == 3
    assert [row["verdict"] for row in judged(out)] == ["no_response"] * 2


def test_overwriting_asks_again_for_what_was_never_given(tmp_path):
    problems, out = written(tmp_path, halves(3)), tmp_path / "out"
    with ModelServer(model, fault=lambda at: "500" if at < 2 else None) as server:
        given = words(server, problems, out, "--n", 1, "--retries", 0, "--concurrency", 1)
        assert main(given) == main(given) == 0
        assert [row["verdict"] for row in judged(out)] == ["no_response", "no_response", "correct"]
        assert summary(out)["sampling"]["never_given"] == 2
        assert main([*given, "--overwrite"]) == 0
        assert {row["verdict"] for row in judged(out)} <= {"correct", "incorrect"}
        assert (summary(out)["sampling"]["answered"], summary(out)["sampling"]["never_given"]) == (3, 0)
        assert len(server.asked) == 5
