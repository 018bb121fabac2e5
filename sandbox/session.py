"""One program in one jail: windows of runs, faults tried again, runs near their CPU limit timed again alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sandbox import frames
from sandbox.errors import GuestProtocolError, JailError, PressureError, SandboxError
from sandbox.frames import Image
from sandbox.images import WORKDIR
from sandbox.jails.base import Jail, JailSpec
from sandbox.jails.cgroup_group import Kills
from sandbox.stop import Stop
from sandbox.types import MIB, Call, Execution, Limits, Run, Status

if TYPE_CHECKING:
    from sandbox.executor import Sandbox

SILENCE_S = 30.0  # the supervisor says something every second while a run lasts
MARGIN_LOW, MARGIN_HIGH = 0.7, 1.5  # of the CPU limit: such a run is timed again, and is `marginal`
TIMED_AGAIN = 3
CLOSE = 0.05  # this near an edge, the least of more timings is wanted
TIMED_AGAIN_CLOSE = 7
_WORDS = 500  # characters of what a broken jail said last
_CONTROL = Run()
_NOT_ABOUT_TIME = frozenset({Status.OUTPUT_LIMIT, Status.MEMORY_LIMIT, Status.BUILD_FAILED})


def _as_elsewhere(execution: Execution, jail: Jail) -> Execution:
    """What it said, with the working directory's usual name: a jail without a view of its own has another each time."""
    workdir = getattr(jail, "workdir", WORKDIR)
    if workdir == WORKDIR or workdir.encode() not in execution.stderr_bytes:
        return execution
    return replace(execution, stderr_bytes=execution.stderr_bytes.replace(workdir.encode(), WORKDIR.encode()))


class Session:
    """A program ready to run. Holds one jail until it is closed; used by one thread."""

    def __init__(
        self,
        sandbox: Sandbox,
        image: Image,
        spec: JailSpec,
        limits: Limits,
        build_failure: Execution | None = None,
        stop: Stop | None = None,
        *,
        is_build: bool = False,
        fresh: bool = False,
    ) -> None:
        """stop: calls the runs off. is_build: it is a compiler that runs, which is timed again only where it failed.

        fresh: in a jail that is opened for it, as every one is that follows a broken one.
        """
        self.build_failure = build_failure
        self._is_build = is_build
        self._sandbox = sandbox
        self.image = image
        self._spec = spec
        self.limits = limits
        self._jail: Jail | None = None
        self._fresh = fresh
        self._loaded = False
        self._memory_set = -1
        self._held_bytes: int | None = None
        self.stop = stop or Stop()
        self.times_again = True  # False: a run near its CPU limit is taken at its first time

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(broken=error is not None)

    def close(self, *, broken: bool = False) -> None:
        """Gives the jail back. broken: it is in an unknown state and must be replaced."""
        if self._jail is not None:
            jail, self._jail = self._jail, None
            self._sandbox.pool.give_back(jail, broken=broken, held_bytes=self._held_bytes)
            self._fresh = broken
        self._loaded = False

    def run(self, runs: Sequence[Run | Call], *, stop_on_failure: bool = True) -> list[Execution]:
        """What each run did, in order, each in a fresh process.

        With stop_on_failure it ends at the first execution that is not `ok`, and is then shorter than `runs`. A jail
        that breaks is replaced and its run tried once more. Raises SandboxError when that breaks too; its `provoked`
        says whether a control program passes where this one fails, ValueError for a Call of what is not Python.
        """
        if self.image.kind != "python" and any(isinstance(run, Call) for run in runs):
            raise ValueError("functions are called in python3 programs only; others are run")
        if self.build_failure is not None:
            return [self.build_failure for _ in runs[: 1 if stop_on_failure else None]]
        done: list[Execution] = []
        failed_at = -1
        while len(done) < len(runs):
            begun = len(done)
            self.stop.check()
            try:
                with self._sandbox.place(self.limits, self.stop):
                    # Not extend(): what came before a jail broke is kept.
                    for execution in self._window(runs[begun:], stop_on_failure=stop_on_failure):
                        done.append(execution)  # noqa: PERF402 - see above
                if len(done) == begun:
                    raise GuestProtocolError("a jail ran nothing of a window")
            except JailError as error:
                self.close(broken=True)
                self.stop.check()
                if failed_at == len(done):
                    raise self.fault(error, done) from error
                failed_at = len(done)
                continue
            for index in range(begun, len(done)):
                done[index] = self._settled(runs[index], done[index])
                if stop_on_failure and not done[index].ok:
                    return done[: index + 1]
        return done

    def fault(self, error: JailError, done: Sequence[Execution] = ()) -> SandboxError:
        """The fault to report: provoked when a control program passes in a fresh jail where this program broke two."""
        if isinstance(error, PressureError):
            return SandboxError(f"twice, {error}", executions=tuple(done))
        control = Image("python", ("/tmp/solution.py",), (("solution.py", b"print(6 * 7)\n"),))  # noqa: S108 - the jail's
        try:
            with (
                self._sandbox.place(self.limits, self.stop),
                Session(self._sandbox, control, self._spec, Limits(), fresh=True) as session,
            ):
                provoked = session._one(_CONTROL).stdout == "42\n"
        except JailError:
            provoked = False
        words = f"two jails broke under this run, the second: {error}"
        return SandboxError(words, provoked=provoked, executions=tuple(done))

    def _settled(self, run: Run | Call, first: Execution) -> Execution:
        """A run near its CPU limit is timed again while nothing else runs on the node; the best time counts.

        Noise only ever adds to a time, so the least of a few is near the truth, and of more the nearer.
        """
        limit = self.limits.cpu_time_s
        if not self.times_again:
            return first
        if self._is_build:
            # One that passed is within its limit, and one far over it is not: so that nobody holds up the node with it.
            close = first.status is Status.TIME_LIMIT and limit <= first.cpu_time_s < MARGIN_HIGH * limit
            return self._alone(run) if close else first
        if not MARGIN_LOW * limit <= first.cpu_time_s < frames.KILLED_AT * limit or first.status in _NOT_ABOUT_TIME:
            return first
        best = first
        for again in range(1, TIMED_AGAIN_CLOSE + 1):
            execution = self._alone(run)
            if execution.status in _NOT_ABOUT_TIME:
                return execution
            if execution.cpu_time_s < best.cpu_time_s:
                best = execution
            if self.is_settled(best.cpu_time_s / limit, again):
                break
        return replace(best, marginal=MARGIN_LOW * limit <= best.cpu_time_s <= MARGIN_HIGH * limit)

    @staticmethod
    def is_settled(best: float, again: int) -> bool:
        """Whether the best time so far, as a share of the limit, says enough after so many timings."""
        if best < MARGIN_LOW or MARGIN_LOW + CLOSE < best <= 1:
            return True
        edge = min(best - MARGIN_LOW, abs(best - 1), abs(best - MARGIN_HIGH))
        return again >= (TIMED_AGAIN_CLOSE if edge <= CLOSE else TIMED_AGAIN)

    def _alone(self, run: Run | Call) -> Execution:
        for last in (False, True):
            self.stop.check()
            try:
                with self._sandbox.alone(self.stop):
                    return self._one(run)
            except JailError as error:
                self.close(broken=True)
                self.stop.check()
                if last:
                    raise self.fault(error) from error
        raise AssertionError("the loop returns or raises")

    def _one(self, run: Run | Call) -> Execution:
        """A window of one run, read to its end, so that the jail can be used again."""
        done = list(self._window([run], stop_on_failure=True))
        if not done:
            raise GuestProtocolError("a jail ran nothing of a window")
        return done[0]

    # ---- a run with live streams, led by interaction.py ----

    def start_talk(self, run: Run, grant: int) -> tuple[Jail, list[bytes | memoryview]]:
        """The jail, ready, and the frames that start one run in it; `take_end` or `close` must follow."""
        jail = self._ready([run])
        outgoing = frames.talk(run, self.limits, grant)
        if not self._loaded:
            outgoing[:0] = frames.program(self.image, self.limits, self._sandbox.environment, talks=True)
            self._loaded = True
        return jail, outgoing

    def take_end(self, frame: Mapping[str, Any]) -> None:
        """Takes the jail's word that the run is over and cleared up; a dirty jail is replaced."""
        self._held_bytes = frame.get("idle")
        if frame.get("dirty"):
            self.close(broken=True)

    # ---- one window ----

    def _window(self, runs: Sequence[Run | Call], *, stop_on_failure: bool) -> Iterator[Execution]:
        jail = self._ready(runs)
        kills = Kills(jail.group)
        outgoing = frames.window(runs, stop_on_failure=stop_on_failure)
        if not self._loaded:
            outgoing[:0] = frames.program(self.image, self.limits, self._sandbox.environment)
        executions = frames.Executions(self.limits, len(runs), self.image.out_of_memory)
        finished = False
        try:
            with self.stop.watching(jail):
                for frame, body in jail.connection.exchange(outgoing, SILENCE_S):
                    self._loaded = True
                    if frame.get("op") == "end":
                        finished = True
                        break
                    execution = executions.take(frame, body)
                    if execution is not None:
                        if execution.status is Status.MEMORY_LIMIT:
                            kills.happened(executions.peak)  # or it raises
                        yield _as_elsewhere(execution, jail)
            if finished:
                self.take_end(frame)
        except PressureError:
            raise
        except JailError as error:
            # An OOM that took the supervisor along is the program's doing, not a fault of ours.
            if not kills.happened():
                said = jail.last_words()[:_WORDS]
                if said:
                    raise type(error)(f"{error}; it said: {said}") from error
                raise
            self.close(broken=True)
            yield Execution(Status.MEMORY_LIMIT, memory_mb=float(self.limits.memory_mb))
        finally:
            if not finished and self._jail is jail:
                self.close(broken=True)

    def _ready(self, runs: Sequence[Run | Call]) -> Jail:
        """The jail, borrowed on first need, with its cgroup set to this program's limits. It is idle now."""
        if self._jail is None:
            self._jail = self._sandbox.pool.borrow(self._spec, fresh=self._fresh)
            self._memory_set = -1
        group = self._jail.group
        if group is not None:
            inputs = max((len(frames.stdin_of(run)) for run in runs), default=0)
            wanted = self.limits.memory_mb * MIB + inputs
            if wanted > self._memory_set or not self._loaded:
                group.set_memory(group.memory_usage() + wanted)
                group.set_processes(self.limits.processes + 1)
                self._memory_set = wanted
        return self._jail
