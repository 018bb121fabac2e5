"""One server of `ot-code serve` as a client sees it: JSON over connections that are kept open, one a thread at a time.

The standard library's HTTP is enough for one host, JSON bodies and no redirects, and keeps the core free of packages.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from code_pipeline.errors import CodePipelineError

API_KEY = "OT_API_KEY"
_CONNECT_S = 10.0
_KEEPALIVE = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


class RemoteError(CodePipelineError):
    """A server cannot be reached, or does not answer as ours do; says which, and what it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. retry_after_s: what the server asks to wait, None where it does not say."""

    status: int
    content: bytes
    retry_after_s: float | None = None

    def json(self) -> Any:
        """The body. Raises RemoteError where it is no JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise RemoteError(f"a server answered {self.status} with what is no JSON: {error}") from error

    @property
    def said(self) -> str:
        """What an error's body says, in a line."""
        try:
            body = json.loads(self.content)
        except ValueError:
            body = None
        said = body.get("detail", body) if isinstance(body, dict) else self.content.decode("utf-8", "replace")
        return " ".join(str(said).split())[:300]


class Endpoint:
    """One server. Thread-safe. key: what its `--keys` file has a hash of; None: the environment's OT_API_KEY.

    Raises ValueError for a URL that is none.
    """

    def __init__(self, url: str, *, key: str | None = None) -> None:
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no server's URL; it should look like http://host:8080")
        self._parts = parts
        self.url = f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        key = key or os.environ.get(API_KEY) or None
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"
        elif parts.password is not None:
            pair = f"{urllib.parse.unquote(parts.username or '')}:{urllib.parse.unquote(parts.password)}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        self._idle: list[http.client.HTTPConnection] = []
        self._busy: set[http.client.HTTPConnection] = set()
        self._lock = threading.Lock()
        self._closed = False

    def request(
        self, method: str, path: str, body: bytes | None = None, *, timeout_s: float, headers: Mapping[str, str] = {}
    ) -> Answer:
        """The server's answer, whatever its status. timeout_s: of silence. Raises RemoteError where there is none."""
        fresh = False
        while True:
            connection, fresh = self._take()
            try:
                connection.timeout = timeout_s
                if connection.sock is not None:
                    connection.sock.settimeout(timeout_s)
                connection.request(method, self._parts.path.rstrip("/") + path, body, {**self._headers, **headers})
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._give(connection, broken=True)
                if not fresh and not self._closed and isinstance(error, (ConnectionError, http.client.BadStatusLine)):
                    continue  # a kept connection that the server had closed meanwhile: nothing was begun on it
                raise RemoteError(f"{self.url} does not answer: {error or type(error).__name__}") from error
            self._give(connection, broken=response.will_close)
            wait = response.getheader("Retry-After", "")
            return Answer(response.status, content, float(wait) if wait.isdigit() else None)

    def close(self) -> None:
        """Ends every connection; requests under way raise RemoteError."""
        with self._lock:
            self._closed = True
            connections, self._idle = [*self._idle, *self._busy], []
        for connection in connections:
            sock = connection.sock
            if sock is not None:
                try:
                    sock.shutdown(socket.SHUT_RDWR)  # wakes a thread that reads from it
                except OSError:
                    pass  # it was closed already
            if connection not in self._busy:
                connection.close()

    def _take(self) -> tuple[http.client.HTTPConnection, bool]:
        with self._lock:
            if self._closed:
                raise RemoteError(f"the connection to {self.url} was closed")
            if self._idle:
                connection = self._idle.pop()
                self._busy.add(connection)
                return connection, False
        connection = self._connected()
        with self._lock:
            self._busy.add(connection)
        return connection, True

    def _connected(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        connection = (
            http.client.HTTPSConnection(host, port, timeout=_CONNECT_S, context=ssl.create_default_context())
            if self._parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=_CONNECT_S)
        )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise RemoteError(f"{self.url} cannot be reached: {error}") from error
        sock = connection.sock
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:  # a host that is gone without a word is found out while it is waited for
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        return connection

    def _give(self, connection: http.client.HTTPConnection, *, broken: bool) -> None:
        with self._lock:
            self._busy.discard(connection)
            if not broken and not self._closed:
                self._idle.append(connection)
                return
        connection.close()
