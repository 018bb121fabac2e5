"""Files and texts that a request brings: what a jail cannot hold is the caller's mistake, and breaks no jail."""

from __future__ import annotations

import base64
import json
import re

import pytest

A = base64.b64encode(b"A").decode()
LONG, DEEP, MANY = "a" * 256, "/".join("d" * 100), {f"f{number}": A for number in range(3_000)}
TOO_MUCH = {"a": base64.b64encode(b"x" * (65 << 20)).decode()}


def restarts(server):
    said = server.raw("GET", "/metrics")[2].decode()
    return float(re.search(r"^ot_code_jail_restarts (\S+)", said, re.MULTILINE)[1])


@pytest.mark.parametrize(
    ("files", "language"),
    [
        ({LONG: A}, "python"),
        ({"漢" * 86: A}, "python"),
        ({DEEP: A}, "python"),
        ({"a\ud800": A}, "python"),
        ({"a": A, "a/b": A}, "python"),
        ({"solution.py/x": A}, "python"),
        ({"main.cpp/x": A}, "cpp"),
        ({"folder/": A}, "python"),
        (MANY, "python"),
        (TOO_MUCH, "python"),
    ],
)
def test_what_no_jail_can_hold_is_422(server, files, language):
    before = restarts(server)
    status, answer = server.ask("POST", "/run_code", {"code": "print(1)", "language": language, "files": files})
    assert status == 422
    assert answer["detail"][0]["loc"][:2] == ["body", "files"]
    if language == "python" and "solution.py/x" not in files:
        assert server.ask("POST", "/run_jupyter", {"cells": ["1"], "files": files})[0] == 422
    if max(map(len, files)) <= 200 and len(json.dumps(files)) < 1000:
        asked = {"source": "print(1)", "language": language, "files_base64": files}
        assert server.ask("POST", "/v1/run", asked)[0] == 422
    tests = [{"input": {"stdin": "", **files}, "output": {"stdout": "1"}}]
    config = {"dataset_type": "CommonOJDataset", "language": "python", "provided_data": {"test": tests}}
    if language == "python" and "solution.py/x" not in files:
        asked = {"dataset": "x", "id": 1, "completion": "print(1)", "config": config}
        assert server.ask("POST", "/submit", asked)[0] == 400
    assert restarts(server) == before


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([{"name": LONG, "content": ""}], 500),  # as Piston, which cannot write it
        ([{"content": ""}, {"name": LONG, "content": ""}], 500),
        ([{"name": "m", "content": ""}, {"name": "m/x", "content": ""}], 400),
        ([{"content": ""}, {"name": "solution.py/x", "content": ""}], 400),
        ([{"content": ""}, *({"name": name, "content": ""} for name in MANY)], 400),
    ],
)
def test_what_no_jail_can_hold_in_pistons_words(server, files, status):
    before = restarts(server)
    asked = {"language": "python", "version": "*", "files": files}
    assert server.raw("POST", "/api/v2/execute", asked)[0] == status
    assert restarts(server) == before


def test_a_file_with_the_name_of_our_own_is_the_callers(server):
    code = '#include <cstdio>\nint main() { FILE *f = fopen("main.cpp", "r"); putchar(fgetc(f)); }'
    done = server.post("/run_code", {"code": code, "language": "cpp", "files": {"main.cpp": A}})
    assert done["run_result"]["stdout"] == "A"
    files = [
        {"name": "first.cpp", "content": "int other();\nint main() { return other(); }"},
        {"name": "main.cpp", "content": "int other() { return 7; }"},
    ]
    done = server.post("/api/v2/execute", {"language": "c++", "version": "*", "files": files})
    assert done["run"]["code"] == 7
    assert server.ask("POST", "/v1/run", {"source": "1", "files": {"solution.py": ""}})[0] == 422


@pytest.mark.parametrize(
    "text", [base64.encodebytes(b"\xff\xfe" * 60).decode(), base64.urlsafe_b64encode(b"\xff\xfe" * 60).decode()]
)
def test_base64_as_tools_write_it(server, text):
    code = "print(open('d/a','rb').read() == b'\\xff\\xfe' * 60)"
    done = server.post("/run_code", {"code": code, "language": "python", "files": {"d//a": text}})
    assert done["run_result"]["stdout"] == "True\n"
    files = [{"content": code}, {"name": "d/a", "content": text.rstrip("=\n"), "encoding": "base64"}]
    done = server.post("/api/v2/execute", {"language": "python", "version": "*", "files": files})
    assert done["run"]["stdout"] == "True\n"


def test_lone_surrogates_are_read_as_bytes(server):
    code, lone = "import sys; print(sys.stdin.buffer.read())", "\ud800"
    said = "b'\\xed\\xa0\\x80'\n"
    assert server.post("/run_code", {"code": code, "language": "python", "stdin": lone})["run_result"]["stdout"] == said
    assert server.post("/v1/run", {"source": code, "stdin": lone})["execution"]["stdout"] == said
    assert server.post("/v1/run", {"source": code, "inputs": [lone]})["executions"][0]["stdout"] == said
    asked = {"generated_code": code, "language": "python", "std_input": lone}
    assert server.post("/execute", asked)["stdout"] == said
    asked = {"language": "python", "version": "*", "files": [{"content": code}], "stdin": lone}
    assert server.post("/api/v2/execute", asked)["run"]["stdout"] == said
    assert server.ask("POST", "/api/v2/execute", {**asked, "language": lone})[0] == 400
    problem = {"test": [{"input": {"stdin": lone}, "output": {"stdout": said}}]}
    config = {"dataset_type": "CommonOJDataset", "language": "python", "provided_data": problem}
    asked = {"dataset": "x", "id": lone, "completion": f"{code}  # {lone}", "config": config}
    assert server.post("/submit", asked)["id"] == "\ufffd" * 3
    cells = server.post("/run_jupyter", {"cells": ["raise ValueError('\\ud800')"]})["cells"]
    assert cells[0]["error"][0]["evalue"] == "?"
