"""Version 2 against a hierarchy of plain files, named and behaving as the kernel's where the code depends on it.

What only a kernel can do (limits, clocks, kills) is not shown here: `Cgroups.proven` is False for version 2.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sandbox.errors import JailError
from sandbox.jails import cgroup_v2
from sandbox.jails.cgroup import Cgroups, NoCgroups
from sandbox.jails.cgroup_group import Group

FILES = {
    "cgroup.procs": "", "cgroup.subtree_control": "", "cgroup.kill": "", "memory.current": "0\n", "memory.max": "max\n",
    "memory.swap.max": "max\n", "memory.peak": "0\n", "memory.events": "low 0\noom 0\noom_kill 0\n",
    "pids.max": "max\n", "pids.peak": "3\n", "cpu.max": "max 100000\n", "cpu.stat": "usage_usec 0\nuser_usec 0\n",
}  # fmt: skip


class Kernel:
    """Makes a group's files with its directory, and does what a write to cgroup.* does."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.peak_resets = True
        self.immovable: set[str] = set()
        self._mkdir, self._rmdir = Path.mkdir, Path.rmdir
        monkeypatch.setattr(Path, "mkdir", lambda path, **kwargs: self.mkdir(path, **kwargs))  # noqa: PLW0108 - binds the path
        monkeypatch.setattr(Path, "rmdir", lambda path: self.rmdir(path))  # noqa: PLW0108 - binds the path
        monkeypatch.setattr(cgroup_v2, "write", self.write)
        monkeypatch.setattr(Group, "_write", staticmethod(self.write))

    def mkdir(self, path: Path, **kwargs: bool) -> None:
        self._mkdir(path, **kwargs)
        if self.root in path.parents:
            parent = (path.parent / "cgroup.subtree_control").read_text()
            for name, text in FILES.items():
                if name.startswith(("cgroup", "cpu.stat")) or name.split(".")[0] in parent:
                    (path / name).write_text(text)
            (path / "cgroup.controllers").write_text(parent)
            if "memory" in parent and not self.peak_resets:
                (path / "memory.peak").unlink()

    def rmdir(self, path: Path) -> None:
        if self.root in path.parents:
            if (path / "cgroup.procs").read_text() and not (path / "cgroup.kill").read_text():
                raise OSError(errno.EBUSY, "Device or resource busy")
            for file in path.iterdir():
                file.unlink()
        self._rmdir(path)

    def write(self, path: Path, text: str) -> None:
        if path.name == "cgroup.procs":
            if text in self.immovable:
                raise PermissionError(errno.EACCES, "Permission denied")
            for procs in self.root.rglob("cgroup.procs"):
                procs.write_text("".join(f"{pid}\n" for pid in procs.read_text().split() if pid != text))
            path.write_text(path.read_text() + f"{text}\n")
        elif path.name == "cgroup.subtree_control":
            if (path.parent / "cgroup.procs").read_text():
                raise OSError(errno.EBUSY, "Device or resource busy")
            path.write_text(" ".join(word.removeprefix("+") for word in text.split()))
        else:
            assert path.exists(), path
            path.write_text(text)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """A user's scope, delegated: this process and a shell are in it."""
    root, proc = tmp_path / "cgroup", tmp_path / "proc"
    scope = root / "user.slice/run-1.scope"
    scope.mkdir(parents=True)
    for directory in (root, root / "user.slice", scope):
        for name, text in FILES.items():
            (directory / name).write_text(text)
        (directory / "cgroup.controllers").write_text("cpu memory pids\n")
    (scope / "cgroup.procs").write_text(f"{os.getpid()}\n4711\n")
    (proc / "self/ns").mkdir(parents=True)
    (proc / "self/ns/pid").write_text("")
    (proc / "self/cgroup").write_text("0::/user.slice/run-1.scope\n")
    mounts = f"31 23 0:28 / {root} rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    (proc / "self/mountinfo").write_text(f"23 1 8:1 / / rw - ext4 /dev/sda rw\n{mounts}")
    return Kernel(root, monkeypatch)


def scope_of(kernel: Kernel) -> Path:
    return kernel.root / "user.slice/run-1.scope"


def find(kernel: Kernel) -> Cgroups | NoCgroups:
    return Cgroups.find(kernel.root, kernel.root.parent / "proc")


def test_processes_move_into_a_leaf_and_controllers_are_handed_down(kernel):
    found = find(kernel)
    assert isinstance(found, Cgroups)
    assert (found.version, found.proven) == (2, False)
    scope = scope_of(kernel)
    assert set(found.parents.values()) == {scope}
    assert (scope / "cgroup.procs").read_text() == ""
    assert (scope / "ot-code-host/cgroup.procs").read_text().split() == [str(os.getpid()), "4711"]
    assert (scope / "cgroup.subtree_control").read_text().split() == ["memory", "pids"]
    assert [path.name for path in scope.glob("ot-code-*")] == ["ot-code-host"]  # the trial left nothing


def test_a_second_process_of_the_same_scope_finds_what_the_first_one_made(kernel):
    find(kernel)
    (kernel.root.parent / "proc/self/cgroup").write_text("0::/user.slice/run-1.scope/ot-code-host\n")
    found = find(kernel)
    assert isinstance(found, Cgroups)
    assert set(found.parents.values()) == {scope_of(kernel)}


def test_a_group_writes_and_reads_the_kernels_files(kernel):
    found = find(kernel)
    assert isinstance(found, Cgroups)
    group = found.create("jail")
    home = group.directories["memory"]
    group.set_memory(64 << 20)
    group.set_processes(9)
    group.add(4711)
    assert int((home / "memory.max").read_text().split()[0]) == 64 << 20
    assert (home / "memory.swap.max").read_text() == "0"
    assert (home / "pids.max").read_text() == "9"
    assert group.pids() == [4711]
    (home / "memory.events").write_text("low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\noom_group_kill 0\n")
    (home / "cpu.stat").write_text("usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n")
    (home / "memory.current").write_text("4096\n")
    (home / "memory.peak").write_text("8192\n")
    assert group.limit_hits() == 3 + 1
    assert (group.oom_kills(), group.cpu_time_ns(), group.memory_usage()) == (2, 1_500_000, 4096)
    assert (group.memory_peak(), group.peak_processes()) == (8192, 3)
    assert group.guest_fds().keys() == {"version", "usage", "peak", "cpu", "oom"}
    group.kill()
    assert (home / "cgroup.kill").read_text() == "1"
    group.close()
    assert not home.exists()


def test_a_kernel_without_a_peak_to_reset_gives_the_guest_none(kernel):
    kernel.peak_resets = False
    found = find(kernel)
    assert isinstance(found, Cgroups)
    group = found.create("jail")
    assert group.peak_fd is None
    assert group.memory_peak() is None
    assert "peak" not in group.guest_fds()
    group.close()


def test_quotas_of_all_groups_above_count(kernel):
    (kernel.root / "user.slice/cpu.max").write_text("150000 100000\n")
    (scope_of(kernel) / "cpu.max").write_text("400000 100000\n")
    (kernel.root / "memory.max").write_text("1073741824\n")
    found = find(kernel)
    assert (found.cpu_quota, found.memory_limit_bytes) == (1.5, 1 << 30)


def test_without_controllers_the_mend_is_a_delegated_scope(kernel):
    (scope_of(kernel) / "cgroup.controllers").write_text("pids\n")
    (scope_of(kernel) / "cpu.max").write_text("50000 100000\n")
    found = find(kernel)
    assert isinstance(found, NoCgroups)
    assert "controllers memory are not handed down" in found.reason
    assert "systemd-run --user --scope -p Delegate=yes ot-code" in found.mend
    assert found.cpu_quota == 0.5


def test_a_process_that_may_not_be_moved_is_a_reason(kernel):
    kernel.immovable.add("4711")
    found = find(kernel)
    assert isinstance(found, NoCgroups)
    assert "cannot hand down memory, pids" in found.reason


def test_a_group_that_fails_half_way_leaves_nothing(kernel):
    found = find(kernel)
    assert isinstance(found, Cgroups)
    (scope_of(kernel) / "cgroup.subtree_control").write_text("pids")
    files = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(JailError, match=r"memory\.current"):
        found.create("jail")
    assert len(list(Path("/proc/self/fd").iterdir())) <= files


def test_a_container_sees_its_own_part_of_the_tree(kernel):
    """Mounted from /docker/abc on, which /proc/self/cgroup names as well."""
    proc = kernel.root.parent / "proc"
    (proc / "self/cgroup").write_text("0::/docker/abc\n")
    (proc / "self/mountinfo").write_text(f"31 23 0:28 /docker/abc {kernel.root} ro - cgroup2 cgroup2 rw\n")
    (kernel.root / "cpu.max").write_text("200000 100000\n")
    (kernel.root / "cgroup.procs").write_text("")
    assert find(kernel).cpu_quota == 2.0


def test_nothing_mounted_is_said(kernel):
    (kernel.root.parent / "proc/self/mountinfo").write_text("23 1 8:1 / / rw - ext4 /dev/sda rw\n")
    found = find(kernel)
    assert isinstance(found, NoCgroups)
    assert "no control groups are mounted" in found.reason


def test_version_1_without_its_controllers_is_said(kernel):
    proc = kernel.root.parent / "proc"
    (kernel.root / "memory").mkdir()
    (proc / "self/cgroup").write_text("4:memory:/\n0::/\n")
    (proc / "self/mountinfo").write_text(f"31 23 0:28 / {kernel.root}/memory rw - cgroup cgroup rw,memory\n")
    found = find(kernel)
    assert isinstance(found, NoCgroups)
    assert "pids, cpuacct are not mounted" in found.reason
