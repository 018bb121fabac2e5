"""Warm worker processes, each killed from outside: a comparison ends at its CPU deadline and takes no other with it."""

from __future__ import annotations

import json
import os
import queue
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

from math_pipeline.errors import WorkerError

_START_S = 120.0  # wall seconds for the imports of a worker on a loaded machine
# Share of the deadline in a fork that has compared others. What needs more is compared anew, by a fresh fork with the
# whole deadline, so that what a worker has in its caches and its memory decides nothing.
_AT_FIRST = 0.25
_IDLE_FACTOR = 20.0  # wall seconds for each CPU second of the deadline before a worker counts as stuck


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker said of one pair.

    same: None where nobody knows. ended: why there is no answer ("cpu_time", "memory", "died"), empty where there is.
    """

    same: bool | None
    rule: str = ""
    reason: str = ""
    unreadable: str = ""
    ended: str = ""
    cpu_time_s: float = 0.0


class Pool:
    """Up to `workers` processes, started on first need. Thread-safe; not usable across a fork."""

    def __init__(self, workers: int, *, cpu_time_s: float, memory_mb: int) -> None:
        self._cpu_time_s = cpu_time_s
        self._memory_mb = memory_mb
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
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
        """One pair of normal forms. Waits for a worker. Raises WorkerError where no worker can be started."""
        if os.getpid() != self._owner:
            raise WorkerError("this pool of math workers was inherited by a fork: open a new one in this process")
        worker = self._idle.get()
        try:
            for last in (False, True):
                if worker is None:
                    worker = self._start()
                reply = worker.compare(gold, answer, self._cpu_time_s * _AT_FIRST)
                if reply is not None and reply.ended:  # its next fork knows nothing yet
                    reply = worker.compare(gold, answer, self._cpu_time_s)
                if reply is not None:
                    return reply
                self._drop(worker)
                worker = None
                if last:
                    return Reply(None, ended="died", reason="two workers in a row ended without a word")
            raise AssertionError("the loop returns")
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Ends every worker."""
        with self._lock:
            self._closed = True
            started, self._started = self._started, set()
        for worker in started:
            worker.end()

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

    def compare(self, gold: str, answer: str, cpu_time_s: float) -> Reply | None:
        """The reply; None where the worker is gone or stuck, through no fault of the pair that is known."""
        job = json.dumps({"gold": gold, "answer": answer, "cpu_time_s": cpu_time_s}).encode() + b"\n"
        try:
            self._jobs.write(job)
            self._jobs.flush()
        except OSError:
            return None
        words = self._line(cpu_time_s * _IDLE_FACTOR + (_START_S if self._is_new else 0.0))
        self._is_new = False
        if words is None:
            return None
        said: dict[str, Any] = json.loads(words)
        ended = said.get("end", "")
        return Reply(
            said.get("same"),
            said.get("rule", ""),
            said.get("reason", ""),
            said.get("unreadable", ""),
            ended,
            said.get("cpu_time_s", cpu_time_s if ended == "cpu_time" else 0.0),
        )

    def _line(self, wait_s: float) -> bytes | None:
        descriptor = self._replies.fileno()
        until = time.monotonic() + wait_s
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
