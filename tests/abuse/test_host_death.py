"""When the host process goes, whatever way, nothing of its jails stays: no process, no folder, no cgroup."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from control_groups import groups_of

from sandbox import Sandbox

_HOST = """\
import contextlib, sys, threading
from sandbox import Limits, Run, Sandbox, SandboxError
with Sandbox(jobs=2) as sandbox:
    sandbox.run("print(1)")
    def work():
        # A daemon thread that writes a traceback while the interpreter ends aborts it, and this one's run ends then.
        with contextlib.suppress(SandboxError):
            sandbox.run("import os, time\\nfor _ in range(3):\\n    os.fork()\\n"
                    "open('left', 'w').write('x')\\ntime.sleep(60)", limits=Limits(wall_time_s=60))
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    import time
    while not sandbox.pool._lent or not [j for j in sandbox.pool._lent if j.group is None or len(j.group.pids()) > 4]:
        time.sleep(0.01)
    print(*[jail.pid for jail in (*sandbox.pool._lent, *sandbox.pool._idle)], flush=True)
    main()
"""
_WAYS = {
    "sleeps": "def main():\n    time.sleep(60)\n",
    "runs": "def main():\n    sandbox.run('import time\\ntime.sleep(60)', limits=Limits(wall_time_s=60))\n",
    "raises": "def main():\n    raise KeyError('of the host')\n",
    "exits": "def main():\n    sys.exit(5)\n",
    "leaves at once": "def main():\n    import os\n    os._exit(6)\n",
    # Its thread ends in a SandboxError: waited for, since one that writes while the interpreter ends aborts it.
    "closes": "def main():\n    sandbox.close()\n    thread.join()\n",
}


def _start(way: str) -> tuple[subprocess.Popen[str], list[int]]:
    defaults = ["/usr/bin/env", "--default-signal=HUP,INT,QUIT"]  # as of a command in the foreground
    host = subprocess.Popen(
        [*defaults, sys.executable, "-c", _WAYS[way] + _HOST], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    assert host.stdout is not None
    pids = [int(word) for word in host.stdout.readline().split()]
    assert pids, host.communicate()[1]
    return host, pids


def _alive(pids: list[int]) -> list[int]:
    """Those that are not gone nor zombies that some init has yet to reap."""
    left = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state not in "ZX":
            left.append(pid)
    return left


def _gone(pids: list[int], within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while _alive(pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _alive(pids)


@pytest.fixture(autouse=True)
def _no_folder_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:  # others are making and removing theirs meanwhile
        monkeypatch.setenv("TMPDIR", folder)
        yield
        assert [path.name for path in Path(folder).glob("*ot-code*")] == []


@pytest.mark.parametrize(
    ("way", "number"),
    [
        ("sleeps", signal.SIGKILL), ("sleeps", signal.SIGINT), ("sleeps", signal.SIGTERM),
        ("runs", signal.SIGKILL), ("runs", signal.SIGINT), ("runs", signal.SIGTERM), ("runs", signal.SIGHUP),
    ],
)  # fmt: skip
def test_a_signal_ends_the_host_and_its_jails(way: str, number: signal.Signals) -> None:
    host, pids = _start(way)
    os.kill(host.pid, number)
    host.communicate(timeout=20)
    assert host.returncode != 0
    assert _gone(pids), f"{_alive(pids)} of {pids} outlive the host"
    if number == signal.SIGINT:
        assert groups_of(host.pid) == set(), "Ctrl-C leaves control groups"
    with Sandbox(jobs=1) as after:  # what a kill -9 left is swept at the next start
        assert after.run("print(1)").ok
        assert groups_of(host.pid) == set()


@pytest.mark.parametrize(("way", "status"), [("raises", 1), ("exits", 5), ("leaves at once", 6), ("closes", 0)])
def test_the_host_ends_by_itself(way: str, status: int) -> None:
    host, pids = _start(way)
    host.communicate(timeout=20)
    assert host.returncode == status
    assert _gone(pids), f"{_alive(pids)} of {pids} outlive the host"
    if way != "leaves at once":
        assert groups_of(host.pid) == set()


def test_jails_die_with_the_host_and_not_with_the_thread_that_asked_for_them() -> None:
    import threading

    with Sandbox(jobs=1) as sandbox:
        thread = threading.Thread(target=sandbox.run, args=("print(1)",))
        thread.start()
        thread.join()
        (jail,) = sandbox.pool._idle
        time.sleep(0.2)
        assert _alive([jail.pid])  # type: ignore[attr-defined]
        assert sandbox.run("print(2)").ok
        assert sandbox.pool._idle == [jail]


def test_a_stopped_host_that_is_killed_leaves_nothing() -> None:
    host, pids = _start("runs")
    os.kill(host.pid, signal.SIGSTOP)
    time.sleep(0.1)
    os.kill(host.pid, signal.SIGKILL)
    host.communicate(timeout=20)
    assert _gone(pids)
