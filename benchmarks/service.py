"""The HTTP service: what it adds to the sandbox's own time, and requests a second, a new connection each."""

from __future__ import annotations

import itertools
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import Line, Size
from sandbox import Sandbox

CLIENTS = 8
_numbers = itertools.count(1)


def service(size: Size) -> list[Line]:
    """Rounds of one client alone, of the sandbox alone, and of many clients, here and without isolation."""
    alone, own, added, many, bare_many = [], [], [], [], []
    programs = 10 * size.programs
    with (
        _running("-m", "ot_code", "serve", "--port") as ours,
        Sandbox(jobs=1) as sandbox,
        _running("-m", "benchmarks.no_isolation_server") as bare,
    ):
        for _ in range(size.rounds):
            own.append(statistics.median(_in_the_sandbox(sandbox) for _ in range(programs)))
            alone.append(statistics.median(_asked(ours) for _ in range(programs)))
            added.append(alone[-1] - own[-1])
            many.append(_rate(ours, 4 * programs))
            bare_many.append(_rate(bare, programs))
    ratios = [ours / bare for ours, bare in zip(many, bare_many, strict=True)]
    return [
        Line("HTTP: a tiny Python program alone, p50", 1000 * statistics.median(alone), "ms", wanted=("<=", 10.0)),
        Line("HTTP: what it adds to the sandbox's own time", 1000 * statistics.median(added), "ms", wanted=("<=", 2.0)),
        Line(
            f"HTTP: {CLIENTS} clients, a new connection each", statistics.median(many), "requests/s",
            "a server without isolation", statistics.median(bare_many), statistics.median(ratios),
            (min(ratios), max(ratios)), "ours/baseline",
        ),
    ]  # fmt: skip


def _source() -> tuple[str, str]:
    number = next(_numbers)
    return f"print({number} + int(input()))", f"{number + 1}\n"


def _in_the_sandbox(sandbox: Sandbox) -> float:
    source, expected = _source()
    began = time.perf_counter()
    done = sandbox.run(source, stdin="1")
    took = time.perf_counter() - began
    assert done.stdout == expected
    return took


def _asked(port: int) -> float:
    source, expected = _source()
    body = json.dumps({"code": source, "language": "python", "stdin": "1"}).encode()
    head = b"POST /run_code HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        said = b"".join(iter(lambda: sock.recv(65536), b""))
    took = time.perf_counter() - began
    assert json.loads(said.partition(b"\r\n\r\n")[2])["run_result"]["stdout"] == expected
    return took


def _rate(port: int, requests: int) -> float:
    left = iter(range(requests))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            _asked(port)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return requests / (time.perf_counter() - began)


@contextmanager
def _running(*words: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, *words, str(port)], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                _asked(port)
                break
            except (OSError, ValueError, KeyError, AssertionError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        time.sleep(5)  # a server of ours tries its languages first
        yield port
    finally:
        process.terminate()
        process.wait(30)
