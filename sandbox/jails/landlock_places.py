"""Where a Landlock jail finds things: its own folder to write, and paths of the host that its user can reach."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import JailError, RuntimeSettingError
from sandbox.jails.base import PACKAGES_DIR, PREPARED_DIR, JailSpec
from sandbox.jails.bubblewrap import FIRST_UID
from sandbox.jails.cgroup import owner_lives
from sandbox.jails.cgroup_group import PREFIX, directory_name
from sandbox.jails.mounts import walkable
from sandbox.jails.spawner import Spawner

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
_ROOM_BYTES = 1 << 30
_UIDS, _NAMESPACE = Path("/proc/self/uid_map"), Path("/proc/self/ns/pid")
_ABOVE, _SEATS = 1 << 20, 4096  # past the users that hosts hand out, and the most seats of a node


@dataclass(frozen=True)
class Found:
    """The paths of one spec. usual: what programs' commands say -> where it is. libraries: variables for the loader."""

    interpreter: Path
    packages: Path
    usual: dict[str, str]
    libraries: dict[str, str]


def first_uid() -> int:
    """The first of the users that jails get where the host is root; another in each PID namespace.

    The kernel counts the processes of a user over all containers of a node, which cannot see each other's.
    """
    mapped = max(int(first) + int(count) for first, _, count in map(str.split, _UIDS.read_text().splitlines()))
    places = (min(mapped, 1 << 31) - _ABOVE) // _SEATS
    if places < 1:
        return FIRST_UID  # a user namespace of few users: those of this namespace are its own anyway
    namespace = hashlib.blake2b(f"{_NAMESPACE.stat().st_ino} {os.uname().nodename}".encode(), digest_size=8).digest()
    return _ABOVE + int.from_bytes(namespace, "big") % places * _SEATS


class Places:
    """The folder of one launcher. reach and `of` are called on the spawner's thread."""

    def __init__(self, spawner: Spawner, *, other_user: bool) -> None:
        """other_user: jails run as users that own none of the host's files."""
        self._spawner = spawner
        self._other_user = other_user
        room = _room()
        _sweep(room)
        self._folder = room / directory_name("landlock")
        self._folder.mkdir(mode=0o711)
        self._folder.chmod(0o711)
        self._copies: dict[Path, Path] = {}

    def workdir(self, seat: int, uid: int | None) -> Path:
        """A new folder that only the jail's user enters."""
        path = Path(tempfile.mkdtemp(prefix=f"seat-{seat:05}-", dir=self._folder))
        if uid is not None:
            os.chown(path, uid, uid)
        return path

    @staticmethod
    def remove(path: Path) -> None:
        """Removes what a jail left, which no process uses any more."""
        for prepare in ([], ["/bin/chmod", "-R", "u+rwx", "--", str(path)]):
            if prepare:
                subprocess.run(prepare, check=False, capture_output=True)
            done = subprocess.run(["/bin/rm", "-rf", "--", str(path)], check=False, capture_output=True, text=True)
            if done.returncode == 0:
                return
        raise JailError(f"cannot remove {path}: {done.stderr.strip()}")

    def close(self) -> None:
        """Removes the launcher's own folder."""
        self.remove(self._folder)

    def of(self, spec: JailSpec) -> Found:
        """Where the spec's runtime and packages are for the jail's user. Raises RuntimeSettingError."""
        runtime = spec.runtime
        try:
            prefix = self._reachable(runtime.prefix)
            home = runtime.interpreter.is_relative_to(runtime.prefix)
            interpreter = (
                prefix / runtime.interpreter.relative_to(runtime.prefix)
                if home
                else self._reachable(runtime.interpreter)
            )
        except JailError as error:
            raise RuntimeSettingError(
                f"the jail's user cannot reach the interpreter {runtime.interpreter}: {error}"
            ) from error
        packages = self._folder / f"packages-{runtime.digest}"
        if not packages.is_dir():
            packages.mkdir(mode=0o755)
            packages.chmod(0o755)
            for package in runtime.packages:
                for path in package.paths:
                    (packages / path.name).symlink_to(self.reach(path))
        usual = {PACKAGES_DIR: str(packages)}
        if spec.prepared is not None:
            usual[PREPARED_DIR] = str(self.reach(spec.prepared))
        libraries = {} if prefix == runtime.prefix else {"LD_LIBRARY_PATH": str(prefix / "lib")}
        return Found(interpreter, packages, usual, libraries)

    def reach(self, path: Path) -> Path:
        """A path by which the jail's user gets to the file or folder: a copy, where no way can be made."""
        try:
            return self._reachable(path)
        except JailError:
            if path not in self._copies:
                target = self._folder / f"copy-{len(self._copies)}" / path.name
                target.parent.mkdir(mode=0o755)
                target.parent.chmod(0o755)
                if path.is_dir():
                    shutil.copytree(path, target)
                else:
                    shutil.copy2(path, target)
                self._copies[path] = target
            return self._copies[path]

    def _reachable(self, path: Path) -> Path:
        if walkable(path, uid_is_other=self._other_user):
            return path
        for known in self._copies:
            if path.is_relative_to(known):
                return self._copies[known] / path.relative_to(known)
        return self._spawner.reachable(path)


def _room() -> Path:
    """A folder for files of a short life: in memory, where there is room and programs may be run from there."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
        found = os.statvfs(_MEMORY)
        if not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize >= _ROOM_BYTES:
            return _MEMORY
    return Path(tempfile.gettempdir())


def _sweep(room: Path) -> None:
    """Removes the folders of launchers that were killed."""
    for path in room.glob(f"{PREFIX}*-landlock"):
        with contextlib.suppress(FileNotFoundError):  # its owner, or another start, has removed it
            if path.stat().st_uid == os.geteuid() and not owner_lives(path.name):
                Places.remove(path)
