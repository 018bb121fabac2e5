"""What this host truly enforces, shown by running programs that try: before anything is judged, and for doctor.

`self_test` refuses to go on when a promised limit does not bind; `limits_report` and `languages_report` say it line by
line. Nothing here believes a setting: each probe is a program that does what it must not be able to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.errors import EnforcementError, LanguageError, SandboxError
from sandbox.languages import LANGUAGES
from sandbox.types import Execution, Limits, Program, Run, Status

if TYPE_CHECKING:
    from sandbox.executor import Sandbox


@dataclass(frozen=True)
class Finding:
    """One thing that was tried. ok: None where it cannot be told here. mend: what to do when it is not ok."""

    what: str
    ok: bool | None
    detail: str = ""
    mend: str = ""


@dataclass(frozen=True)
class _Probe:
    """A program under limits, and whether what it did shows that the defence holds."""

    what: str
    source: str
    limits: Limits
    holds: Callable[[Execution], bool]


_INSIDE = """\
import ctypes, json, os, socket
status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)
sets = {'CapAmb': '0', **status}  # a kernel without ambient capabilities (gVisor) has no line for them
def refused(act):
    try:
        act()
    except OSError:
        return True
    return False
def writable(folder):
    if refused(lambda: os.listdir(folder)):
        return []
    paths = [folder + '/' + name for name in os.listdir(folder)]
    ours = [os.fstat(fd).st_ino for fd in range(3)]
    return [path for path in paths if not refused(lambda: os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            and os.stat(path).st_ino not in ours]
print(json.dumps({
    'no capabilities': not any(int(sets[name], 16) for name in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb')),
    'no new privileges': ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 1,
    'system calls filtered': status['Seccomp'].strip() == '2',
    'a user other than root': os.getuid() != 0,
    'no network': refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
    'host files cannot be written': refused(lambda: open('/usr/lib/ot-code-probe', 'w')),
    'the supervisor is closed to programs': refused(lambda: open('/proc/%d/mem' % os.getppid(), 'rb'))
        and not writable('/proc/%d/fd' % os.getppid()),
    'processes of the host are not seen': max(int(n) for n in os.listdir('/proc') if n.isdigit()) < 1 << 20
        and len([n for n in os.listdir('/proc') if n.isdigit()]) < 5,
    'no environment of the host': sorted(os.environ),
}))
"""
_WALL_TIME = """\
import time
time.sleep(30)
"""
_MEMORY = """\
import os, time
held = []
for _ in range(4):
    pid = os.fork()
    if not pid:
        held = b'x' * (16 << 20)
        time.sleep(1)
        os._exit(0)
os.wait()
"""
_OUTPUT = """\
import sys
sys.stdout.write('x' * 300000)
"""
_PROCESSES = """\
import os, time
count = 0
try:
    while count < 64:
        if not os.fork():
            time.sleep(5)
            os._exit(0)
        count += 1
except OSError:
    pass
print(count)
"""
_OPEN_FILES = """\
import os
count = 0
try:
    while count < 64:
        os.dup(0)
        count += 1
except OSError:
    pass
print(count)
"""
_SCRATCH_SPACE = """\
import os
try:
    for name in 'abcd':
        os.posix_fallocate(os.open(name, os.O_RDWR | os.O_CREAT), 0, 40 << 20)
except OSError:
    print('full')
"""
# What a jail says that it lacks -> the finding that shows it.
_LACKING = {
    "a private view of process numbers": "processes of the host are not seen",
    "a scratch quota": "scratch space",
}
_LACKED = "this kind of jail does not promise it"
_SMALL = Limits(cpu_time_s=2, wall_time_s=5, memory_mb=64)
_PROBES = (
    _Probe(
        "CPU time",
        "while True: pass",
        Limits(cpu_time_s=0.02, wall_time_s=5, memory_mb=64),
        lambda done: done.status is Status.TIME_LIMIT and done.cpu_time_s < 0.5,  # without it, 5 s
    ),
    _Probe(
        "wall time",
        _WALL_TIME,
        Limits(cpu_time_s=2, wall_time_s=0.05, memory_mb=64),
        lambda done: done.status is Status.TIME_LIMIT and done.wall_time_s < 15,  # without it, it sleeps for 30
    ),
    _Probe(
        "memory of all processes together",
        _MEMORY,
        Limits(cpu_time_s=2, wall_time_s=5, memory_mb=32),
        lambda done: done.status is Status.MEMORY_LIMIT,
    ),
    _Probe(
        "output",
        _OUTPUT,
        Limits(cpu_time_s=2, wall_time_s=5, memory_mb=64, output_bytes=100_000),
        lambda done: done.status is Status.OUTPUT_LIMIT and len(done.stdout_bytes) == 100_000,
    ),
    _Probe(
        "processes",
        _PROCESSES,
        Limits(cpu_time_s=2, wall_time_s=5, memory_mb=256, processes=8),
        lambda done: done.ok and int(done.stdout) < 8,
    ),
    _Probe(
        "open files",
        _OPEN_FILES,
        Limits(cpu_time_s=2, wall_time_s=5, memory_mb=64, open_files=16),
        lambda done: done.ok and int(done.stdout) < 16,
    ),
    _Probe(
        "scratch space",
        _SCRATCH_SPACE,
        Limits(cpu_time_s=2, wall_time_s=5, memory_mb=512),
        lambda done: done.stdout == "full\n",
    ),
)


def limits_report(sandbox: Sandbox) -> Iterator[Finding]:
    """Each defence and limit, tried."""
    inside = _inside(sandbox)
    lacked = {_LACKING[name] for name in sandbox.jail_lacks if name in _LACKING}
    for what, found in inside.items():
        if what == "no environment of the host":
            extra = sorted(set(found) - {*sandbox.environment, "PYTHONPATH", "PWD"})
            yield Finding(what, not extra, ", ".join(extra))
        else:
            yield Finding(
                what, bool(found) or None if what in lacked else bool(found), _LACKED if what in lacked else ""
            )
    for probe in _PROBES:
        done = sandbox.run_unchecked(Program(probe.source), Run(), probe.limits)
        detail = f"{done.status.value} after {done.cpu_time_s:.2f} s of CPU and {done.wall_time_s:.2f} s"
        holds = probe.holds(done) or (probe.what == "processes" and sandbox.shares_user and _some_refused(done))
        ok = True if holds else None if probe.what in lacked else False
        yield Finding(f"limit: {probe.what}", ok, f"{_LACKED}; {detail}" if probe.what in lacked else detail)


def _some_refused(done: Execution) -> bool:
    """Of the 64 processes that the probe tries: where the user is shared, the limit leaves room for other jails'."""
    return done.ok and int(done.stdout) < 64


def self_test(sandbox: Sandbox) -> None:
    """Raises EnforcementError naming every promised defence that does not hold here."""
    broken = [f"{finding.what} ({finding.detail})" for finding in limits_report(sandbox) if finding.ok is False]
    if broken:
        raise EnforcementError(
            f"nothing is judged: these do not bind on this host: {'; '.join(broken)}. `ot-code doctor` says more"
        )


def languages_report(sandbox: Sandbox) -> Iterator[Finding]:
    """Each language's self-test."""
    for language in LANGUAGES.values():
        source, stdin, expected = language.self_test
        mend = "; ".join(tool.mend for tool in language.toolchain)
        try:
            done = sandbox.run(Program(source, language.name), stdin=stdin)
        except LanguageError as error:
            yield Finding(f"language {language.name}", False, str(error), mend)
            continue
        except SandboxError as error:
            yield Finding(f"language {language.name}", False, str(error))
            continue
        right = done.ok and done.stdout == expected
        said = "" if right else f"{done.status.value}: {done.stderr[-300:]}"
        yield Finding(f"language {language.name}", right, said)


def _inside(sandbox: Sandbox) -> dict[str, Any]:
    done = sandbox.run_unchecked(Program(_INSIDE), Run(), _SMALL)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise EnforcementError(
            f"the first program in a jail did not run: {done.status.value}, {done.stderr[-500:]}"
        ) from None
    return dict(found)
