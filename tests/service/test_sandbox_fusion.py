"""SandboxFusion's routes: by its own SDK, by verl's rules, and field by field."""

from __future__ import annotations

import base64
import importlib
import time
import warnings

import pytest

from ot_code.service.submit import same

CPP = "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }"
RESULT = {"status", "execution_time", "return_code", "stdout", "stderr"}


@pytest.fixture(scope="module")
def sdk(server):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = importlib.import_module("sandbox_fusion")
    client.set_endpoint(server.url)
    return client


def run(server, code, language="python", **more):
    return server.post("/run_code", {"code": code, "language": language, **more})


def test_a_program_by_the_sdk(sdk):
    request = sdk.RunCodeRequest(code="print(input()[::-1])", language="python", stdin="abc")
    done = sdk.run_code(request)
    assert (done.status, done.run_result.stdout, done.run_result.return_code) == (sdk.RunStatus.Success, "cba\n", 0)
    assert done.compile_result is None
    mapping = sdk.SummaryMapping(Success="right", Failed="failed")
    assert sdk.summary_run_code_result(done, mapping) == "right"


@pytest.mark.parametrize(
    ("code", "status", "code_there"),
    [
        ("import sys; sys.exit(3)", "Finished", 3),
        ("raise ValueError('no')", "Finished", 1),
        ("import os; os.kill(os.getpid(), 11)", "Finished", -11),
        ("x = 'a' * (1 << 30); print(len(x))", "Finished", 137),
        ("while True: pass", "TimeLimitExceeded", None),
        ("import time; time.sleep(9)", "TimeLimitExceeded", None),
        ("def broken(:", "Finished", 1),
    ],
)
def test_a_program_that_fails_is_no_fault_of_ours(sdk, server, code, status, code_there):
    request = sdk.RunCodeRequest(code=code, language="python", run_timeout=1)
    done = sdk.run_code(request, max_attempts=1)
    assert done.status == sdk.RunStatus.Failed
    raw = run(server, code, run_timeout=1, memory_limit_MB=256)
    result = raw["run_result"]
    assert (raw["status"], raw["message"], raw["files"]) == ("Failed", "", {})
    assert (result["status"], result["return_code"]) == (status, code_there)
    assert set(result) >= RESULT
    assert all(isinstance(result[name], str) for name in ("stdout", "stderr"))


def test_what_was_printed_before_the_time_limit(server):
    done = run(server, "print('partial', flush=True)\nwhile True: pass", run_timeout=0.5)
    assert done["run_result"]["stdout"] == "partial\n"


def test_a_compiled_program(server):
    done = run(server, CPP, "cpp", stdin="1 2\n")
    assert done["status"] == "Success"
    assert done["compile_result"]["return_code"] == 0
    assert done["run_result"]["stdout"] == "3\n"


def test_a_compile_error_has_no_run(server):
    done = run(server, "int main( { }", "cpp")
    assert (done["status"], done["run_result"]) == ("Failed", None)
    assert done["compile_result"]["status"] == "Finished"
    assert done["compile_result"]["return_code"] != 0
    assert "error" in done["compile_result"]["stderr"]


def test_only_what_is_compiled_there_has_a_compile_result(server):
    for language, right, wrong in (
        ("nodejs", "console.log(1)", "console.log("),
        ("typescript", "console.log(1)", "const = ;"),
        ("bash", "echo 1", "if"),
    ):
        done = run(server, right, language)
        assert (done["compile_result"], done["run_result"]["stdout"]) == (None, "1\n")
        done = run(server, wrong, language)
        assert (done["status"], done["compile_result"], done["run_result"]["status"]) == ("Failed", None, "Finished")
        assert done["run_result"]["return_code"] > 0


def test_a_program_sent_again_is_not_compiled_again(server):
    source = "#include <cstdio>\nint main() { puts(__TIME__); }"  # when it was compiled
    first, another = source + " // first", source + " // another"
    built = run(server, first, "cpp")["run_result"]["stdout"]
    time.sleep(1.1)
    assert run(server, another, "cpp")["run_result"]["stdout"] != built
    assert run(server, first, "cpp")["run_result"]["stdout"] == built


def test_a_build_without_end_is_the_compilers_time_limit(server):
    bomb = "template<int n> struct A { A<n-1> x; A<n-2> y; };\ntemplate<> struct A<0> {}; template<> struct A<1> {};\n"
    loop = "constexpr int f(long n) { int s = 0; for (long i = 0; i < n; ++i) s ^= i; return s; }\n"
    deep = (
        '#pragma GCC optimize("O0")\n' + loop + "".join(f"constexpr int v{n} = f({200_000 + n});\n" for n in range(900))
    )
    done = run(server, bomb + deep + "int main() {}", "cpp", compile_timeout=1)
    assert (done["status"], done["run_result"]) == ("Failed", None)
    assert done["compile_result"]["status"] == "TimeLimitExceeded"


def test_outputs_that_the_original_loses(server):
    done = run(server, "print('x' * 1_000_000)")
    assert (done["status"], len(done["run_result"]["stdout"])) == ("Success", 1_000_001)
    assert run(server, "print('ok')", stdin="y" * 1_000_000)["run_result"]["stdout"] == "ok\n"
    odd = run(server, r"import os; os.write(1, b'\xff\xfe')")
    assert odd["run_result"]["stdout"] == "\ufffd\ufffd"


def test_files_in_and_out(server):
    code = "import os\nos.mkdir('d')\nopen('d/out.bin','wb').write(open('in.bin','rb').read()[::-1])"
    given = base64.b64encode(b"\x00\xff").decode()
    files = {"in.bin": given, "skipped": None}
    done = run(server, code, files=files, fetch_files=["d/out.bin", "/tmp/d/out.bin", "missing"])
    assert {name: base64.b64decode(data) for name, data in done["files"].items()} == {
        "d/out.bin": b"\xff\x00",
        "/tmp/d/out.bin": b"\xff\x00",
    }


@pytest.mark.parametrize(
    "leave",
    [
        "os.symlink('/etc/passwd', 'out')",
        "os.mkdir('d'); os.symlink('/etc', 'e'); os.rename('e', 'out')",
        "os.mkfifo('out')",
        "os.mkdir('out')",
    ],
)
def test_only_regular_files_come_back_and_through_no_link(server, leave):
    done = run(server, f"import os\n{leave}", fetch_files=["out", "out/passwd", "../etc/passwd", "/etc/passwd"])
    assert done["files"] == {}


def test_no_request_sees_anothers_files(server):
    run(server, "open('/tmp/secret','w').write('mine'); open('/dev/shm/secret','w').write('mine')")
    for _ in range(4):
        done = run(server, "import os; print(os.path.exists('/tmp/secret'), os.path.exists('/dev/shm/secret'))")
        assert done["run_result"]["stdout"] == "False False\n"


def test_a_language_that_is_not_here_is_never_the_programs_failure(server):
    done = run(server, "<?php echo 1;", "php")
    assert done["status"] == "SandboxError"
    assert "php" in done["message"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"language": "python"}, "code"),
        ({"code": "1"}, "language"),
        ({"code": "1", "language": "klingon"}, "language"),
        ({"code": "1", "language": "python", "run_timeout": -1}, "run_timeout"),
        ({"code": "1", "language": "python", "files": {"a": "***"}}, "files"),
        ({"code": "1", "language": "python", "files": {"/etc/x": ""}}, "files"),
        ({"code": "1", "language": "python", "files": {"../x": ""}}, "files"),
    ],
)
def test_a_bad_body_is_422_and_says_where(server, body, where):
    status, answer = server.ask("POST", "/run_code", body)
    assert status == 422
    assert where in str(answer["detail"][0]["loc"])


def test_cells_share_one_process(sdk, server):
    cells = ["a = 20\nprint('one')", "import sys\nprint(a + 1, file=sys.stderr)\na * 2", "1 / 0", "print('after')"]
    done = server.post("/run_jupyter", {"cells": cells})
    assert (done["status"], done["message"], done["driver"]["status"]) == ("Success", "", "Finished")
    one, two, three, four = done["cells"]
    assert one == {"stdout": "one\n", "stderr": "", "display": [], "error": []}
    assert (two["stderr"], two["display"]) == ("21\n", [{"text/plain": "40"}])
    assert (three["error"][0]["ename"], three["error"][0]["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert four["stdout"] == "after\n"
    with_sdk = sdk.run_jupyter(sdk.RunJupyterRequest(cells=["print(6 * 7)"]))
    assert with_sdk.cells[0].stdout == "42\n"


def test_cells_that_take_too_long(server):
    done = server.patient("/run_jupyter", {"cells": ["print(1)", "while True: pass"], "total_timeout": 1})
    assert (done["status"], done["driver"]["status"]) == ("Failed", "TimeLimitExceeded")
    assert [cell["stdout"] for cell in done["cells"]] == ["1\n"]


def submit(server, completion, tests, **config):
    problem = {"id": 1, "content": "a+b", "labels": {}, "test": tests}
    config = {"dataset_type": "CommonOJDataset", "language": "python", "provided_data": problem, **config}
    return server.ask("POST", "/submit", {"dataset": "mine", "id": 1, "completion": completion, "config": config})


TESTS = [
    {"input": {"stdin": "1 2"}, "output": {"stdout": "3"}},
    {"input": {"stdin": "5 5"}, "output": {"stdout": "10"}},
]


def test_a_submission_with_its_own_tests(sdk, server):
    completion = "Here:\n```python\nprint(sum(map(int, input().split())))\n```"
    status, done = submit(server, completion, TESTS)
    assert (status, done["accepted"], done["id"], len(done["tests"])) == (200, True, 1, 2)
    assert done["extracted_code"].startswith("print(")
    status, done = submit(server, "```python\nprint(3)\n```", TESTS, extra={"run_all_cases": True})
    assert [test["passed"] for test in done["tests"]] == [True, False]
    assert not done["accepted"]
    config = sdk.TestConfig(dataset_type="CommonOJDataset", language="python", provided_data={"id": 7, "test": TESTS})
    by_sdk = sdk.submit(sdk.SubmitRequest(dataset="mine", id=7, completion=completion, config=config))
    assert by_sdk.accepted


@pytest.mark.parametrize(
    "row", [{"test": TESTS}, {"id": 9, "test": TESTS}, [{"id": 2, "test": []}, {"id": "1", "test": TESTS}]]
)
def test_a_problem_that_was_sent_is_the_one_that_is_meant(server, row):
    status, done = submit(server, "print(sum(map(int, input().split())))", TESTS, provided_data=row)
    assert (status, done["accepted"], done["id"]) == (200, True, 1)


def test_no_program_is_never_right(server):
    nothing = [{"input": {"stdin": ""}, "output": {"stdout": ""}}]
    status, done = submit(server, "I do not know.", nothing)
    assert (status, done["accepted"], done["extracted_code"], done["tests"][0]["passed"]) == (200, False, "", False)
    assert submit(server, "print(1)", [{"input": {"stdin": ""}, "output": {}}])[0] == 400


def test_long_tests_come_back_short_if_asked(server):
    tests = [{"input": {"stdin": "x" * 5000}, "output": {"stdout": "1"}}]
    for extra, size in (({}, 5000), ({"return_full_case": True}, 5000), ({"return_full_case": False}, 1003)):
        info = submit(server, "print(1)", tests, extra=extra)[1]["tests"][0]["test_info"]
        assert (len(info["input"]["stdin"]), info["output"]) == (size, {"stdout": "1"})


@pytest.mark.parametrize(
    ("got", "expected", "passes"),
    [("YES\n", "yes", True), ("3.0000001", "3", True), ("3.1", "3", False), ("1e-16", "0", True), ("1e-9", "0", False),
     (" 3 \n\n", "3", True), ("3\n4", "3", False), ("nan", "3", False), ("inf", "inf", True), ("1e400", "-inf", False)],
)  # fmt: skip
def test_outputs_are_compared_as_it_compares_them(got, expected, passes):
    assert same(got, expected) is passes


def test_what_submit_cannot_do_is_said(server):
    said = "config.language field must exist for CommonOJDataset, got None"
    assert submit(server, "x", TESTS, language=None)[1]["detail"] == said
    status, answer = submit(server, "x", TESTS, dataset_type=None)
    assert (status, answer["detail"]) == (400, "no eval class found for dataset mine")
    assert submit(server, "x", TESTS, dataset_type="HumanEvalDataset")[0] == 501
    assert submit(server, "x", [])[0] == 400
    status, answer = server.ask("POST", "/submit", {"dataset": "x", "id": 1, "completion": "", "config": {}})
    assert (status, answer["detail"]) == (400, "no eval class found for dataset x")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/get_prompts"), ("POST", "/get_prompt_by_id"), ("GET", "/list_datasets"), ("POST", "/list_ids"),
     ("POST", "/get_metrics"), ("POST", "/api/v2/packages"), ("DELETE", "/api/v2/packages"),
     ("GET", "/api/v2/connect"), ("DELETE", "/sessions/x"), ("POST", "/run"), ("GET", "/file/x"), ("GET", "/version"),
     ("GET", "/submissions/x"), ("POST", "/submissions/batch"), ("GET", "/languages"), ("GET", "/jobs/x")],
)  # fmt: skip
def test_what_is_not_built_says_so(server, method, path):
    status, answer = server.ask(method, path, {} if method == "POST" else None)
    assert status == 501
    assert "not built" in answer["detail"]
