"""A scripted model behind the chat completions API, for trying `ot-code sample` without a model and without a network.

    python examples/model_server.py PROBLEMS.jsonl -- ot-code sample PROBLEMS.jsonl --model m --base-url {url} --out DIR

It serves on a free port while the command after `--` runs, with `{url}` in it replaced, and ends with its exit code. It
answers a problem with one of its row's `candidates`, or with its `answer` in a box, in turn right and wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Script:
    """What it says: for each problem its answers in turn."""

    def __init__(self, path: Path) -> None:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self._answers = {row["problem"]: list(answers_of(row)) for row in rows}
        self._turns: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, prompt: str) -> str:
        """The next answer to the problem that the prompt begins with."""
        problem = max((each for each in self._answers if prompt.startswith(each.strip())), key=len, default=None)
        if problem is None or not self._answers[problem]:
            return "I do not know."
        with self._lock:
            turn = self._turns[problem]
            self._turns[problem] += 1
        return self._answers[problem][turn % len(self._answers[problem])]


def answers_of(row: dict[str, Any]) -> list[str]:
    """A row's answers, as a model would say them."""
    candidates = row.get("candidates") or []
    given = [each.get("response") if isinstance(each, dict) else each for each in candidates]
    if row.get("answer") is not None:
        given += [f"So the answer is \\boxed{{{row['answer']}}}.", "I guess \\boxed{1234567}."]
    return [each for each in given if each]


def handler(script: Script) -> type[BaseHTTPRequestHandler]:
    """The server's handler."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = script.answer(request["messages"][-1]["content"])
            message = {"role": "assistant", "content": said}
            tokens = {
                "prompt_tokens": len(request["messages"][-1]["content"]) // 4,
                "completion_tokens": len(said) // 4,
            }
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            body = json.dumps({"object": "chat.completion", "choices": [choice], "usage": tokens}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def main() -> int:
    """Serves while the command runs."""
    if len(sys.argv) < 4 or sys.argv[2] != "--":
        sys.stderr.write(__doc__ or "")
        return 2
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Script(Path(sys.argv[1]))))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        return subprocess.run([word.replace("{url}", url) for word in sys.argv[3:]], check=False).returncode
    finally:
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
