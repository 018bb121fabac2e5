"""A server that speaks the chat completions API on a port of its own, and fails as it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[[dict[str, Any], int], "Said"]


class Said:
    """A reply. body: instead of a completion with `content`. hang_s: before it."""

    def __init__(
        self, content: str | None = None, *, status: int = 200, body: str | None = None,
        headers: dict[str, str] | None = None, hang_s: float = 0, **choice: Any,
    ) -> None:  # fmt: skip
        self.status, self.hang_s, self.headers = status, hang_s, headers or {}
        message = {"role": "assistant", "content": content, "refusal": choice.pop("refusal", None)}
        completion = {
            "id": "c", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
        }  # fmt: skip
        self.body = body if body is not None else json.dumps(completion)


def verdict(correct: Any, reasoning: str = "because") -> Said:
    return Said(json.dumps({"reasoning": reasoning, "correct": correct}))


def failing(status: int, message: str, **headers: str) -> Said:
    return Said(status=status, body=json.dumps({"error": {"message": message}}), headers=headers)


def pair_of(request: dict[str, Any]) -> tuple[str, str]:
    pair = json.loads(request["messages"][-1]["content"])
    return pair["gold_answer"], pair["candidate_answer"]


def same_text(request: dict[str, Any], _: int) -> Said:
    gold, answer = pair_of(request)
    return verdict(gold.split()[0].casefold() in answer.casefold())


class ChatServer:
    """A context manager. answer: of a request and its number (from 0). requests: all that came, in order."""

    def __init__(self, answer: Answering = same_text) -> None:
        self.answer = answer
        self.requests: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    number = len(outer.requests)
                    outer.requests.append(request)
                    outer.times.append(time.monotonic())
                    outer.at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.at_once)
                try:
                    said = outer.answer(request, number)
                    outer._stop.wait(said.hang_s)
                    data = said.body.encode()
                    self.send_response(said.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    for name, value in said.headers.items():
                        self.send_header(name.replace("_", "-"), value)
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    self.close_connection = True  # the client has given up
                finally:
                    with outer._lock:
                        outer.at_once -= 1

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> ChatServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
