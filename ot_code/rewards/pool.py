"""The node's pool of judges as one process sees it: found or started, asked, and asked again when it died.

Theory of operation. The pool is a process of its own (`ot_code.rewards.host`) behind a Unix socket in the user's folder
for locks. Whoever finds nobody listening takes a lock, starts it as a new program (never a fork of the trainer, whose
threads, CUDA and NCCL would not survive one), and waits until it listens. Each call takes a connection of its own, so
threads never share one; idle ones are kept for the next call, and a forked child forgets those of its parent. A pool
ends by itself when nobody has been connected for a while.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

import code_pipeline  # noqa: F401 - makes sure that `sandbox` is ours
from ot_code import __version__
from ot_code.errors import RewardError
from ot_code.rewards.batches import Batch
from ot_code.verdicts import is_fault
from sandbox.locks import runtime_dir

_LOG = logging.getLogger("ot_code.rewards")
_TRIES = 3  # of what a fault of ours kept from being judged, the first included
_PAUSE_S = 0.2  # in which a process that was killed closes what it listens on
_START_S = 120.0
_SETTINGS = ("OT_JAIL", "OT_REWARDS_JOBS", "OT_REWARDS_IDLE_S")  # of the environment: another value is another pool
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a batch is judged: every test or up to the first failure, and by when (seconds from now)."""

    all_tests: bool = False
    deadline_s: float | None = None


def judged(batch: Batch, asked: Asked) -> list[dict[str, Any] | None]:
    """What was found of each completion, in the trainer's order; None for what a fault of ours or the deadline left.

    Raises RewardError where no pool can be started, or the columns say nothing to judge by.
    """
    until = None if asked.deadline_s is None else time.monotonic() + asked.deadline_s
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for last in (number == _TRIES for number in range(1, _TRIES + 1)):
        left = [place for place in batch.places if place not in found or _is_ours(found[place])]
        left_s = None if until is None else until - time.monotonic()
        if not left or (left_s is not None and left_s <= 0):
            break
        try:
            _ask(batch, left, Asked(asked.all_tests, left_s), found)
        except TimeoutError:
            break
        except (EOFError, OSError) as error:
            _LOG.warning("the pool of judges went away (%s)%s", error or "EOF", "" if last else ": asking another")
            _drop_idle()  # they lead to the same one
            time.sleep(_PAUSE_S)
    results = [found.get(place) for place in batch.places]
    for each in results:
        if each is not None and _is_ours(each):
            _LOG.error("a fault of ours: %s: %s", each["verdict"], each["reason"])
    if None in results:
        _LOG.error("%d completions were not judged in time or by any pool", results.count(None))
    return [None if each is None or _is_ours(each) else each for each in results]


def _is_ours(found: dict[str, Any]) -> bool:
    return is_fault(found["verdict"]) and not found["provoked"]


def _ask(batch: Batch, left: list[tuple[int, int]], asked: Asked, found: dict[tuple[int, int], dict[str, Any]]) -> None:
    """Fills `found` with what the pool says of the completions in `left`, until it is done or the deadline passes."""
    rows: list[dict[str, Any]] = []
    places: list[list[tuple[int, int]]] = []
    numbers: dict[int, int] = {}
    for row, at in left:
        if row not in numbers:
            numbers[row] = len(rows)
            rows.append({"columns": batch.rows[row]["columns"], "responses": []})
            places.append([])
        rows[numbers[row]]["responses"].append(batch.rows[row]["responses"][at])
        places[numbers[row]].append((row, at))
    until = None if asked.deadline_s is None else time.monotonic() + asked.deadline_s
    question = {"rows": rows, "all_tests": asked.all_tests, "deadline_s": asked.deadline_s}
    with _connected() as connection, _cut_off(connection, until):
        connection.send_bytes(json.dumps(question).encode())
        while True:
            said = json.loads(connection.recv_bytes())
            if "error" in said:
                raise RewardError(said["error"])
            if "done" in said:
                return
            row, at = said["at"]
            found[places[row][at]] = said["found"]


@contextmanager
def _cut_off(connection: Connection[Any, Any], until: float | None) -> Iterator[None]:
    """Ends the connection when the time has come, whatever it waits for, and raises TimeoutError then.

    A pool that was stopped takes no question that is larger than the kernel's buffers, and may end amid an answer.
    """
    if until is None:
        yield
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as same:
        timer = threading.Timer(max(0.0, until - time.monotonic()), same.shutdown, (socket.SHUT_RDWR,))
        timer.daemon = True
        timer.start()
        try:
            yield
        except (EOFError, OSError) as error:
            if time.monotonic() >= until:
                raise TimeoutError("the deadline passed") from error
            raise
        finally:
            timer.cancel()
            timer.join()  # it uses the descriptor that is closed here


# ---- connections ----

_idle: list[Connection[Any, Any]] = []
_lock = threading.Lock()


def _forget() -> None:
    """In a forked child: its parent's connections are not its own."""
    global _lock  # noqa: PLW0603 - another thread may have held it at the fork
    _lock = threading.Lock()
    _drop_idle()


def _drop_idle() -> None:
    with _lock:
        while _idle:
            _idle.pop().close()


os.register_at_fork(after_in_child=_forget)


@contextmanager
def _connected() -> Iterator[Connection[Any, Any]]:
    """A connection for one question. It is kept only when the question was answered to the end."""
    owner = os.getpid()
    connection = None
    while connection is None:
        with _lock:
            connection = _idle.pop() if _idle else None
        if connection is None:
            connection = _opened()
        elif connection.poll():  # nothing was asked, so this is the end of a pool that has gone
            connection.close()
            connection = None
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
    if os.getpid() == owner:
        with _lock:
            _idle.append(connection)


def address() -> Path:
    """Where this installation's pool listens, under these settings."""
    settings = [str(_ROOT), __version__, sys.executable, *(os.environ.get(name, "") for name in _SETTINGS)]
    return runtime_dir() / f"rewards-{hashlib.blake2b(json.dumps(settings).encode(), digest_size=6).hexdigest()}"


def _opened() -> Connection[Any, Any]:
    """A new connection, to a pool that is started where there is none. Raises RewardError."""
    place = address()
    with suppress(FileNotFoundError, ConnectionRefusedError):
        return Client(str(place), "AF_UNIX")
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with suppress(FileNotFoundError, ConnectionRefusedError):
                return Client(str(place), "AF_UNIX")
            _start(place)
            return Client(str(place), "AF_UNIX")
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)  # a child forked meanwhile holds the same lock until then


def _start(place: Path) -> None:
    """Starts the pool and waits until it listens. Raises RewardError saying why it did not."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, sys.path)])
    with place.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ot_code.rewards.host", str(place)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    timer = threading.Timer(_START_S, process.kill)
    timer.daemon = True
    timer.start()
    try:
        with process.stdout as said:
            line = said.readline().decode(errors="replace").strip()
    finally:
        timer.cancel()
    if line != "ready":
        process.kill()
        process.wait()
        why = line or place.with_suffix(".log").read_text(errors="replace").strip()[-500:] or "it said nothing"
        raise RewardError(f"the pool of judges could not be started: {why}")
    threading.Thread(target=process.wait, name="ot-code-rewards-pool", daemon=True).start()  # leaves no zombie
