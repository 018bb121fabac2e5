"""Piston's API: by a client from PyPI, by what open-r1 sends, and its errors word by word; NeMo-Skills' /execute."""

from __future__ import annotations

import pytest
from ultra_piston import File, PistonClient

from ot_code.service.versions import fits, number_in

STAGE = {"stdout", "stderr", "output", "code", "signal", "message", "status", "cpu_time", "wall_time", "memory"}


def execute(server, code, language="python", **more):
    body = {"language": language, "version": "*", "files": [{"content": code}], **more}
    return server.post("/api/v2/execute", body)


def test_a_client_from_pypi(server):
    client = PistonClient(app_name="test", base_url=f"{server.url}/api/v2/", rate_limit=0.01)
    runtimes = client.get_runtimes()
    python = next(each for each in runtimes if each.language == "python")
    done = client.post_execute("python", python.version, File(content="print(input())"), stdin="hi")
    assert (done.run.stdout, done.run.code, done.version) == ("hi\n", 0, python.version)
    assert {package.language for package in client.get_packages()} == {each.language for each in runtimes}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print('hi')", {"code": 0, "signal": None, "status": None, "stdout": "hi\n", "message": None}),
        ("import sys; sys.exit(3)", {"code": 3, "signal": None, "status": "RE"}),
        ("import os; os.kill(os.getpid(), 11)", {"code": None, "signal": "SIGSEGV", "status": "SG"}),
        ("while True: pass", {"code": None, "signal": "SIGKILL", "status": "TO"}),
        ("x = 'a' * (1 << 30)", {"code": None, "signal": "SIGKILL", "status": "SG"}),
    ],
)
def test_how_a_run_ends(server, code, expected):
    run = execute(server, code, run_timeout=700, run_memory_limit=128 << 20)["run"]
    assert set(run) == STAGE
    assert {name: run[name] for name in expected} == expected


def test_cpu_time_and_arguments_and_files(server):
    assert execute(server, "while True: pass", run_timeout=3000, run_cpu_time=200)["run"]["status"] == "TO"
    files = [
        {"name": "main.py", "content": "import sys, other; print(sys.argv[1], other.x, open('d.bin','rb').read())"},
        {"name": "other.py", "content": "x = 5"},
        {"name": "d.bin", "content": "00ff", "encoding": "hex"},
    ]
    body = {"language": "py", "version": "3.x", "files": files, "args": ["arg"]}
    assert server.post("/api/v2/execute", body)["run"]["stdout"] == "arg 5 b'\\x00\\xff'\n"


def test_a_limit_of_nought_is_none(server):
    noughts = dict.fromkeys(["run_timeout", "compile_timeout", "run_cpu_time", "run_memory_limit"], 0)
    assert execute(server, "print(1)", **noughts)["run"]["code"] == 0
    assert execute(server, "print(1)", run_timeout=False, run_cpu_time="", stdin=None, args=None)["run"]["code"] == 0


def test_cpu_time_ends_a_run(server):
    run = execute(server, "while True: pass", run_timeout=20_000, run_cpu_time=300)["run"]
    assert (run["status"], run["signal"]) == ("TO", "SIGKILL")
    assert run["cpu_time"] < 3000


def test_encodings_as_piston_takes_them(server):
    files = [{"content": "print(1)", "encoding": ""}, {"name": "x", "content": "q", "encoding": "latin1"}]
    assert server.post("/api/v2/execute", {"language": "py", "version": "*", "files": files})["run"]["code"] == 0
    body = {"language": "py", "version": "*", "files": files[1:]}
    said = "files must include at least one utf8 encoded file"
    assert server.ask("POST", "/api/v2/execute", body) == (400, {"message": said})


def test_a_build_without_end_is_the_compile_stages_time_limit(server):
    loop = "constexpr int f(long n) { int s = 0; for (long i = 0; i < n; ++i) s ^= i; return s; }\n"
    deep = loop + "".join(f"constexpr int v{n} = f({201_000 + n});\n" for n in range(900)) + "int main() {}"
    for language in ("c++", "c++17"):
        done = execute(server, deep, language, compile_timeout=1000)
        assert set(done["compile"]) == STAGE
        assert (done["compile"]["status"], done["compile"]["signal"], done["compile"]["code"]) == (
            "TO",
            "SIGKILL",
            None,
        )
        assert done["run"] == done["compile"]


def test_a_build_that_fails_is_both_stages(server):
    done = execute(server, "int main( {", "c++")
    assert done["compile"]["code"] == 1
    assert done["run"] == done["compile"]
    assert "compile" not in execute(server, "print(1)")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "language is required as a string"),
        ({"language": "python"}, "version is required as a string"),
        ({"language": "python", "version": "*"}, "files is required as an array"),
        ({"language": "python", "version": "*", "files": [{}]}, "files[0].content is required as a string"),
        ({"language": "x", "version": "1", "files": [{"content": ""}]}, "x-1 runtime is unknown"),
        (
            {"language": "python", "version": "*", "files": [{"content": "", "encoding": "hex"}]},
            "files must include at least one utf8 encoded file",
        ),
        (
            {"language": "python", "version": "*", "files": [{"content": ""}], "run_timeout": 1e9},
            "run_timeout cannot exceed the configured limit of 300000",
        ),
        (
            {
                "language": "python",
                "version": "*",
                "files": [{"content": ""}],
                "run_timeout": "1",
                "run_memory_limit": "1",
            },
            "If specified, run_memory_limit must be a number",
        ),
        (
            {"language": "python", "version": "*", "files": [{"content": ""}], "run_timeout": "1"},
            "If specified, run_timeout must be a number",
        ),
        (
            {"language": "python", "version": "*", "files": [{"content": ""}], "run_timeout": -5},
            "run_timeout must be non-negative",
        ),
    ],
)
def test_errors_in_its_words(server, body, said):
    assert server.ask("POST", "/api/v2/execute", body) == (400, {"message": said})


def test_a_body_that_is_no_json(server):
    status, answer = server.ask("POST", "/api/v2/execute", b"{}", Content_Type="text/plain")
    assert (status, answer) == (415, {"message": "requests must be of type application/json"})
    leaving = {"language": "python", "version": "*", "files": [{"name": "../x", "content": ""}]}
    assert server.raw("POST", "/api/v2/execute", leaving)[::2] == (500, b"")


# ---- what open-r1 sends ----


def graded(server, program, given="1 2\n", expected="3\n", language="cf_python3", checker=None, mode="stdio"):
    files = [
        {"name": "main.python", "content": program},
        *([{"name": "checker.py", "content": checker}] if checker else []),
        {"name": "input.txt", "content": given},
        *([{"name": "correct_output.txt", "content": expected}] if expected is not None else []),
        {"name": "grader_config", "content": f"TIME_LIMIT=1.0\nMEMORY_LIMIT=128.0\nINPUT_MODE={mode}"},
    ]
    body = {"files": files, "run_timeout": 11000.0, "language": language, "version": "*"}
    done = server.post("/api/v2/execute", body)
    assert done["compile"]["code"] == 0
    return done["run"]["code"], done["run"]["stdout"], done["run"]["stderr"].strip()


def test_a_codeforces_test(server):
    right = "print(sum(map(int, input().split())))"
    assert graded(server, right) == (0, "1\n", "Output is correct (diff)")
    assert graded(server, "print(4)") == (0, "0\n", "Output isn't correct (diff)")
    assert graded(server, "print('3\\n\\n')", expected="3") == (0, "1\n", "Output is correct (diff)")
    assert graded(server, "print('yEs')", expected="YES")[1] == "1\n"
    assert graded(server, "print('3 3')", expected="3")[1] == "0\n"
    assert graded(server, "while True: pass") == (124, "0\n", "Time limit exceeded (1.0s)")
    assert graded(server, "x = 'a' * (1 << 29)") == (134, "0\n", "Memory limit exceeded (128MB)")
    assert graded(server, "raise SystemExit(7)") == (7, "0\n", "Runtime error with exit code 7")
    assert graded(server, right, expected=None) == (0, "3\n", "")
    by_file = "open('output.txt','w').write(str(sum(map(int, open('input.txt').read().split()))))"
    assert graded(server, by_file, mode="file") == (0, "1\n", "Output is correct (diff)")


def test_codeforces_names_and_settings(server):
    files = [
        {"name": "main.python", "content": "while True: pass"},
        {"name": "input.txt", "content": ""},
        {"name": "correct_output.txt", "content": "3"},
        {"name": "grader_config", "content": 'TIME_LIMIT="0.5"\nMEMORY_LIMIT=\'128\'\nINPUT_MODE="stdio"'},
    ]
    for language in ("python3", "cf_python3", "Python 3"):
        body = {"files": files, "language": language, "version": "1.0.0"}
        assert server.post("/api/v2/execute", body)["run"]["stderr"] == "Time limit exceeded (0.5s)\n"


def test_a_codeforces_checker(server):
    checker = (
        "import sys\ngiven, right, got = (open(name).read().split() for name in sys.argv[1:4])\n"
        "print(1 if sorted(right) == sorted(got) else 0)"
    )
    assert graded(server, "print('2 1')", expected="1 2", checker=checker) == (0, "1\n", "Output is correct (checker)")
    assert graded(server, "print('2 2')", expected="1 2", checker=checker)[1:] == (
        "0\n",
        "Output isn't correct (checker)",
    )


def test_a_codeforces_checker_that_fails(server):
    reads = "import sys\nprint(int(int(open(sys.argv[3]).read()) == int(open(sys.argv[2]).read())))"
    assert graded(server, "print('no number')", checker=reads) == (0, "0\n", "Output isn't correct (checker)")
    assert graded(server, "print(3)", checker=reads)[1] == "1\n"
    files = [
        {"name": "main.python", "content": "print(3)"},
        {"name": "checker.py", "content": "raise SystemExit(3)"},
        {"name": "correct_output.txt", "content": "3"},
    ]
    # Its client counts any 200 as a verdict, and looks for `compile` in it; anything else it tries again.
    body = {"files": files, "language": "cf_python3", "version": "*"}
    status, answer = server.ask("POST", "/api/v2/execute", body)
    assert (status, "checker failed" in answer["message"]) == (500, True)


def test_the_expected_output_is_not_in_the_jail(server):
    spy = "import os\nprint([name for _, _, names in os.walk('/tmp') for name in names])"
    said = graded(server, spy, expected=None)[1]
    assert "correct_output" not in said
    assert graded(server, "print(open('correct_output.txt').read())")[0] == 1


def test_a_codeforces_program_in_cpp(server):
    program = "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b; }"
    assert graded(server, program, language="c++17") == (0, "1\n", "Output is correct (diff)")


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [("*", True), ("3.x", True), ("3", True), ("3.11.2", True), ("3.10.0", False), (">=3.10", True), ("^3.2", True),
     ("~3.11", True), ("~3.10", False), ("<3", False), (">=3 <4", True), ("2 || 3.11", True), ("nonsense", False)],
)  # fmt: skip
def test_ranges_of_versions(wanted, holds):
    assert fits("3.11.2", wanted) is holds


def test_versions_in_words():
    assert number_in("g++ (Debian 12.2.0-14) 12.2.0") == "12.2.0"
    assert number_in("") == "0.0.0"


# ---- NeMo-Skills ----


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "print(input())", ("completed", "in\n")),
        ("ipython", "x = 20\nx + 1", ("completed", "21\n")),
        ("ipython", "1 / 0", ("error", "")),
        ("shell", "echo $((6 * 7))", ("completed", "42\n")),
        ("python", "while True: pass", ("timeout", "")),
        ("python", "raise ValueError", ("error", "")),
        ("python", "print('x' * 2000)", ("completed", "x" * 1000 + "<output cut>")),
    ],
)
def test_nemo_skills(server, language, code, expected):
    done = server.patient("/execute", {"generated_code": code, "language": language, "timeout": 1.0, "std_input": "in"})
    assert (done["process_status"], done["stdout"]) == expected
    assert isinstance(done["stderr"], str)
