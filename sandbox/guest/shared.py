"""Semaphores and shared memory of `multiprocessing` where /dev/shm is everybody's, and so closed to programs.

Python's own modules of these names put theirs there. These use memory that children share by being forked, and files in
the working directory, which are gone after the run.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import sys
import threading
import time
import types
from typing import Any, Optional

from .scratch import WORKDIR

_RECURSIVE = 0
_SEMAPHORE_BYTES = 32  # sizeof(sem_t)
_libc = ctypes.CDLL(None, use_errno=True)


class _Moment(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def _path(name: str) -> str:
    return f"{WORKDIR}/.shared-{name.lstrip('/')}"


class SemLock:
    """As _multiprocessing.SemLock."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> None:
        self.kind, self.maxvalue, self.handle = kind, maxvalue, 0
        self.name: Optional[str] = None if unlink else name
        if unlink:
            self._map(mmap.mmap(-1, mmap.PAGESIZE))
        else:
            fd = os.open(_path(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            os.ftruncate(fd, mmap.PAGESIZE)
            self._map(mmap.mmap(fd, mmap.PAGESIZE))
            os.close(fd)
        if _libc.sem_init(ctypes.byref(self._sem), 1, ctypes.c_uint(value)):
            raise OSError(ctypes.get_errno(), "sem_init failed")

    def _map(self, memory: mmap.mmap) -> None:
        self._sem = (ctypes.c_char * _SEMAPHORE_BYTES).from_buffer(memory)
        self._held = 0
        self._owner = -1

    @classmethod
    def _rebuild(cls, handle: int, kind: int, maxvalue: int, name: str) -> SemLock:
        made = cls.__new__(cls)
        made.kind, made.maxvalue, made.handle, made.name = kind, maxvalue, handle, name
        fd = os.open(_path(name), os.O_RDWR | os.O_CLOEXEC)
        made._map(mmap.mmap(fd, mmap.PAGESIZE))
        os.close(fd)
        return made

    def acquire(self, block: bool = True, timeout: Optional[float] = None) -> bool:  # noqa: FBT002 - as Python has it
        """Whether it was taken."""
        if self.kind == _RECURSIVE and self._is_mine():
            self._held += 1
            return True
        if not self._wait(block, timeout):
            return False
        self._held += 1
        self._owner = threading.get_ident()
        return True

    def _wait(self, block: bool, timeout: Optional[float]) -> bool:
        semaphore = ctypes.byref(self._sem)
        until = time.time() + max(timeout, 0.0) if timeout is not None else 0.0
        moment = _Moment(int(until), int(until % 1 * 1e9))
        while True:
            if not block:
                failed = _libc.sem_trywait(semaphore)
            elif timeout is None:
                failed = _libc.sem_wait(semaphore)
            else:
                failed = _libc.sem_timedwait(semaphore, ctypes.byref(moment))
            if not failed:
                return True
            number = ctypes.get_errno()
            if number in (errno.EAGAIN, errno.ETIMEDOUT):
                return False
            if number != errno.EINTR:
                raise OSError(number, os.strerror(number))

    def release(self) -> None:
        """Gives it back. Raises as Python's own does."""
        if self.kind == _RECURSIVE:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._held > 1:
                self._held -= 1
                return
        elif self._get_value() >= self.maxvalue:
            raise ValueError("semaphore or lock released too many times")
        self._held -= 1
        if _libc.sem_post(ctypes.byref(self._sem)):
            raise OSError(ctypes.get_errno(), "sem_post failed")

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _count(self) -> int:
        return self._held

    def _is_mine(self) -> bool:
        return self._held > 0 and self._owner == threading.get_ident()

    def _get_value(self) -> int:
        value = ctypes.c_int()
        _libc.sem_getvalue(ctypes.byref(self._sem), ctypes.byref(value))
        return value.value

    def _is_zero(self) -> bool:
        return self._get_value() == 0

    def _after_fork(self) -> None:
        self._held = 0


def _unlink(name: str) -> None:
    os.unlink(_path(name))


def _open(path: str, flags: int, mode: int = 0o777) -> int:
    return os.open(_path(path), flags | os.O_CLOEXEC, mode)


def install() -> None:
    """Puts both modules in place of Python's own, for whatever imports them later."""
    modules: dict[str, dict[str, Any]] = {
        "_multiprocessing": {"SemLock": SemLock, "sem_unlink": _unlink, "flags": {}},
        "_posixshmem": {"shm_open": _open, "shm_unlink": _unlink},
    }
    for name, contents in modules.items():
        module = types.ModuleType(name)
        module.__dict__.update(contents)
        sys.modules[name] = module
