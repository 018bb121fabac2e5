"""Interactive problems judged for real: who decides when, in Python and C++, by both protocols."""

from __future__ import annotations

from dataclasses import replace

import pytest

from code_pipeline import Judge, Judgement, Problem, Submission, TestCase, Verdict
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.readers import ReadOptions
from code_pipeline.readers.plain import PlainReader
from code_pipeline.types import ProblemLimits
from sandbox import LanguageError, Sandbox, languages

# Guess a number. The secret is the test's input; one more guess than are needed is too many. "adaptive" has no secret.
GUESS_PY = """\
import sys
from pathlib import Path
secret, most = map(int, Path(sys.argv[1]).read_text().split())
assert Path(sys.argv[2]).read_text() == "the answer\\n", "the answer is not there"
def reject(why):
    Path(sys.argv[3] + "judgemessage.txt").write_text(why)
    sys.exit(43)
adaptive = "adaptive" in sys.argv[4:]
low, high = 1, 1000
for _ in range(most):
    line = sys.stdin.readline()
    if not line.strip().isdigit():
        reject("that is no guess")
    guess = int(line)
    if adaptive and low < high:
        secret = low if guess - low < high - guess else high
        secret = high if guess < secret or guess * 2 < low + high else low
    if guess == secret:
        print("yes", flush=True)
        sys.exit(42)
    if guess < secret:
        low = max(low, guess + 1)
    else:
        high = min(high, guess - 1)
    print("more" if guess < secret else "less", flush=True)
reject("too many guesses")
"""
GUESS_CPP = """\
#include <bits/stdc++.h>
int main(int argc, char **argv) {
    std::ifstream input(argv[1]);
    int secret, most, guess;
    input >> secret >> most;
    for (int i = 0; i < most; i++) {
        if (!(std::cin >> guess)) break;
        if (guess == secret) { std::cout << "yes" << std::endl; return 42; }
        std::cout << (guess < secret ? "more" : "less") << std::endl;
    }
    std::ofstream(std::string(argv[3]) + "judgemessage.txt") << "not found";
    return 43;
}
"""
TESTLIB_LIKE = """\
import sys
from pathlib import Path
secret = int(Path(sys.argv[1]).read_text().split()[0])
guess = sys.stdin.readline()
Path(sys.argv[2]).write_text(guess)
if not guess.strip().isdigit():
    print("wrong output format: expected a number", file=sys.stderr)
    sys.exit(2)
if int(guess) == secret:
    sys.exit(0)
print("wrong answer: another number", file=sys.stderr)
sys.exit(1)
"""
SEARCH_PY = """\
import sys
low, high = 1, 1000
while True:
    middle = (low + high) // 2
    print(middle, flush=True)
    answer = sys.stdin.readline().strip()
    if answer == "yes":
        break
    if answer == "more":
        low = middle + 1
    else:
        high = middle - 1
"""
SEARCH_CPP = """\
#include <bits/stdc++.h>
int main() {
    int low = 1, high = 1000;
    std::string answer;
    while (answer != "yes") {
        int middle = (low + high) / 2;
        std::cout << middle << std::endl;
        if (!(std::cin >> answer)) return 3;
        if (answer == "more") low = middle + 1; else high = middle - 1;
    }
}
"""
INTERACTORS = {
    "python3": ProgramChecker("kattis", "python3", {"guess.py": GUESS_PY}),
    "cpp": ProgramChecker("kattis", "cpp", {"guess.cpp": GUESS_CPP}),
}


def problem(interactor: ProgramChecker, *inputs: str) -> Problem:
    tests = tuple(TestCase(stdin=text, expected="the answer\n") for text in inputs or ("77 10\n",))
    return Problem("guess", tests, interactor=interactor, limits=ProblemLimits(time_limit_s=1, memory_limit_mb=256))


def judged(
    sandbox: Sandbox,
    source: str,
    interactor: ProgramChecker | str = INTERACTORS["python3"],
    *inputs: str,
    language: str = "python3",
) -> Judgement:
    if isinstance(interactor, str):
        interactor = ProgramChecker("kattis", "python3", {"interactor.py": interactor})
    with Judge(sandbox) as judge:
        return judge.judge(problem(interactor, *inputs), [Submission("s", "guess", source, language)])[0]


@pytest.mark.parametrize("interactor", INTERACTORS)
@pytest.mark.parametrize(("language", "source"), [("python3", SEARCH_PY), ("cpp", SEARCH_CPP)])
def test_a_right_program_in_each_language_against_an_interactor_in_each(sandbox, interactor, language, source):
    inputs = ("1 10\n", "1000 10\n", "500 10\n")
    found = judged(sandbox, source, INTERACTORS[interactor], *inputs, language=language)
    assert (found.verdict, found.tests_passed, found.accepted_by) == (Verdict.ACCEPTED, 3, "interactor"), found.reason


@pytest.mark.parametrize("interactor", INTERACTORS)
@pytest.mark.parametrize(("language", "source"), [("python3", SEARCH_PY), ("cpp", SEARCH_CPP)])
def test_too_many_guesses_are_a_wrong_answer(sandbox, interactor, language, source):
    found = judged(sandbox, source, INTERACTORS[interactor], "1000 3\n", language=language)
    assert found.verdict is Verdict.WRONG_ANSWER
    assert ("too many guesses" if interactor == "python3" else "not found") in found.reason


def test_an_adaptive_interactor_by_its_flags(sandbox):
    adaptive = replace(INTERACTORS["python3"], flags=("adaptive",))
    assert judged(sandbox, SEARCH_PY, adaptive, "0 12\n").verdict is Verdict.ACCEPTED
    linear = "for guess in range(1, 1001):\n    print(guess, flush=True)\n    if input() == 'yes':\n        break\n"
    assert judged(sandbox, linear, adaptive, "0 12\n").verdict is Verdict.WRONG_ANSWER


# What a program does against the guessing game of one secret, 77 -> (verdict, a word of the reason).
BEHAVIOURS = {
    "a wrong protocol": ("print('hello', flush=True)\ninput()", Verdict.WRONG_ANSWER, "no guess"),
    "ends early with 0": ("print(5, flush=True)", Verdict.WRONG_ANSWER, "no guess"),
    "says nothing and ends": ("x = 1", Verdict.WRONG_ANSWER, "no guess"),
    "crashes before it says anything": ("raise ValueError", Verdict.RUNTIME_ERROR, "ValueError"),
    "crashes at the first answer": ("print(5, flush=True)\nint(input())", Verdict.RUNTIME_ERROR, "ValueError"),
    "exits with 3": ("print(5, flush=True)\nraise SystemExit(3)", Verdict.RUNTIME_ERROR, "exit code 3"),
    "is right and crashes": ("print(77, flush=True)\nraise ValueError", Verdict.RUNTIME_ERROR, "ValueError"),
    "is wrong, reads on and crashes of it": (
        "for _ in range(11):\n    print(5, flush=True)\n    input()\ninput()", Verdict.WRONG_ANSWER, "too many",
    ),
    "is right and reads on": ("print(77, flush=True)\ninput()\ninput()", Verdict.ACCEPTED, ""),
    "is right and writes on": (
        "import time\nprint(77, flush=True)\ntime.sleep(0.2)\nwhile True:\n    print(5)", Verdict.ACCEPTED, "",
    ),
    "is right and closes its ends": (
        "import os\nprint(77, flush=True)\nos.close(0)\nos.close(1)", Verdict.ACCEPTED, "",
    ),
    "closes its stdout and lives on": (
        "import os, time\nprint(5, flush=True)\nos.close(1)\ntime.sleep(9)", Verdict.WRONG_ANSWER, "no guess",
    ),
    "is right and loops": ("print(77, flush=True)\nwhile True:\n    pass", Verdict.TIME_LIMIT, "CPU"),
    "waits where it should speak": ("input()", Verdict.TIME_LIMIT, "waited for each other"),
    "does not flush": (
        "import sys\nsys.stdout.write('77\\n')\nsys.stdin.readline()", Verdict.TIME_LIMIT, "waited for each other",
    ),
    "waits for a child that waits": (
        "import os\nif os.fork():\n    os.wait()\nelse:\n    input()", Verdict.TIME_LIMIT, "waited for each other",
    ),
    "burns CPU": ("while True:\n    pass", Verdict.TIME_LIMIT, "CPU"),
    "is right too late and waits": (
        "import time\nwhile time.process_time() < 1.4:\n    pass\nprint(77, flush=True)\ninput()\ninput()",
        Verdict.TIME_LIMIT, "CPU",
    ),
    "is right at last": ("x = 1\nfor i in range(10**6):\n    x ^= i\nprint(77, flush=True)", Verdict.ACCEPTED, ""),
    "sleeps a while and is right": (
        "import time\ntime.sleep(1.5)\nprint(77, flush=True)\ninput()", Verdict.ACCEPTED, "",
    ),
    "takes too much memory": ("x = bytearray(b'x') * (1 << 30)\nprint(77, flush=True)", Verdict.MEMORY_LIMIT, "memory"),
    "is no Python": ("print(", Verdict.COMPILE_ERROR, "SyntaxError"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_who_decides(sandbox, name):
    source, verdict, word = BEHAVIOURS[name]
    found = judged(sandbox, f"```python\n{source}\n```")
    assert found.verdict is verdict, (found.verdict, found.reason)
    assert word in found.reason


def test_waiting_for_each_other_is_seen_at_once(sandbox):
    found = judged(sandbox, "input()")
    assert found.verdict is Verdict.TIME_LIMIT
    assert found.wall_time_s is not None
    assert found.wall_time_s < 2, "it was waited for the wall clock, of 5 s"


def test_a_sleeper_meets_the_wall_clock(sandbox):
    found = judged(sandbox, "import time\ntime.sleep(100)")
    assert (found.verdict, found.reason) == (Verdict.TIME_LIMIT, "test 0: had not ended after 5 s on the clock")


def test_a_compiled_program_that_does_not_compile(sandbox):
    assert judged(sandbox, "int main() { return x; }", language="cpp").verdict is Verdict.COMPILE_ERROR


# Interactors of ours that fail: -> the candidate, `provoked`.
FAULTS = {
    "crashes": ("raise ValueError", "input()", False),
    "exits 0": ("pass", "input()", False),
    "crashes on what it hears": ("import sys\nline = sys.stdin.readline()\nif line:\n    int(line)\nsys.exit(43)",
                                 "print('x', flush=True)\ninput()", True),
    "is no Python": ("def", "input()", False),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_an_interactor_that_fails_is_a_fault_of_ours(sandbox, name):
    interactor, source, provoked = FAULTS[name]
    found = judged(sandbox, source, interactor)
    assert (found.verdict, found.provoked) == (Verdict.CHECKER_ERROR, provoked), found.reason
    assert found.passed is None


def test_an_interactor_that_does_not_compile_is_a_fault_of_ours(sandbox):
    broken = ProgramChecker("kattis", "cpp", {"a.cpp": "int main() { return x; }"})
    found = judged(sandbox, "input()", broken)
    assert found.verdict is Verdict.CHECKER_ERROR
    assert "does not compile" in found.reason


def test_a_candidate_that_failed_by_itself_keeps_its_failure(sandbox):
    found = judged(sandbox, "print('x', flush=True)\nraise ValueError", "int(input())")
    assert found.verdict is Verdict.RUNTIME_ERROR


def test_an_interactor_that_accepts_at_once_and_a_broken_pipe(sandbox):
    """Elsewhere this dies of SIGPIPE (or of BrokenPipeError) after the verdict."""
    accepts = "import sys\nsys.stdin.readline()\nsys.exit(42)"
    flood = "import time\nfor i in range(100000):\n    print(i, flush=True)\n"
    assert judged(sandbox, flood, accepts).verdict is Verdict.ACCEPTED
    cpp = '#include <cstdio>\nint main() { for (;;) { puts("1"); fflush(stdout); } }'
    assert judged(sandbox, cpp, accepts, language="cpp").verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("code", [1, 2])
def test_testlib_rejects(sandbox, code):
    interactor = ProgramChecker("testlib", "python3", {"interactor.py": TESTLIB_LIKE})
    said = "78" if code == 1 else "x"
    found = judged(sandbox, f"print('{said}')", interactor)
    assert found.verdict is Verdict.WRONG_ANSWER
    assert ("another number" if code == 1 else "expected a number") in found.reason


def test_testlib_accepts(sandbox):
    interactor = ProgramChecker("testlib", "python3", {"interactor.py": TESTLIB_LIKE})
    assert judged(sandbox, "print(77)", interactor).verdict is Verdict.ACCEPTED


def test_a_protocol_that_no_interactor_has_is_the_rows_fault(sandbox):
    found = judged(sandbox, "print(77)", ProgramChecker("score", "python3", {"a.py": "print(1)"}))
    assert found.verdict is Verdict.BAD_PROBLEM
    assert "kattis or testlib" in found.reason


def test_a_candidate_near_its_limit_is_timed_again(sandbox):
    busy = "import time\nwhile time.process_time() < 0.8:\n    pass\nprint(77, flush=True)\n"
    found = judged(sandbox, busy)
    assert (found.verdict, found.marginal) == (Verdict.ACCEPTED, True)


def test_verdicts_do_not_depend_on_how_many_run_at_once(sandbox):
    """Two interactions at once, on however few slots, wait for nobody but those before them."""
    sources = [SEARCH_PY, "print(5)", "raise ValueError", "input()", "print('x')"] * 3
    submissions = [Submission(str(at), "guess", source + f"\n# {at}") for at, source in enumerate(sources)]
    with Sandbox(jobs=3) as several, Judge(several) as judge:
        many = judge.judge(problem(INTERACTORS["python3"]), submissions)
    with Judge(sandbox) as judge:
        one = judge.judge(problem(INTERACTORS["python3"]), submissions)
    assert [(found.verdict, found.reason) for found in many] == [(found.verdict, found.reason) for found in one]


# Each of our languages as the candidate and as the interactor: it says what it hears, until the "end".
ECHOES = {
    "c": "#include <stdio.h>\n#include <string.h>\nint main(void) {\n    char s[99];\n"
    '    while (scanf("%98s", s) == 1 && strcmp(s, "end")) { puts(s); fflush(stdout); }\n    return CODE;\n}\n',
    "cpp": "#include <bits/stdc++.h>\nint main() {\n    std::string s;\n"
    '    while (std::cin >> s && s != "end") std::cout << s << std::endl;\n    return CODE;\n}\n',
    "go": 'package main\n\nimport (\n    "fmt"\n    "os"\n)\n\nfunc main() {\n    var s string\n    for {\n'
    '        n, _ := fmt.Scan(&s)\n        if n != 1 || s == "end" {\n            os.Exit(CODE)\n        }\n'
    "        fmt.Println(s)\n    }\n}\n",
    "rust": "use std::io::*;\nfn main() {\n    for line in stdin().lines() {\n        let line = line.unwrap();\n"
    '        if line == "end" { break; }\n        println!("{}", line);\n    }\n    std::process::exit(CODE);\n}\n',
    "java": "import java.util.*;\npublic class Echo {\n    public static void main(String[] args) {\n"
    "        Scanner in = new Scanner(System.in);\n        while (in.hasNext()) {\n            String s = in.next();\n"
    '            if (s.equals("end")) break;\n            System.out.println(s);\n        }\n    System.exit(CODE);\n'
    "    }\n}\n",
    "javascript": 'const lines = require("readline").createInterface({ input: process.stdin });\n'
    'lines.on("line", (line) => { if (line === "end") process.exit(CODE); console.log(line); });\n',
    "pypy3": "import sys\nfor line in iter(sys.stdin.readline, 'end\\n'):\n    print(line, end='', flush=True)\n"
    "sys.exit(CODE)\n",
    "bash": 'while read -r x; do [ "$x" = end ] && break; echo "$x"; done\nexit CODE\n',
}
ASKS = """\
import sys
for number in range(20):
    print(number, flush=True)
    if sys.stdin.readline() != f"{number}\\n":
        sys.exit(1)
print("end", flush=True)
sys.exit(CODE)
"""


@pytest.mark.parametrize("language", ECHOES)
def test_each_language_on_both_sides(sandbox, language):
    try:
        sandbox.toolchain(language)
    except LanguageError as missing:
        pytest.skip(str(missing))
    candidate, asks = ECHOES[language].replace("CODE", "0"), ASKS.replace("CODE", "42")
    assert judged(sandbox, candidate, asks, language=language).verdict is Verdict.ACCEPTED
    file_name = languages()[language].file_name
    interactor = ProgramChecker("kattis", language, {file_name: ECHOES[language].replace("CODE", "42")})
    found = judged(sandbox, ASKS.replace("CODE", "0"), interactor)
    assert found.verdict is Verdict.ACCEPTED, found.reason


def test_a_plain_row_names_its_interactor(sandbox):
    row = {
        "test_cases": [{"input": "77 10\n", "output": "the answer\n"}],
        "interactor": {"language": "python3", "files": {"guess.py": GUESS_PY, "unused": None}, "flags": None},
        "candidates": [SEARCH_PY, "input()"],
    }
    read = PlainReader().read(row, 0, ReadOptions())
    assert read.problem.interactor == INTERACTORS["python3"]
    with Judge(sandbox) as judge:
        verdicts = [found.verdict for found in judge.judge(read.problem, [c.submission for c in read.candidates])]
    assert verdicts == [Verdict.ACCEPTED, Verdict.TIME_LIMIT]
