"""Judging over HTTP: the same Judgements, from several servers, whatever happens to one of them."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import running

from code_pipeline import Judge, Judgement, Problem, Submission, TestCase, Verdict, wire
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


class Late:
    """A way to a server on which, once, every answer is the one to the question before."""

    def __init__(self, server):
        self._endpoint = Endpoint(server)
        self.url = server
        self.kept = None
        self.mixes = 2

    def request(self, method, path, body=None, *, timeout_s):
        answer = self._endpoint.request(method, path, body, timeout_s=timeout_s)
        if (method, path) != ("POST", "/v1/judge") or answer.status != 200 or not self.mixes:
            return answer
        self.mixes -= 1
        before, self.kept = self.kept, answer
        if before is None:
            raise RemoteError("the proxy lost patience")
        return before

    def close(self):
        self._endpoint.close()


def test_no_answer_is_taken_for_another_questions(server):
    right, wrong = (Submission("0", "add", PROGRAMS[name], "python3") for name in ("right", "wrong"))
    late = Late(server.url)
    with Servers(channels=[late], jobs=1) as servers, Judge(servers) as judge:
        late.mixes = 1
        assert judge.judge(ADD, [right])[0].passed  # asked again; its first answer is still on the way
        late.mixes = 1
        (found,) = judge.judge(ADD, [wrong])
        assert (found.verdict, found.submission_id) == (Verdict.WRONG_ANSWER, "0")


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


# ---- servers that are there, and of no use ----

ANSWERS = {
    "noise": (None, b"\x00\xffnoise\r\n\r\n" * 50),
    "a page": (200, b"<html>Welcome to nginx!</html>"),
    "nothing": (200, b"{}"),
    "none": (200, b'{"judgements": []}'),
    "praise": (200, b'{"judgements": [{"submission_id": "ASKED_ID", "verdict": "accepted"}]}'),
    "nested": (500, b"[" * 100_000),
    "a proxy's 404": (404, b"<html>no such page</html>"),
    "a proxy's 403": (403, b"<html>no</html>"),
    "busy for ever": (503, b"{}"),
    "broken off": (200, None),
}


class Fake(threading.Thread):
    """What stands where a server stood: says what it is as that one did, and answers anything else with `content`.

    ASKED_ID in it becomes the id of the submission that was asked for.
    """

    def __init__(self, facts, status, content):
        super().__init__(daemon=True)
        self.facts, self.status, self.content, self.asked = facts, status, content, 0
        self.socks = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.socks.append(sock)
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        with suppress(ConnectionError), sock, sock.makefile("rb") as given:
            while line := given.readline():
                length = 0
                while (header := given.readline()).strip():
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                asked = given.read(length)
                if line.startswith(b"GET /v1/languages"):
                    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.facts) + self.facts)
                    continue
                self.asked += 1
                if self.status is None:
                    sock.sendall(self.content)
                    return
                if self.content is None:
                    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                    return
                more = b"Retry-After: 99999999999\r\n" if self.status == 503 else b""
                content = self.content
                if b"ASKED_ID" in content:
                    content = content.replace(b"ASKED_ID", json.loads(asked)["submissions"][0]["id"].encode())
                sock.sendall(b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n" % (self.status, more, len(content)))
                sock.sendall(content)


@pytest.mark.parametrize("kind", ANSWERS)
def test_garbage_from_one_server_loses_and_flips_nothing(server, kind):
    fake = Fake(server.raw("GET", "/v1/languages")[2], *ANSWERS[kind])
    with Judge() as here, Judge(endpoints=[fake.url, server.url]) as there:
        wanted, got = here.judge(ADD, submissions()), there.judge(ADD, submissions())
    fake.listener.close()
    assert fake.asked >= 1
    assert [same(each) for each in got] == [same(each) for each in wanted]


def test_what_a_proxy_says_of_the_silence_is_no_answer():
    fake = Fake(b"", 200, b"1")
    with closing(Endpoint(fake.url)) as one:
        assert one.request("GET", "/", timeout_s=5).content == b"1"
        fake.socks[-1].sendall(b"HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\n\r\n")
        time.sleep(0.2)
        assert one.request("GET", "/", timeout_s=5).content == b"1"
    fake.listener.close()


def test_one_that_was_replaced_by_another_version_is_found_out(server):
    facts = json.loads(server.raw("GET", "/v1/languages")[2])
    judged = server.post(
        "/v1/judge", {"problem": wire.problem_json(ADD), "submissions": [{"response": PROGRAMS["wrong"]}]}
    )
    judged["judgements"][0]["provenance"]["judge"] = "older"
    judged["judgements"][0]["submission_id"] = "ASKED_ID"
    fake = Fake(json.dumps(facts).encode(), 200, json.dumps(judged).encode())
    with Judge(endpoints=[fake.url, server.url]) as judge:
        (judgement,) = judge.judge(ADD, submissions()[:1])
    fake.listener.close()
    assert fake.asked == 1
    assert judgement.passed


@pytest.mark.parametrize("pause_s", [0, 0.5, 1.0])
def test_a_server_that_is_stopped_holds_nothing_up(server, monkeypatch, pause_s):
    monkeypatch.setattr("code_pipeline.endpoint.PULSE_S", 0.5)
    monkeypatch.setattr("code_pipeline.endpoint.SILENT_S", 4.0)  # a busy machine lets a living server be silent, too
    monkeypatch.setattr("code_pipeline.remote.AGAIN_S", 2.0)
    slow = [
        Submission(str(number), "add", f"import time; time.sleep({0.05 * number})\n{PROGRAMS['right']}")
        for number in range(8)
    ]
    with running("--jobs", "1") as other, Judge(endpoints=[other.url, server.url]) as judge:
        few = replace(ADD, tests=ADD.tests[:4])
        future = judge.submit(few, slow) if pause_s else None
        time.sleep(pause_s)  # it holds what its programs ran with, beside the other server on this machine
        other.process.send_signal(signal.SIGSTOP)
        try:
            future = future or judge.submit(few, slow)
            assert [each.verdict for each in future.result(120)] == [Verdict.ACCEPTED] * 8
        finally:
            other.process.send_signal(signal.SIGCONT)


def test_a_long_program_is_waited_for_while_its_server_lives(server, monkeypatch):
    monkeypatch.setattr("code_pipeline.endpoint.PULSE_S", 0.2)
    monkeypatch.setattr("code_pipeline.endpoint.SILENT_S", 3.0)
    slow = [Submission("0", "add", f"import time; time.sleep(4)\n{PROGRAMS['right']}")]
    with Judge(endpoints=[server.url]) as judge:
        assert judge.judge(replace(ADD, tests=ADD.tests[:1]), slow)[0].passed


def test_a_fault_of_one_server_is_asked_of_another(server):
    facts = server.raw("GET", "/v1/languages")[2]
    known = json.loads(facts)
    grounds = {name: known[name] for name in ("judge", "version", "jail")} | {"sandbox": known["provenance"]}
    fault = Judgement("ASKED_ID", Verdict.SANDBOX_ERROR, "no disk", tests_total=len(ADD.tests), provenance=grounds)
    fake = Fake(facts, 200, json.dumps({"judgements": [wire.judgement_json(fault)]}).encode())
    with Judge(endpoints=[fake.url, server.url]) as judge:
        assert judge.judge(ADD, submissions()[:1])[0].passed
    with Judge(endpoints=[fake.url]) as judge:
        assert judge.judge(ADD, submissions()[:1])[0].reason == "no disk"
    fake.listener.close()


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


@settings(max_examples=100)
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
