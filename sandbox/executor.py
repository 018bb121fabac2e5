"""Sandbox: programs in, Executions out."""

from __future__ import annotations

import functools
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any

from sandbox import probe
from sandbox.aside import Aside
from sandbox.frames import Image
from sandbox.images import Images
from sandbox.jails.base import JailSpec
from sandbox.jails.bubblewrap import ENVIRONMENT
from sandbox.jails.cgroup import Cgroups, NoCgroups, node_affinity, node_cpus, node_memory_bytes
from sandbox.jails.choice import JailSettings, launcher_for, refuse_platform
from sandbox.languages import language as language_named
from sandbox.memory import MemoryBudget
from sandbox.pool import Pool
from sandbox.runtime import Runtime
from sandbox.session import Session
from sandbox.slots import Slots
from sandbox.stop import Stop
from sandbox.types import MIB, Call, Execution, Limits, Program, Run

WINDOW = 16
_AHEAD = 4


class Sandbox:
    """Runs untrusted programs, each run in a fresh process of a hardened jail. Thread-safe; close it, or use `with`.

    A forked child opens its own: there, this one raises SandboxError.

    jobs: how many jails run at once here; None: as many as the node has slots. At most as many as there are slots run
    at once on the node, whatever the number of Sandboxes. limits: what a run may use where nothing else is said.
    runtime: the interpreter and packages that programs see (in a docker jail: the packages; the interpreter is the
    image's). pin: keep each jail on one CPU. jail: bubblewrap, docker, landlock, or auto: the first of these that opens
    here; None: what OT_JAIL says, else auto. image, container_runtime: of docker jails. require_isolation: `namespaces`
    or `container`, below which nothing is run. allow_weak_isolation: a landlock jail may do without Landlock.
    Raises ValueError for settings that make no sense, JailError (here or at the first use) when no jail can be opened,
    with the cause and the mend. `notices` says what the jail does not hold, `jail_lacks` names it.
    """

    def __init__(
        self,
        *,
        jobs: int | None = None,
        limits: Limits | None = None,
        runtime: Runtime | None = None,
        pin: bool = False,
        jail: str | None = None,
        image: str | None = None,
        container_runtime: str | None = None,
        require_isolation: str | None = None,
        allow_weak_isolation: bool = False,
    ) -> None:
        if jobs is not None and jobs < 1:
            raise ValueError(f"jobs must be at least 1, not {jobs}")
        settings = JailSettings(
            jail, image, container_runtime, require_isolation, allow_weak_isolation, pin, jobs or len(node_affinity())
        )
        refuse_platform(settings)
        self.limits = limits or Limits()
        cgroups = Cgroups.find() if sys.platform == "linux" else NoCgroups(f"this is {sys.platform}", "run on Linux")
        packages = tuple(package.name for package in runtime.packages) if runtime is not None else None
        chosen = launcher_for(settings, cgroups, packages)
        self.runtime = chosen.runtime or runtime or Runtime.current()
        self.environment = dict(ENVIRONMENT)
        affinity, quota = len(node_affinity()), node_cpus(cgroups)
        self.slot_count = max(1, int(min(affinity, quota)))
        self.slots_from = f"{affinity} CPUs in this process's affinity and a quota of {quota:g} CPUs"
        self.memory_budget_mb = max(1, node_memory_bytes(cgroups) // 2 // MIB)
        affordable = max(1, self.memory_budget_mb // self.limits.memory_mb)
        self.notices: list[str] = [*chosen.notices]
        if affordable < self.slot_count:
            self.notices.append(
                f"{affordable} slots instead of {self.slot_count}: {self.limits.memory_mb} MB a run, and runs may use "
                f"half of this machine's memory ({self.memory_budget_mb} MB)"
            )
            self.slot_count = affordable
        self.jobs = jobs or self.slot_count
        self.slots = Slots(self.slot_count)
        self._memory = MemoryBudget(self.memory_budget_mb)
        self._launcher = chosen.launcher
        self.jail_kind = self._launcher.kind
        self.jail_lacks = chosen.lacks
        self.shares_user = chosen.shares_user
        self._launcher_provenance = chosen.provenance
        self.pool = Pool(self._launcher, keep=2 * self.jobs)
        self.images = Images(JailSpec(self.runtime, scratch_mb=self.limits.scratch_mb), self._run_image, chosen.place)
        self._threads: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._testing = threading.Lock()
        self._aside = Aside("ot-code-run")
        self._tested = False

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every jail. Runs that are under way in other threads raise SandboxError. Nothing in a forked child."""
        if self.pool.inherited:
            return
        self.pool.close()
        with self._lock:
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=True, cancel_futures=True)
        self._aside.close()
        self._launcher.close()
        self.slots.close()

    @functools.cached_property
    def provenance(self) -> Mapping[str, Any]:
        """What every verdict rests on: versions, runtime, how limits are enforced."""
        return {
            "python": self.runtime.python_version,
            "runtime": self.runtime.description,
            "runtime_hash": self.runtime.digest,
            "jail": self.jail_kind,
            **({"jail_lacks": list(self.jail_lacks)} if self.jail_lacks else {}),
            **self._launcher_provenance,
            "host_python": sys.version.split()[0],
        }

    # ---- running ----

    def run(
        self,
        program: Program | str,
        *,
        language: str = "python3",
        stdin: str | bytes = b"",
        files: Mapping[str, str | bytes] | None = None,
        limits: Limits | None = None,
    ) -> Execution:
        """Runs a program once. `files` are written beside it. Raises SandboxError for faults of ours alone."""
        return self._once(_program(program, language), Run(stdin, files or {}), limits)

    def call(
        self,
        program: Program | str,
        function: str,
        *arguments: Any,
        language: str = "python3",
        limits: Limits | None = None,
    ) -> Execution:
        """Calls a function of a program once; what it gave back is in `returned`."""
        return self._once(_program(program, language), Call(function, arguments), limits)

    def _once(self, program: Program, run: Run | Call, limits: Limits | None) -> Execution:
        stop = Stop()

        def one() -> Execution:
            with self.open(program, limits, stop=stop) as session:
                return session.run([run])[0]

        if threading.current_thread() is not threading.main_thread():
            return one()
        self.pool.check_owner()
        try:
            return self._aside.run(one)
        finally:
            stop.set()  # where nobody waits for it any more

    def run_many(
        self, program: Program | str, runs: Iterable[Run | Call | str | bytes], *, limits: Limits | None = None
    ) -> Iterator[Execution]:
        """Runs one program on many inputs, over all jails; executions in the order of `runs`, as they finish."""
        shaped = _program(program, "python3")
        windows = ((shaped, window) for window in _windows(runs))
        for executions in self._spread(windows, limits):
            yield from executions

    def run_each(
        self,
        programs: Iterable[Program | str],
        runs: Sequence[Run | Call | str | bytes],
        *,
        limits: Limits | None = None,
    ) -> Iterator[list[Execution]]:
        """Runs many programs on one set of inputs; a list of executions a program, in order, as they finish."""
        shaped = [run if isinstance(run, (Run, Call)) else Run(run) for run in runs]
        yield from self._spread(((_program(program, "python3"), shaped) for program in programs), limits)

    def _spread(
        self, work: Iterable[tuple[Program, list[Run | Call]]], limits: Limits | None
    ) -> Iterator[list[Execution]]:
        """Ordered results over `jobs` threads, with a bounded number of windows ahead of the reader."""

        def one(program: Program, runs: list[Run | Call]) -> list[Execution]:
            with self.open(program, limits) as session:
                return session.run(runs, stop_on_failure=False)

        pending: deque[Future[list[Execution]]] = deque()
        self.pool.check_owner()
        threads = self._pool_of_threads()
        try:
            for program, runs in work:
                pending.append(threads.submit(one, program, runs))
                if len(pending) >= _AHEAD * self.jobs:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()

    def _pool_of_threads(self) -> ThreadPoolExecutor:
        """The threads that this Sandbox spreads work over, `jobs` of them."""
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self.jobs, thread_name_prefix="ot-code-jail")
            return self._threads

    def open(
        self, program: Program, limits: Limits | None = None, *, use: str = "", stop: Stop | None = None
    ) -> Session:
        """A session: the program, built where its language is compiled, ready for windows of runs.

        use: jails opened for one use never serve another: what a checker was given, no candidate's jail has held.
        stop: calls off the build and the runs, whose thread then sees CancelledError.
        Raises LanguageError for an unknown language or a missing toolchain, EnforcementError when a limit does not bind
        on this host (tried before the first program), SandboxError for other faults of ours.
        """
        self.pool.check_owner()
        if not self._tested:
            with self._testing:
                if not self._tested:
                    probe.self_test(self)
                    self._tested = True
        return self._open(program, limits, use, stop)

    def run_unchecked(self, program: Program, run: Run, limits: Limits) -> Execution:
        """One run without the self-test: what the self-test itself is made of."""
        with self._open(program, limits) as session:
            return session.run([run])[0]

    def _open(self, program: Program, limits: Limits | None, use: str = "", stop: Stop | None = None) -> Session:
        limits = limits or self.limits
        image, spec, build_failure = self.images.image(program, limits.memory_mb, stop)
        threads = language_named(program.language).threads
        if threads:
            limits = replace(limits, processes=limits.processes + threads)
        if (limits.scratch_mb, use) != (spec.scratch_mb, spec.use):
            spec = replace(spec, scratch_mb=limits.scratch_mb, use=use)
        return Session(self, image, spec, limits, build_failure, stop)

    def toolchain(self, language: str) -> str:
        """The versions of the compiler or interpreter of a language, in their own words; empty for Python 3.

        Raises LanguageError for an unknown language, and one whose toolchain this host lacks, naming what to install.
        """
        return self.images.toolchains.version(language_named(language))

    def place(self, limits: Limits, stop: Stop) -> AbstractContextManager[Any]:
        """A slot of the node and the memory for one run, waited for.

        Raises CancelledError once `stop` is set, SandboxError once this is closed.
        """
        self.pool.check_owner()
        with ExitStack() as stack:
            stack.enter_context(self._memory.hold(limits.memory_mb))
            stack.enter_context(self.slots.hold(self._goes_on(stop)))
            return stack.pop_all()

    def alone(self, stop: Stop) -> AbstractContextManager[Any]:
        """The node for one run, waited for: no other program runs on it. Raises as `place`."""
        return self.slots.alone(self._goes_on(stop))

    def _goes_on(self, stop: Stop) -> Callable[[], None]:
        """Raises where nobody waits for the run any more: the slots may be strangers' for long."""

        def check() -> None:
            stop.check()
            self.pool.check_open()

        return check

    def _run_image(self, image: Image, spec: JailSpec, limits: Limits, run: Run, stop: Stop | None) -> Execution:
        with Session(self, image, spec, limits, stop=stop, is_build=True) as session:
            return session.run([run])[0]


def _program(program: Program | str, language: str) -> Program:
    return program if isinstance(program, Program) else Program(program, language)


def _windows(runs: Iterable[Run | Call | str | bytes]) -> Iterator[list[Run | Call]]:
    window: list[Run | Call] = []
    for run in runs:
        window.append(run if isinstance(run, (Run, Call)) else Run(run))
        if len(window) == WINDOW:
            yield window
            window = []
    if window:
        yield window
