"""The processes of a run: which they are, and their end.

In a jail with a PID namespace that is everybody but its first process. Without one it is this process's descendants,
found by their parents' lists: as a subreaper it inherits the orphans among them, so none is ever out of reach. There
nothing is ever signalled but through a pidfd whose process was seen to be a descendant after the pidfd was opened.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from typing import Callable, Optional

END_S = 5.0
SETTLE_S, SETTLE_NS = 1.0, 20_000_000
_namespaced = True


def has_no_namespace() -> None:
    """From here on only descendants are meant: everybody else in /proc is somebody else's."""
    global _namespaced  # noqa: PLW0603 - said once, at the start
    _namespaced = False


def processes() -> list[str]:
    """The numbers of the run's processes, zombies included."""
    if _namespaced:
        return [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
    return list(map(str, descendants()))


def descendants() -> list[int]:
    """Every process below this one."""
    found: list[int] = []
    todo = [os.getpid()]
    while todo:
        children = _children(todo.pop())
        found += children
        todo += children
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found  # it ended while we looked; its children are another's by now
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb", 0) as file:
                while True:
                    piece = file.read(65536)
                    if not piece:
                        break
                    found += map(int, piece.split())
        except FileNotFoundError:
            if not os.path.exists("/proc/self/task/%d/children" % os.getpid()):
                return _children_by_scan(pid)
        except OSError:
            continue
    return found


def _children_by_scan(pid: int) -> list[int]:
    """As above, where the kernel was built without lists of children."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _parent(int(name)) == pid]


def _parent(pid: int) -> Optional[int]:
    try:
        with open(f"/proc/{pid}/stat", "rb", 0) as file:
            return int(file.read(4096).rpartition(b")")[2].split()[1])
    except (OSError, IndexError):
        return None


def settle(cpu_ns: Callable[[], int]) -> None:
    """Waits until what a program left behind is at rest: it has ended, or sleeps. cpu_ns: CPU time of the run so far.

    So a child that prints at once always has, and one that prints after a sleep never has, however busy the host is.
    What goes on for SETTLE_NS of CPU time, or SETTLE_S, is not waited for.
    """
    most_ns = cpu_ns() + SETTLE_NS
    deadline = time.monotonic() + SETTLE_S
    before = None
    while time.monotonic() < deadline and cpu_ns() < most_ns:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        now = [(pid, *_at_rest(pid)) for pid in processes()]
        if now == before and all(rests for _, rests, _ in now):
            return
        before = now
        time.sleep(0.001)


def _at_rest(pid: str) -> tuple[bool, bytes]:
    """Whether no thread of a process runs or waits for a CPU, and how often they were switched."""
    rests, switches = True, b""
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/status", "rb", 0) as file:
                text = file.read(4096)
            rests &= text.partition(b"State:\t")[2][:1] in (b"S", b"T", b"t", b"Z", b"X")
            switches += text.partition(b"voluntary_ctxt_switches:")[2]
    except OSError:
        return False, b""  # it ended while we looked
    return rests, switches


def kill() -> None:
    """Kills every process of the run. Raises OSError when one escapes that for END_S."""
    if _namespaced:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass  # all of them are dying already
        return
    # First nobody may fork any more. What ends meanwhile is not reaped, so it counts against the limit on processes,
    # and a chain of forks comes to its end.
    deadline = time.monotonic() + END_S
    stopped: set[int] = set()
    while True:
        new = [pid for pid in descendants() if pid not in stopped]
        for pid in new:
            _signal(pid, signal.SIGSTOP)
        if not new:
            break
        stopped.update(new)
        if time.monotonic() > deadline:
            raise OSError(errno.EBUSY, "a process of the run cannot be stopped")
    for pid in descendants():
        _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return  # it is gone
    try:
        parent = _parent(pid)
        if parent is not None and _is_ours(parent):
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        pass  # gone by now
    finally:
        os.close(handle)


def _is_ours(pid: int) -> bool:
    own = os.getpid()
    seen = 0
    current: Optional[int] = pid
    while current is not None and current > 1 and seen < 100000:
        if current == own:
            return True
        current = _parent(current)
        seen += 1
    return False


def reap_all() -> None:
    """Kills every process of the run and reaps until none is left. Raises OSError when one stays."""
    deadline = time.monotonic() + END_S
    while True:
        kill()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        if time.monotonic() > deadline:
            raise OSError(errno.EBUSY, "a process of the run cannot be killed")
        time.sleep(0.0003)
