"""A container's control group, where this process can see and write it, and its files handed to the supervisor inside.

Limits are set and clocks read as bubblewrap's jails have it. That needs the engine on this machine and rights to its
groups (root's). Descriptors cannot be passed through the attached stream,
so they go through a socket that we put into the container's own /tmp, reached by /proc/PID/root, and take away again
before the supervisor starts.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from sandbox.errors import JailError
from sandbox.jails import cgroup_v1, cgroup_v2
from sandbox.jails.cgroup import Cgroups, Group

FIRST_FD = 100  # where the supervisor finds the first descriptor
_NAME = "handover"
_ANSWER_S = 20.0
_ROOT, _PROC = Path("/sys/fs/cgroup"), Path("/proc")

# Runs in the container before the loader: takes the descriptors, then goes on with what the bootstrap was given.
RECEIVE = f"""\
import _socket, sys
s = _socket.socket(1, 1)
s.connect('/tmp/{_NAME}')
for level, kind, data in s.recvmsg(1, 1024)[1]:
    for at in range(0, len(data), 4):
        fd = int.from_bytes(data[at : at + 4], sys.byteorder)
        os.dup2(fd, {FIRST_FD} + at // 4)
        os.close(fd)
s.close()
del s, level, kind, data, at, fd, sys.modules['_socket'], _socket, sys
exec(r(int.from_bytes(r(8), 'little')))
"""


class EngineGroup(cgroup_v2.GroupV2):
    """A group of version 2 that an engine made, and removes: also with its container, when that ends at once.

    ended_by_oom: whether the kernel ended the container for its memory, as the engine knows it.
    """

    ended_by_oom: Callable[[], bool]
    _seen = _hits_seen = 0

    def oom_kills(self) -> int:
        """See Group; one more than seen last when the group is gone and memory was why."""
        try:
            self._seen = super().oom_kills()
        except JailError:
            return self._seen + self.ended_by_oom()
        return self._seen

    def limit_hits(self) -> int | None:
        """See Group; one more than seen last when the group is gone: that it was within its limit is not known."""
        try:
            self._hits_seen = super().limit_hits() or 0
        except JailError:
            return self._hits_seen + 1
        return self._hits_seen

    def close(self) -> None:
        """Closes our descriptors."""
        self._close_files()


class Groups:
    """How control groups are had for containers here. version: 1 or 2; None: they are not, and limits are watched.

    In version 1 we make a group of our own and move the container's first process into it, while it is the only one:
    the engine's own would be gone with the container, and with it the count of its out-of-memory kills, of which the
    engine itself is not sure there. In version 2 the engine's group is used, for its filter of devices is bound to it.
    """

    def __init__(self, pid: int, container: str, root: Path = _ROOT, proc: Path = _PROC) -> None:
        """pid, container: one that runs, to try it on."""
        self._root, self._proc = root, proc
        self._own: Cgroups | None = None
        self.version: int | None = None
        if not os.access(proc / str(pid) / "root/tmp", os.W_OK | os.X_OK):
            return  # its files are not to be entered, so nothing can be handed over
        paths = self._paths(pid, container)
        if paths is None:
            return
        if "memory" not in paths:
            self.version = cgroup_v2.VERSION if os.access(self._home(paths) / "memory.max", os.W_OK) else None
            return
        found = Cgroups.find(root, proc)
        if isinstance(found, Cgroups) and found.version == cgroup_v1.VERSION:
            found.sweep()
            self._own, self.version = found, found.version

    def group(self, pid: int, container: str, name: str, ended_by_oom: Callable[[], bool]) -> Group:
        """The group of a container whose first process is alone in it yet. Raises JailError."""
        paths = self._paths(pid, container)
        if paths is None:
            raise JailError("a jail's container ended at once")
        if self._own is None:
            made = EngineGroup(dict.fromkeys(cgroup_v2.NEEDED, self._home(paths)))
            made.ended_by_oom = ended_by_oom
            return made
        group = self._own.create(name)
        try:
            group.add(pid)
        except BaseException:
            group.close()
            raise
        return group

    def _home(self, paths: dict[str, str]) -> Path:
        return self._root / paths.get("", "").lstrip("/")

    def _paths(self, pid: int, container: str) -> dict[str, str] | None:
        """By controller; None where this is no process of the container: the engine is on another machine."""
        try:
            lines = (self._proc / str(pid) / "cgroup").read_text().splitlines()
        except OSError:
            return None
        paths: dict[str, str] = {}
        for line in lines:
            _, controllers, path = line.split(":", 2)
            paths.update(dict.fromkeys(controllers.split(","), path))
        return paths if any(container in path for path in paths.values()) else None


class Handover:
    """A socket inside a container, for one message. Close it."""

    def __init__(self, pid: int, proc: Path = Path("/proc")) -> None:
        """Raises JailError when it cannot be made."""
        self._path = proc / str(pid) / "root/tmp" / _NAME
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(_ANSWER_S)
            self._socket.bind(str(self._path))
            self._path.chmod(0o666)
            self._socket.listen(1)
        except OSError as error:
            self._socket.close()
            raise JailError(f"cannot make a socket in a jail's container: {error.strerror}") from error

    def give(self, group: Group) -> dict[str, int]:
        """Waits for the jail and gives it the group's files: what the supervisor is told of them. Raises JailError."""
        ours = group.guest_fds()
        names = [name for name in ours if name != "version"]
        try:
            peer, _ = self._socket.accept()
            with peer:
                socket.send_fds(peer, [b"x"], [ours[name] for name in names])
        except OSError as error:
            raise JailError(f"a jail did not take its control group's files: {error}") from error
        return {"version": ours["version"]} | {name: FIRST_FD + at for at, name in enumerate(names)}

    def close(self) -> None:
        """Takes the socket away."""
        self._socket.close()
        with contextlib.suppress(OSError):  # the container may have ended
            self._path.unlink()
