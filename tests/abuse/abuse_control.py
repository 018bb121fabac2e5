"""Whether a jail is untouched: a control program's own view from inside, and the kernel's from outside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sandbox import Execution, Program, Run, Sandbox
from sandbox.jails.base import Jail

CONTROL = Program("""\
import gc, json, os, random, resource, signal, stat, sys, threading, time

def shape(path):
    facts = os.stat(path)
    return stat.filemode(facts.st_mode), facts.st_uid, facts.st_gid, facts.st_size if stat.S_ISREG(facts.st_mode) else 0

status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
print(json.dumps({
    "stdin": sys.stdin.read(),
    "files": {folder: sorted(os.listdir(folder)) for folder in ("/", "/tmp", "/dev", "/dev/shm", "/etc")},
    "shapes": [shape(path) for path in ("/", "/tmp", "/dev/shm", "/proc/self/fd/0", "/tmp/solution.py")],
    "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
    "limits": [resource.getrlimit(kind) for kind in range(16)],
    "priorities": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))],
    "adjusted": [open(f"/proc/self/{name}").read() for name in ("oom_score_adj", "timerslack_ns", "coredump_filter")],
    "signals": [status[name] for name in ("SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt")],
    "rights": [status[name] for name in ("Uid", "Gid", "Groups", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")],
    "environment": dict(os.environ),
    "directory": os.getcwd(),
    "descriptors": len(os.listdir("/proc/self/fd")),
    "ipc": [len(open(f"/proc/sysvipc/{name}").readlines()) for name in ("shm", "msg", "sem")],
    "locks": len(open("/proc/locks").readlines()) if os.path.exists("/proc/locks") else 0,
    "host": os.uname()[1],
    "python": [sys.getrecursionlimit(), gc.isenabled(), threading.active_count(), len(sys.path), hash("x"), sys.argv],
    "modules": sorted(name for name in sys.modules if name[:1] != "_"),
    "builtins": sorted(vars(__builtins__)),
    "timers": [signal.getitimer(kind) for kind in (0, 1, 2)],
    "sum": sum(i * i for i in range(20000)),
}, sort_keys=True))
""")
_RUNS = [Run("hello\n")] * 3
_DRIFT, _DRIFT_FREE_S = 1.2, 0.01


class Control:
    """What a control program printed in a jail, how long it took, and the jail's state after it."""

    def __init__(self, sandbox: Sandbox) -> None:
        with sandbox.open(CONTROL) as session:
            done = session.run(_RUNS)
            self.jail = session._jail
        assert len(done) == len(_RUNS), done
        assert all(one.ok for one in done), done[-1]
        self.outputs = {one.stdout for one in done}
        assert len(self.outputs) == 1, self.outputs
        self.wall_s = min(one.wall_time_s for one in done)
        self.memory_mb = _memory(done)
        assert self.jail is not None
        self.state = state_of(self.jail)

    def objections(self, later: Control) -> list[str]:
        """How a later control differs, timing apart."""
        found = []
        before, after = (json.loads(next(iter(one.outputs))) for one in (self, later))
        if before != after:
            found += [f"{key}: {before[key]} -> {after[key]}" for key in before if before[key] != after[key]]
        if later.jail is self.jail and later.state != self.state:
            found += [f"{k}: {self.state[k]} -> {v}" for k, v in later.state.items() if self.state[k] != v]
        # Where memory is only looked at, a run this short may end before the first look, or in the midst of it.
        if later.memory_mb > max(self.memory_mb, 8) + 8:
            found.append(f"memory {self.memory_mb} -> {later.memory_mb} MB")
        return found

    def slower(self, later: Control) -> bool:
        return later.wall_s > _DRIFT * self.wall_s + _DRIFT_FREE_S


def _memory(done: list[Execution]) -> float:
    return max(one.memory_mb or 0.0 for one in done)


def state_of(jail: Jail) -> dict[str, Any]:
    """The jail's first process and its working directory, as the host sees them."""
    pid = jail.pid  # type: ignore[attr-defined]  # jails that run under our own kernel have one
    proc = Path(f"/proc/{pid}")
    state: dict[str, Any] = {
        "limits": (proc / "limits").read_text(),
        "affinity": os.sched_getaffinity(pid),
        "scheduler": os.sched_getscheduler(pid),
        "nice": os.getpriority(os.PRIO_PROCESS, pid),
        "children": [(task / "children").read_text() for task in (proc / "task").iterdir()],
        "comm": (proc / "comm").read_text(),
    }
    if os.getuid() == 0:
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        state |= {name: status[name] for name in ("Uid", "Gid", "Threads", "SigBlk", "SigIgn", "SigCgt", "Seccomp")}
        state["oom_score_adj"] = (proc / "oom_score_adj").read_text()
        state["scratch"] = [entry.name for entry in (proc / "root/tmp").iterdir()]
        state["descriptors"] = sorted(_target(entry) for entry in (proc / "fd").iterdir())
    if jail.group is not None:
        state["processes"] = jail.group.pids()
    return state


def _target(entry: Path) -> str:
    text = str(entry.readlink())
    return text if text.startswith("/") else text.partition(":")[0]
