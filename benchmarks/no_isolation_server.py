"""A server without isolation, to measure ours against: written anew from what SandboxFusion's is described to do.

For each request: the program goes to a temporary file, `python FILE` is started through bash with this process's
environment, its end is awaited, then its output is read, then the process table is walked for what it left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Asked(BaseModel):
    """What is asked for."""

    code: str
    language: str
    stdin: str | None = None
    run_timeout: float = 10


@app.post("/run_code")
async def run_code(asked: Asked) -> dict[str, Any]:
    """Runs it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(asked.code)
        began = time.time()
        process = await asyncio.create_subprocess_exec(
            "/bin/bash", "-c", f"{sys.executable} {path}", cwd=folder, env={**os.environ},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write((asked.stdin or "").encode())
        process.stdin.close()
        await asyncio.wait_for(process.wait(), asked.run_timeout)
        stdout = ""
        with contextlib.suppress(asyncio.TimeoutError):
            stdout = (await asyncio.wait_for(process.stdout.read(1 << 20), 0.01)).decode()
        left = [each.pid for each in psutil.process_iter() if _parent(each) == process.pid]
        result = {
            "status": "Finished", "execution_time": time.time() - began, "return_code": process.returncode,
            "stdout": stdout, "stderr": "", "left": len(left),
        }  # fmt: skip
        return {"status": "Success", "message": "", "compile_result": None, "run_result": result, "files": {}}


def _parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:
        return None


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
