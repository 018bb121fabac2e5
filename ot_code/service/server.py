"""One server from its start to its end: the socket, the event loop, and how it stops.

Told to stop it takes no new connections, finishes what it holds, and sends away what it cannot finish in `drain_s`. A
connection whose request's head does not come in time, or grows too long, is closed; so is one whose caller does not
take its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import resource
import socket
import sys
from asyncio import TimerHandle, Transport

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ot_code.service.app import make_app
from ot_code.service.settings import ServiceSettings
from ot_code.service.works import Works

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as _Protocol
except ImportError:  # without httptools: slower, the same
    _Protocol = H11Protocol  # type: ignore[misc,assignment]

_BACKLOG = 4096
_HEAD_BYTES = 64 * 1024
_MMAP_THRESHOLD = -3  # mallopt's number for it


def _last_words(status: str, said: str) -> bytes:
    """An answer to what never became a request."""
    body = json.dumps({"detail": said, "message": said}).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


class Patient(_Protocol):
    """uvicorn's protocol, patient only for so long with a request's head, and with an answer that nobody takes."""

    head_s = 15.0
    body_s = 60.0
    _timer: TimerHandle | None = None
    _untaken: TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Starts the clock."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.head_s, self._too_late)

    def data_received(self, data: bytes) -> None:
        """Starts it again where a next request begins; ends a head that grows too long."""
        waits = self.cycle is None or self.cycle.response_complete
        if waits:
            self._head += len(data)
            if self._timer is None:
                self._timer = self.loop.call_later(self.head_s, self._too_late)
        cycle = self.cycle
        super().data_received(data)
        if self.cycle is not cycle:
            self._head = 0
            self._disarm()
        elif waits and self._head > _HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def send_400_response(self, msg: str) -> None:
        """Ends the connection, in JSON as every error is."""
        self.transport.write(_last_words("400 Bad Request", msg))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clocks."""
        self._disarm()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Starts a clock: an answer is held until it is taken."""
        super().pause_writing()
        self._untaken = self.loop.call_later(self.body_s, self._look, self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Stops it."""
        self._taken()
        super().resume_writing()

    def _look(self, before: int) -> None:
        """Ends the connection unless some of the answer was taken since."""
        left = self.transport.get_write_buffer_size()
        if left < before:
            self._untaken = self.loop.call_later(self.body_s, self._look, left)
        else:
            self._untaken = None
            self.transport.abort()

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_last_words("408 Request Timeout", "the head of the request took too long to come"))
            self.transport.close()


class Server(uvicorn.Server):
    """uvicorn's server, which finishes what it holds."""

    def __init__(self, config: uvicorn.Config, works: Works) -> None:
        super().__init__(config)
        self._works = works

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Waits for what is held, `drain_s` at most."""
        self._works.draining = True
        timer = asyncio.get_running_loop().call_later(self._works.settings.drain_s, self._works.abandon)
        await super().shutdown(sockets)
        timer.cancel()
        self._captured_signals.clear()  # it has done what it was told; uvicorn would raise them again


def serve(settings: ServiceSettings, *, quiet: bool = False) -> None:
    """Serves until SIGINT or SIGTERM. Raises SandboxError, InputError or OSError where it cannot begin."""
    _raise_open_files()
    _give_back_large_blocks()
    works = Works(settings)
    try:
        app = make_app(settings, works)
        sock = _bound(settings)
        protocol = type("Protocol", (Patient,), {"head_s": settings.head_s, "body_s": settings.body_s})
        config = uvicorn.Config(
            app, http=protocol, ws="none", log_config=None, access_log=False, backlog=_BACKLOG,
            timeout_graceful_shutdown=int(settings.drain_s) + 10, server_header=False, timeout_keep_alive=75,
        )  # fmt: skip
        if not quiet:
            host, port = sock.getsockname()[:2]
            sys.stderr.write(f"ot-code serves at http://{f'[{host}]' if ':' in host else host}:{port}\n")
            sys.stderr.flush()
        with contextlib.closing(sock):
            Server(config, works).run(sockets=[sock])
    finally:
        works.close()


def _bound(settings: ServiceSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"{settings.host}:{settings.port} cannot be served at: {error.strerror}") from error
    return sock


def _raise_open_files() -> None:
    """As many connections as the machine allows, not as few as shells do."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _give_back_large_blocks() -> None:
    """Freed blocks of 128 KiB or more go back to the system at once.

    glibc starts so, but once one was freed it keeps all up to that size, in an arena for each thread: a server that had
    seen a few programs write all that they may held four times the memory that it needs, for good.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, 128 * 1024)
