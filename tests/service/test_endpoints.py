"""Judging over HTTP: the same Judgements, from several servers, whatever happens to one of them."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import running

from code_pipeline import Judge, Problem, Submission, TestCase, Verdict, wire
from code_pipeline.checkers import FloatsChecker, ProgramChecker
from code_pipeline.checkers.python_equal import Near
from code_pipeline.endpoint import Endpoint, RemoteError
from code_pipeline.remote import Servers
from ot_code.cli import main
from ot_code.columns import UNSTABLE

PROGRAMS = {
    "right": "print(sum(map(int, input().split())))",
    "wrong": "print(3)",
    "crash": "raise ValueError('no')",
    "loud": "print('x' * (80 << 20))",
    "broken": "def f(:",
    "none": "",
    "cpp": "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b; }",
}
ADD = Problem("add", tuple(TestCase(f"{a} {a}\n", f"{2 * a}\n") for a in range(1, 30)))


def submissions():
    return [
        Submission(str(number), "add", source, "cpp" if name == "cpp" else "python3")
        for number, (name, source) in enumerate(PROGRAMS.items())
    ]


def same(judgement):
    cases = [replace(case, cpu_time_s=0.0, wall_time_s=0.0, memory_mb=None) for case in judgement.cases]
    return replace(judgement, cpu_time_s=None, wall_time_s=None, memory_mb=None, cases=tuple(cases))


def test_the_same_judgements_as_here(server):
    calls = Problem("add", (TestCase(arguments=(1, (2, b"x")), expected={"a": [3]}),), function="f", checker=None)
    call = [Submission("0", "add", "def f(a, b):\n    return {'a': [3]} if b == (2, b'x') else None")]
    floats = replace(ADD, checker=FloatsChecker())
    with Judge() as here, Judge(endpoints=[server.url]) as there:
        for problem, candidates in ((ADD, submissions()), (calls, call), (floats, submissions()[:2])):
            wanted, got = here.judge(problem, candidates), there.judge(problem, candidates)
            assert [same(each) for each in got] == [same(each) for each in wanted]
        assert [each.verdict for each in there.thorough().judge(ADD, submissions()[:2])] == [
            Verdict.ACCEPTED, Verdict.WRONG_ANSWER,
        ]  # fmt: skip


def test_servers_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("OT_ENDPOINTS", f" {server.url} ,")
    with Judge() as judge:
        assert isinstance(judge._sandbox, Servers)
        assert judge.judge(ADD, submissions()[:1])[0].passed
    with pytest.raises(ValueError, match="give one of them"):
        Judge(judge._sandbox, endpoints=[server.url])


def test_no_server_is_said_at_once():
    with pytest.raises(RemoteError, match="no server can be used"):
        Judge(endpoints=["http://127.0.0.1:9"])
    with pytest.raises(ValueError, match="URL"):
        Judge(endpoints=["ftp://x"])


def test_a_server_that_is_down_at_the_start_is_left_out(server):
    with Servers([server.url, "http://127.0.0.1:9"]) as servers, Judge(servers) as judge:
        assert "127.0.0.1:9" in servers.notices[0]
        assert all(each.passed is not None for each in judge.judge(ADD, submissions()))


def test_one_that_judges_otherwise_is_refused(server):
    with running("--jobs", "1") as other, Servers([server.url]) as servers:
        servers._known = {**servers._known, "judge": "another"}
        second = type(servers._servers[0])(Endpoint(other.url))
        servers._servers.append(second)
        with pytest.raises(RemoteError, match="would judge differently"):
            servers._meet(second)


def test_killing_one_of_three_loses_and_flips_nothing(server, tmp_path):
    names = [name for name in PROGRAMS if name != "loud"]
    rows = [
        {
            "id": f"p{row}", "problem": "Add.",
            "test_cases": {
                "inputs": [f"{a} {row}\n" for a in range(12)], "outputs": [f"{a + row}\n" for a in range(12)],
            },
            "candidates": [
                {"language": "cpp" if name == "cpp" else "python3", "response": PROGRAMS[name]} for name in names
            ],
        }
        for row in range(40)
    ]  # fmt: skip
    given = tmp_path / "rows.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["verify", str(given), "--out", str(tmp_path / "here"), "--format", "jsonl", "--quiet"]) == 0
    with running("--jobs", "1") as one, running("--jobs", "1") as two:
        kill = threading.Timer(0.4, two.process.kill)
        kill.start()
        urls = f"{server.url},{one.url},{two.url}"
        words = ["--out", str(tmp_path / "there"), "--format", "jsonl", "--quiet", "--endpoints", urls]
        assert main(["verify", str(given), *words]) == 0
        kill.join()
        assert two.process.wait(5) != 0
    assert stable(tmp_path / "there") == stable(tmp_path / "here")


def stable(out):
    rows = [
        json.loads(line) for path in sorted((out / "judged").glob("part-*")) for line in path.read_text().splitlines()
    ]
    assert len(rows) == 240
    return [{name: value for name, value in row.items() if name not in UNSTABLE} for row in rows]


@pytest.mark.parametrize("option", ["--check-tests", "--pin", "--cache=x"])
def test_what_does_not_go_with_servers_is_said(option, tmp_path, capsys):
    words = ["verify", "x.jsonl", "--out", str(tmp_path / "o"), "--endpoints", "http://127.0.0.1:9", option]
    assert main(words) == 2
    assert "--endpoints" in capsys.readouterr().err


def test_servers_that_want_a_key_and_forget_problems(tmp_path, capsys, monkeypatch):
    main(["serve", "--keys", str(tmp_path / "keys"), "--new-key", "x"])
    key = capsys.readouterr().out.strip()
    with running("--jobs", "1", "--keys", str(tmp_path / "keys")) as one:
        with pytest.raises(RemoteError, match="401"):
            Servers([one.url])
        with Servers([one.url.replace("//", f"//any:{key}@")]) as servers:
            assert servers.jobs == 2
        monkeypatch.setenv("OT_API_KEY", key)
        with Judge(endpoints=[one.url]) as judge:
            real = judge._sandbox._servers[0].endpoint.request
            sent = []

            def forgetful(method, path, body=None, **more):
                """A balancer that sends every PUT to another server than the rest."""
                sent.append((method, path))
                if method == "PUT":
                    return real("GET", "/v1/load", None, **more)
                return real(method, path, body, **more)

            monkeypatch.setattr(judge._sandbox._servers[0].endpoint, "request", forgetful)
            assert judge.judge(ADD, submissions()[:1])[0].passed
    assert [method for method, _ in sent] == ["POST", "PUT", "POST", "POST"]


def test_closing_ends_what_waits(server):
    slow = [Submission(str(number), "add", f"import time; time.sleep(8 + {number})") for number in range(4)]
    judge = Judge(endpoints=[server.url])
    future = judge.submit(ADD, slow)
    time.sleep(0.5)
    begun = time.monotonic()
    judge._sandbox.close()
    judge.close()
    assert time.monotonic() - begun < 5
    assert future.exception(5) is not None


# ---- the wire ----

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text() | st.binary(), plain, st.lists(plain, max_size=2))
def test_a_problem_comes_back_as_it_was(stdin, expected, accepted):
    problem = Problem(
        "p", (TestCase(stdin, expected, accepted_outputs=tuple(accepted)),), statement="\ud800", checker=FloatsChecker()
    )
    again = wire.problem_from(json.loads(json.dumps(wire.problem_json(problem))))
    assert again == problem
    assert wire.digest_of(wire.problem_json(again)) == wire.digest_of(wire.problem_json(problem))


def test_checkers_come_back():
    program = ProgramChecker("kattis", "python3", {"main.py": b"\xff", "note.txt": "x"}, ("-a",))
    near = Near([1.0], "isclose", 1e-9, 1e-6)
    problem = Problem("p", (TestCase("", near),), checker=program, interactor=program)
    assert wire.problem_from(json.loads(json.dumps(wire.problem_json(problem)))) == problem
