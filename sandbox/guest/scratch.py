"""What programs may write, the working directory above all: emptied after every run; and files wanted back from it."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Sequence

from .buffers import Buffer, Results

WORKDIR = os.environ.get("TMPDIR", "/tmp")  # noqa: S108 - the jail's own, which its launcher names
MAIN = "solution.py"
WIPE_S = 0.02
FIRST_WIPE_S = 5.0
WIPE_ENTRIES = 5000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class TooMuchError(OSError):
    """A run left more than can be wiped within the budget: the jail must be replaced."""


class Scratch:
    """A folder that programs may write: the open working directory, or one beside it (`more`).

    Nothing is reached by a path that a program could have bent.
    """

    def __init__(self, folder: str = WORKDIR, more: Sequence[str] = ()) -> None:
        self.fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._more = [Scratch(name) for name in more]
        os.fchmod(self.fd, 0o700)  # an engine gives it the mode and the content that the folder has in the image
        self._clear(time.process_time() + FIRST_WIPE_S)
        self._mode = os.fstat(self.fd).st_mode
        self._times = (-1, -1)

    def wipe(self, *, main: bool) -> None:
        """Empties it. main: the run began with the main file there. Raises TooMuchError, or OSError."""
        for beside in self._more:
            beside.wipe(main=False)
        if main:
            try:
                os.unlink(MAIN, dir_fd=self.fd)
            except OSError:
                main = False  # the program removed it or put a folder in its place: what is left is seen below
        now = os.fstat(self.fd)
        if now.st_size == 0 and now.st_nlink == 2 and now.st_mode == self._mode:
            times = self._times = (now.st_mtime_ns if main else self._times[0], self._times[1])
            if times == (now.st_mtime_ns, now.st_atime_ns):
                return
        else:
            os.fchmod(self.fd, stat.S_IMODE(self._mode))
            self._clear(time.process_time() + WIPE_S)
        self._refresh()

    def _refresh(self) -> None:
        """Gives the folder times of our own: those that a run chose would be a message to the next."""
        os.mkdir("times", dir_fd=self.fd)
        os.rmdir("times", dir_fd=self.fd)
        os.listdir(self.fd)
        now = os.fstat(self.fd)
        self._times = (now.st_mtime_ns, now.st_atime_ns)

    def _clear(self, deadline: float) -> None:
        """Depth first without recursion: a folder is listed again until it is empty."""
        budget = WIPE_ENTRIES
        stack: list[tuple[int, str]] = [(self.fd, "")]
        try:
            while stack:
                at, name = stack[-1]
                deeper = None
                with os.scandir(at) as entries:
                    for entry in entries:
                        budget -= 1
                        if budget < 0 or time.process_time() > deadline:
                            raise TooMuchError(errno.E2BIG, "too many files to wipe in time")
                        if entry.is_dir(follow_symlinks=False):
                            deeper = entry.name
                            break
                        os.unlink(entry.name, dir_fd=at)
                if deeper is not None:
                    os.chmod(deeper, 0o700, dir_fd=at)
                    stack.append((os.open(deeper, _FOLDER, dir_fd=at), deeper))
                    continue
                stack.pop()
                if stack:
                    os.close(at)
                    os.rmdir(name, dir_fd=stack[-1][0])
        finally:
            for at, _ in stack[1:]:
                os.close(at)

    def collect(self, name: str, cap: int, run: int, transfer: Buffer, results: Results) -> None:
        """Sends a file that the run left: regular, reached through no link, at most `cap` bytes. Else sends nothing."""
        opened: list[int] = []
        try:
            at = self.fd
            *folders, last = name.split("/")
            for folder in folders:
                at = os.open(folder, _FOLDER, dir_fd=at)
                opened.append(at)
            fd = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
            opened.append(fd)
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode) or found.st_size > cap:
                return
            view = transfer.view
            while True:
                got = os.readv(fd, [view])
                results.add({"op": "chunk", "run": run, "stream": "file:" + name}, view[:got])
                results.flush()
                if not got:
                    return
        except OSError:
            return  # not there, a link, or closed to us: the host sees that it did not come
        finally:
            for fd in opened:
                os.close(fd)
