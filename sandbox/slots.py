"""How many programs run at once on this node, over all processes of one user: slots.

Theory of operation. A slot is a lock (flock) on a file `slot-N.lock`; who holds it may run. One more lock, the queue,
is taken first: its holder is the head, looks for a free slot and lets the queue go as soon as it has one; the others
wait for the queue in the kernel. `alone` takes the queue, waits until every slot was free once, and keeps the queue: it
gets its turn like anybody else, and whoever comes later waits behind it. So that a run with many such timings does not
hold up another process for good, the next one leaves as much time to programs of others as the last one took, if there
are any: when that one ended, and how long it took, stands in the queue's file. The kernel gives up the locks of a
process that is killed.

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
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.locks import forget_after_fork, open_lock, runtime_dir, try_lock

_RETIRE_S = 5.0
_POLL_FIRST_S, _POLL_LAST_S = 0.0002, 0.002
_NOBODY_S, _LOOK_S = 0.01, 0.002
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
    def hold(self) -> Iterator[int]:
        """A free slot for the time of the `with` block: its index. Waits its turn. Not to be nested."""
        files = self._files or self._open()
        slot = files.take()
        try:
            yield slot
        finally:
            if files is self._files:  # not in a child forked inside the block: the slot is its parent's
                files.give(slot)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing holds a slot on the node for the time of the `with` block.

        Raises RuntimeError when this thread holds a slot itself, for which it would wait for ever.
        """
        files = self._files or self._open()
        files.take_all()
        try:
            yield
        finally:
            if files is self._files:
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
            files.close()


class _Files:
    """The open lock files of one process, and which of the slots its own threads hold."""

    def __init__(self, directory: Path, count: int) -> None:
        self._directory = directory
        self._turn = threading.Lock()  # before the queue: one thread of this process at a time
        self._freed = threading.Event()
        self._held: dict[int, int] = {}  # slot -> thread
        self._waiting = False
        self._retired = False
        self._alone_since = 0.0
        self._next = 0
        self._queue = open_lock(directory / "queue.lock")
        self._slots = [open_lock(directory / f"slot-{index}.lock") for index in range(count)]

    def take(self) -> int:
        with self._turn:
            self._check()
            try:
                fcntl.flock(self._queue, fcntl.LOCK_EX)
                slot = self._find_free()
                self._held[slot] = threading.get_ident()
            finally:
                fcntl.flock(self._queue, fcntl.LOCK_UN)
        return slot

    def give(self, slot: int) -> None:
        fcntl.flock(self._slots[slot], fcntl.LOCK_UN)
        self._next = slot
        del self._held[slot]  # after the unlock, so that nobody here locks it again before
        if self._waiting:
            self._freed.set()

    def take_all(self) -> None:
        if threading.get_ident() in list(self._held.values()):
            raise RuntimeError("Slots.alone() inside hold() of the same thread would wait for itself")
        quiet_since = time.monotonic()
        while True:
            self._take_queue()
            try:
                now = time.monotonic()
                if self._others_run():
                    quiet_since = now
                if self._rest_ends() <= now or now - quiet_since >= _NOBODY_S:
                    self._drain()
                    self._alone_since = time.monotonic()
                    return
            except BaseException:
                self._give_queue()
                raise
            self._give_queue()
            time.sleep(_LOOK_S)

    def give_all(self) -> None:
        now = time.monotonic()
        os.pwrite(self._queue, _LAST_ALONE.pack(now, now - self._alone_since), 0)
        self._give_queue()

    def _check(self) -> None:
        if self._retired:
            raise SandboxError("this Sandbox was closed while a run waited for its turn")

    def _take_queue(self) -> None:
        self._turn.acquire()
        try:
            self._check()  # else the files may be closed
            fcntl.flock(self._queue, fcntl.LOCK_EX)
        except BaseException:
            self._turn.release()
            raise

    def _give_queue(self) -> None:
        fcntl.flock(self._queue, fcntl.LOCK_UN)
        self._turn.release()

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
        self._freed.set()
        if self._turn.acquire(timeout=_RETIRE_S):  # else another process has kept the queue: they are left open
            try:
                self.close()
            finally:
                self._turn.release()

    def close(self) -> None:
        for fd in (self._queue, *self._slots):
            os.close(fd)

    def _find_free(self) -> int:
        """As the head of the queue: a slot, now locked. Looks again when a thread here frees one, and by the clock."""
        pause = _POLL_FIRST_S
        slot = self._next  # the one that was freed last is free most likely
        try:
            while True:
                self._freed.clear()
                self._check()
                for _ in self._slots:
                    if slot not in self._held and try_lock(self._slots[slot]):
                        return slot
                    slot = (slot + 1) % len(self._slots)
                if not self._waiting:
                    self._waiting = True
                    continue  # one more look, for one freed before `give` could see that we wait
                self._freed.wait(pause)
                pause = min(2 * pause, _POLL_LAST_S)
        finally:
            self._waiting = False

    def _drain(self) -> None:
        """As the head, so that none can be taken meanwhile: waits until each slot was free once, whatever the count."""
        self._waiting = True
        try:
            while True:
                self._freed.clear()
                if not self._held:
                    break
                self._freed.wait(_POLL_LAST_S)
        finally:
            self._waiting = False
        for fd in self._slots:
            fcntl.flock(fd, fcntl.LOCK_UN)  # one that an interrupt left locked would be waited for below, for ever
        for path in sorted(self._directory.glob("slot-*.lock")):
            fd = open_lock(path)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
            finally:
                os.close(fd)
