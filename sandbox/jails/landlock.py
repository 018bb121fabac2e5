"""Jails from what a plain process may always do: Landlock, seccomp, limits. For where no namespace can be had.

Theory of operation. The spawner's thread starts a bare interpreter, which reads landlock_starter.py from its stdin and
becomes two processes: a keeper that ends everything when the host or the supervisor ends, and the supervisor, confined.
Each run confines itself once more (guest/confine.py). Files: the runtime read-only, a folder of its own to write. When
the host is root, each jail has a user of its own; else it has the host's, and Landlock and seccomp stand between them.

What no plain process can hold is in `lacks`: a private view of process numbers, exact memory, a quota on its folder.
The folder is what /tmp is in other jails: HOME, TMPDIR and the working directory. /tmp and /dev/shm stay closed.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

from sandbox.errors import JailError
from sandbox.jails import base, landlock_filter, landlock_rules
from sandbox.jails.bubblewrap import ENVIRONMENT, LIMITED
from sandbox.jails.cgroup import Group, node_affinity
from sandbox.jails.connection import Connection
from sandbox.jails.descriptors import Descriptors, words_in
from sandbox.jails.landlock_places import Places, first_uid
from sandbox.jails.seccomp import bpf_program
from sandbox.jails.spawner import Spawner, end_process
from sandbox.seats import Seat, Seats

_LAYER_FD = 300
_END_S = 10.0
_TAIL = """
start(__import__('json').loads(r(int.from_bytes(r(8), 'little'))))
exec(r(int.from_bytes(r(8), 'little')))
"""
_PIDS, _MEMORY, _SCRATCH = "a private view of process numbers", "exact memory", "a scratch quota"
_FILES = "the host's files, which programs can read (and write, where they share the host's user)"
_FUTURE = "from __future__ import annotations\n"


class LandlockLauncher:
    """Opens Landlock jails. Thread-safe."""

    def __init__(self, *, abi: int | None = None, allow_weak: bool = False, pin: bool = False, jobs: int = 1) -> None:
        """Raises JailError where there is no Landlock and allow_weak is not given, with the cause and the mend.

        abi: at most this version of Landlock. allow_weak: do without it where the kernel has none. jobs: how many of
        its jails are used at once.
        """
        self.abi = min(landlock_rules.kernel_abi(), abi if abi is not None else 1 << 30)
        if not self.abi and not allow_weak:
            raise JailError(
                f"{landlock_rules.why_none()}. --allow-weak-isolation (allow_weak_isolation=True) runs programs all "
                "the same, with a filter of system calls and limits alone: they can then read this host's files"
            )
        how = f"landlock-abi{self.abi}" if self.abi else "weak"
        self.kind = f"{how}+watched+pids-visible+no-scratch-quota"
        self.lacks = (_PIDS, _MEMORY, _SCRATCH) if self.abi else (_PIDS, _MEMORY, _SCRATCH, _FILES)
        self.shares_user = os.getuid() != 0
        self._pin = pin
        self._jobs = jobs
        self._root = os.getuid() == 0
        self._spawner = Spawner(("/mnt", "/media"))  # not /dev/shm, where the jails' folders are
        self._seats = Seats()
        self._places = Places(self._spawner, other_user=self._root)

    def open(self, spec: base.JailSpec) -> LandlockJail:
        """A jail that is ready. Raises JailError or RuntimeSettingError with the cause and the mend."""
        with contextlib.ExitStack() as undo:
            seat = self._seats.lease()
            undo.callback(seat.close)
            uid = first_uid() + seat.index if self._root else None
            workdir = self._places.workdir(seat.index, uid)
            undo.callback(self._places.remove, workdir)
            jail = self._start(spec, seat, uid, workdir, undo)
            undo.pop_all()
            return jail

    def _start(
        self, spec: base.JailSpec, seat: Seat, uid: int | None, workdir: Path, undo: contextlib.ExitStack
    ) -> LandlockJail:
        with contextlib.closing(Descriptors()) as files:
            to_jail, to_jail_w = files.pipe()
            from_jail, from_jail_w = files.pipe()
            control, control_w = files.pipe()
            told, told_w = files.pipe()
            words = files.memfd("words")
            seen: dict[str, Any] = {}

            def command() -> tuple[list[str], dict[str, Any]]:
                """Runs on the spawner's thread, which alone can make places reachable."""
                found = self._places.of(spec)
                seen["places"] = found.usual | {"/tmp": str(workdir)}  # noqa: S108 - what it replaces
                seen["rules"] = landlock_rules.rules_for(spec, self.abi, workdir, self._places.reach)
                seen["rules"].append((str(found.packages), landlock_rules.READ_FILE | landlock_rules.READ_DIR))
                environment = {
                    **ENVIRONMENT, "HOME": str(workdir), "TMPDIR": str(workdir), "PYTHONPATH": str(found.packages),
                    "LD_BIND_NOW": "1", **found.libraries,
                }  # fmt: skip
                python = [str(found.interpreter), "-s", "-S", "-B", "-c", base.BOOTSTRAP]
                return ["/bin/sh", "-c", LIMITED, *python], {
                    "stdin": to_jail, "stdout": from_jail_w, "stderr": words, "env": environment, "cwd": "/",
                    "pass_fds": [control, told_w],
                }  # fmt: skip

            try:
                process = self._spawner.start(command)
            except OSError as error:
                raise JailError(f"the interpreter did not start: {error}") from error
            undo.callback(end_process, process)
            for fd in (to_jail, from_jail_w, control, told_w):
                files.close_one(fd)
            if self._pin:
                cpus = sorted(node_affinity())
                os.sched_setaffinity(process.pid, {cpus[seat.index % len(cpus)]})
            connection = Connection(files.keep(from_jail), files.keep(to_jail_w))
            undo.callback(connection.close)
            jail = LandlockJail(
                spec, connection, process, files.keep(control_w), seat, files.keep(words), workdir, self._places
            )
            config, bare = self._configs(uid, workdir, seen, control, told_w)
            try:
                ready = base.await_ready(connection, spec, {}, bare=bare, first=_starter(config))
            except JailError as error:
                raise JailError(f"{error}; it said: {jail.last_words() or 'nothing'}") from error
            jail.idle_bytes = ready["idle"]
            jail.pid = _told(told)
            return jail

    def _configs(
        self, uid: int | None, workdir: Path, seen: dict[str, Any], control: int, told: int
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the starter and the supervisor need to know."""
        starter = {
            "abi": self.abi,
            "uid": uid,
            "workdir": str(workdir),
            "control": control,
            "told": told,
            "attributes": landlock_rules.attributes(self.abi),
            "rules": seen["rules"],
            "layer": landlock_rules.layer(self.abi),
            "layer_fd": _LAYER_FD,
            "layer_rules": landlock_rules.layer_rules(self.abi, workdir),
            "filter": bpf_program(also=frozenset({"landlock_restrict_self"})).hex(),
        }
        supervisor = {
            "layer": _LAYER_FD if self.abi else -1,
            "filter": landlock_filter.run_filter(self.abi, own_user=uid is not None).hex(),
            "own_pid": landlock_filter.OWN_PID,
            "keeper": landlock_filter.KEEPER,
            "supervisor": landlock_filter.SUPERVISOR,
            "own_uid": uid is not None,
            "places": seen["places"],
            "siblings": self._jobs - 1,
        }
        return starter, supervisor

    def close(self) -> None:
        """Ends what the launcher itself holds."""
        self._spawner.close()
        self._places.close()


class LandlockJail:
    """One open jail. pid: the supervisor's. workdir: what /tmp is in other jails."""

    group: Group | None = None

    def __init__(
        self, spec: base.JailSpec, connection: Connection, process: subprocess.Popen[bytes], control: int, seat: Seat,
        words: int, workdir: Path, places: Places,
    ) -> None:  # fmt: skip
        self.spec = spec
        self.connection = connection
        self.idle_bytes = 0
        self.pid = 0
        self.workdir = str(workdir)
        self._process = process
        self._control = control
        self._seat = seat
        self._words = words
        self._places = places
        self._closed = False

    def kill(self) -> None:
        """Tells the keeper, which kills everything below it."""
        with contextlib.suppress(BrokenPipeError):  # it is gone already
            os.write(self._control, b"x")

    def close(self) -> None:
        """Ends it and gives everything back."""
        if self._closed:
            return
        self._closed = True
        self.connection.close()
        self.kill()
        end_process(self._process, _END_S)
        os.close(self._control)
        os.close(self._words)
        self._places.remove(Path(self.workdir))
        self._seat.close()

    def last_words(self) -> str:
        """What the starter or the supervisor said on stderr."""
        return words_in(self._words)


def _told(told: int) -> int:
    """The supervisor's number, which its keeper has said by now. Raises JailError."""
    waiting = select.poll()  # not select(): a server may have more than 1,024 descriptors
    waiting.register(told, select.POLLIN)
    text = os.read(told, 64) if waiting.poll(base.START_S * 1000) else b""
    if not text.strip().isdigit():
        raise JailError("a jail's keeper did not say who its supervisor is")
    return int(text)


def _starter(config: dict[str, Any]) -> list[bytes]:
    """What the bootstrap runs first, and its settings."""
    family = (resources.files("sandbox.guest") / "family.py").read_text("utf-8")
    starter = (resources.files("sandbox.jails") / "landlock_starter.py").read_text("utf-8")
    source = (family + starter.replace(_FUTURE, "") + _TAIL).encode()
    data = json.dumps(config).encode()
    return [len(source).to_bytes(8, "little"), source, len(data).to_bytes(8, "little"), data]
