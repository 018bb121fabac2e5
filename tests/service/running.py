"""A real server in a process of its own, for the tests beside this file."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Running:
    """A server that runs; `url` is where."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.said: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stderr:
            self.said.append(line)

    def ask(self, method: str, path: str, body: Any = None, *, timeout: float = 60, **headers: str) -> tuple[int, Any]:
        """Status and JSON; `body` may be bytes as they are to be sent. Each call is a new connection."""
        status, _, content = self.raw(method, path, body, timeout=timeout, **headers)
        return status, json.loads(content) if content else None

    def raw(self, method: str, path: str, body: Any = None, *, timeout: float = 60, **headers: str) -> Any:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            shown = {"Content-Type": "application/json"} if data is not None else {}
            connection.request(method, path, data, {**shown, **{k.replace("_", "-"): v for k, v in headers.items()}})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def until(self, **load: int) -> None:
        """Waits until /v1/load says so."""
        end = time.monotonic() + 60
        while not (now := self.ask("GET", "/v1/load")[1]).items() >= load.items():
            assert time.monotonic() < end, now
            time.sleep(0.02)

    def patient(self, path: str, body: Any) -> Any:
        """The JSON of a 200; asked for again after a 503, which a busy machine gives."""
        for _ in range(5):
            status, answer = self.ask("POST", path, body)
            if status != 503:
                break
        assert status == 200, (status, answer)
        return answer

    def post(self, path: str, body: Any, **more: Any) -> Any:
        """The JSON of a 200."""
        status, answer = self.ask("POST", path, body, **more)
        assert status == 200, (status, answer)
        return answer


@contextmanager
def running(*words: str) -> Iterator[Running]:
    """`ot-code serve` with these options at a free port, ready."""
    command = [sys.executable, "-m", "ot_code", "serve", "--port", "0", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline()
        assert " serves at " in line, line + process.stderr.read()
        server = Running(process, line.split()[-1])
        until = time.monotonic() + 150
        while server.raw("GET", "/readyz")[0] != 200:
            assert time.monotonic() < until, server.ask("GET", "/readyz")
            time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()
            process.stderr.close()
