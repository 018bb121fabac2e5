"""The stream of a container: taken apart however it arrives, and as much as one likes in both directions."""

from __future__ import annotations

import os
import socket
import struct
import threading
from pathlib import Path

import pytest
from docker_engines import PYTHON, engine_here
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Limits, Program, Run, Sandbox
from sandbox.errors import JailError
from sandbox.jails.docker_stream import AttachedConnection, Demultiplexer

PIECES = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=300)), max_size=20)


def _framed(kind: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", kind, len(data)) + data


@given(PIECES, st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_the_stream_comes_apart_however_it_is_cut(pieces, cuts):
    stream = b"".join(_framed(kind, data) for kind, data in pieces)
    taken, out, at = Demultiplexer(), bytearray(), 0
    while at < len(stream):
        for cut in cuts:
            taken.feed(stream[at : at + cut], out)
            at += cut
    assert bytes(out) == b"".join(data for kind, data in pieces if kind == 1)
    assert bytes(taken.words) == b"".join(data for kind, data in pieces if kind == 2)[:8192]


def test_of_the_words_on_stderr_only_the_first_are_kept():
    taken, out = Demultiplexer(), bytearray()
    for _ in range(1000):
        taken.feed(_framed(2, b"x" * 1000), out)
    assert len(taken.words) == 8192
    assert out == b""


def test_a_stream_that_ends_is_a_jail_that_is_gone():
    ours, theirs = socket.socketpair()
    connection = AttachedConnection(os.dup(ours.fileno()))
    ours.close()
    theirs.sendall(_framed(2, b"its last words\n"))
    theirs.close()
    with pytest.raises(JailError, match="gone"):
        list(connection.exchange([], 5))
    assert connection.words == "its last words"
    connection.close()


@pytest.fixture(scope="module")
def sandbox():
    with engine_here(), Sandbox(jobs=1, jail="docker", image=PYTHON) as made:
        yield made


HUNDRED_MB = 100 * 1024 * 1024
ECHO = """\
import os
while True:
    data = os.read(0, 1 << 20)
    if not data:
        break
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]
"""


def test_a_hundred_megabytes_in_and_out(sandbox):
    data = os.urandom(1024 * 1024) * 100
    limits = Limits(cpu_time_s=60, wall_time_s=120, memory_mb=768, output_bytes=HUNDRED_MB + 1)
    done = sandbox.run(ECHO, stdin=data, limits=limits)
    assert done.ok, done.stderr
    assert done.stdout_bytes == data


def test_a_reader_that_does_not_read_holds_the_writer_back(sandbox):
    """Nobody in between keeps a hundred megabytes that the host does not take; the engine works for others too."""
    assert min(_grown_kb(sandbox) for _ in range(3)) < 60_000


def _grown_kb(sandbox):
    limits = Limits(cpu_time_s=60, wall_time_s=120, memory_mb=768, output_bytes=HUNDRED_MB)
    with sandbox.open(Program("import sys\nsys.stdout.write('x' * 100_000_000)"), limits) as session:
        jail = session._ready([Run()])
        real, go = jail.connection._read, threading.Event()
        held = []

        def late() -> None:
            if not go.is_set():
                go.wait(2)
                go.set()
                held.append(_resident(_dockerd()))
            real()

        before = _resident(_dockerd())
        jail.connection._read = late
        (done,) = session.run([Run()])
    assert done.ok
    assert len(done.stdout_bytes) == 100_000_000
    return held[0] - before


def _dockerd() -> int:
    file = Path("/var/run/docker.pid")
    if not file.is_file():
        pytest.skip("the engine's process is not seen from here")
    return int(file.read_text())


def _resident(pid: int) -> int:
    """In kilobytes."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0])
