"""A window of runs: made ready, executed one after the other, reported together.

What costs is not system calls but pages: after each fork every page that this process writes is copied or marked anew.
So between two forks nothing is done that can wait: descriptors are made for a whole batch before it, outputs are read
and results framed after it. A batch is a stretch of the window whose inputs are small together, or one large run.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time
from typing import Any, Callable, Optional, TypeVar

from . import child, family
from .buffers import Buffer, Results
from .clocks import Clocks, Reading
from .confine import Confinement
from .ending import Endings
from .program import Program
from .scratch import Scratch
from .talk import Talk
from .watch import Streams, Watch

BATCH_BYTES = 1024 * 1024
WINDOW_NS = 2_000_000_000
BATCH_RUNS = 64  # each holds up to eight descriptors open

QUIET_MS = 3  # most runs end within it: until then only the end itself wakes us, not every flush


_Made = TypeVar("_Made")


class Item:
    """One run: its header entry, its descriptors, and what is known of it so far."""

    __slots__ = (
        "blob", "cut", "entry", "err", "index", "note", "out", "reading", "ret", "status", "stdin", "talk", "wall_ns",
    )  # fmt: skip

    def __init__(self, index: int, entry: dict[str, Any], stdin: int, blob: int, talk: Optional[Talk] = None) -> None:
        self.index = index
        self.entry = entry
        self.stdin = stdin
        self.blob = blob
        self.talk = talk
        self.out = os.pipe2(os.O_CLOEXEC)
        self.err = os.pipe2(os.O_CLOEXEC)
        self.ret = os.pipe2(os.O_CLOEXEC) if entry["call"] else (-1, -1)
        self.status = 0
        self.wall_ns = 0
        self.note = ""
        self.cut: Optional[str] = None
        self.reading: Optional[Reading] = None

    def close(self) -> None:
        """Closes its descriptors."""
        if self.talk is not None:
            self.talk.close()
        for fd in (self.stdin, self.blob, *self.out, *self.err, *self.ret):
            if fd >= 0:
                os.close(fd)


class Runner:
    """Executes items of the program in force."""

    def __init__(self, clocks: Clocks, scratch: Scratch, results: Results, transfer: Buffer, libc: Any) -> None:
        self.confinement: Optional[Confinement] = None
        self.user: Optional[int] = None  # of programs, where it is not this process's own
        self.clocks = clocks
        self.scratch = scratch
        self.results = results
        self.transfer = transfer
        self.libc = libc
        self.streams = Streams(results)
        self.notes = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.poll = select.poll()
        self.endings = Endings()
        self.depth = 0
        self._waiting: list[Item] = []

    def with_pipes(self, make: Callable[..., _Made], *arguments: Any) -> _Made:
        """What `make` makes, whose pipes are the programs' user's: in gVisor they cannot be given to it later."""
        if self.user is None:
            return make(*arguments)
        os.seteuid(self.user)
        try:
            return make(*arguments)
        finally:
            os.seteuid(0)

    def batch(self, program: Program, items: list[Item], *, stop: bool, until_ns: int) -> tuple[bool, str]:
        """Executes and reports the items; (whether the window ends here, why the jail is dirty or "").

        It ends at a failure, where `stop` is asked, and after the first run that ends later than `until_ns`.
        """
        self.clocks.start()
        failed, dirty = False, ""
        for item in items:
            dirty = self._execute(program, item)
            self._waiting.append(item)
            failed = bool(dirty) or (stop and bool(item.status or item.cut))
            if item.wall_ns > 20_000_000:
                self._report(program)
                self.results.flush()
                # A window holds a slot of the node: one that lasts gives it back, and the host asks for the rest anew.
                failed = failed or time.monotonic_ns() > until_ns
            if failed:
                break
        self._report(program)
        for item in items:
            item.close()
        return failed, dirty

    def _execute(self, program: Program, item: Item) -> str:
        self.clocks.reset_peak()
        begun = time.monotonic_ns()
        # Spawned, it has our hard limits and could raise its own: a cgroup must bound it, or it is forked and limited.
        spawns = program.spawns and item.blob < 0 and self.clocks.grouped
        pid = self._spawn(program, item) if spawns else self._fork(program, item)
        ending = self.endings.of(pid)
        self.poll.register(ending.fd, select.POLLIN)
        if item.talk is not None:
            item.cut = item.talk.watch(ending, item, self.streams, self.clocks, program.limits)
        elif not (self.poll.poll(QUIET_MS) and ending.came()):
            self._report(program)  # those before it: they use the same buffers, and it has a CPU of its own now
            item.cut = Watch(self.clocks, self.streams, self.results, program.limits).watch(ending, item, begun)
        self.poll.unregister(ending.fd)
        ending.close()
        if item.cut is not None:
            family.kill()
        item.status = os.waitpid(pid, 0)[1]
        if self.libc.waitpid(-1, None, 1) != -1:  # WNOHANG: somebody is left; without anybody it fails with ECHILD
            if item.cut is None and item.talk is None:
                family.settle(self.clocks.cpu_ns)
            family.reap_all()
        item.wall_ns = time.monotonic_ns() - begun
        item.reading = self.clocks.read()
        if item.status:
            note = self._note()  # read whatever became of it, or the next run would be taken for its writer
            item.note = note if item.status in (1 << 8, 70 << 8) else ""
        program.runs += 1
        try:
            for name in item.entry["collect"]:
                self.scratch.collect(name, program.limits["output_bytes"], item.index, self.transfer, self.results)
            self.scratch.wipe(main=program.has_main)
        except OSError as error:
            return f"the working directory could not be wiped: {error}"
        return ""

    def _fork(self, program: Program, item: Item) -> int:
        code_bytes = program.code_bytes() if program.code >= 0 else 0
        if not self.depth:
            # A program has its own thousand, above ours; said here once, and children have it.
            self.depth = child.depth_here() + 4
            sys.setrecursionlimit(1000 + self.depth)
        pid = os.fork()
        if not pid:
            self.endings.forget()
            child.become(program, item, code_bytes, self)
        return pid

    @staticmethod
    def _spawn(program: Program, item: Item) -> int:
        """A compiled program without files: posix_spawn, under our own soft limits, which it inherits."""
        os.fchmod(program.exe, 0o500)
        limits = program.limits
        wanted = (
            (resource.RLIMIT_FSIZE, limits["file_bytes"]),
            (resource.RLIMIT_NOFILE, limits["open_files"]),
            (resource.RLIMIT_STACK, limits["stack_bytes"]),
        )
        before = [(kind, resource.getrlimit(kind)) for kind, _ in wanted]
        for (kind, soft), (_, (_, hard)) in zip(wanted, before):
            resource.setrlimit(kind, (soft if hard < 0 else min(soft, hard), hard))
        actions = [
            (os.POSIX_SPAWN_DUP2, item.stdin, 0),
            (os.POSIX_SPAWN_DUP2, item.out[1], 1),
            (os.POSIX_SPAWN_DUP2, item.err[1], 2),
        ]
        path = f"/proc/self/fd/{program.exe}"
        try:
            return os.posix_spawn(
                path, program.argv, program.env, file_actions=actions, setsid=True,
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
            )  # fmt: skip
        finally:
            for kind, pair in before:
                resource.setrlimit(kind, pair)

    def _report(self, program: Program) -> None:
        cap = program.limits["output_bytes"]
        out, err, ret = self.streams.out, self.streams.err, self.streams.ret
        for item in self._waiting:
            self.streams.drain(item, cap)
            cut = "output" if out.total > cap or ret.total > cap else item.cut
            status = item.status
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
            facts: dict[str, Any] = {"op": "done", "run": item.index, "exit": code, "cut": cut, "wall_ns": item.wall_ns}
            facts["note"] = item.note
            facts.update(self.clocks.facts(item.reading or ()))
            self.results.add_done(facts, out, err, ret)
        self._waiting.clear()

    def _note(self) -> str:
        try:
            return os.read(self.notes[0], 1).decode("ascii")
        except BlockingIOError:
            return ""
