"""Warm worker processes, each killed from outside: a comparison ends at its CPU deadline and takes no other with it."""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from math_pipeline.asking import Askers
from math_pipeline.errors import WorkerError

_START_S = 120.0  # wall seconds for the imports of a worker on a loaded machine
# Share of the deadline in a fork that has compared others. What needs more is compared anew, by a fresh fork with the
# whole deadline, so that what a worker has in its caches and its memory decides nothing.
_AT_FIRST = 0.25
_IDLE_FACTOR = 20.0  # wall seconds for each CPU second of the deadline before a worker counts as stuck


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker said of one pair.

    same: None where nobody knows. ended: why there is no answer ("cpu_time", "memory", "died", and "killed" for what
    the pair had no part in), empty where there is.
    """

    same: bool | None
    rule: str = ""
    reason: str = ""
    unreadable: str = ""
    ended: str = ""
    cpu_time_s: float = 0.0


class Pool:
    """Up to `workers` processes, started on first need. Thread-safe; not usable across a fork.

    Each process is asked by a thread of the pool's own, which reads every reply, whoever still waits for it.
    """

    def __init__(self, workers: int, *, cpu_time_s: float, memory_mb: int) -> None:
        self._cpu_time_s = cpu_time_s
        self._memory_mb = memory_mb
        self._askers = Askers(workers)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._started: set[_Worker] = set()
        self._closed = False
        self._owner = os.getpid()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def compare(self, gold: str, answer: str) -> Reply:
        """One pair of normal forms. Waits for a worker. Raises WorkerError where none can be started, and in a fork."""
        if os.getpid() != self._owner:
            raise WorkerError("this pool of math workers was inherited by a fork: open a new one in this process")
        return self._askers.run(lambda: self._compare(gold, answer))

    def _compare(self, gold: str, answer: str) -> Reply:
        """On a thread of the pool, with its worker."""
        for last in (False, True):
            worker = getattr(self._own, "worker", None)
            if worker is None:
                worker = self._own.worker = self._start()
            reply = worker.compare(gold, answer, self._cpu_time_s * _AT_FIRST)
            if reply is not None and reply.ended:  # its next fork knows nothing yet
                reply = worker.compare(gold, answer, self._cpu_time_s)
            if reply is None:
                self._own.worker = None
                self._drop(worker)
                if last and worker.failed_at_start():
                    raise WorkerError("math workers end before their first answer: are math-verify and sympy whole?")
            elif reply.ended != "killed":
                return reply
        return Reply(None, ended="killed")

    def close(self) -> None:
        """Ends every worker. Nothing in a forked child: they are its parent's."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._closed = True
            started, self._started = self._started, set()
        for worker in started:
            worker.end()
        self._askers.close()

    def _start(self) -> _Worker:
        worker = _Worker(self._memory_mb)
        with self._lock:
            if self._closed:
                worker.end()
                raise WorkerError("the pool of math workers is closed")
            self._started.add(worker)
        return worker

    def _drop(self, worker: _Worker) -> None:
        with self._lock:
            self._started.discard(worker)
        worker.end()


class _Worker:
    """One process with its pipes; used by one thread at a time."""

    def __init__(self, memory_mb: int) -> None:
        root = str(Path(__file__).resolve().parents[1])
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]),
            "PYTHONHASHSEED": "0",
            "SYMPY_GROUND_TYPES": "python",
            "MPMATH_NOGMPY": "1",
        }
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P" if sys.version_info >= (3, 11) else "-s",
                "-m",
                "math_pipeline.worker",
                str(memory_mb),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise WorkerError("a math worker was started without pipes")
        self._jobs, self._replies = self._process.stdin, self._process.stdout
        self._rest = b""
        self._is_new = True
        self._numbers = itertools.count(1)

    def compare(self, gold: str, answer: str, cpu_time_s: float) -> Reply | None:
        """The reply; None where the worker is gone or stuck, through no fault of the pair that is known."""
        number = next(self._numbers)
        job = json.dumps({"number": number, "gold": gold, "answer": answer, "cpu_time_s": cpu_time_s}).encode() + b"\n"
        try:
            self._jobs.write(job)
            self._jobs.flush()
        except OSError:
            return None
        until = time.monotonic() + cpu_time_s * _IDLE_FACTOR + (_START_S if self._is_new else 0.0)
        said: dict[str, Any] = {}
        while said.get("number") != number:  # of an earlier job: its fork ended between its reply and the next job
            words = self._line(until)
            if words is None:
                return None
            said = json.loads(words)
        self._is_new = False
        ended = said.get("end", "")
        return Reply(
            said.get("same"),
            said.get("rule", ""),
            said.get("reason", ""),
            said.get("unreadable", ""),
            ended,
            said.get("cpu_time_s", cpu_time_s if ended == "cpu_time" else 0.0),
        )

    def failed_at_start(self) -> bool:
        """Whether it ended by itself, with an error, before it said a word: no pair has to do with that."""
        return self._is_new and (self._process.returncode or 0) > 0

    def _line(self, until: float) -> bytes | None:
        descriptor = self._replies.fileno()
        while b"\n" not in self._rest:
            ready = select.poll()
            ready.register(descriptor, select.POLLIN)
            if not ready.poll(max(0.0, until - time.monotonic()) * 1000):
                return None
            data = os.read(descriptor, 65536)
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def end(self) -> None:
        """Kills the process with all that it forked."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it ended by itself
        self._process.wait()
        for stream in (self._jobs, self._replies):
            try:
                stream.close()
            except BrokenPipeError:
                pass  # the job that it did not read
