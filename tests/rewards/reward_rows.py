"""Completions of known worth, for the tests beside this file and in processes that they start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ot_code.rewards import pool

TESTS = {"inputs": ["1 2\n", "3 4\n", "10 20\n"], "outputs": ["3\n", "7\n", "30\n"]}
RIGHT = "print(sum(map(int, input().split())))"
WRONG = "print(0)"
THIRD = "print(3)"  # passes one test of three
HOSTILE = "import os, signal\nos.kill(1, signal.SIGKILL)\nos.kill(-1, signal.SIGKILL)\nprint(3)"


def fenced(program: str) -> str:
    return f"Let me see.\n\n```python\n{program}\n```\nThat is it."


def columns(count: int, **more: Any) -> dict[str, Any]:
    return {"prompts": ["Add."] * count, "test_cases": [TESTS] * count, **more}


def pools() -> list[int]:
    """The pool processes that listen where this session's does."""
    place = str(pool.address()).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"ot_code.rewards.host" in words and place in words:
            found.append(int(process.name))
    return found
