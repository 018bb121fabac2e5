"""PID 1 of a jail: forks one child for each run, watches it, clears up behind it, and tells the host what happened.

Theory of operation. One thread, one loop: read a frame from the host, do it, answer.

    host -> `program` frame (its files and, for a compiled one, the executable) -> memfds, kept until the next program
    host -> `runs` frame (items, then each item's stdin or arguments) -> for each item:
            stdin memfd; two pipes (three for a call); fork or posix_spawn; wait on a pidfd with our own clock;
            kill(-1) and reap until nobody is left; read CPU and memory; drain the pipes; wipe /tmp; `done` frame

What the programs read and write never becomes an object here: it passes through buffers that are mapped MADV_DONTFORK,
so that no child inherits a byte of an earlier run. A child may not touch this process: it is PID 1 (signals from inside
its own namespace do not reach it), not dumpable (no /proc/1/mem), and seccomp refuses the rest.

Files: the jail's /tmp is the only place that can be written; it is empty before and after every run.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import gc
import io
import json
import os
import resource
import select
import signal
import stat
import sys
import time
from typing import Any, NoReturn, Optional

from . import child, wire
from .buffers import Buffer, Results
from .clocks import Clocks

QUIET_S = 0.003  # most runs end within it: until then only the end itself wakes us, not every flush
POLL_S = 0.05
TICK_S = 1.0
REAP_S = 5.0
WIPE_S = 0.02
WIPE_ENTRIES = 5000
STDERR_KEPT = 64 * 1024
CHUNK = 256 * 1024


class Program:
    """The program in force: its memfds and how it is started."""

    def __init__(self, header: dict[str, Any], blob: int, exe: int) -> None:
        self.header = header
        self.blob = blob
        self.blob_bytes: int = header["blob_bytes"]
        self.exe = exe
        self.code = os.memfd_create("code", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self.runs = 0

    def code_bytes(self) -> int:
        """The size of the sealed code, 0 while there is none."""
        if self.runs < 2 or not fcntl.fcntl(self.code, 1034) & 0x8:  # F_GET_SEALS, F_SEAL_WRITE
            return 0
        return os.fstat(self.code).st_size

    def close(self) -> None:
        """Closes the memfds."""
        for fd in (self.blob, self.exe, self.code):
            if fd >= 0:
                os.close(fd)


class Supervisor:
    """The loop and what it holds open."""

    def __init__(self, inp: int, out: int, config: dict[str, Any]) -> None:
        self.inp = inp
        self.results = Results(out)
        self.stdout = Buffer(CHUNK)
        self.stderr = Buffer(3 * STDERR_KEPT)
        self.returned = Buffer(CHUNK)
        self.transfer = Buffer(1024 * 1024)
        self.clocks = Clocks(config["cgroup"])
        self.libc = ctypes.CDLL(None)
        self.oom_adj = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
        self.oom_own = os.pread(self.oom_adj, 16, 0).strip()
        self.scratch = os.open(child.WORKDIR, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.scratch_mode = stat.S_IMODE(os.fstat(self.scratch).st_mode)
        self.notes_r, self.notes_w = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.program: Optional[Program] = None
        self.dirty = ""
        if self.libc.prctl(4, 0, 0, 0, 0):  # PR_SET_DUMPABLE off: /proc/1/mem, environ and fd are closed to children
            raise OSError("prctl(PR_SET_DUMPABLE) failed")

    # ---- frames ----

    def serve(self) -> NoReturn:
        """Handles frames until the host goes away."""
        while True:
            header, body_bytes = self._read_header()
            op = header.get("op")
            if op == "program":
                self._take_program(header)
            elif op == "runs":
                self._runs(header)
            else:
                raise wire.WireError(f"unknown frame {op!r} with {body_bytes} bytes")

    def _read_exact(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            got = os.read(self.inp, count - len(data))
            if not got:
                os._exit(0)  # the host is gone
            data += got
        return data

    def _read_header(self) -> tuple[dict[str, Any], int]:
        header_bytes, body_bytes = wire.lengths(self._read_exact(wire.HEAD.size))
        return wire.unpack_header(self._read_exact(header_bytes)), body_bytes

    def _take_memfd(self, name: str, count: int) -> int:
        """The next `count` bytes of the stream in a memfd, without one of them becoming an object here."""
        fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        view = self.transfer.view
        while count:
            got = os.readv(self.inp, [view[: min(count, len(view))]])
            if not got:
                os._exit(0)
            count -= got
            done = 0
            while done < got:
                done += os.write(fd, view[done:got])
        return fd

    def _take_program(self, header: dict[str, Any]) -> None:
        if self.program is not None:
            self.program.close()
        blob = self._take_memfd("program", header["blob_bytes"])
        exe = -1
        if header["exe_bytes"]:
            writable = self._take_memfd("exe", header["exe_bytes"])
            fcntl.fcntl(writable, 1033, 0xF)  # F_ADD_SEALS: no run can change the next one's binary
            os.fchmod(writable, 0o500)
            exe = os.open(f"/proc/self/fd/{writable}", os.O_RDONLY | os.O_CLOEXEC)
            os.close(writable)  # an open writable descriptor would make execve fail with ETXTBSY
        self.program = Program(header, blob, exe)

    # ---- runs ----

    def _runs(self, header: dict[str, Any]) -> None:
        program = self.program
        if program is None:
            raise wire.WireError("runs without a program")
        items = header["items"]
        stopped = False
        for index, item in enumerate(items):
            if stopped:
                self._skip(item["stdin_bytes"] + item["blob_bytes"])
                continue
            facts = self._run(program, index, item)
            stopped = bool(self.dirty) or (header["stop"] and (facts["exit"] != 0 or facts["cut"] is not None))
            self.results.add_done(facts, self.stdout, self.stderr, self.returned)
            if facts["wall_ns"] > 20_000_000:
                self.results.flush()
        self.results.add({"op": "end", "dirty": self.dirty, "idle": self.clocks.memory()})
        self.results.flush()

    def _skip(self, count: int) -> None:
        view = self.transfer.view
        while count:
            got = os.readv(self.inp, [view[: min(count, len(view))]])
            if not got:
                os._exit(0)
            count -= got

    def _run(self, program: Program, index: int, item: dict[str, Any]) -> dict[str, Any]:
        stdin = self._take_memfd("stdin", item["stdin_bytes"])
        os.fchmod(stdin, 0o400)
        run_blob = self._take_memfd("files", item["blob_bytes"]) if item["blob_bytes"] else -1
        out_r, out_w = os.pipe2(os.O_CLOEXEC)
        err_r, err_w = os.pipe2(os.O_CLOEXEC)
        ret_r, ret_w = os.pipe2(os.O_CLOEXEC) if item["call"] else (-1, -1)
        for buffer in (self.stdout, self.stderr, self.returned):
            buffer.used = buffer.total = 0
        limits = program.header["limits"]
        self.clocks.start()
        os.pwrite(self.oom_adj, b"1000", 0)
        begun = time.monotonic_ns()
        if program.header["kind"] == "exec" and not program.blob_bytes and run_blob < 0:
            pid = self._spawn(program, stdin, out_w, err_w, limits)
        else:
            pid = self._fork(program, item, stdin, run_blob, out_w, err_w, ret_w, limits)
        os.pwrite(self.oom_adj, self.oom_own, 0)
        for fd in (out_w, err_w, ret_w, run_blob, stdin):
            if fd >= 0:
                os.close(fd)
        streams = {out_r: self.stdout, err_r: self.stderr}
        if ret_r >= 0:
            streams[ret_r] = self.returned
        cut, status = self._watch(pid, index, streams, limits, begun)
        for fd in streams:
            os.close(fd)
        program.runs += 1
        wall_ns = time.monotonic_ns() - begun
        facts = self.clocks.finish()
        facts.update(op="done", run=index, cut=cut, wall_ns=wall_ns, note=self._note())
        facts["exit"] = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        if self.stdout.total > limits["output_bytes"] or self.returned.total > limits["output_bytes"]:
            facts["cut"] = "output"
        for name in item["collect"]:
            self._collect(index, name, limits["output_bytes"])
        self._wipe()
        return facts

    def _note(self) -> str:
        try:
            return os.read(self.notes_r, 16).decode("ascii")
        except BlockingIOError:
            return ""

    def _fork(
        self, program: Program, item: dict[str, Any], stdin: int, run_blob: int, out: int, err: int, ret: int,
        limits: dict[str, int],
    ) -> int:  # fmt: skip
        header = program.header
        plan = child.Plan(
            kind=header["kind"], argv=header["argv"], env=header["env"], blob=program.blob,
            blob_bytes=program.blob_bytes, run_blob=run_blob, run_blob_bytes=item["blob_bytes"], exe=program.exe,
            code=program.code, code_bytes=program.code_bytes(), keep_code=program.runs == 1, stdin=stdin,
            stdin_bytes=item["stdin_bytes"], call=item["call"], out=out, err=err, returned=ret, notes=self.notes_w,
            limits=limits, libc=self.libc,
        )  # fmt: skip
        pid = os.fork()
        if not pid:
            child.become(plan)
        return pid

    def _spawn(self, program: Program, stdin: int, out: int, err: int, limits: dict[str, int]) -> int:
        """A compiled program without files: posix_spawn, under our own soft limits, which it inherits."""
        if program.exe >= 0:
            os.fchmod(program.exe, 0o500)
        wanted = (
            (resource.RLIMIT_FSIZE, limits["file_bytes"]),
            (resource.RLIMIT_NPROC, limits["processes"]),
            (resource.RLIMIT_NOFILE, limits["open_files"]),
            (resource.RLIMIT_STACK, limits["stack_bytes"]),
        )
        before = [(kind, resource.getrlimit(kind)) for kind, _ in wanted]
        for (kind, soft), (_, (_, hard)) in zip(wanted, before):
            resource.setrlimit(kind, (soft if hard < 0 else min(soft, hard), hard))
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, f"/proc/self/fd/{stdin}", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, out, 1),
            (os.POSIX_SPAWN_DUP2, err, 2),
        ]
        header = program.header
        path = header["argv"][0] if program.exe < 0 else f"/proc/self/fd/{program.exe}"
        try:
            return os.posix_spawn(
                path, header["argv"], header["env"], file_actions=actions, setsid=True,
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
            )  # fmt: skip
        finally:
            for kind, pair in before:
                resource.setrlimit(kind, pair)

    # ---- watching ----

    def _watch(
        self, pid: int, index: int, streams: dict[int, Buffer], limits: dict[str, int], begun: int
    ) -> tuple[Optional[str], int]:
        """Waits for the run's end or a limit; kills and reaps everything; (limit that was hit, wait status)."""
        pidfd = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        cut = None
        if not poll.poll(QUIET_S * 1000):
            cut = self._watch_long(poll, pidfd, index, streams, limits, begun)
        os.close(pidfd)
        status = self._reap(pid)
        for fd, buffer in streams.items():
            os.set_blocking(fd, False)
            while self._take(fd, buffer, index, limits):
                pass
        return cut, status

    def _watch_long(
        self, poll: Any, pidfd: int, index: int, streams: dict[int, Buffer], limits: dict[str, int], begun: int
    ) -> Optional[str]:
        for fd in streams:
            os.set_blocking(fd, False)
            poll.register(fd, select.POLLIN)
        wall_limit_ns = limits["wall_ns"]
        ticked = time.monotonic_ns()
        interval_s = QUIET_S
        while True:
            events = poll.poll(max(1, interval_s * 1000))
            ended = False
            for fd, event in events:
                if fd == pidfd:
                    ended = True
                elif not event & select.POLLIN or not self._take(fd, streams[fd], index, limits):
                    poll.unregister(fd)
                elif streams[fd].total > limits["output_bytes"] and streams[fd] is not self.stderr:
                    return "output"
            if ended:
                return None
            now = time.monotonic_ns()
            cpu_left = limits["cpu_ns"] - self.clocks.cpu_ns()
            if cpu_left <= 0:
                return "time"
            if self.clocks.over_memory(limits["memory_bytes"]):
                return "memory"
            if now - begun > wall_limit_ns:
                # What waited for a CPU is not the program's doing.
                wall_limit_ns = limits["wall_ns"] + self.clocks.waited_ns()
                if now - begun > min(wall_limit_ns, 20 * limits["wall_ns"]):
                    return "wall"
            if now - ticked > TICK_S * 1e9:
                ticked = now
                self.results.add({"op": "tick", "run": index})
                self.results.flush()
            interval_s = min(self.clocks.longest_poll_s(POLL_S), max(0.004, cpu_left / self.clocks.cpus / 1e9))

    def _take(self, fd: int, buffer: Buffer, index: int, limits: dict[str, int]) -> bool:
        """Reads what is there; False at the end of the stream, or when there is nothing more now."""
        if buffer.used == len(buffer.view):
            self._make_room(buffer, index)
        try:
            got = os.readv(fd, [buffer.view[buffer.used :]])
        except BlockingIOError:
            return False
        buffer.used += got
        buffer.total += got
        return got > 0 and (buffer is self.stderr or buffer.total <= limits["output_bytes"])

    def _make_room(self, buffer: Buffer, index: int) -> None:
        if buffer is self.stderr:  # head and tail are kept
            tail = buffer.used - STDERR_KEPT
            buffer.view[STDERR_KEPT : 2 * STDERR_KEPT] = buffer.view[tail : tail + STDERR_KEPT]
            buffer.used = 2 * STDERR_KEPT
            return
        stream = "out" if buffer is self.stdout else "ret"
        self.results.add({"op": "chunk", "run": index, "stream": stream}, buffer.view[: buffer.used])
        self.results.flush()
        buffer.used = 0

    def _reap(self, main: int) -> int:
        """Kills every process of the jail but us and reaps until none is left; the main one's wait status."""
        status = -1
        deadline = None
        while True:
            try:
                pid, one = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                if status < 0:
                    raise OSError(errno.ECHILD, "the child vanished without a status") from None
                return status
            if pid == main:
                status = one
            if pid:
                continue
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                pass  # all of them are dying already; they are reaped above
            now = time.monotonic()
            if deadline is None:
                deadline = now + REAP_S
            elif now > deadline:
                raise OSError(errno.EBUSY, "a process of the run cannot be killed")
            else:
                time.sleep(0.0005)

    # ---- files ----

    def _collect(self, index: int, name: str, cap: int) -> None:
        """Sends a file that the run left: regular, reached through no link, at most `cap` bytes."""
        opened: list[int] = []
        try:
            at = self.scratch
            *folders, last = name.split("/")
            for folder in folders:
                at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
                opened.append(at)
            fd = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
            opened.append(fd)
            size = os.fstat(fd).st_size
            if not stat.S_ISREG(os.fstat(fd).st_mode) or size > cap:
                return
            view = self.transfer.view
            while True:
                got = os.readv(fd, [view])
                self.results.add({"op": "chunk", "run": index, "stream": "file:" + name}, view[:got])
                self.results.flush()
                if not got:
                    return
        except OSError:
            return  # not there, a link, or closed to us: the host sees that it did not come
        finally:
            for fd in opened:
                os.close(fd)

    def _wipe(self) -> None:
        """Empties /tmp; a run that left more than fits the budget costs the jail."""
        now = os.fstat(self.scratch)
        if now.st_size == 0 and now.st_nlink == 2 and stat.S_IMODE(now.st_mode) == self.scratch_mode:
            return
        try:
            os.fchmod(self.scratch, self.scratch_mode)
            try:
                os.unlink("solution.py", dir_fd=self.scratch)
            except OSError:
                pass  # not every run has one, and a run may have put a folder in its place: cleared below
            if os.fstat(self.scratch).st_size:
                self._clear(time.monotonic() + WIPE_S)
        except OSError as error:
            self.dirty = f"the working directory could not be wiped: {error}"

    def _clear(self, deadline: float) -> None:
        """Depth first without recursion: a folder is listed again until it is empty."""
        budget = WIPE_ENTRIES
        stack = [(self.scratch, "")]
        while stack:
            fd, _ = stack[-1]
            deeper = None
            with os.scandir(fd) as entries:
                for entry in entries:
                    budget -= 1
                    if budget < 0 or time.monotonic() > deadline:
                        for open_fd, _ in stack[1:]:
                            os.close(open_fd)
                        raise OSError(errno.E2BIG, "too many files to wipe in time")
                    if entry.is_dir(follow_symlinks=False):
                        deeper = entry.name
                        break
                    os.unlink(entry.name, dir_fd=fd)
            if deeper is not None:
                os.chmod(deeper, 0o700, dir_fd=fd)
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                stack.append((os.open(deeper, flags, dir_fd=fd), deeper))
                continue
            stack.pop()
            if stack:
                name = _
                os.close(fd)
                os.rmdir(name, dir_fd=stack[-1][0])


def _placeholders() -> tuple[int, int, int]:
    """Moves the host's streams away from 0, 1 and 2 and puts standard streams there as a run will have them.

    The stream objects made here serve every child: their descriptors are replaced under them. They are made over a
    regular file and pipes, so that what they remember of seekability fits what the child puts there.
    """
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200) for fd in (0, 1, 2)]
    memfd = os.memfd_create("stdin")
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
        text = io.TextIOWrapper(buffer, encoding="utf-8", errors=errors, line_buffering=name == "stderr")
        text.mode = mode
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


def main(config: dict[str, Any]) -> None:
    """Imports the template, says `ready`, and serves."""
    inp, out, err = _placeholders()
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # a handler would let a child's kill(1) through
        _thread_stacks(config["thread_stack_bytes"])
        register = os.register_at_fork
        os.register_at_fork = lambda **_: None  # type: ignore[assignment]  # children redo by hand what they need
        missing = []
        for name in config["template"]:
            try:
                __import__(name)
            except ImportError:
                missing.append(name)
        os.register_at_fork = register
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(0)
        os.chdir(child.WORKDIR)
        os.umask(0o022)
        # Only ours is on the path now: a program's folder comes first, as `python3 FILE` has it.
        sys.path[:] = [child.WORKDIR, *filter(None, sys.path)]
        for name in [name for name in sys.modules if name.split(".")[0] == __package__]:
            if name != __package__:
                del sys.modules[name]
        supervisor = Supervisor(inp, out, config)
        gc.collect()
        gc.disable()  # a child enables it; here nothing makes cycles
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
