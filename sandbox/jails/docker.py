"""Jails made by a Docker engine: hardened containers, one a jail, kept for thousands of programs.

Theory of operation. The container is made with everything that docker_options.py says, we attach to its standard
streams, then it is started: its first process is the image's own Python, which reads the supervisor from its stdin. So
nothing of ours need be in the image. Where the engine is on this machine and we may write its control groups, the
supervisor gets the group's files and the host sets the limits, as in bubblewrap's jails (docker_cgroup.py); elsewhere
CPU and memory are watched from inside, and `kind` says so.

An engine that goes away is waited for: programs that were running are tried again in fresh jails.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sandbox.errors import JailError
from sandbox.jails import base, docker_leftovers
from sandbox.jails.cgroup import Group
from sandbox.jails.docker_asking import Asked, ImageTools, facts
from sandbox.jails.docker_cgroup import RECEIVE, Groups, Handover
from sandbox.jails.docker_engine import ANSWER_S, Engine, EngineGoneError, EngineRefusedError
from sandbox.jails.docker_images import tag_of
from sandbox.jails.docker_jail import DockerJail
from sandbox.jails.docker_kernel import filtering
from sandbox.jails.docker_options import SHARED_MEMORY, Container, configuration
from sandbox.jails.docker_prepared import PreparedImages
from sandbox.jails.docker_stream import AttachedConnection
from sandbox.seats import Seat, Seats
from sandbox.types import MIB

PATIENCE_S = 120.0  # with an engine that answered before
FIRST_UID = 70001  # as bubblewrap's jails: a seat is one jail's on this node, whatever its kind
_FIRST_UID_IN_RANGE = 20001  # where the engine maps users, ids end at 65536
_ASKING_UID = 4096  # above a seat's number
_LEAST_BYTES = 512 * MIB
_TRIES = 3
_LATE_S = 3.0
_T = TypeVar("_T")


class DockerLauncher:
    """Opens jails on a Docker engine. Thread-safe.

    kind: how limits are enforced. runtime: the interpreter and packages of the image. place: its toolchains.
    provenance: what of the engine and the image every verdict rests on.
    """

    def __init__(
        self,
        image: str | None = None,
        runtime: str | None = None,
        *,
        packages: tuple[str, ...] | None = None,
        pin: bool = False,
        answer_s: float = ANSWER_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Looks at the engine and the image, and clears up behind killed processes.

        image: any with Python 3.9 or later, None: the one that `ot-code images build` makes. runtime: the engine's
        name of an OCI runtime, as of `docker run --runtime`. packages: as of Runtime.current, but of the image.
        answer_s: how long the engine may take to answer. patience_s: how long one that went away is waited for.
        Raises JailError where the SDK, the engine, the image or the runtime is missing, with the command to run;
        RuntimeSettingError for an image whose Python or packages do not do.
        """
        self._engine = Engine(answer_s)
        with contextlib.ExitStack() as undo:
            undo.callback(self._engine.close)
            self._pin, self._oci_runtime, self._patience_s = pin, runtime, patience_s
            self._closed = False
            self._unremoved: list[str] = []
            self._perhaps_made: dict[str, float] = {}  # names, and until when they are looked for; 0: not begun
            self._lock = threading.Lock()
            self._seats = Seats()
            self.reference = image or tag_of("languages")
            self._image = self._found_image(image)
            self._check_runtime()
            docker_leftovers.sweep(self._engine)
            self._prepared = PreparedImages(self._engine, self._image["Id"])
            self.place = ImageTools(self._image["Id"], self.reference, lambda: self._patiently(self._ask)[0])
            asked, groups = self._ask()
            with contextlib.closing(asked):
                found = facts(asked, self.reference, packages)
            self._own_kernel = found.kernel != self._engine.info["KernelVersion"]
            self._groups = groups if groups.version is not None and not self._own_kernel else None
            how = f"cgroup-v{groups.version}" if self._groups else "watched"
            self.runtime, self._packages = found.runtime, found.folders
            self.kind = f"docker{f'({runtime})' if runtime else ''}+{how}"
            self.provenance = {"image": self.reference, "image_id": self._image["Id"]}
            undo.pop_all()

    def _found_image(self, asked_for: str | None) -> Mapping[str, Any]:
        found = self._engine.image(self.reference)
        if found is None:
            command = f"docker pull {asked_for}" if asked_for else "ot-code images build"
            raise JailError(f"the Docker engine has no image {self.reference}: run `{command}`")
        return found

    def _check_runtime(self) -> None:
        runtimes = self._engine.info.get("Runtimes") or {}
        if self._oci_runtime is not None and self._oci_runtime not in runtimes:
            raise JailError(
                f"the Docker engine has no runtime {self._oci_runtime!r}; it has {', '.join(sorted(runtimes))}: "
                "install it and name it in /etc/docker/daemon.json, then restart the engine"
            )

    def open(self, spec: base.JailSpec) -> DockerJail:
        """A jail that is ready. Waits for an engine that has gone. Raises JailError with the cause."""
        return self._patiently(lambda: self._open(spec))

    def _patiently(self, opened: Callable[[], _T]) -> _T:
        """What `opened` gives; tried again while the engine is away, and a few times when a container breaks at once.

        Nothing of a candidate is in a container by then: it is the engine that goes down, or somebody kills it.
        """
        until = time.monotonic() + self._patience_s
        pause, tries = 0.2, 0
        while True:
            try:
                self._remove_later([])
                return opened()
            except EngineGoneError:
                if self._closed or time.monotonic() > until:
                    raise
            except EngineRefusedError:
                raise
            except JailError:
                tries += 1
                if self._closed or tries == _TRIES:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, 5.0)

    def _open(self, spec: base.JailSpec) -> DockerJail:
        with contextlib.ExitStack() as undo:
            seat = self._seats.lease()
            undo.callback(seat.close)
            made = self._container(self._prepared.image(spec.prepared), str(self.runtime.interpreter), seat)
            more = {"scratch_mb": spec.scratch_mb, "packages": self._packages, "own_kernel": self._own_kernel}
            container, fd = self._start(made(**more), undo)
            connection = AttachedConnection(fd)
            undo.callback(connection.close)
            jail = DockerJail(self, spec, connection, container, seat)
            undo.callback(jail.release)
            try:
                jail.group, handed = self._hand_over(jail, fd)
                first = (filtering(self._engine.info["Architecture"]),) if self._own_kernel else ()
                user = made.keywords["uid"] if self._own_kernel else None
                ready = base.await_ready(connection, spec, handed, (SHARED_MEMORY,), user=user, first=first)
            except JailError as error:
                raise type(error)(f"{error}; it said: {jail.last_words() or 'nothing'}") from error
            jail.idle_bytes = ready["idle"]
            undo.pop_all()
            return jail

    def _container(self, image: str, interpreter: str, seat: Seat | None) -> functools.partial[Container]:
        index = _ASKING_UID if seat is None else seat.index
        security = " ".join(self._engine.info.get("SecurityOptions") or ())
        mapped = "name=rootless" in security or "name=userns" in security
        cpus = sorted(os.sched_getaffinity(0)) if self._is_here else []
        if self._pin and cpus and seat is not None:
            cpus = [cpus[seat.index % len(cpus)]]
        declared = self._image["Config"]
        return functools.partial(
            Container,
            image,
            interpreter,
            uid=(_FIRST_UID_IN_RANGE if mapped else FIRST_UID) + index,
            memory_bytes=max(int(self._engine.info["MemTotal"]) // 2, _LEAST_BYTES),
            variables=[word.partition("=")[0] for word in declared.get("Env") or ()],
            volumes=sorted(declared.get("Volumes") or ()),
            cpus=",".join(map(str, cpus)) or None,
            runtime=self._oci_runtime,
            stack_limit="name=rootless" not in security,
        )

    @functools.cached_property
    def _is_here(self) -> bool:
        """Whether the engine runs on this machine, as far as it can be told."""
        info, here = self._engine.info, os.uname()
        return (info.get("KernelVersion"), info.get("NCPU")) == (here.release, os.cpu_count())

    def _start(self, made: Container, undo: contextlib.ExitStack) -> tuple[str, int]:
        """A started container and the descriptor of its stream, which the caller takes over."""
        labels = docker_leftovers.labels()
        name = docker_leftovers.container_name(labels)
        try:
            container = self._engine.create(configuration(made, labels), name)
        except EngineGoneError:
            with self._lock:
                self._perhaps_made[name] = 0.0  # an engine that hung does it all the same when it goes on
            raise
        undo.callback(self.remove, container)
        fd = self._engine.attach(container)
        try:
            self._engine.start(container)
        except JailError:
            os.close(fd)
            raise
        return container, fd

    def _ask(self) -> tuple[Asked, Groups]:
        """A container of the image that answers questions, and how control groups are had for others like it."""
        with contextlib.ExitStack() as undo:
            made = self._container(self._image["Id"], "python3", None)(clean=False)
            try:
                container, fd = self._start(made, undo)
            except EngineRefusedError as error:
                if "executable file not found" not in str(error):
                    raise
                raise JailError(f"the image {self.reference} has no python3; a jail needs 3.9 or later") from error
            groups = Groups(self._engine.pid(container), container)
            asked = Asked(fd, lambda: self.remove(container))
            undo.pop_all()
            return asked, groups

    def _hand_over(self, jail: DockerJail, fd: int) -> tuple[Group | None, dict[str, int]]:
        """The container's control group, whose files the supervisor then has; (None, {}) where limits are watched."""
        if self._groups is None:
            return None, {}
        pid = self._engine.pid(jail.container)
        ended_by_oom = functools.partial(self._engine.ended_by_oom, jail.container)
        group = self._groups.group(pid, jail.container, f"seat-{jail.seat.index}", ended_by_oom)
        try:
            jail.take_handle(pid)
            with contextlib.closing(Handover(pid)) as handover:
                stage = RECEIVE.encode()
                os.write(fd, len(stage).to_bytes(8, "little") + stage)
                return group, handover.give(group)
        except (OSError, JailError):
            group.close()
            raise

    def kill(self, container: str) -> None:
        """Kills a container; where the engine does not answer, it is removed later."""
        try:
            self._engine.kill(container)
        except EngineGoneError:
            with self._lock:
                self._unremoved.append(container)

    def remove(self, container: str) -> None:
        """Removes a container, at once or, where the engine does not answer, when it does again."""
        self._remove_later([container])

    def _remove_later(self, more: list[str]) -> None:
        with self._lock:
            wanted, self._unremoved = [*self._unremoved, *more], []
        for at, container in enumerate(wanted):
            try:
                self._engine.remove(container)
            except EngineGoneError:
                with self._lock:
                    self._unremoved += wanted[at:]
                return
        self._remove_perhaps_made()

    def _remove_perhaps_made(self) -> None:
        """Looks, for some seconds after the engine answers again, for containers that it may be making late."""
        for name in list(self._perhaps_made):
            try:
                self._engine.remove(name)
            except EngineGoneError:
                return
            with self._lock:
                until = self._perhaps_made.get(name) or time.monotonic() + _LATE_S
                self._perhaps_made[name] = until
                if time.monotonic() > until:
                    del self._perhaps_made[name]

    def close(self) -> None:
        """Ends what the launcher itself holds; jails are closed by whoever opened them."""
        self._closed = True
        self.place.close()
        self._remove_later([])
        until = time.monotonic() + 2 * _LATE_S
        while self._perhaps_made and time.monotonic() < until:
            time.sleep(0.2)
            self._remove_later([])
        self._engine.close()
