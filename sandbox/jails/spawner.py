"""The one thread that starts jails and lives as long as its launcher.

bubblewrap's --die-with-parent follows the *thread* that started it (PR_SET_PDEATHSIG does), so jails must come from a
thread that does not end early. The same thread gets a mount namespace of its own where that is needed: when the host
is root, jails run under uids that cannot walk into a private home (an interpreter below /root, 0700), so the thread
binds such paths to a place that they can reach. Nobody else sees these mounts, and they go with the thread and its
jails. And it starts jails without random addresses, where the host lets it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.aside import Aside
from sandbox.errors import JailError

_CLONE_NEWNS = 0x20000
_ASK, _ADDR_NO_RANDOMIZE = 0xFFFFFFFF, 0x0040000  # of personality(2)
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 0x1000, 0x4000, 0x40000, 0x2, 0x4
_ROOM = ("/dev/shm", "/mnt", "/media")  # noqa: S108 - covered by a tmpfs in this thread's own namespace


class Spawner:
    """Runs callables on its thread, in order."""

    def __init__(self, room: tuple[str, ...] = _ROOM) -> None:
        """room: folders, one of which may be covered in the thread's own mount namespace."""
        self._rooms = room
        self._room: Path | None = None
        self._reachable: dict[Path, Path] = {}
        self._aside = Aside("ot-code-spawner")

    def start(self, command: Callable[[], tuple[list[str], dict[str, Any]]]) -> subprocess.Popen[bytes]:
        """Starts the process that `command` describes: (argv, keywords of Popen), made on this thread."""

        def call() -> subprocess.Popen[bytes]:
            # Programs that read what they never wrote, or order things by where they lie, do the same in every run.
            libc = ctypes.CDLL(None)
            libc.personality(libc.personality(_ASK) | _ADDR_NO_RANDOMIZE)  # of this thread, and so of what it starts
            argv, keywords = command()
            return subprocess.Popen(argv, **keywords)

        return self._aside.run(call)

    def reachable(self, path: Path) -> Path:
        """A path that leads to the same file or folder for any user. Called on the spawner's thread only."""
        known = self._reachable.get(path)
        if known is not None:
            return known
        if self._room is None:
            self._room = self._make_room()
        target = self._room / str(len(self._reachable))
        if path.is_dir():
            target.mkdir(mode=0o755)
        else:
            target.touch(mode=0o755)
        self._mount(str(path), str(target), None, _MS_BIND | _MS_REC)
        self._reachable[path] = target
        return target

    def _make_room(self) -> Path:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNS):
            raise JailError(
                "the interpreter lies in a folder that only root may enter, and this root may not make a mount "
                "namespace to lead around it: use an interpreter outside such a folder (for example /usr/bin/python3), "
                "or run as the folder's owner"
            )
        self._mount("none", "/", None, _MS_REC | _MS_PRIVATE)
        for name in self._rooms:
            if Path(name).is_dir():
                self._mount("tmpfs", name, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=1m")
                return Path(name)
        raise JailError(f"none of {', '.join(self._rooms)} exists to mount on")

    @staticmethod
    def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        words = [text.encode() if text is not None else None for text in (source, target, kind)]
        if libc.mount(*words, ctypes.c_ulong(flags), data.encode() if data else None):
            code = ctypes.get_errno()
            raise JailError(f"mount({source!r} on {target!r}) failed: {os.strerror(code)}")

    def close(self) -> None:
        """Ends the thread; jails that it started die with it."""
        self._aside.close()


def end_process(process: subprocess.Popen[bytes], patience_s: float = 0.0) -> None:
    """Kills it, if it has not ended by itself after `patience_s`, and reaps it."""
    if patience_s:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    process.kill()
    process.wait()
