"""The process that compares: `python -m math_pipeline.worker`, jobs on stdin and replies on stdout, a JSON line each.

The process itself only imports, forks and waits. The fork does the comparing under limits that bind whatever it is
busy with: the kernel ends it when a job has used its CPU time (a profiling timer whose signal nobody handles), and it
gets no more memory than its cap. When it ends, the next one is forked from what was imported once.

Each reply bears the number of its job. The fork writes it into memory that both see, since it is the process that says
which job a fork died of, and says nothing of one that died between two.
"""

from __future__ import annotations

import gc
import json
import logging
import mmap
import os
import resource
import signal
import sys
import time
from typing import Any

sys.modules["gmpy2"] = None  # type: ignore[assignment]  # its calls end for no signal and no cap

from math_pipeline import compare, symbols  # noqa: E402 - after gmpy2 was kept out
from math_pipeline.nodes import Expr, Node  # noqa: E402
from math_pipeline.structure import parse  # noqa: E402

RECYCLED = 42  # the exit status of a fork that has done its share
JOBS_EACH = 2000
MIB = 1024 * 1024


def main() -> int:
    """Forks a worker, waits, says what ended it, and forks the next, until stdin ends."""
    logging.disable(logging.CRITICAL)
    memory_mb = int(sys.argv[1])
    warm_up()
    gc.collect()
    gc.freeze()
    job = Job()
    while True:
        child = os.fork()
        if child == 0:
            os._exit(_serve(memory_mb, job))
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
            return 0
        recycled = os.WIFEXITED(status) and os.WEXITSTATUS(status) == RECYCLED
        if job.number and not recycled:
            _say({"number": job.number, "end": _end_of(status), "status": status})
            job.number = 0


def _end_of(status: int) -> str:
    """Why a fork ended. No limit of ours kills by SIGKILL, but a kernel without memory does."""
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended_by in (signal.SIGPROF, signal.SIGXCPU):
        return "cpu_time"
    return "killed" if ended_by == signal.SIGKILL else "died"


def warm_up() -> None:
    """What the first comparisons would pay: tables of the parser and of sympy."""
    for gold, answer in (("\\frac{1}{2}", "\\sqrt{2}"), ("x^2+1", "\\sin(x)"), ("[1,2)", "1\\le x<2"), ("1,2", "2,1")):
        compare.compare(gold, answer)


class Job:
    """The number of the job under way, 0 for none; a process and its forks see the same."""

    def __init__(self) -> None:
        self._shared = memoryview(mmap.mmap(-1, 8)).cast("Q")

    @property
    def number(self) -> int:
        """The number."""
        return self._shared[0]

    @number.setter
    def number(self, value: int) -> None:
        self._shared[0] = value


def _serve(memory_mb: int, under_way: Job) -> int:
    pages = int(open("/proc/self/statm").read().split()[0]) if os.path.exists("/proc/self/statm") else 0  # noqa: SIM115, PTH110, PTH123 - one read, in a fork
    cap = pages * resource.getpagesize() + memory_mb * MIB
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    sys.setrecursionlimit(20_000)
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    for _ in range(JOBS_EACH):
        line = _line(source)
        if not line:
            return 0
        job = json.loads(line)
        under_way.number = job["number"]
        signal.setitimer(signal.ITIMER_PROF, job["cpu_time_s"])
        began = time.process_time()
        reply = _reply(job["gold"], job["answer"])
        signal.setitimer(signal.ITIMER_PROF, 0)
        reply["cpu_time_s"] = time.process_time() - began
        _say({"number": under_way.number, **reply})
        under_way.number = 0
        if reply.get("end") == "memory":  # it may hold much of it still
            return RECYCLED
    return RECYCLED


def _line(source: Any) -> bytes:
    """One job, and not a byte of the next: that one may be for another fork."""
    parts: list[bytes] = []
    while True:
        part: bytes = source.readline(65536)
        parts.append(part)
        if not part or part.endswith(b"\n"):
            return b"".join(parts)


def _reply(gold: str, answer: str) -> dict[str, Any]:
    try:
        outcome = compare.compare(gold, answer)
        return {"same": outcome.same, "rule": outcome.rule, "reason": outcome.reason[:300]}
    except symbols.UnreadableError as error:
        unreadable = "gold" if _unreadable(parse(gold)) else "answer"
        return {"same": None, "rule": "unreadable", "unreadable": unreadable, "reason": f"{unreadable}: {error}"[:300]}
    except MemoryError:
        return {"end": "memory"}
    except Exception as error:  # noqa: BLE001  sympy raises what it likes: the pair is undecided, and says why
        return {"same": None, "rule": "error", "reason": f"{type(error).__name__}: {error}"[:300]}


def _unreadable(node: Node) -> bool:
    """Whether an expression of the tree has no symbolic form."""
    if isinstance(node, Expr):
        try:
            symbols.read(node.latex)
        except symbols.UnreadableError:
            return True
        return False
    inner: list[Any] = []
    for name in node.__slots__:
        value = getattr(node, name)
        inner.extend(value if isinstance(value, tuple) else (value,))
    return any(_unreadable(item) for item in inner if hasattr(item, "__slots__"))


def _say(reply: dict[str, Any]) -> None:
    os.write(1, json.dumps(reply).encode() + b"\n")  # under PIPE_BUF: whole, or not there


if __name__ == "__main__":
    sys.exit(main())
