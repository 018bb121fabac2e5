"""The languages of open-r1's `codeforces` package for Piston: a program judged on one test.

Files: the program first, input.txt, and beside it correct_output.txt, checker.py (or neither: the output is given back)
and grader_config with lines TIME_LIMIT (seconds), MEMORY_LIMIT (MB), INPUT_MODE (stdio or file). The run's stdout is
"1" or "0", its stderr says why. The expected output and the checker never come near the candidate's jail.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ot_code.service.execution import Phase, run_all
from ot_code.service.files import sent
from ot_code.service.piston_jobs import Job, limits_of, program_of, stages
from sandbox import Execution, Limits, Program, Run, Sandbox, SandboxError, Status, Stop

if TYPE_CHECKING:
    from ot_code.service.works import Works

VERSION = "1.0.0"
LANGUAGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "cf_c++": ("cpp", ("c++", "GNU C++", "cf_c++98")),
    "cf_c++0x": ("cpp11", ("c++0x", "GNU C++0x")),
    "cf_c++11": ("cpp11", ("c++11", "GNU C++11")),
    "cf_c++14": ("cpp14", ("c++14", "GNU C++14")),
    "cf_c++17": ("cpp", ("c++17", "C++17 (GCC 7-32)", "C++17 (GCC 9-64)")),
    "cf_c++20": ("cpp20", ("c++20", "C++20 (GCC 11-64)", "C++20 (GCC 13-64)")),
    "cf_java": ("java", ("java", "Java 17")),
    "cf_python3": ("python3", ("python3", "Python 3")),
}
_CHECKER_LIMITS = Limits(cpu_time_s=10, wall_time_s=20, memory_mb=1024)
_YES_NO = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


def is_job(job: Job) -> bool:
    """Whether the job is one of the package's: a program to be judged, not just run."""
    return job.version == VERSION and job.name in LANGUAGES


def work(works: Works, job: Job, phase: Phase) -> Callable[[Stop], dict[str, Any]]:
    """What judges the job."""
    files = dict(job.files)
    settings = _settings(files.get("grader_config", b""))
    time_s = min(settings.get("TIME_LIMIT", math.inf), job.numbers["run_timeout"] / 1000)
    memory_mb = settings.get("MEMORY_LIMIT")
    limits = limits_of(works, job, wall_s=time_s, memory_mb=None if memory_mb is None else max(1, math.ceil(memory_mb)))
    by_file = re.search(rb"^\s*INPUT_MODE=[\"']?file\b", files.get("grader_config", b""), re.MULTILINE) is not None
    given = files.get("input.txt", sent(job.stdin)).replace(b"\r", b"")
    run = Run(files={"input.txt": given}, collect=("output.txt",)) if by_file else Run(given)
    program = program_of(job, with_files=False)

    def judge(stop: Stop) -> dict[str, Any]:
        ran = run_all(works.sandbox, program, [run], limits, stop, phase, times_again=False)
        shown = stages(job, ran)
        shown.setdefault("compile", {**shown["run"], **_NOTHING})
        if ran.build is not None:
            works.metrics.count("build_failed", fault=False)
            return shown
        done = ran.one
        code, word, why = _ended(done.status, done.exit_code, done.signal, settings, time_s)
        if not why:
            output = done.files.get("output.txt", b"") if by_file else done.stdout_bytes
            if "correct_output.txt" not in files and "checker.py" not in files:
                text = output.decode("utf-8", "replace")
                shown["run"].update(stdout=text, output=text)
                return shown
            passed, rule = _compared(works.sandbox, files, given, output, stop)
            code, word = 0, "1\n" if passed else "0\n"
            why = f"Output is correct ({rule})\n" if passed else f"Output isn't correct ({rule})\n"
        works.metrics.count("accepted" if word == "1\n" else "wrong_answer", fault=False)
        status = None if code == 0 else "RE"
        shown["run"].update(
            stdout=word, stderr=why, output=word + why, code=code, signal=None, status=status,
            message=None if code == 0 else f"Exited with error status {code}",
        )  # fmt: skip
        return shown

    return judge


_NOTHING = {
    "stdout": "", "stderr": "", "output": "", "code": 0, "signal": None, "message": None, "status": None,
    "cpu_time": 0, "wall_time": 0, "memory": None,
}  # fmt: skip


def _settings(text: bytes) -> dict[str, float]:
    numbers = {}
    for line in text.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition("=")
        try:
            number = float(value.strip().strip("'\""))  # the package reads them with a shell
        except ValueError:
            continue
        if math.isfinite(number) and number > 0:
            numbers[name.strip()] = number
    return numbers


def _ended(
    status: Status, exit_code: int | None, signal: int | None, settings: Mapping[str, float], time_s: float
) -> tuple[int, str, str]:
    """The run's code, stdout and stderr where it left nothing to compare; the last is empty where it did."""
    if status is Status.TIME_LIMIT:
        return 124, "0\n", f"Time limit exceeded ({settings.get('TIME_LIMIT', time_s)}s)\n"
    if status is Status.MEMORY_LIMIT:
        return 134, "0\n", f"Memory limit exceeded ({settings.get('MEMORY_LIMIT', 0):g}MB)\n"
    if status is Status.OUTPUT_LIMIT:
        return 153, "0\n", "Runtime error with exit code 153\n"
    code = 128 + (signal or 9) if status is Status.SIGNALED else (exit_code or 0)
    if status is Status.BUILD_FAILED:
        code = code or 1
    return code, "0\n", f"Runtime error with exit code {code}\n" if code else ""


def _compared(
    sandbox: Sandbox, files: Mapping[str, bytes], given: bytes, output: bytes, stop: Stop
) -> tuple[bool, str]:
    """Whether the output is right, and by which rule.

    A checker that fails on an output and takes the right one has met what it cannot read: that is not right. Raises
    SandboxError where it fails on the right one too.
    """
    expected = files.get("correct_output.txt", b"")
    source = files.get("checker.py")
    if source is None:
        return _same(output, expected), "diff"
    names = ("input.txt", "correct_output.txt", "solution_output.txt")
    program = Program(source, "python3", arguments=names)
    with sandbox.open(program, _CHECKER_LIMITS, use="checker", stop=stop) as session:

        def checked(answer: bytes) -> Execution:
            return session.run([Run(files=dict(zip(names, (given, expected, answer), strict=True)))])[0]

        done = checked(output)
        failed = not done.ok and not done.stdout.strip()
        if failed and not _passes(checked(expected)):
            raise SandboxError(f"the checker failed, also on the right answer: {done.stderr.strip()[-200:]}")
    return not failed and _passes(done), "checker"


def _passes(done: Execution) -> bool:
    return done.stdout.strip() in ("1", "100")


def _same(output: bytes, expected: bytes) -> bool:
    """Line by line without empty ones: white space squeezed, yes and no in any case."""
    return _lines(output) == _lines(expected)


def _lines(data: bytes) -> list[str]:
    text = _YES_NO.sub(lambda word: word.group(0).upper(), data.decode("utf-8", "surrogateescape"))
    return [squeezed for line in text.split("\n") if (squeezed := " ".join(line.split()))]
