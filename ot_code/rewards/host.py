"""The pool process: listens on a Unix socket, judges what connected trainers ask, ends when nobody is there any more.

Run by `ot_code.rewards.pool` alone: `python -m ot_code.rewards.host ADDRESS`. It says `ready` on stdout, or why not.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ot_code.rewards.bench import Bench

_IDLE_S = "OT_REWARDS_IDLE_S"  # seconds without a connection after which it ends
_TICK_S = 0.5


class Host:
    """Serves connections, a thread each, until `stop` or nobody has been connected for `idle_s`."""

    def __init__(self, place: Path, bench: Bench, idle_s: float) -> None:
        self._place = place
        self._bench = bench
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._connected = 0
        self._last = time.monotonic()
        self._stopping = False
        place.unlink(missing_ok=True)  # of a pool that was killed: who starts this one holds the lock
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(place))
        self._socket.listen(256)
        self._socket.settimeout(_TICK_S)

    def stop(self) -> None:
        """Ends `serve` soon."""
        self._stopping = True

    def serve(self) -> None:
        """Accepts connections. Returns with the socket closed, under the lock that a starter takes."""
        while not self._stopping:
            try:
                accepted, _ = self._socket.accept()
            except TimeoutError:
                if self._is_idle() and self._left():
                    return
                continue
            with self._lock:
                self._connected += 1
            accepted.setblocking(True)
            connection = Connection(accepted.detach())
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()
        self._socket.close()
        self._place.unlink(missing_ok=True)

    def _is_idle(self) -> bool:
        with self._lock:
            return not self._connected and time.monotonic() - self._last > self._idle_s

    def _left(self) -> bool:
        """Closes the socket, unless somebody is just starting a pool or has come meanwhile."""
        with self._place.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self._place.unlink(missing_ok=True)
            self._socket.close()
            return True

    def _answer(self, connection: Connection[Any, Any]) -> None:
        try:
            with connection:
                while True:
                    self._bench.answer(json.loads(connection.recv_bytes()), connection)
        except (EOFError, OSError):
            pass  # the trainer has gone
        finally:
            with self._lock:
                self._connected -= 1
                self._last = time.monotonic()


def main() -> int:
    """Serves until nobody is there."""
    place = Path(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs = os.environ.get("OT_REWARDS_JOBS")
    try:
        bench = Bench(jobs=int(jobs) if jobs else None)
        host = Host(place, bench, float(os.environ.get(_IDLE_S, "60")))
    except Exception as error:  # noqa: BLE001 - the process's border: whoever starts it is told
        sys.stdout.write(" ".join(f"{type(error).__name__}: {error}".split()) + "\n")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: host.stop())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    try:
        host.serve()
    finally:
        bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
