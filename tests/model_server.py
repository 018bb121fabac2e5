"""A model behind the chat completions API on a port of its own: whole or streamed, slow, and faulty by script."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, int], dict[str, Any]]  # the last message and the number of the request -> the message
Fault = Callable[[int], "str | None"]  # of a request, by number
FAULTS = ("429", "500", "cut", "malformed", "empty", "odd finish", "no choices")


class ModelServer:
    """A context manager.

    served: finished answers by prompt; requests, asked: all that came. at_once: those under way, most_at_once.
    """

    def __init__(self, answer: Answer, *, fault: Fault = lambda _: None, delay_s: float = 0.0) -> None:
        self.answer, self.fault, self.delay_s = answer, fault, delay_s
        self.served: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.asked: list[dict[str, Any]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    number = len(outer.asked)
                    outer.asked.append(request)
                    outer.at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.at_once)
                try:
                    outer.stop.wait(outer.delay_s)
                    outer.respond(self, request, number)
                except OSError:
                    self.close_connection = True  # the client has gone
                finally:
                    with outer.lock:
                        outer.at_once -= 1

            def log_message(self, *_: Any) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def respond(self, to: BaseHTTPRequestHandler, request: dict[str, Any], number: int) -> None:
        fault = self.fault(number)
        if fault is not None:
            with self.lock:
                self.faults[fault] += 1
        if fault == "429":
            send(to, 429, json.dumps({"error": {"message": "slower"}}), {"Retry-After": "0.05"})
        elif fault == "500":
            send(to, 500, json.dumps({"error": {"message": "oh"}}))
        elif fault == "malformed":
            send(to, 200, '{"choices": [{"message"')
        elif fault == "no choices":
            send(to, 200, '{"choices": []}')
        else:
            said = self.answer(request["messages"][-1]["content"], number)
            finish = {"odd finish": "length"}.get(str(fault), said.pop("finish_reason", "stop"))
            message = {"role": "assistant", **said, **({"content": ""} if fault == "empty" else {})}
            (self.stream if request.get("stream") else self.whole)(to, message, finish, cut=fault == "cut")
            if fault != "cut":
                with self.lock:
                    self.served[request["messages"][-1]["content"]] += 1

    def whole(self, to: BaseHTTPRequestHandler, message: dict[str, Any], finish: str, *, cut: bool) -> None:
        choice = {"index": 0, "message": message, "finish_reason": finish}
        body = json.dumps({"id": "c", "object": "chat.completion", "model": "m", "choices": [choice], "usage": USAGE})
        if cut:
            head(to, 200, len(body))
            to.wfile.write(body[:40].encode())
            reset(to)
        else:
            send(to, 200, body)

    def stream(self, to: BaseHTTPRequestHandler, message: dict[str, Any], finish: str, *, cut: bool) -> None:
        to.send_response(200)
        to.send_header("Content-Type", "text/event-stream")
        to.send_header("Connection", "close")
        to.end_headers()
        to.close_connection = True
        for name in ("reasoning_content", "content"):
            text = message.get(name) or ""
            for at in range(0, len(text), 7):
                event(to, [{"index": 0, "delta": {name: text[at : at + 7]}, "finish_reason": None}])
        if cut:
            reset(to)
            return
        event(to, [{"index": 0, "delta": {}, "finish_reason": finish}])
        event(to, [], usage=USAGE)
        to.wfile.write(b"data: [DONE]\n\n")

    def __enter__(self) -> ModelServer:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""


USAGE = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}


def head(to: BaseHTTPRequestHandler, status: int, length: int, headers: dict[str, str] | None = None) -> None:
    to.send_response(status)
    to.send_header("Content-Type", "application/json")
    to.send_header("Content-Length", str(length))
    for name, value in (headers or {}).items():
        to.send_header(name, value)
    to.end_headers()


def send(to: BaseHTTPRequestHandler, status: int, body: str, headers: dict[str, str] | None = None) -> None:
    head(to, status, len(body.encode()), headers)
    to.wfile.write(body.encode())


def event(to: BaseHTTPRequestHandler, choices: list[Any], **more: Any) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "model": "m", "created": 1, "choices": choices, **more}
    to.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())


def reset(to: BaseHTTPRequestHandler) -> None:
    """Cuts the connection with a RST, as a crash would."""
    to.wfile.flush()
    to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    to.connection.close()
    to.close_connection = True
