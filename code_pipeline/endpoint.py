"""One server of `ot-code serve` as a client sees it: JSON over connections that are kept open, one a thread at a time.

The standard library's HTTP is enough for one host, JSON bodies and no redirects, and keeps the core free of packages.

An answer may take an hour, so silence says nothing. Who waits asks at /healthz, by another connection, whether the
server still lives: a process that was stopped, or a host that is gone, keeps connections open and never says a word.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import select
import socket
import ssl
import threading
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from code_pipeline.errors import CodePipelineError
from sandbox.locks import forget_after_fork

API_KEY = "OT_API_KEY"
_CONNECT_S = 10.0
PULSE_S = 5.0  # between two looks at whether a server that is waited for lives, and for the answer to one
SILENT_S = 20.0  # without a sign of life: then it is dead
_PIECE_S = 60.0  # for a request to be taken, and between two pieces of an answer that has begun
_LEAST_BYTES_PER_S = 1e6  # at which a request is taken
_MOST_BYTES = 1 << 30  # of an answer
_LONGEST_WAIT_S = 30.0  # that a server may ask for
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
        except (ValueError, RecursionError):
            body = None
        said = body.get("detail", body) if isinstance(body, dict) else self.content.decode("utf-8", "replace")
        return " ".join(str(said).split())[:300]


class Endpoint:
    """One server. Thread-safe, and usable after a fork: two processes never speak on one connection.

    key: what its `--keys` file has a hash of; None: the environment's OT_API_KEY.
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
        self._heard = 0.0  # when it last gave a sign of life
        self._asking = threading.Lock()  # held by whoever asks for one
        forget_after_fork(self)

    def forget(self) -> None:
        """In a forked child: closes its copies of the connections, and goes on without."""
        self._lock, self._asking = threading.Lock(), threading.Lock()  # threads that are not here may have held them
        connections = [*self._idle, *self._busy]
        self._idle, self._busy = [], set()
        for connection in connections:
            connection.close()

    def request(
        self, method: str, path: str, body: bytes | None = None, *, timeout_s: float, headers: Mapping[str, str] = {}
    ) -> Answer:
        """The server's answer, whatever its status. timeout_s: until it begins. Raises RemoteError for none."""
        fresh = False
        while True:
            connection, fresh = self._take()
            try:
                connection.sock.settimeout(_PIECE_S + len(body or b"") / _LEAST_BYTES_PER_S)
                connection.request(method, self._parts.path.rstrip("/") + path, body, {**self._headers, **headers})
                self._await(connection.sock, timeout_s)
                response = connection.getresponse()
                content = _whole(response)
            except (OSError, http.client.HTTPException) as error:
                self._give(connection, broken=True)
                if not fresh and not self._closed and isinstance(error, (ConnectionError, http.client.BadStatusLine)):
                    continue  # a kept connection that the server had closed meanwhile: nothing was begun on it
                raise RemoteError(f"{self.url} does not answer: {error or type(error).__name__}") from error
            except BaseException:  # Ctrl-C, or an alarm: its answer may still come
                self._give(connection, broken=True)
                raise
            self._give(connection, broken=response.will_close)
            self._heard = time.monotonic()
            wait = response.getheader("Retry-After", "")
            wait_s = min(float(wait), _LONGEST_WAIT_S) if wait.isdecimal() else None
            return Answer(response.status, content, wait_s)

    def _await(self, sock: socket.socket, timeout_s: float) -> None:
        """Returns once an answer begins, or the connection ends. Raises OSError where the server is silent, or dead."""
        if isinstance(sock, ssl.SSLSocket):  # what can be read may be the protocol's own: it is read as it comes
            sock.settimeout(timeout_s)
            return
        begun = time.monotonic()
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        while True:
            now = time.monotonic()
            left = begun + timeout_s - now
            if left <= 0:
                raise TimeoutError(f"no answer within {timeout_s:g} s")
            if poll.poll(1000 * min(PULSE_S, left)):
                return
            if timeout_s > PULSE_S:
                self._feel()
            if time.monotonic() - max(begun, self._heard) > SILENT_S:
                raise TimeoutError(f"no sign of life for {SILENT_S:g} s")

    def _feel(self) -> None:
        """Asks for a sign of life, where nobody else does and there was none of late."""
        if time.monotonic() - self._heard < PULSE_S or not self._asking.acquire(blocking=False):
            return
        try:
            connection = self._connected(PULSE_S)
            try:
                connection.request("GET", self._parts.path.rstrip("/") + "/healthz", headers=self._headers)
                connection.getresponse()  # whatever it says
                self._heard = time.monotonic()
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, RemoteError):
            pass  # that it does not is seen by the clock
        finally:
            self._asking.release()

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
            while self._idle:
                connection = self._idle.pop()
                if _is_quiet(connection.sock):
                    self._busy.add(connection)
                    return connection, False
                connection.close()
        connection = self._connected()
        with self._lock:
            self._busy.add(connection)
        return connection, True

    def _connected(self, within_s: float = _CONNECT_S) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        connection = (
            http.client.HTTPSConnection(host, port, timeout=within_s, context=ssl.create_default_context())
            if self._parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=within_s)
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


def _is_quiet(sock: socket.socket) -> bool:
    """Whether nothing was said since the last answer: an end, or what a proxy says of the silence, is no answer."""
    if isinstance(sock, ssl.SSLSocket):  # what can be read may be the protocol's own
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return not poll.poll(0)


def _whole(response: http.client.HTTPResponse) -> bytes:
    """The body. Raises HTTPException for one that breaks off, or has no end."""
    content = response.read(_MOST_BYTES)
    if len(content) == _MOST_BYTES:
        raise http.client.HTTPException(f"an answer of {_MOST_BYTES:,} bytes or more")
    if response.length:
        raise http.client.IncompleteRead(content, response.length)
    return content
