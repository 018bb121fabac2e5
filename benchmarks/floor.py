"""The floor: fork, exit and wait of a bare interpreter that has imported what the jail's template has, and no more.

It lives in a process of its own (`python -s -S`, the interpreter that the jail runs) that measures on request, so that
its turns can stand between the others'.
"""

from __future__ import annotations

import os
import subprocess
from types import TracebackType

from sandbox.jails.base import USUAL_MODULES
from sandbox.runtime import Runtime

_SCRIPT = """\
import os, sys, time
if sys.argv[1] == "suppressed":
    os.register_at_fork = lambda **_: None
for name in sys.argv[2].split(","):
    __import__(name)
import gc
gc.collect()
gc.disable()
gc.freeze()
for line in sys.stdin:
    count = int(line)
    begun = time.perf_counter()
    for _ in range(count):
        pid = os.fork()
        if not pid:
            os._exit(0)
        os.waitpid(pid, 0)
    print((time.perf_counter() - begun) * 1000 / count, flush=True)
"""


class Floor:
    """One such process. callbacks: whether modules may register their at-fork callbacks, as they usually do."""

    def __init__(self, *, callbacks: bool) -> None:
        mode = "usual" if callbacks else "suppressed"
        modules = ",".join((*USUAL_MODULES, "ctypes"))
        interpreter = str(Runtime.current(packages=()).interpreter)
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [interpreter, "-s", "-S", "-c", _SCRIPT, mode, modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> Floor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def fork_ms(self, count: int) -> float:
        """Mean milliseconds of `count` times fork, exit, wait."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{count}\n")
        return float(self._process.stdout.readline())
