"""Two programs that talk: a candidate and an interactor, each in a jail of its own, under limits of its own.

Theory of operation. No descriptor passes from one jail to the other, nor from the host into either: each supervisor
makes its run's pipes itself (guest/talk.py) and hands bytes to the host as frames, and `_Exchange` relays them. So it
works over any jail's stream, both directions are counted, and a jail that dies takes its ends along. Each side has a
window: what one side's stdin has not accepted stops the other's stdout from being read.

Both runs hold one slot of the node together, since they take turns, and the memory of both: nobody who holds one of
two waits for the other. How it ends (docs/architecture.md has the table): the interactor's end with any code but
`accepting` ends the candidate at once. After `accepting`, the candidate may come to its own end; it is stopped, without
blame, once it waits for input or writes once more. When the candidate ends first with exit code 0, the interactor gets
end-of-file and its time to decide; when it crashed, the interactor may still decide by what was said, until it waits
for more. When both wait for each other, that is the candidate's time limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING

from sandbox import frames
from sandbox.errors import JailError, SandboxError
from sandbox.exchange import Exchange, Side
from sandbox.session import MARGIN_HIGH, MARGIN_LOW, TIMED_AGAIN_CLOSE, Session
from sandbox.types import Execution, Limits, Program, Run, Status

if TYPE_CHECKING:
    from sandbox.executor import Sandbox

KATTIS_ACCEPTS = 42
_NOT_ABOUT_TIME = frozenset({Status.OUTPUT_LIMIT, Status.MEMORY_LIMIT, Status.BUILD_FAILED})


@dataclass(frozen=True, slots=True)
class Interaction:
    """What two programs did. Of a stopped one, the execution says only what it used until then.

    candidate_stopped, interactor_stopped: it lived when all was decided, and was ended without blame. deadlock: both
    waited for each other; the candidate's status is then `time_limit`. stdout_bytes of each: the first of what it said.
    """

    candidate: Execution
    interactor: Execution
    candidate_stopped: bool = False
    interactor_stopped: bool = False
    deadlock: bool = False


class InteractiveSession:
    """A candidate and an interactor, ready to talk. Holds two jails until it is closed; used by one thread."""

    def __init__(self, sandbox: Sandbox, candidate: Session, interactor: Session) -> None:
        self._sandbox = sandbox
        self._candidate = candidate
        self._interactor = interactor
        limits = candidate.limits
        self._together = replace(limits, memory_mb=limits.memory_mb + interactor.limits.memory_mb)

    @property
    def build_failure(self) -> Execution | None:
        """The candidate's failed build."""
        return self._candidate.build_failure

    @property
    def interactor_build_failure(self) -> Execution | None:
        """The interactor's failed build."""
        return self._interactor.build_failure

    def __enter__(self) -> InteractiveSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(broken=error is not None)

    def close(self, *, broken: bool = False) -> None:
        """Gives the jails back. broken: they are to be replaced."""
        self._candidate.close(broken=broken)
        self._interactor.close(broken=broken)

    def run(self, run: Run, *, accepting: int = KATTIS_ACCEPTS) -> Interaction:
        """One interaction, each side in a fresh process; `run` holds the interactor's files and what to collect.

        accepting: the interactor's exit code after which the candidate may come to its own end. A candidate near its
        CPU limit is timed again while nothing else runs on the node, and its best run counts, whole. A jail that breaks
        is replaced and the interaction tried once more. Raises SandboxError when that breaks too, and when a side was
        not built (ask `build_failure` first).
        """
        if self.build_failure is not None or self.interactor_build_failure is not None:
            raise SandboxError("a side of this interaction was not built: see its build failure")
        first = self._tried(lambda: self._placed(run, accepting))
        return self._settled(run, accepting, first)

    def _placed(self, run: Run, accepting: int) -> Interaction:
        with self._sandbox.place(self._together, self._candidate.stop):
            return self._once(run, accepting)

    def _alone(self, run: Run, accepting: int) -> Interaction:
        with self._sandbox.alone(self._candidate.stop):
            return self._once(run, accepting)

    def _tried(self, attempt: Callable[[], Interaction]) -> Interaction:
        try:
            return attempt()
        except JailError:
            self.close(broken=True)
        try:
            return attempt()
        except JailError as error:
            self.close(broken=True)
            raise self._candidate.fault(error) from error

    def _settled(self, run: Run, accepting: int, first: Interaction) -> Interaction:
        """As Session does with a run near its CPU limit, for the candidate."""
        limit = self._candidate.limits.cpu_time_s
        cpu_s = first.candidate.cpu_time_s
        if not MARGIN_LOW * limit <= cpu_s < frames.KILLED_AT * limit or first.candidate.status in _NOT_ABOUT_TIME:
            return first
        best = first
        for again in range(1, TIMED_AGAIN_CLOSE + 1):
            other = self._tried(lambda: self._alone(run, accepting))
            if other.candidate.status in _NOT_ABOUT_TIME:
                return other
            if other.candidate.cpu_time_s < best.candidate.cpu_time_s:
                best = other
            if Session.is_settled(best.candidate.cpu_time_s / limit, again):
                break
        marginal = MARGIN_LOW * limit <= best.candidate.cpu_time_s <= MARGIN_HIGH * limit
        return replace(best, candidate=replace(best.candidate, marginal=marginal))

    def _once(self, run: Run, accepting: int) -> Interaction:
        candidate = interactor = None
        try:
            candidate = Side(self._candidate, Run())
            interactor = Side(self._interactor, run)
            exchange = Exchange(candidate, interactor, accepting)
            exchange.lead()
            return Interaction(
                candidate.result(),
                interactor.result(),
                candidate_stopped=candidate.stopped,
                interactor_stopped=interactor.stopped,
                deadlock=exchange.deadlock,
            )
        finally:
            for side, session in ((candidate, self._candidate), (interactor, self._interactor)):
                if side is None or not side.over:
                    session.close(broken=True)


def open_interaction(
    sandbox: Sandbox,
    candidate: Program,
    interactor: Program,
    *,
    limits: Limits | None = None,
    interactor_limits: Limits | None = None,
) -> InteractiveSession:
    """The two programs, built where their languages are compiled, ready to talk. Raises what Sandbox.open raises."""
    first = sandbox.open(candidate, limits)
    return InteractiveSession(sandbox, first, sandbox.open(interactor, interactor_limits))
