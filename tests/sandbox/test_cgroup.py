"""Control groups for real, in the version that this host has (loudly skipped where it gives none)."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import lives

from sandbox.errors import JailError, SandboxError
from sandbox.jails import cgroup_group
from sandbox.jails.cgroup import Cgroups, Group, NoCgroups, node_cpus, node_memory_bytes, owner_lives
from sandbox.jails.cgroup_group import Kills

MIB = 1024 * 1024
FOUND = Cgroups.find()


@pytest.fixture
def cgroups() -> Cgroups:
    if isinstance(FOUND, NoCgroups):
        if os.environ.get("REQUIRE_JAIL") == "1":
            pytest.fail(FOUND.reason)
        pytest.skip(f"no control groups here: {FOUND.reason}")
    return FOUND


@pytest.fixture
def group(cgroups: Cgroups) -> Iterator[Group]:
    group = cgroups.create("test")
    yield group
    group.close()


def inside(group: Group, source: str) -> subprocess.Popen[str]:
    """Python in the group; the source runs once it was moved there."""
    command = [sys.executable, "-c", f"import os, sys, time\nsys.stdin.readline()\n{source}"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    group.add(process.pid)
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def test_a_balloon_dies_at_the_limit_and_says_so(group):
    group.set_memory(64 * MIB)
    kills = Kills(group)
    process = inside(group, "held = bytearray(300 * 2**20)\nfor i in range(0, len(held), 4096): held[i] = 1")
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert group.oom_kills() == 1
    assert kills.happened()
    assert not Kills(group).happened()
    peak = group.memory_peak()
    assert peak is None or 60 * MIB < peak <= 64 * MIB


CROWDED = """
import sys, threading, time
with open(sys.argv[1], "w") as group:
    group.write(str(__import__("os").getpid()))
from sandbox import Limits, Sandbox, SandboxError

program = "import time\\nheld = bytearray(120 << 20)\\ntime.sleep(float(input()))\\nprint('right')"
held = []
def crowd():
    time.sleep(0.7)
    held.append(bytearray(300 << 20))

with Sandbox(limits=Limits(memory_mb=180)) as sandbox:
    sandbox.run("print(1)")
    crowding = threading.Thread(target=crowd)
    crowding.start()
    try:
        print(sandbox.run(program, stdin="12").status)  # it is killed long before
    except SandboxError as error:
        print(error.provoked, error)
    crowding.join()
    held.clear()
    print(sandbox.run(program, stdin="0.1").stdout, end="")
    print(sandbox.run("held = bytearray(300 << 20)").status)
"""


@pytest.mark.skipif(isinstance(FOUND, NoCgroups) or FOUND.version != 1, reason="groups of version 1 alone nest freely")
def test_what_the_kernel_kills_for_memory_that_others_hold_is_no_memory_limit(cgroups):
    above = cgroups.parents["memory"] / f"test-crowded-{os.getpid()}"
    above.mkdir()
    try:
        (above / "memory.limit_in_bytes").write_text(str(400 * MIB))
        command = [sys.executable, "-c", CROWDED, str(above / "cgroup.procs")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    finally:
        cgroup_group.remove(above)
    assert done.returncode == 0, done.stderr
    first, *others = done.stdout.splitlines()
    assert first.startswith("False twice, the kernel killed a program that was within its limit"), done.stderr
    assert others == ["right", "memory_limit"]


def test_the_peak_starts_anew_after_a_write(group):
    if group.peak_fd is None:
        pytest.skip("this kernel cannot reset the peak")
    group.set_memory(256 * MIB)
    inside(group, "held = b'x' * (50 * 2**20)").communicate(timeout=30)
    assert group.memory_peak() > 50 * MIB
    os.pwrite(group.peak_fd, b"0", 0)
    assert group.memory_peak() < 20 * MIB


def test_the_memory_limit_goes_up_and_down(group):
    for size in (64, 512, 32, 33, 1024):
        group.set_memory(size * MIB)
        memory = group.directories["memory"]
        name = "memory.limit_in_bytes" if group.version == 1 else "memory.max"
        assert int((memory / name).read_text()) == size * MIB
        with_swap = memory / "memory.memsw.limit_in_bytes"
        assert not with_swap.exists() or int(with_swap.read_text()) == size * MIB


FORK_MANY = """
made = 0
try:
    while made < 30:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
except BlockingIOError:
    pass
print(made)
"""


def test_the_number_of_processes_is_bounded_and_all_of_them_are_killed(group):
    group.set_processes(6)
    process = inside(group, FORK_MANY)
    assert process.stdout is not None
    assert process.stdout.readline() == "5\n"
    process.wait(10)
    assert len(group.pids()) == 5
    assert group.peak_processes() in (None, 6, 7)
    group.kill()
    assert group.pids() == []
    process.communicate()


FORK_CHAIN = """
print('go', flush=True)
while True:
    if os.fork():
        os._exit(0)
    os.setsid()
"""


def test_a_chain_of_forks_does_not_outrun_the_kill(group):
    group.set_processes(16)
    process = inside(group, FORK_CHAIN)
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    began = time.monotonic()
    group.kill()
    assert time.monotonic() - began < 2
    time.sleep(0.05)
    assert group.pids() == []
    process.communicate()


def test_the_clock_sees_children_that_nobody_waited_for(group):
    spin = "\nif os.fork() == 0:\n    end = time.process_time() + 0.3\n    while time.process_time() < end: pass\n"
    before = group.cpu_time_ns()
    inside(group, spin).communicate(timeout=30)
    deadline = time.monotonic() + 10
    while group.pids() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert 0.29e9 < group.cpu_time_ns() - before < 1.5e9


def test_the_guests_descriptors_are_readable_and_do_not_leak_into_other_programs(group):
    fds = group.guest_fds()
    assert fds.pop("version") == group.version
    assert {"usage", "cpu", "oom"} <= fds.keys() <= {"usage", "cpu", "oom", "peak"}
    for fd in fds.values():
        assert os.pread(fd, 100, 0)
        assert not os.get_inheritable(fd)
    for name in ("usage", "cpu", "oom"):
        assert fcntl.fcntl(fds[name], fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY


def test_close_removes_everything_and_can_be_said_twice(cgroups):
    files = len(list(Path("/proc/self/fd").iterdir()))
    group = cgroups.create("short")
    process = inside(group, "time.sleep(60)")
    group.close()
    group.close()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not any(path.exists() for path in group.directories.values())
    assert len(list(Path("/proc/self/fd").iterdir())) <= files


def test_what_cannot_be_removed_is_an_error_that_names_it(cgroups, monkeypatch):
    monkeypatch.setattr(cgroup_group, "_REMOVE_S", 0.05)
    group = cgroups.create("stuck")
    below = group.directories["memory"] / "below"
    below.mkdir()
    with pytest.raises(SandboxError, match=r"ot-code-.*-stuck.*cannot be removed"):
        group.close()
    below.rmdir()
    for path in set(group.directories.values()):
        with contextlib.suppress(FileNotFoundError):
            path.rmdir()


def test_a_process_that_is_gone_cannot_be_added(group):
    process = subprocess.Popen(["true"])
    process.wait()
    with pytest.raises(JailError, match=r"cgroup\.procs"):
        group.add(process.pid)


OWNER = """
import subprocess, sys, time
from sandbox.jails.cgroup import Cgroups
group = Cgroups.find().create("left")
child = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
group.add(child.pid)
print(group.directories["memory"].name, child.pid, flush=True)
time.sleep(60)
"""


def test_what_a_killed_run_left_is_swept_and_what_is_in_use_is_not(cgroups, group):
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    name, child = owner.stdout.readline().split()
    assert name not in cgroups.sweep()
    owner.kill()
    owner.communicate()
    cgroups.sweep()  # or a neighbour's start did: any may
    until = time.monotonic() + 10
    while any((parent / name).exists() for parent in cgroups.parents.values()) or lives(int(child)):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert all(path.exists() for path in group.directories.values())
    assert name not in cgroups.sweep()


def test_half_made_leftovers_are_swept(cgroups):
    half = cgroups.parents["memory"] / f"{cgroup_group.PREFIX}half"
    half.mkdir()
    assert cgroups.sweep(lambda name: name != half.name) == [half.name]
    assert not half.exists()


def test_names_are_of_one_length_whatever_the_numbers(monkeypatch):
    """The stack of a C program lies below its environment, which in a landlock jail has such a name in it."""
    names = [cgroup_group.directory_name("x")]
    monkeypatch.setattr(cgroup_group, "_numbers", itertools.count(99_999))
    monkeypatch.setattr(cgroup_group.os, "getpid", lambda: 1)
    names.append(cgroup_group.directory_name("x"))
    assert len(set(map(len, names))) == 1
    assert all(map(owner_lives, names))


def test_names_that_are_not_ours_or_cannot_be_known_count_as_living():
    own = cgroup_group.directory_name("x")
    namespace, pid, started = own.removeprefix("ot-code-").split("-")[:3]
    assert owner_lives(own)
    assert owner_lives("docker")
    assert owner_lives("ot-code-host")
    assert owner_lives(f"ot-code-{int(namespace) + 1}-{pid}-0-0-x")
    assert not owner_lives(f"ot-code-{namespace}-{pid}-{int(started) + 1}-0-x")
    assert not owner_lives(f"ot-code-{namespace}-4999999-1-0-x")


def test_a_name_with_a_slash_is_a_mistake(cgroups):
    with pytest.raises(ValueError, match="slash"):
        cgroups.create("../up")


def test_the_nodes_size_is_within_the_machines():
    assert 0 < node_cpus(FOUND) <= len(os.sched_getaffinity(0))
    assert 0 < node_memory_bytes(FOUND) <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert node_cpus(NoCgroups("", "", cpu_quota=0.5)) == 0.5
    assert node_memory_bytes(NoCgroups("", "", memory_limit_bytes=MIB)) == MIB
