"""How many programs run at once on this node, over all processes of one user: slots.

Theory of operation. A slot is a lock (flock) on a file `slot-N.lock`; who holds it may run. One more lock, the queue,
is taken first: its holder is the head, looks for a free slot and lets the queue go as soon as it has one; the others
wait for the queue in the kernel. `alone` takes the queue, waits until every slot was free once, and keeps the queue: it
gets its turn like anybody else, and whoever comes later waits behind it. So that a run with many such timings does not
hold up another process for good, the next one leaves as much time to programs of others as the last one took, if there
are any: when that one ended, and how long it took, stands in the queue's file. The kernel gives up the locks of a
process that is killed. A process that is stopped (SIGSTOP, Ctrl-Z) keeps its own, for as long as it pleases; whoever
waits for one of them takes the next of the same name (`queue.1.lock`, `slot-0.1.lock`) in its place, as all others do.

Each process opens every file once and keeps it open. An flock belongs to that open file, not to a thread, so inside a
process a mutex stands before the queue, and the slots held by its own threads are kept in a dictionary. A forked child
shares its parent's open files, and with them the locks: it closes its copies at once and opens its own on first use.

Processes may disagree on the number of slots (a smaller CPU quota, another affinity): each uses the first `count`
files, so that the node runs at most the largest count at once, and a process never more than its own.

"Node" means: processes that see the same lock folder. Containers have one each.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.locks import Waiter, forget_after_fork, holder_is_stopped, open_lock, runtime_dir, try_lock

_RETIRE_S = 5.0
_POLL_FIRST_S, _POLL_LAST_S = 0.0002, 0.002
_NOBODY_S, _LOOK_S = 0.01, 0.002
_SUSPECT_S = 1.0  # of waiting, then its holder is looked at
_LAST_ALONE = struct.Struct("dd")  # when it ended by the monotonic clock, and how long it took, in seconds


class Slots:
    """The node's slots as one process uses them. Thread-safe; usable after fork; close it to give the files back."""

    def __init__(self, count: int, directory: Path | None = None) -> None:
        """count: slots that this process may use. directory: the folder of the locks; None: `runtime_dir()`."""
        if count < 1:
            raise ValueError(f"there must be at least one slot, not {count}")
        self.count = count
        self.directory = runtime_dir() if directory is None else directory
        self._files: _Files | None = None
        self._opening = threading.Lock()
        forget_after_fork(self)

    @contextlib.contextmanager
    def hold(self, check: Callable[[], None] = lambda: None) -> Iterator[int]:
        """A free slot for the time of the `with` block: its index. Waits its turn. Not to be nested.

        check: called now and then meanwhile; what it raises ends the wait.
        """
        files = self._files or self._open()
        slot = files.take(check)
        try:
            yield slot
        finally:
            files.give(slot)

    @contextlib.contextmanager
    def alone(self, check: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Nothing holds a slot on the node for the time of the `with` block. check: as for `hold`.

        Raises RuntimeError when this thread holds a slot itself, for which it would wait for ever.
        """
        files = self._files or self._open()
        files.take_all(check)
        try:
            yield
        finally:
            files.give_all()

    def close(self) -> None:
        """Gives the files back; the next use opens them again. Who still waits for a slot gets a SandboxError."""
        with self._opening:
            files, self._files = self._files, None
        if files is not None:
            files.retire()

    def _open(self) -> _Files:
        with self._opening:
            if self._files is None:
                self._files = _Files(self.directory, self.count)
            return self._files

    def forget(self) -> None:
        """In a forked child: closes its copies without unlocking what they share with the parent."""
        self._opening = threading.Lock()
        files, self._files = self._files, None
        if files is not None:
            files.forget()


class _Files:
    """The open lock files of one process, and which of the slots its own threads hold."""

    def __init__(self, directory: Path, count: int) -> None:
        self._directory = directory
        self._turn = threading.Lock()  # before the queue: one thread of this process at a time
        self._closing = threading.Lock()  # a lock is given back before its file is closed, or not at all
        self._closed = False
        self._freed: queue.SimpleQueue[None] = queue.SimpleQueue()  # not an Event, whose lock an alarm may leave locked
        self._held: dict[int, int] = {}  # slot -> thread
        self._waiting = False
        self._retired = False
        self._alone_since = 0.0
        self._next = 0
        self._opened: dict[str, int] = {}  # every lock file that was opened, by its name
        self._queue = self._file("queue", 0)
        self._slots = [self._file(f"slot-{index}", 0) for index in range(count)]
        self._locked = list(self._slots)  # which of a slot's files was locked
        self._waiters: list[Waiter] = []  # the last of them may hold the queue; the others were given up
        self._stopped: set[int] = set()  # inodes of locks whose holder was found stopped

    def _file(self, name: str, level: int) -> int:
        """The lock of that name; one of a higher level where the holders of those below are stopped."""
        file = _file_name(name, level)
        if file not in self._opened:
            self._opened[file] = open_lock(self._directory / file)
        return self._opened[file]

    def _all(self, name: str) -> list[int]:
        return [fd for file, fd in self._opened.items() if file.startswith(name)]

    def take(self, check: Callable[[], None]) -> int:
        with self._turn:
            self._check(check)
            me = threading.get_ident()
            for slot in [slot for slot, thread in list(self._held.items()) if thread == me]:
                self.give(slot)  # what a signal handler raised left this thread between taking it and its `with` block
            try:
                self._lock_queue(check)
                slot = self._find_free(check)
                self._held[slot] = me
            finally:
                self._unlock_queue()
        return slot

    def give(self, slot: int) -> None:
        with self._closing:
            if self._closed:
                return  # it went with its file; in a child forked inside the block it is the parent's
            fcntl.flock(self._locked[slot], fcntl.LOCK_UN)
        self._next = slot
        del self._held[slot]  # after the unlock, so that nobody here locks it again before
        if self._waiting:
            self._freed.put(None)

    def take_all(self, check: Callable[[], None]) -> None:
        if threading.get_ident() in list(self._held.values()):
            raise RuntimeError("Slots.alone() inside hold() of the same thread would wait for itself")
        quiet_since = time.monotonic()
        while True:
            self._take_queue(check)
            try:
                now = time.monotonic()
                if self._others_run():
                    quiet_since = now
                if self._rest_ends() <= now or now - quiet_since >= _NOBODY_S:
                    self._drain(check)
                    self._alone_since = time.monotonic()
                    return
            except BaseException:
                self._give_queue()
                raise
            self._give_queue()
            time.sleep(_LOOK_S)

    def give_all(self) -> None:
        if self._closed:
            return  # in a child forked inside the block; elsewhere they are not closed while the turn is held
        now = time.monotonic()
        os.pwrite(self._queue, _LAST_ALONE.pack(now, now - self._alone_since), 0)
        self._give_queue()

    def _check(self, check: Callable[[], None]) -> None:
        if self._retired:
            raise SandboxError("this Sandbox was closed while a run waited for its turn")
        check()

    def _take_queue(self, check: Callable[[], None]) -> None:
        self._turn.acquire()
        try:
            self._check(check)  # else the files may be closed
            self._lock_queue(check)
        except BaseException:
            self._give_queue()
            raise

    def _give_queue(self) -> None:
        self._unlock_queue()
        self._turn.release()

    def _lock_queue(self, check: Callable[[], None]) -> None:
        """Waits in the kernel, first come, first served; a thread does, since such a wait cannot be given up."""
        level = 0
        while True:
            fd = self._file("queue", level)
            if try_lock(fd):
                return
            if not self._is_stopped(fd, at_once=True) and self._waited_for(fd, level, check):
                return
            level += 1

    def _waited_for(self, fd: int, level: int, check: Callable[[], None]) -> bool:
        """Whether the queue of that level was to be had at last; False where its holder is stopped."""
        self._waiters = [each for each in self._waiters if each.is_pending]
        waiter = Waiter(self._directory / _file_name("queue", level))
        self._waiters.append(waiter)
        while not waiter.got(_SUSPECT_S):
            self._check(check)
            if self._is_stopped(fd):
                waiter.give_up()
                return False
        return True

    def _unlock_queue(self) -> None:
        for fd in self._all("queue"):
            fcntl.flock(fd, fcntl.LOCK_UN)
        for waiter in self._waiters:
            waiter.give_up()

    def _is_stopped(self, fd: int, *, at_once: bool = False) -> bool:
        """Whether the lock's holder is stopped; at_once: asked only where it was when last it was looked at."""
        if at_once and not self._stopped:
            return False
        inode = os.fstat(fd).st_ino
        if at_once and inode not in self._stopped:
            return False
        stopped = holder_is_stopped(fd)
        (self._stopped.add if stopped else self._stopped.discard)(inode)
        return stopped

    def _lock_slot(self, slot: int, *, at_once: bool) -> bool:
        """Whether the slot was to be had now, or the next of its files where its holder is stopped."""
        level = 0
        while True:
            fd = self._file(f"slot-{slot}", level)
            if try_lock(fd):
                self._locked[slot] = fd
                return True
            if not self._is_stopped(fd, at_once=at_once):
                return False
            level += 1

    def _rest_ends(self) -> float:
        """As the head: until when `alone` leaves the node to others, by the monotonic clock."""
        last = os.pread(self._queue, _LAST_ALONE.size, 0)
        if len(last) < _LAST_ALONE.size:
            return 0.0
        ended, took = _LAST_ALONE.unpack(last)
        return 0.0 if ended > time.monotonic() else ended + took  # one from before the last start of the machine

    def _others_run(self) -> bool:
        """As the head: whether another process holds a slot."""
        for slot, fd in enumerate(self._slots):
            if slot not in self._held:
                if not try_lock(fd):
                    return True
                fcntl.flock(fd, fcntl.LOCK_UN)
        return False

    def retire(self) -> None:
        """Closes them once no thread waits on them: closed under one, a descriptor might be another's by then."""
        self._retired = True
        self._freed.put(None)
        if self._turn.acquire(timeout=_RETIRE_S):  # else another process has kept the queue: they are left open
            try:
                self.close()
            finally:
                self._turn.release()

    def close(self) -> None:
        with self._closing:
            self._closed = True
            for fd in self._opened.values():
                os.close(fd)

    def forget(self) -> None:
        """In a forked child: closes its copies of all that is open."""
        self._closing = threading.Lock()  # another thread of the parent may have held it
        self.close()
        for waiter in self._waiters:
            waiter.close()

    def _find_free(self, check: Callable[[], None]) -> int:
        """As the head of the queue: a slot, now locked. Looks again when a thread here frees one, and by the clock."""
        pause = _POLL_FIRST_S
        slot = self._next  # the one that was freed last is free most likely
        since = time.monotonic()
        try:
            while True:
                self._forget_freed()
                self._check(check)
                suspects = time.monotonic() - since > _SUSPECT_S
                since = time.monotonic() if suspects else since
                for _ in self._slots:
                    if slot not in self._held and self._lock_slot(slot, at_once=not suspects):
                        return slot
                    slot = (slot + 1) % len(self._slots)
                if not self._waiting:
                    self._waiting = True
                    continue  # one more look, for one freed before `give` could see that we wait
                self._wait_freed(pause)
                pause = min(2 * pause, _POLL_LAST_S)
        finally:
            self._waiting = False

    def _wait_freed(self, timeout_s: float) -> None:
        with contextlib.suppress(queue.Empty):
            self._freed.get(timeout=timeout_s)

    def _forget_freed(self) -> None:
        while not self._freed.empty():  # nobody else takes any
            self._freed.get_nowait()

    def _drain(self, check: Callable[[], None]) -> None:
        """As the head, so that none can be taken meanwhile: waits until each slot was free once, whatever the count."""
        self._waiting = True
        try:
            while True:
                self._forget_freed()
                if not self._held:
                    break
                self._check(check)
                self._wait_freed(_POLL_LAST_S)
        finally:
            self._waiting = False
        for fd in self._all("slot"):
            fcntl.flock(fd, fcntl.LOCK_UN)  # one that an interrupt left locked would be waited for below, for ever
        for path in sorted(self._directory.glob("slot-*.lock")):
            fd = open_lock(path)
            try:
                self._wait_until_free(fd, check)
            finally:
                os.close(fd)

    def _wait_until_free(self, fd: int, check: Callable[[], None]) -> None:
        """As the head: until nobody holds the lock, or a process that is stopped."""
        since = time.monotonic()
        while not try_lock(fd):
            self._check(check)
            suspects = time.monotonic() - since > _SUSPECT_S
            if self._is_stopped(fd, at_once=not suspects):
                return
            since = time.monotonic() if suspects else since
            time.sleep(_POLL_LAST_S / 2)


def _file_name(name: str, level: int) -> str:
    return f"{name}.{level}.lock" if level else f"{name}.lock"
