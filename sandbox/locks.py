"""Lock files (flock) that processes of one user share on a node: their folder, and what fork does to who holds them."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Protocol

from sandbox.errors import SandboxError

_OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Holder(Protocol):
    """Keeps lock files open."""

    def forget(self) -> None:
        """In a forked child: closes its copies without unlocking what they share with the parent."""


def runtime_dir() -> Path:
    """The folder for this user's locks on this node, made with mode 0700 where it is missing.

    /run/ot-code for root where /run is writable, else /dev/shm/ot-code-<uid>, else the same under the folder for
    temporary files. Raises SandboxError when it is somebody else's.
    """
    uid = os.geteuid()
    if uid == 0 and os.access("/run", os.W_OK):
        return _private(Path("/run/ot-code"), uid)
    if os.access("/dev/shm", os.W_OK):  # noqa: S108 - owner and mode are checked
        return _private(Path(f"/dev/shm/ot-code-{uid}"), uid)  # noqa: S108 - the same
    return _private(Path(tempfile.gettempdir()) / f"ot-code-{uid}", uid)


def _private(path: Path, uid: int) -> Path:
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        facts = path.lstat()
    except OSError as error:
        raise SandboxError(f"cannot make the folder for locks {path}: {error.strerror}") from error
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != uid:
        raise SandboxError(
            f"{path} belongs to user {facts.st_uid} or is no folder, so locks there prove nothing: have it removed"
        )
    if stat.S_IMODE(facts.st_mode) != 0o700:
        path.chmod(0o700)
    return path


def open_lock(path: Path) -> int:
    """A descriptor of the file, made where it is missing. Raises SandboxError."""
    try:
        return os.open(path, _OPEN, 0o600)
    except OSError as error:
        raise SandboxError(f"cannot open the lock {path}: {error.strerror}") from error


def try_lock(fd: int) -> bool:
    """Whether the lock was to be had at once."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder_is_stopped(fd: int) -> bool:
    """Whether a process that is stopped (SIGSTOP, Ctrl-Z) holds the file's lock; False where that cannot be seen."""
    facts = os.fstat(fd)
    place = f"{os.major(facts.st_dev):02x}:{os.minor(facts.st_dev):02x}:{facts.st_ino}"
    try:
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()  # "7: FLOCK  ADVISORY  WRITE 4242 00:19:77 0 EOF", or "7: -> FLOCK ..." for who waits
            if words[1] == "FLOCK" and words[5] == place:
                return Path(f"/proc/{words[4]}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except (OSError, IndexError):
        pass  # no /proc, or it ended meanwhile: whoever waits looks again
    return False


class Waiter:
    """Waits in the kernel for a lock on behalf of a thread that may give up. Its own descriptor holds the lock."""

    def __init__(self, path: Path) -> None:
        self._fd = open_lock(path)
        self._changing = threading.Lock()
        self._locked = threading.Event()
        self._given_up = False
        try:
            threading.Thread(target=self._wait, name="lock", daemon=True).start()
        except RuntimeError:  # no thread is to be had: then the caller waits itself, and cannot give up
            self._wait()

    @property
    def is_pending(self) -> bool:
        """Whether its thread still waits, or the lock is held."""
        return self._fd >= 0

    def got(self, timeout_s: float) -> bool:
        """Whether the lock is held by now; waited for that long."""
        return self._locked.wait(timeout_s)

    def give_up(self) -> None:
        """Lets the lock go: now, or as soon as it comes."""
        with self._changing:
            self._given_up = True
            if self._locked.is_set():
                self.close()

    def close(self) -> None:
        """Closes the descriptor. For others only in a forked child, where its thread does not run."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _wait(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        with self._changing:
            if self._given_up:
                self.close()
            else:
                self._locked.set()


# Locks of a killed parent must not live on in its forked children, whether those ever use them or not.
_living: weakref.WeakSet[Holder] = weakref.WeakSet()
_registered = threading.Event()


def forget_after_fork(holder: Holder) -> None:
    """From now on `holder.forget()` is called in each forked child, as long as something refers to it."""
    if not _registered.is_set():
        _registered.set()
        os.register_at_fork(after_in_child=_forget_all)
    _living.add(holder)


def _forget_all() -> None:
    for holder in list(_living):
        holder.forget()
