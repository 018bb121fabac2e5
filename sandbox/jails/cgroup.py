"""Control groups: which of the kernel's two versions this host gives us, what it bounds us to, and groups for jails.

Jails' groups are made below the group that this process is in, where an administrator (or systemd, or a container
engine) put us; nothing outside is touched. `Cgroups.find()` makes one group on trial, so that what it promises holds.
Version 1 is used where its memory controller is mounted (also on hybrid hosts), else version 2.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sandbox.errors import JailError, SandboxError
from sandbox.jails import cgroup_v1, cgroup_v2
from sandbox.jails.cgroup_group import PREFIX, Group, directory_name, kill_all, owner_lives, remove

__all__ = ["Cgroups", "Group", "NoCgroups", "node_affinity", "node_cpus", "node_memory_bytes", "owner_lives"]

_ROOT, _PROC = Path("/sys/fs/cgroup"), Path("/proc")
_MIB = 1024 * 1024
N = TypeVar("N", int, float)
_SYSTEMD = "systemd-run --user --scope -p Delegate=yes ot-code ..."


@dataclass(frozen=True, slots=True)
class NoCgroups:
    """Why no groups can be made here, and what mends it. The bounds on ourselves are known all the same."""

    reason: str
    mend: str
    cpu_quota: float | None = None
    memory_limit_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Cgroups:
    """A place where groups for jails can be made.

    version: 1 or 2. parents: by controller, the group below which they are made. proven: this version has been run for
    real by this project's tests. cpu_quota (CPUs) and memory_limit_bytes: the tightest bound on our own group and those
    above it, as far as they can be seen; None: none.
    """

    version: int
    parents: Mapping[str, Path]
    proven: bool
    cpu_quota: float | None = None
    memory_limit_bytes: int | None = None

    @staticmethod
    def find(root: Path = _ROOT, proc: Path = _PROC) -> Cgroups | NoCgroups:
        """What can be had here, or why not. Tries it: one group is made and removed.

        root: only mounts at or below it count.
        """
        places = _places(root, proc)
        v2 = places.get("")
        quota = min(_bounds(places.get("cpu"), cgroup_v1.cpu_quota, v2, cgroup_v2.cpu_quota), default=None)
        limit = min(_bounds(places.get("memory"), cgroup_v1.memory_limit, v2, cgroup_v2.memory_limit), default=None)
        if "memory" in places:
            found = _version_1(places)
        elif v2 is not None:
            found = _version_2(v2.own)
        else:
            found = ("no control groups are mounted", f"mount them at {root}, or give the container its own")
        if isinstance(found, tuple):
            return NoCgroups(*found, quota, limit)
        version, parents = (1, found) if "memory" in places else (2, found)
        cgroups = Cgroups(version, parents, proven=version == 1, cpu_quota=quota, memory_limit_bytes=limit)
        try:
            group = cgroups.create("trial")
            try:
                group.set_memory(64 * _MIB)
                group.set_processes(16)
            finally:
                group.close()
        except SandboxError as error:
            return NoCgroups(f"a trial group failed: {error}", _mend(version, parents["memory"]), quota, limit)
        return cgroups

    def create(self, name: str) -> Group:
        """A new group, without limits yet. `name` is for people who look; it need not be unique.

        Raises JailError naming the file that failed.
        """
        if "/" in name or "\0" in name:
            raise ValueError(f"a group's name has no slash: {name!r}")
        directory = directory_name(name)
        directories = {controller: parent / directory for controller, parent in self.parents.items()}
        made: list[Path] = []
        try:
            for path in dict.fromkeys(directories.values()):
                path.mkdir()
                made.append(path)
            return (cgroup_v1.GroupV1 if self.version == 1 else cgroup_v2.GroupV2)(directories)
        except OSError as error:
            _undo(made)
            raise JailError(f"cannot make the control group {error.filename}: {error.strerror}") from error
        except BaseException:
            _undo(made)
            raise

    def sweep(self, owned: Callable[[str], bool] = owner_lives) -> list[str]:
        """Removes the groups that killed runs left behind, with what still runs in them; returns their names.

        owned: whether the owner of the group of this name still lives. Raises SandboxError for one that stays.
        """
        user = os.geteuid()
        found = {path for parent in self.parents.values() for path in parent.glob(f"{PREFIX}*")}
        left = {path.name for path in found if path.name != cgroup_v2.HOST_LEAF and not owned(path.name)}
        swept = []
        for name in sorted(left):
            # Not all need be there: its maker may have died half-way, or have been elsewhere in one of the trees.
            paths = [path for path in found if path.name == name]
            try:
                if any(path.stat().st_uid != user for path in paths):
                    continue
                kill_all(paths)
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENODEV):
                    raise SandboxError(f"cannot sweep {error.filename}: {error.strerror}") from error
                # another sweep is at it just now
            for path in paths:
                remove(path)
            swept.append(name)
        return swept


def node_affinity() -> set[int]:
    """The CPUs that this process may run on."""
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def node_cpus(cgroups: Cgroups | NoCgroups) -> float:
    """CPUs that this process may use: those it may run on, bounded by the quota of its control groups."""
    allowed = float(len(node_affinity()))
    return allowed if cgroups.cpu_quota is None else min(allowed, cgroups.cpu_quota)


def node_memory_bytes(cgroups: Cgroups | NoCgroups, proc: Path = _PROC) -> int:
    """Bytes of memory that this process and its jails may use: the machine's, bounded by its control groups."""
    if sys.platform == "linux":
        total = int((proc / "meminfo").read_text().partition("MemTotal:")[2].split()[0]) * 1024
    else:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return total if cgroups.memory_limit_bytes is None else min(total, cgroups.memory_limit_bytes)


# --------------------------------------------------------------------------------------------- where we are


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tree is mounted, and this process's own group in it."""

    mount: Path
    own: Path

    def upwards(self) -> Iterator[Path]:
        yield self.own
        if self.own != self.mount:
            for directory in self.own.parents:
                yield directory
                if directory == self.mount:
                    break


def _places(root: Path, proc: Path) -> dict[str, _Place]:
    """By controller of version 1, and by "" for version 2: our group in each mounted tree."""
    inside: dict[str, str] = {}
    for line in (proc / "self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        inside.update(dict.fromkeys(controllers.split(","), path))
    places: dict[str, _Place] = {}
    for line in (proc / "self/mountinfo").read_text().splitlines():
        mounted, _, kind = line.partition(" - ")
        fields, (filesystem, _, options) = mounted.split(), kind.split(" ", 2)
        if filesystem not in ("cgroup", "cgroup2"):
            continue
        mount = Path(_plain(fields[4]))
        if mount != root and root not in mount.parents:
            continue
        for name in [""] if filesystem == "cgroup2" else options.split(","):
            if name in inside and name not in places:
                places[name] = _Place(mount, _own(mount, _plain(fields[3]), inside[name]))
    return places


def _own(mount: Path, mounted: str, path: str) -> Path:
    """Our group's directory. A container sees only the part of the tree that was mounted for it."""
    relative = os.path.relpath(path, mounted)
    own = mount / relative
    return mount if relative == "." or relative.startswith("..") or not own.is_dir() else own


def _plain(text: str) -> str:
    """A path of mountinfo without its octal escapes."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _bounds(
    v1: _Place | None, read_v1: Callable[[Path], N | None], v2: _Place | None, read_v2: Callable[[Path], N | None]
) -> Iterator[N]:
    for place, read in ((v1, read_v1), (v2, read_v2)):
        if place is not None:
            yield from (bound for directory in place.upwards() if (bound := read(directory)) is not None)


def _version_1(places: Mapping[str, _Place]) -> Mapping[str, Path] | tuple[str, str]:
    missing = [name for name in cgroup_v1.NEEDED if name not in places]
    if missing:
        return f"the controllers {', '.join(missing)} are not mounted", "mount them, or boot with control groups v2"
    parents = {name: places[name].own for name in cgroup_v1.NEEDED}
    for parent in parents.values():
        if not os.access(parent, os.W_OK):
            return f"{parent} is not writable", _mend(1, parent)
    return parents


def _version_2(own: Path) -> Mapping[str, Path] | tuple[str, str]:
    parent = cgroup_v2.delegated(own)
    if isinstance(parent, str):
        return parent, _mend(2, own)
    return dict.fromkeys(cgroup_v2.NEEDED, parent)


def _mend(version: int, parent: Path) -> str:
    if version == 2:
        return (
            f"start it as `{_SYSTEMD}` (as root: without --user); "
            "in a container: run it with its own writable cgroup namespace, e.g. `docker run --cgroupns=private -v "
            "/sys/fs/cgroup:/sys/fs/cgroup:rw`"
        )
    return f"as root: mkdir a group below {parent} in each tree, chown it to the user, and start ot-code inside it"


def _undo(made: list[Path]) -> None:
    for path in made:
        with contextlib.suppress(OSError):  # the error that led here is the one to tell
            path.rmdir()
