"""`ot-code verify` on a file of many problems: the host side's share of all CPU that the run used.

Accounting. The benchmark makes itself the reaper of orphans, so that the supervisors of jails, whose parents are killed
with them, end up here and their CPU (and that of every process that they reaped) is counted: total = the command, what
it reaped, and the orphans. The host side is the command's own process, all its threads, from /proc before it is reaped.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Line, Size
from benchmarks.programs import TESTS, Task, python_tasks
from sandbox import Program, Run, Sandbox

CANDIDATES = 4
_PR_SET_CHILD_SUBREAPER = 36
_HERTZ = os.sysconf("SC_CLK_TCK")


def verify(size: Size) -> list[Line]:
    """A realistic file: 20 tests a problem; two candidates of four are right (one dressed in words), two are wrong."""
    candidates = size.problems * CANDIDATES
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.jsonl"
        _write_rows(rows, size.problems)
        spent = _command_cpu(
            [sys.executable, "-m", "ot_code", "verify", str(rows), "--out", f"{folder}/out", "--quiet"]
        )
        judged = json.loads((Path(folder) / "out" / "summary.json").read_text())
    verdicts = judged["verdicts"]
    if verdicts.get("accepted") != 2 * size.problems or sum(verdicts.values()) != candidates:
        raise RuntimeError(f"the verdicts are not as the file was made: {verdicts}")
    return [
        Line("verify: the host side's share of CPU", spent.host_s / spent.total_s, "", "all CPU of the run", 1.0,
             spent.host_s / spent.total_s, says="ours/baseline", wanted=("<=", 0.20)),
        Line(f"verify: {size.problems} problems x {CANDIDATES} candidates", candidates / spent.wall_s, "candidates/s"),
    ]  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """Seconds: CPU of the command's own process, of it and all below it, and on the clock."""

    host_s: float
    total_s: float
    wall_s: float


def _command_cpu(argv: list[str]) -> Spent:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begun = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    wall_s = time.perf_counter() - begun
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    host_s = (int(fields[11]) + int(fields[12])) / _HERTZ
    total_s = 0.0
    while True:
        try:
            pid, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            break
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
        total_s += used.ru_utime + used.ru_stime
    if process.returncode:
        raise RuntimeError(f"{' '.join(argv)} ended with {process.returncode}")
    return Spent(host_s, total_s, wall_s)


def _write_rows(path: Path, problems: int) -> None:
    """Plain rows whose expected outputs are what the programs print."""
    with Sandbox() as sandbox, path.open("w") as file:
        for number, task in enumerate(itertools.islice(python_tasks(8, TESTS), problems)):
            with sandbox.open(Program(task.source)) as session:
                outputs = [done.stdout for done in session.run([Run(text) for text in task.inputs])]
            row = {
                "id": f"problem-{number}",
                "problem": "Read the input and print what is asked for.\n" * 12,
                "test_cases": {"inputs": task.inputs, "outputs": outputs},
                "candidates": _candidates(task, number),
            }
            file.write(json.dumps(row) + "\n")


def _candidates(task: Task, number: int) -> list[str]:
    later = f"import sys\nif len(sys.stdin.read()) % 3 == 1:\n    raise ValueError({number})\n"
    return [
        task.source,
        f"First I look at the input.\n\n```python\n# attempt {number}\n{task.source}```\nThat is all.\n",
        f"{task.source}\nprint({number})\n",
        f"{later}print({number})\n",
    ]
