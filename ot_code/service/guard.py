"""What every request passes before a route sees it: a key, a size, a pace, and a caller who is still there.

The body is read whole first, within its limits of bytes and time, so that no route waits for a slow caller. A caller
that leaves has its route cancelled. What the route answers is logged in a line of JSON: never the body, unless asked.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from typing import Any

from ot_code.service.keys import Keys
from ot_code.service.weight import weight
from ot_code.service.works import MIB, Works

Scope = dict[str, Any]
log = logging.getLogger("ot_code.service")
_OPEN = frozenset({"/", "/healthz", "/readyz", "/health", "/page.js", "/page.css", "/favicon.ico"})
_LARGE = 1 << 20
_TOO_LARGE_TOGETHER = "the requests that this server holds are too large together"
_SHARE = 0.75  # of what all bodies may weigh that one caller's may: the rest is for others
_HEARD_OUT_S, _SILENCE_S = 10.0, 2.0  # for the rest of a body that is refused: all of it, and between two pieces


class Guard:
    """An ASGI application round another."""

    def __init__(self, app: Any, works: Works, keys: Keys | None) -> None:
        self._app = app
        self._works = works
        self._keys = keys
        self._held: Counter[str] = Counter()  # bytes, by caller

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()
        told = _Told(send)
        headers = dict(scope["headers"])
        caller = await self._caller(scope, headers, receive, told)
        size = weighs = 0
        if caller is not None:
            scope["state"] = {**scope.get("state", {}), "caller": caller, "arrived": begun}
            try:
                size, body = await self._read(caller, headers, receive, told)
                if body is not None:
                    weighs = weight(body) if size < _LARGE else await asyncio.to_thread(weight, body)
                    self._held[caller] += weighs
                    if await self._bears(caller, weighs, told):
                        await self._serve(scope, body, receive, told)
            finally:
                self._let_go(caller, size + weighs)
        self._note(scope, told, begun, caller, size)

    async def _caller(self, scope: Scope, headers: dict[bytes, bytes], receive: Any, told: _Told) -> str | None:
        """Who asks, or None where they were sent away."""
        if self._keys is None or scope["path"] in _OPEN:
            client = scope.get("client")
            return client[0] if client else "local"
        name = self._keys.name_of(headers)
        if name is None:
            said = "an API key is needed: `Authorization: Bearer KEY` (or the password in the URL)"
            challenge = (b"www-authenticate", b'Bearer, Basic realm="ot-code"')
            if headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers:
                await told.answer(401, said, challenge)
            else:
                await told.refuse(receive, 401, said, challenge)
        return name

    def _are_too_large(self, caller: str, more: int) -> bool:
        """Whether what is held, and so many bytes more of the caller's, would be too much."""
        settings = self._works.settings
        most = settings.held_mb * MIB
        own = max(int(most * _SHARE), min(settings.body_mb * MIB, most))
        return self._held.total() + more > most or self._held[caller] + more > own

    def _let_go(self, caller: str, size: int) -> None:
        self._held[caller] -= size
        if not self._held[caller]:
            del self._held[caller]

    async def _read(
        self, caller: str, headers: dict[bytes, bytes], receive: Any, told: _Told
    ) -> tuple[int, bytes | None]:
        """The bytes that are now held, and the body; None where the caller was sent away or has left."""
        most = self._works.settings.body_mb * MIB
        length = headers.get(b"content-length", b"")
        claimed = int(length) if length.isdigit() else 0
        until = time.monotonic() + self._works.settings.body_s
        held, parts = 0, bytearray()
        while True:
            if max(claimed, len(parts)) > most:
                await told.refuse(receive, 413, f"a request may have {most:,} bytes")
                return held, None
            if self._are_too_large(caller, len(parts) - held):
                await told.refuse(receive, 503, _TOO_LARGE_TOGETHER, (b"retry-after", b"2"))
                return held, None
            self._held[caller] += len(parts) - held
            held = len(parts)
            try:
                message = await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
            except asyncio.TimeoutError:
                await told.answer(408, "the body took too long to come", (b"connection", b"close"))
                return held, None
            if message["type"] == "http.disconnect":
                return held, None
            parts += message.get("body", b"")
            if not message.get("more_body", False) and len(parts) <= most:
                self._held[caller] += len(parts) - held
                return len(parts), bytes(parts)

    async def _bears(self, caller: str, weighs: int, told: _Told) -> bool:
        """Whether what the body becomes can be held, beside all that is."""
        settings = self._works.settings
        if weighs > settings.body_mb * MIB:
            await told.answer(413, "a request may not have that many values: they would weigh more than its bytes may")
        elif weighs and self._are_too_large(caller, 0):
            await told.answer(503, _TOO_LARGE_TOGETHER, (b"retry-after", b"2"))
        else:
            return True
        return False

    async def _serve(self, scope: Scope, body: bytes, receive: Any, told: _Told) -> None:
        left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Any:
            if messages:
                return messages.pop()
            await left
            return {"type": "http.disconnect"}

        if self._works.settings.log_code and body:
            log.info(json.dumps({"path": scope["path"], "body": body.decode("utf-8", "replace")}))
        route = asyncio.ensure_future(self._app(scope, replay, told.send))
        watch = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({route, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not route.done() and not told.begun:
                route.cancel()
                told.gone = True
                self._works.metrics.gone.inc()
            await asyncio.wait({route})
            if not route.cancelled():
                route.result()
        finally:
            left.cancel()
            watch.cancel()
            route.cancel()

    def _note(self, scope: Scope, told: _Told, begun: float, caller: str | None, size: int) -> None:
        took = time.monotonic() - begun
        route = getattr(scope.get("route"), "path", "other")
        metrics = self._works.metrics
        status = "gone" if told.gone or told.status is None else str(told.status)
        metrics.requests.labels(route, status).inc()
        metrics.request_s.labels(route).observe(took)
        metrics.held.set(self._held.total())
        if log.isEnabledFor(logging.INFO):
            facts = {
                "at": round(time.time(), 3), "method": scope["method"], "route": route, "status": status,
                "caller": caller, "bytes": size, "seconds": round(took, 4),
            }  # fmt: skip
            log.info(json.dumps(facts))


class _Told:
    """What the caller is told: the response's status, once it has begun."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.status: int | None = None
        self.begun = False
        self.gone = False

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
        await self._send(message)

    async def answer(self, status: int, said: str, *headers: tuple[bytes, bytes], more: bool = False) -> None:
        body = json.dumps({"detail": said, "message": said}).encode()
        shape = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *headers]
        await self.send({"type": "http.response.start", "status": status, "headers": shape})
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def refuse(self, receive: Any, status: int, said: str, *headers: tuple[bytes, bytes]) -> None:
        """Answers before the body is whole, and throws the rest of it away for a while.

        A connection that is closed with bytes unread is reset, and a caller who still sends never sees the answer.
        """
        await self.answer(status, said, *headers, (b"connection", b"close"), more=True)
        until = time.monotonic() + _HEARD_OUT_S
        more = True
        while more and time.monotonic() < until:
            try:
                message = await asyncio.wait_for(receive(), _SILENCE_S)
            except asyncio.TimeoutError:
                break
            more = message["type"] == "http.request" and message.get("more_body", False)
        await self.send({"type": "http.response.body", "body": b""})
