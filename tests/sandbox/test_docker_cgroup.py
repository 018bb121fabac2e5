"""Whether a container's control group can be had here, against trees of files; engines elsewhere are told from ours."""

from __future__ import annotations

import pytest

from sandbox.errors import JailError
from sandbox.jails.docker_cgroup import EngineGroup, Groups

CONTAINER = "c0ffee" * 10
FILES = {
    "memory.current": "1000\n",
    "memory.events": "low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\n",
    "memory.max": "max\n",
    "memory.swap.max": "max\n",
    "memory.peak": "5000\n",
    "cpu.stat": "usage_usec 7\nuser_usec 3\nsystem_usec 4\n",
    "pids.max": "max\n",
    "cgroup.procs": "41\n",
}


@pytest.fixture
def host(tmp_path):
    """(proc, root) of a host with control groups v2 and a container whose first process is 41."""
    proc, root = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "41/root/tmp").mkdir(parents=True)
    (proc / "41/cgroup").write_text(f"0::/system.slice/docker-{CONTAINER}.scope\n")
    home = root / f"system.slice/docker-{CONTAINER}.scope"
    home.mkdir(parents=True)
    for name, text in FILES.items():
        (home / name).write_text(text)
    return proc, root


def test_version_2_uses_the_group_of_the_engine(host):
    proc, root = host
    groups = Groups(41, CONTAINER, root, proc)
    assert groups.version == 2
    group = groups.group(41, CONTAINER, "seat-0", lambda: False)
    assert isinstance(group, EngineGroup)
    assert group.memory_usage() == 1000
    assert group.cpu_time_ns() == 7000
    assert group.oom_kills() == 2
    group.set_memory(1 << 20)
    group.set_processes(9)
    home = root / f"system.slice/docker-{CONTAINER}.scope"
    assert (home / "memory.max").read_text().startswith("1048576")
    assert (home / "memory.swap.max").read_text().startswith("0")
    assert (home / "pids.max").read_text().startswith("9")
    group.close()
    assert home.is_dir()  # the engine removes what the engine made


@pytest.mark.parametrize("memory_was_why", [False, True])
def test_a_group_that_went_with_its_container_is_asked_of_the_engine(host, monkeypatch, memory_was_why):
    proc, root = host
    group = Groups(41, CONTAINER, root, proc).group(41, CONTAINER, "seat-0", lambda: memory_was_why)
    assert group.oom_kills() == 2

    hits = group.limit_hits() or 0

    def gone(_fd):
        raise JailError("no such device")

    monkeypatch.setattr(group, "_read", gone)
    assert group.oom_kills() == 2 + memory_was_why
    assert (group.limit_hits() or 0) > hits  # that it was within its limit nobody knows any more
    with pytest.raises(JailError):
        group.memory_usage()
    group.close()


def test_an_engine_on_another_machine_is_told_by_its_numbers(host):
    proc, root = host
    assert Groups(42, CONTAINER, root, proc).version is None  # no such process here
    assert Groups(41, "another container", root, proc).version is None  # another process has that number here


def test_groups_that_may_not_be_written_are_not_used(host, monkeypatch):
    proc, root = host
    real = __import__("os").access
    monkeypatch.setattr("os.access", lambda path, mode: not str(path).endswith("memory.max") and real(path, mode))
    assert Groups(41, CONTAINER, root, proc).version is None


def test_a_container_that_cannot_be_entered_is_watched(host):
    proc, root = host
    (proc / "41/root/tmp").rmdir()
    assert Groups(41, CONTAINER, root, proc).version is None


def test_a_container_that_ended_at_once_is_a_broken_jail(host):
    proc, root = host
    groups = Groups(41, CONTAINER, root, proc)
    (proc / "41/cgroup").unlink()
    with pytest.raises(JailError, match="ended at once"):
        groups.group(41, CONTAINER, "seat-0", lambda: False)
