"""What a bwrap leaves that is killed between making its child and letting it go on."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from processes import lives

from sandbox import Sandbox
from sandbox.jails.base import BOOTSTRAP
from sandbox.jails.bubblewrap import find_bwrap
from sandbox.jails.bubblewrap_orphans import kill_orphans


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def stuck():
    """A bwrap that cannot write who its child is, since nobody reads the full pipe, and so lets it wait."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    options = os.memfd_create("args", 0)
    words = ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--info-fd", str(writer)]
    os.write(options, b"".join(word.encode() + b"\0" for word in words))
    os.lseek(options, 0, os.SEEK_SET)
    command = [find_bwrap()[0], "--args", str(options), "--", "/bin/sh", "-c", BOOTSTRAP]
    process = subprocess.Popen(command, pass_fds=[options, writer])
    os.close(options)
    until = time.monotonic() + 20
    while not _children(process.pid):
        assert time.monotonic() < until
        time.sleep(0.01)
    yield process, _children(process.pid)[0]
    process.kill()
    process.wait()
    kill_orphans()
    os.close(reader)
    os.close(writer)


def test_one_whose_bwraplives_is_left_alone(stuck):
    process, child = stuck
    with Sandbox(jobs=1, jail="bubblewrap") as sandbox:
        assert sandbox.run("print(1)").stdout == "1\n"
    assert process.poll() is None
    assert lives(child)


def test_one_whose_bwrap_was_killed_is_ended_at_the_next_start(stuck):
    process, child = stuck
    process.kill()
    process.wait()
    with Sandbox(jobs=1, jail="bubblewrap"):
        pass  # or a neighbour's start ended it before: any may
    until = time.monotonic() + 10
    while lives(child):
        assert time.monotonic() < until
        time.sleep(0.01)
