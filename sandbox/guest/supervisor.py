"""PID 1 of a jail: forks one child for each run, watches it, clears up behind it, and tells the host what happened.

Theory of operation. One thread, one loop: read a frame from the host, do it, answer.

    host -> `program` frame (its files and, for a compiled one, the executable) -> memfds, kept until the next program
    host -> `talk` frame (one item whose streams are live: talk.py)
    host -> `runs` frame (items, then each item's stdin or arguments) -> for each item:
            stdin memfd; two pipes (three for a call); fork or posix_spawn; wait on a pidfd with our own clock;
            what it left comes to rest (family.settle); kill(-1) and reap until nobody is left; read CPU and memory;
            drain the pipes; wipe /tmp; `done` frame

What the programs read and write never becomes an object here: it passes through buffers that are mapped MADV_DONTFORK,
so that no child inherits a byte of an earlier run. A child may not touch this process: it is PID 1 (signals from inside
its own namespace do not reach it), not dumpable (no /proc/1/mem), and seccomp refuses the rest.

Files: the jail's /tmp is the only place that can be written; it is empty before and after every run.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import io
import json
import os
import signal
import sys
import time
from typing import Any, Callable, NoReturn, Optional

from . import family, rehearsal, shared, wire
from .buffers import Buffer, Results
from .clocks import Clocks
from .confine import Confinement, tasks_beside
from .program import F_ADD_SEALS, SEALED, Program
from .scratch import WORKDIR, Scratch
from .talk import Talk
from .window import BATCH_BYTES, BATCH_RUNS, WINDOW_NS, Item, Runner

_OF_A_TALK = ("hear", "grant", "eof", "stop")


class Supervisor:
    """The loop and what it holds open."""

    def __init__(self, inp: int, out: int, config: dict[str, Any]) -> None:
        self.inp = inp
        self.results = Results(out)
        self.transfer = Buffer(1024 * 1024)
        bare = config.get("bare")
        if bare is not None:
            family.has_no_namespace()
        self.clocks = Clocks(
            config["cgroup"], config["scratch"], counts_files=bare is not None, own_kernel=config["user"] is not None
        )
        libc = ctypes.CDLL(None)
        libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
        libc.waitpid.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
        self.runner = Runner(self.clocks, Scratch(WORKDIR, config["scratch"]), self.results, self.transfer, libc)
        self.runner.user = config["user"]
        self.program: Optional[Program] = None
        self.bare = bare
        if bare is not None:
            self.runner.confinement = Confinement(bare, libc)
            shared.install()
        else:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("1000")  # when memory runs out, on the node or in the jail, something in here goes first
        if libc.prctl(4, 0, 0, 0, 0):  # PR_SET_DUMPABLE off: /proc/1/mem, environ and fd are closed to children
            raise OSError("prctl(PR_SET_DUMPABLE) failed")

    def serve(self) -> NoReturn:
        """Handles frames until the host goes away."""
        while True:
            header = self._read_header()
            op = header.get("op")
            if op == "program":
                self._take_program(header)
            elif op == "runs":
                self._runs(header)
            elif op == "talk":
                self._talk(header)
            elif op in _OF_A_TALK:
                for _ in self._pieces(header.get("bytes", 0) if op == "hear" else 0):
                    pass  # sent before the host knew that the run had ended
            else:
                raise wire.WireError(f"unknown frame {op!r}")

    def _read_exact(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            got = os.read(self.inp, count - len(data))
            if not got:
                os._exit(0)  # the host is gone
            data += got
        return data

    def _read_header(self) -> dict[str, Any]:
        header_bytes, _ = wire.lengths(self._read_exact(wire.HEAD.size))
        return wire.unpack_header(self._read_exact(header_bytes))

    def _pieces(self, count: int) -> Any:
        """The next `count` bytes of the stream, in pieces that lie in the transfer buffer."""
        view = self.transfer.view
        while count:
            got = os.readv(self.inp, [view[: min(count, len(view))]])
            if not got:
                os._exit(0)
            count -= got
            yield view[:got]

    def _take_memfd(self, name: str, count: int) -> int:
        """The next `count` bytes of the stream in a memfd, without one of them becoming an object here."""
        fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.fchmod(fd, 0o600)  # gVisor lets others' descriptors be opened by what their files allow
        for piece in self._pieces(count):
            done = 0
            while done < len(piece):
                done += os.write(fd, piece[done:])
        return fd

    @staticmethod
    def _read_only(memfd: int, mode: int) -> int:
        """The memfd opened anew: at its start, read-only, with an offset of its own."""
        os.fchmod(memfd, mode)
        fd = os.open(f"/proc/self/fd/{memfd}", os.O_RDONLY | os.O_CLOEXEC)
        os.close(memfd)
        return fd

    def _take_program(self, header: dict[str, Any]) -> None:
        if self.program is not None:
            self.program.close()
        blob = self._take_memfd("program", header["blob_bytes"])
        exe = -1
        if header["exe_bytes"]:
            exe = self._take_memfd("exe", header["exe_bytes"])
            fcntl.fcntl(exe, F_ADD_SEALS, SEALED)  # no run can change the next one's binary
            exe = self._read_only(exe, 0o500)  # a writable descriptor would make execve fail with ETXTBSY
        if self.bare is not None:
            _find_places(header, self.bare["places"])
        self.program = Program(header, blob, exe, watched=self.clocks.watched, grouped=self.clocks.grouped)

    def _runs(self, header: dict[str, Any]) -> None:
        program = self.program
        if program is None:
            raise wire.WireError("runs without a program")
        self._make_room(program)
        entries = header["items"]
        failed, dirty = False, ""
        until_ns = time.monotonic_ns() + WINDOW_NS
        at = 0
        most = BATCH_RUNS if self.runner.user is None else 1  # gVisor would let a run write to the pipes of the next
        while at < len(entries):
            if failed:
                for _ in self._pieces(entries[at]["stdin_bytes"] + entries[at]["blob_bytes"]):
                    pass  # what is not run any more is only read past
                at += 1
                continue
            items: list[Item] = []
            held = 0
            while at < len(entries) and len(items) < most:
                if items and held + entries[at]["stdin_bytes"] > BATCH_BYTES:
                    break
                entry = entries[at]
                held += entry["stdin_bytes"] + entry["blob_bytes"]
                stdin = self._read_only(self._take_memfd("stdin", entry["stdin_bytes"]), 0o400)
                blob = self._take_memfd("files", entry["blob_bytes"]) if entry["blob_bytes"] else -1
                items.append(self.runner.with_pipes(Item, at, entry, stdin, blob))
                at += 1
            failed, dirty = self.runner.batch(program, items, stop=header["stop"], until_ns=until_ns)
        self.results.add({"op": "end", "dirty": dirty, "idle": self.clocks.memory()})
        self.results.flush()

    def _make_room(self, program: Program) -> None:
        """Where no namespace counts this jail's processes apart, those of the same user beside it get room."""
        if self.bare is None:
            if self.runner.user is not None:
                # This process is another user's, and gVisor leaves a run's first one in the count of its parent's.
                program.allow_beside(-2)
            return
        if self.bare["own_uid"]:
            program.allow_beside(1)  # who started this process
            return
        mine = {os.getpid(), *family.descendants()}
        program.allow_beside(tasks_beside(mine, program.limits["processes"], self.bare["siblings"]))

    def _talk(self, header: dict[str, Any]) -> None:
        """One run whose streams are live (see talk.py)."""
        program = self.program
        if program is None:
            raise wire.WireError("a talk without a program")
        self._make_room(program)
        blob = self._take_memfd("files", header["blob_bytes"]) if header["blob_bytes"] else -1
        talk = self.runner.with_pipes(Talk, self.inp, self._read_header, header, self.transfer, self.results)
        item = self.runner.with_pipes(Item, 0, header, talk.stdin, blob, talk)
        _, dirty = self.runner.batch(program, [item], stop=True, until_ns=0)
        self.results.add({"op": "end", "dirty": dirty, "idle": self.clocks.memory()})
        self.results.flush()


def _find_places(header: dict[str, Any], places: dict[str, str]) -> None:
    """Puts the paths of this jail in place of the usual ones, in the command and environment of a program."""
    for usual, here in places.items():
        header["argv"] = [word.replace(usual, here) for word in header["argv"]]
        header["env"] = {name: value.replace(usual, here) for name, value in header["env"].items()}


def _placeholders() -> tuple[int, int, int]:
    """Moves the host's streams away from 0, 1 and 2 and puts standard streams there as a run will have them.

    The stream objects made here serve every child: their descriptors are replaced under them. They are made over a
    regular file and pipes, so that what they remember of seekability fits what the child puts there.
    """
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200) for fd in (0, 1, 2)]
    memfd = os.memfd_create("stdin")
    os.fchmod(memfd, 0o600)
    _, write_end = os.pipe()
    os.dup2(memfd, 0)
    os.dup2(write_end, 1)
    os.dup2(write_end, 2)
    for fd in (memfd, _, write_end):
        os.close(fd)
    for name, fd, mode, errors in (
        ("stdin", 0, "r", "surrogateescape"),
        ("stdout", 1, "w", "surrogateescape"),
        ("stderr", 2, "w", "backslashreplace"),
    ):
        raw = io.FileIO(fd, mode + "b", closefd=False)
        raw.name = f"<{name}>"
        buffer = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
        text = io.TextIOWrapper(buffer, encoding="utf-8", errors=errors, newline="\n", line_buffering=name == "stderr")
        text.mode = mode  # type: ignore[misc]  # writable in fact, and standard streams have it
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
    return moved[0], moved[1], moved[2]


def _thread_stacks(stack_bytes: int) -> None:
    """The default stack of threads: libc took it from the main thread's limit, which is far larger."""
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = ctypes.create_string_buffer(64)
    libc.pthread_attr_init(attributes)
    libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(stack_bytes))
    libc.pthread_setattr_default_np(attributes)


def _usual_signals() -> None:
    """As in a shell's foreground, whatever the host ignores or blocks. Python ignores two itself.

    A handler would also let a child's kill(1) through.
    """
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def main(config: dict[str, Any], register: Callable[..., None]) -> None:
    """Imports the template, says `ready`, and serves.

    register: os.register_at_fork, in whose place something stands until now that takes nothing. `threading`, `random`
    and others would have every fork call them back: children redo by hand what they need of that.
    """
    inp, out, err = _placeholders()
    try:
        _usual_signals()
        _thread_stacks(config["thread_stack_bytes"])
        missing = []
        for name in config["template"]:
            try:
                __import__(name)
            except ImportError:
                missing.append(name)
        os.register_at_fork = register
        import site  # with -S it has done nothing yet: only the names that it gives to builtins are wanted

        site.setquit()
        site.setcopyright()
        site.sethelper()
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(0)
        for name in ("LD_BIND_NOW", "LD_LIBRARY_PATH"):
            os.environ.pop(name, None)  # were for this interpreter
        os.chdir(WORKDIR)
        os.umask(0o022)
        # Only ours is on the path now: a program's folder comes first, as `python3 FILE` has it.
        sys.path[:] = [WORKDIR, *filter(None, sys.path)]
        for name in [name for name in sys.modules if name.split(".")[0] == "_guest"]:
            del sys.modules[name]
        supervisor = Supervisor(inp, out, config)
        rehearsal.rehearse()
        gc.collect()
        gc.disable()  # a child enables it; here nothing makes cycles
        rehearsal.fill_holes()
        gc.freeze()
        ready = {"op": "ready", "python": sys.version.split()[0], "missing": missing, "modules": len(sys.modules)}
        ready["idle"] = supervisor.clocks.memory()
        supervisor.results.add(ready)
        supervisor.results.flush()
        supervisor.serve()
    except BaseException as error:
        import traceback

        os.write(err, json.dumps({"supervisor": str(error), "trace": traceback.format_exc()[-3000:]}).encode())
        os._exit(71)
