"""Hearing of the end of a child: by a pidfd, or, where the kernel has none (gVisor), by any child's signal."""

from __future__ import annotations

import errno
import os
import signal
from typing import Optional


class Ending:
    """Of one child. fd: readable when it may have ended; `came` says whether it has."""

    def __init__(self, pid: int, fd: int, *, of_any: bool) -> None:
        self.fd = fd
        self._pid = pid
        self._of_any = of_any

    def came(self) -> bool:
        """Whether the child has ended; asked once `fd` was readable."""
        if not self._of_any:
            return True
        try:
            os.read(self.fd, 4096)  # before the look: an end that comes after it is told anew
        except BlockingIOError:
            pass  # nothing was told since the last look
        return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def close(self) -> None:
        """Gives a descriptor of its own back."""
        if not self._of_any:
            os.close(self.fd)


class Endings:
    """How this kernel tells of them."""

    def __init__(self) -> None:
        self._wakes: Optional[int] = None
        try:
            os.close(os.pidfd_open(os.getpid()))
        except OSError as error:
            if error.errno != errno.ENOSYS:
                raise
            self._wakes, told = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            signal.set_wakeup_fd(told, warn_on_full_buffer=False)
            signal.signal(signal.SIGCHLD, lambda *_: None)

    def of(self, pid: int) -> Ending:
        """The ending of a child that has not been waited for. To be closed."""
        if self._wakes is None:
            return Ending(pid, os.pidfd_open(pid), of_any=False)
        return Ending(pid, self._wakes, of_any=True)

    def forget(self) -> None:
        """In a forked child: its own children are none of ours."""
        if self._wakes is not None:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
