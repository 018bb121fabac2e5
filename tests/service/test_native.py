"""The routes below /v1, by our own client and by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alarms import alarms, is_interrupted
from forks import in_a_fork

from code_pipeline import Problem, Submission, TestCase, Verdict, wire
from math_pipeline import MathVerdict
from ot_code.client import Client, NotServedError
from sandbox import Limits, Status

ADD = Problem("add", (TestCase("1 2", "3"), TestCase("5 5", "10")))


@pytest.fixture
def client(server):
    with Client(server.url) as one:
        yield one


def test_a_program(client):
    done = client.run("print(input())", stdin="hi")
    assert (done.status, done.stdout, done.ok) == (Status.EXITED, "hi\n", True)
    assert client.run("import os; os.write(1, b'\\xff\\x00')").stdout_bytes == b"\xff\x00"
    code = "import sys\nopen('out','wb').write(open('in','rb').read() + sys.stdin.buffer.read())"
    assert client.run(code, stdin=b"\x01", files={"in": b"\xfe"}, collect=["out", "no"]).files == {"out": b"\xfe\x01"}
    assert client.run("while True: pass", limits=Limits(cpu_time_s=0.2)).status is Status.TIME_LIMIT
    assert client.run("int main( {", language="c").status is Status.BUILD_FAILED
    header = client.run('#include "x.h"\nint main() { return X; }', language="c", files={"x.h": "#define X 7"})
    assert header.exit_code == 7


def test_many_inputs(server):
    done = server.post("/v1/run", {"source": "print(int(input()) ** 2)", "inputs": ["2", "x", "4"], "arguments": ["a"]})
    assert [each["stdout"] for each in done["executions"]] == ["4\n", "", "16\n"]
    assert done["executions"][1]["exit_code"] == 1


def test_judgements(client, server):
    good, bad = "print(sum(map(int, input().split())))", "print(3)"
    judged = client.judge(ADD, [Submission("a", "add", good), Submission("b", "add", bad, "py")])
    assert [each.verdict for each in judged] == [Verdict.ACCEPTED, Verdict.WRONG_ANSWER]
    assert judged[1].first_failure.expected == "10"
    whole = client.judge(ADD, [Submission("b", "add", bad)], all_tests=True)[0]
    assert (whole.tests_run, whole.tests_passed) == (2, 1)
    digest = wire.digest_of(wire.problem_json(ADD))
    assert server.ask("GET", f"/v1/problems/{digest}") == (200, {"problem_id": digest, "tests": 2})
    assert server.ask("GET", f"/v1/problems/{'0' * 40}")[0] == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"problem": None}, "give one of"),
        ({"problem": {"tests": [{"stdout": "1"}]}}, "test 0"),
        ({"problem": {"tests": [], "testz": 1}}, "testz"),
        ({"problem": {"tests": [{"arguments": [1], "expected": 1}]}}, "arguments"),
        ({"checker": "nonsense"}, "nonsense"),
        ({"order": [0, 0]}, "order"),
        ({"submissions": [{"response": 5}]}, "response"),
        ({"submissions": []}, "at least 1"),
        ({"submissions": [{"response": "1", "entry": "../x"}]}, "'../x'"),
        ({"submissions": [{"response": "1", "entry": "x" * 256}]}, "too long"),
        ({"submissions": [{"response": "1", "entry": "a", "files": {"a/b": ""}}]}, "a folder at once"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_question_that_cannot_be_meant_is_422(server, change, said):
    body = {"problem": {"tests": [{"expected": "1"}]}, "submissions": [{"response": "print(1)"}], **change}
    status, answer = server.ask("POST", "/v1/judge", {name: value for name, value in body.items() if value is not None})
    assert status == 422
    assert said in str(answer)


def test_texts_that_are_no_unicode_come_back_as_they_are(server):
    lone = "\ud800"
    body = {"problem": {"tests": [{"stdin": lone, "expected": f"{lone}x"}]}}
    judged = server.post("/v1/judge", {**body, "submissions": [{"id": lone, "response": "print(input())"}]})
    assert (judged["judgements"][0]["submission_id"], judged["judgements"][0]["verdict"]) == (lone, "wrong_answer")
    pairs = [{"gold": f"\\text{{{lone}}}", "response": f"\\boxed{{\\text{{{lone}}}}}"}]
    assert len(server.post("/v1/math", {"pairs": pairs})["judgements"]) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"language": "klingon"}, "language"),
        ({"limits": {"cpu_time_s": 3000}}, "300 s here"),
        ({"limits": {"memory_mb": 1_000_000}}, "MiB here"),
        ({"limits": {"cpu_time_s": -1}}, "cpu_time_s"),
        ({"files": {"../x": ""}}, "'../x'"),
        ({"files_base64": {"x": "?"}}, "files_base64"),
        ({"arguments": ["\0"]}, "null character"),
    ],
)
def test_a_program_that_cannot_be_meant_is_422(server, change, said):
    status, answer = server.ask("POST", "/v1/run", {"source": "1", **change})
    assert status == 422
    assert said in str(answer)


def test_a_problem_under_another_name_is_refused(server):
    status, answer = server.ask("PUT", f"/v1/problems/{'0' * 40}", {"tests": []})
    assert status == 422
    assert "digest" in answer["detail"]


def test_math(client):
    judged = client.verify_math([("1/2", "\\boxed{0.5}"), ("2", "\\boxed{3}"), ("x^2-1", "\\boxed{(x-1)(x+1)}")])
    assert [each.verdict for each in judged] == [MathVerdict.CORRECT, MathVerdict.INCORRECT, MathVerdict.CORRECT]
    assert judged[0].gold.normal


def test_languages_and_load(client):
    names = {each["name"]: each["available"] for each in client.languages()["languages"]}
    assert names["python3"]
    assert client.load()["slots"] == 2


def test_what_is_not_served_is_an_error(client):
    with pytest.raises(NotServedError, match="503") as told:
        client.run("import time; time.sleep(5)", deadline_s=0.3)
    assert told.value.status == 503
    assert told.value.retry_after_s >= 1


def test_openapi_has_examples(server):
    shown = server.ask("GET", "/openapi.json")[1]
    assert {"/v1/run", "/v1/judge", "/v1/math", "/run_code", "/api/v2/execute", "/execute"} <= set(shown["paths"])
    assert "print(sum" in str(shown["components"]["schemas"]["RunIn"])


def test_forks_of_a_client_get_their_own_answers(client):
    assert client.run("print(0)").stdout == "0\n"  # its connection is kept, and every child has a copy

    def use(first):
        numbers = range(first, first + 12)
        wrong = [number for number in numbers if client.run(f"print({number})").stdout != f"{number}\n"]
        return f"wrong: {wrong}"

    with ThreadPoolExecutor(3) as threads:
        said = list(threads.map(lambda child: in_a_fork(lambda: use(1000 * child)), range(1, 4)))
    assert said == ["wrong: []"] * 3
    assert use(0) == "wrong: []"


def test_a_client_that_an_alarm_leaves_keeps_no_connection_of_it(client):
    with alarms():
        assert is_interrupted(lambda: client.run("import time; time.sleep(1)"), 0.3)
    assert not client._endpoint._busy
    assert client.run("print(1)").stdout == "1\n"
