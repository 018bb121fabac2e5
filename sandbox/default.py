"""One Sandbox for the whole process, opened at the first `run` and closed at the process's end."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Mapping

from sandbox.executor import Sandbox
from sandbox.types import Execution, Limits, Program

_lock = threading.Lock()
_shared: tuple[int, Sandbox] | None = None


def run(
    program: Program | str,
    *,
    language: str = "python3",
    stdin: str | bytes = b"",
    files: Mapping[str, str | bytes] | None = None,
    limits: Limits | None = None,
) -> Execution:
    """Runs a program once, in the process's own Sandbox. Raises SandboxError for faults of ours alone."""
    return _default().run(program, language=language, stdin=stdin, files=files, limits=limits)


def _default() -> Sandbox:
    global _shared  # noqa: PLW0603 - one a process is the point
    with _lock:
        # A forked child must not speak on its parent's streams: it gets a Sandbox of its own.
        if _shared is None or _shared[0] != os.getpid():
            _shared = (os.getpid(), Sandbox())
            atexit.register(_close, *_shared)
        return _shared[1]


def _close(pid: int, sandbox: Sandbox) -> None:
    if pid == os.getpid():
        sandbox.close()
