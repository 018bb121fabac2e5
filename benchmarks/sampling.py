"""`ot-code sample` with 64 requests in flight, beside what the server alone would take.

The server is a process of its own that answers each request after a fixed time, as a model does that has slots enough.
Its own time is that of the last reply after the first request if 64 were always on their way. Answers are of
mathematics, which is judged meanwhile.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.measure import Line, Size

_IN_FLIGHT = 64
_SAMPLES = 8
_DELAY_S = 1.0


def sampling(size: Size) -> list[Line]:
    """1,000 problems of 8 samples where all is measured, fewer else; and the memory that the command came to."""
    problems = min(1000, 8 * size.problems if size.problems < 300 else 1000)
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    server.start()
    url = here.recv()
    with tempfile.TemporaryDirectory() as folder:
        quarter = _sampled(Path(folder), url, here, max(1, problems // 4))
        whole = _sampled(Path(folder), url, here, problems)
    server.terminate()
    server.join()
    requests = problems * _SAMPLES
    alone_s = -(-requests // _IN_FLIGHT) * _DELAY_S
    name = f"sample: {requests} requests, {_IN_FLIGHT} in flight, a reply after {_DELAY_S:g} s"
    return [
        Line(name, whole[0], "s", "the server's own time", alone_s, whole[0] / alone_s, says="ours/baseline",
             wanted=("<=", 1.05)),
        Line("sample: memory, beside a quarter of the problems", whole[1], "MB", "a quarter", quarter[1],
             whole[1] / quarter[1], says="ours/baseline", wanted=("<=", 1.2)),
    ]  # fmt: skip


def _sampled(folder: Path, url: str, server: Connection, problems: int) -> tuple[float, float]:
    """Seconds from the first request to the last reply, and the command's largest resident memory in MB."""
    path = folder / f"problems-{problems}.jsonl"
    path.write_text(
        "".join(json.dumps({"problem": f"Half of {at}? " + "words " * 50, "answer": f"{at}/2"}) + "\n"
                for at in range(problems))
    )  # fmt: skip
    out = folder / f"out-{problems}"
    server.send("begin")
    argv = [sys.executable, "-m", "ot_code", "sample", str(path), "--model", "m", "--base-url", url, "--quiet"]
    process = subprocess.Popen([*argv, "--n", str(_SAMPLES), "--concurrency", str(_IN_FLIGHT), "--out", str(out)])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    server.send("end")
    first, last, count = server.recv()
    summary = json.loads((out / "summary.json").read_text())
    if process.returncode or summary["sampling"]["answered"] != problems * _SAMPLES or count != problems * _SAMPLES:
        raise RuntimeError(f"sample ended with {process.returncode} after {count} requests: {summary}")
    return last - first, used.ru_maxrss / 1024


def _serve(pipe: Connection) -> None:
    """Answers until it is ended; says when the first request came and the last reply went, each time it is asked."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    seen: dict[str, Any] = {"first": None, "last": 0.0, "count": 0}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            came = time.perf_counter()
            seen["first"] = seen["first"] or came
            seen["count"] += 1
            self.rfile.read(int(self.headers["Content-Length"]))
            message = {"role": "assistant", "content": "words " * 100 + f"\\boxed{{{seen['count'] % 7}/2}}"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 60, "completion_tokens": 110}
            body = json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage}).encode()
            time.sleep(max(0.0, came + _DELAY_S - time.perf_counter()))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            seen["last"] = time.perf_counter()

        def log_message(self, *_: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(f"http://127.0.0.1:{server.server_address[1]}/v1")
    while True:
        if pipe.recv() == "begin":
            seen.update(first=None, last=0.0, count=0)
        else:
            pipe.send((seen["first"], seen["last"], seen["count"]))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
