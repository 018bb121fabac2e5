"""A program does in a jail what it does under plain `python3 FILE`: the same output, the same end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from differential_corpus import Case, corpus
from differential_families import families

from sandbox import Execution, Sandbox, Status

CASES = [*corpus(), *families()]

# A run is a fork of the supervisor, whose frames lie below the program's own, where nothing can take them away.
OUR_FRAMES_SHOW = "the supervisor's frames lie below the program's"
KNOWN = {
    "exits-faulthandler_on_abort": OUR_FRAMES_SHOW,
    "exits-recursion_limit_value": "raised by the number of the supervisor's frames, so that the program has its 1000",
    "identity-inspect_stack": OUR_FRAMES_SHOW,
    "identity-frame_walk_ends_at_main": OUR_FRAMES_SHOW,
    "identity-traceback_extract_stack": OUR_FRAMES_SHOW,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(jobs=1) as opened:
        yield opened


def parameter(case: Case) -> Any:
    known = KNOWN.get(case.name)
    return pytest.param(case, id=case.name, marks=[pytest.mark.xfail(reason=known)] if known else [])


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_same_as_plain_python(case: Case, sandbox: Sandbox, tmp_path: Path) -> None:
    expected = plainly(case, tmp_path)
    got = sandbox.run(case.source, stdin=case.stdin)
    assert got.stdout_bytes == expected.stdout, (got, expected)
    assert ending(got) == expected.returncode, (got, expected)
    assert last_line(got.stderr_bytes) == last_line(expected.stderr), (got, expected)


def test_there_are_at_least_300_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 300
    assert len({case.name for case in CASES}) == len(CASES)


def plainly(case: Case, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """The program run by an interpreter of its own, in a folder that holds nothing else."""
    work = folder / "work"
    work.mkdir()
    file = work / "solution.py"
    file.write_text(case.source, encoding="utf-8")
    stdin = folder / "stdin"
    stdin.write_bytes(case.stdin)
    environment = {
        "PATH": os.defpath, "HOME": str(work), "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0",
    }  # fmt: skip
    with stdin.open("rb") as source:
        defaults = ["/usr/bin/env", "--default-signal=HUP,INT,QUIT"]  # as of a command in the foreground
        command = [*defaults, sys._base_executable, "-s", file]
        return subprocess.run(
            command, stdin=source, capture_output=True, cwd=work, env=environment, timeout=60, check=False
        )


def ending(got: Execution) -> int:
    """The exit status as `subprocess` states it: the code, or minus the signal."""
    if got.status is Status.BUILD_FAILED:
        return 1
    assert got.status in (Status.EXITED, Status.SIGNALED), got
    return got.exit_code if got.exit_code is not None else -(got.signal or 0)


def last_line(stderr: bytes) -> bytes:
    lines = stderr.strip().splitlines()
    return lines[-1] if lines else b""
