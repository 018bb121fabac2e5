"""One interaction as it happens: bytes relayed between two jails, and when and how it is over."""

from __future__ import annotations

import select
import time
from collections import deque
from dataclasses import replace
from typing import Any

from sandbox import frames
from sandbox.errors import GuestProtocolError, JailError
from sandbox.jails.cgroup_group import Kills
from sandbox.jails.channel import Channel
from sandbox.session import SILENCE_S, Session
from sandbox.types import Execution, Run, Status

WINDOW_BYTES = 256 * 1024  # of one direction under way: read from one side and not yet accepted by the other
KEPT_BYTES = 64 * 1024  # of what a side said, for people to look at
_RELAY_S = 0.001  # what the relay may add to the wall clock, for each message
_ABSENT_S = 2.0  # between two looks, which are a part of a second apart: this process was stopped
_MOST_PATIENCE = 20  # times the wall limit, whatever the waiting for CPUs
_QUIET_TICKS = 2  # reports, a quarter second apart, of next to no CPU: it waits, as far as anybody can tell
_QUIET_NS = 5_000_000


class Side:
    """One of the two, as the host sees it: its jail, what was said to it and by it, and how it ended."""

    def __init__(self, session: Session, run: Run) -> None:
        self._session = session
        self.limits = session.limits
        self._jail, outgoing = session.start_talk(run, WINDOW_BYTES)
        self._kills = Kills(self._jail.group)
        self.channel = Channel(self._jail.connection)
        self.channel.send_raw(outgoing)
        self._executions = frames.Executions(self.limits, 1, session.image.out_of_memory)
        self._backlog: deque[memoryview] = deque()
        self._under_way = 0
        self._frames_sent = 0
        self._kept = bytearray()
        self._eof = "no"  # then "wanted", then "sent"
        self._tick: tuple[int, int] | None = None
        self._stuck_at = -1
        self.cut: Status | None = None  # the limit for which it was ended from here
        self._execution: Execution | None = None
        self.said = 0
        self.closed = False
        self.quiet_ticks = 0
        self.cpu_ns = self.waited_ns = 0
        self.stopped = False
        self.over = False

    @property
    def ended(self) -> Execution | None:
        """How it ended, or None while it lives."""
        return self._execution

    @property
    def stuck(self) -> bool:
        """Whether nothing in its jail can go on by itself; it has all that its window lets pass, and takes no more."""
        return self._stuck_at == self._frames_sent

    @property
    def waits(self) -> bool:
        """Whether it is stuck, or has used next to no CPU for a while: a runtime with timers of its own looks so."""
        return self.stuck or self.quiet_ticks >= _QUIET_TICKS

    def result(self) -> Execution:
        """What it did, with the first of what it said as its stdout. Raises GuestProtocolError when it never ended."""
        if self._execution is None:
            raise GuestProtocolError("a side of an interaction has no end")
        execution = self._execution
        status = self.cut if self.cut is not None and not self.stopped else execution.status
        cut = self.said > len(self._kept)
        return replace(execution, status=status, stdout_bytes=bytes(self._kept), truncated=cut or execution.truncated)

    # ---- to the jail ----

    def hear(self, data: bytes) -> None:
        """Passes bytes on to its stdin, as far as it takes them; dropped when it has ended."""
        if self._execution is None and data:
            self.quiet_ticks = 0
            self._backlog.append(memoryview(data))
            self._pass_on()

    def eof(self) -> None:
        """Ends its stdin behind what is still to be passed on."""
        if self._execution is None and self._eof == "no":
            self._eof = "wanted"
            self._pass_on()

    def grant(self, count: int) -> None:
        """Lets so many more bytes of its stdout be read."""
        if self._execution is None and count:
            self._send({"op": "grant", "bytes": count})

    def stop(self, cut: Status | None = None) -> None:
        """Ends it: without blame, or for the limit `cut` that it met."""
        if self._execution is None and not self.stopped and self.cut is None:
            self.cut = cut
            self.stopped = cut is None
            self._backlog.clear()
            self._send({"op": "stop"})

    def _send(self, header: dict[str, Any], body: bytes | memoryview = b"") -> None:
        self._frames_sent += 1
        self.channel.send(header, body)

    def _pass_on(self) -> None:
        while self._backlog and self._under_way < WINDOW_BYTES:
            data = self._backlog.popleft()
            piece = data[: WINDOW_BYTES - self._under_way]
            if len(piece) < len(data):
                self._backlog.appendleft(data[len(piece) :])
            self._under_way += len(piece)
            self._send({"op": "hear", "bytes": len(piece)}, piece)
        if self._eof == "wanted" and not self._backlog:
            self._eof = "sent"
            self._send({"op": "eof"})

    # ---- from the jail ----

    def take(self, header: dict[str, Any], body: bytes) -> tuple[bytes, int]:
        """One frame of its jail's: (bytes that it said, how many more the other side may say). Raises JailError."""
        op = header.get("op")
        try:
            if op == "said":
                return self._said(body), 0
            if op == "took":
                taken = int(header["bytes"])
                self._under_way -= taken
                self._pass_on()
                return b"", taken
            if op == "tick":
                self._ticked(int(header["cpu_ns"]), int(header["waited_ns"]))
            elif op == "stuck":
                self._stuck_at = int(header["frames"])
            elif op == "closed":
                self.closed = True
            elif op == "end":
                self.over = True
                self._session.take_end(header)
            else:
                execution = self._executions.take(header, body)
                if execution is not None:
                    return self._end(execution), 0
        except (KeyError, TypeError, ValueError) as error:
            raise GuestProtocolError(f"a jail sent an ill-formed {op!r} frame: {error!r}") from error
        return b"", 0

    def _said(self, data: bytes) -> bytes:
        self._stuck_at = -1
        self.quiet_ticks = 0
        self.said += len(data)
        self._kept += data[: KEPT_BYTES - len(self._kept)]
        if self.said > self.limits.output_bytes:
            self.stop(Status.OUTPUT_LIMIT)
        return data

    def _ticked(self, cpu_ns: int, waited_ns: int) -> None:
        if self._tick is not None:
            used = cpu_ns - self._tick[0] + max(0, waited_ns - self._tick[1])
            self.quiet_ticks = self.quiet_ticks + 1 if used < _QUIET_NS else 0
        self._tick = (cpu_ns, waited_ns)
        self.cpu_ns, self.waited_ns = cpu_ns, max(self.waited_ns, waited_ns)

    def _end(self, execution: Execution) -> bytes:
        """Its end; what was left in its pipe was said before it. Raises PressureError."""
        if execution.status is Status.MEMORY_LIMIT:
            self._kills.happened(self._executions.peak)  # or it raises
        self._execution = execution
        self.cpu_ns = int(execution.cpu_time_s * 1e9)
        said = self._said(execution.stdout_bytes)
        if self.said > self.limits.output_bytes and not self.stopped:
            self._execution = replace(execution, status=Status.OUTPUT_LIMIT)
        return said

    def broke(self) -> bool:
        """Takes the end of its jail: whether it was its own doing, memory that took the supervisor along.

        Raises PressureError.
        """
        if not self._kills.happened():
            return False
        self._session.close(broken=True)
        self._execution = Execution(Status.MEMORY_LIMIT, memory_mb=float(self.limits.memory_mb))
        self.over = True
        return True


class Exchange:
    """The relay between a candidate and an interactor."""

    def __init__(self, candidate: Side, interactor: Side, accepting: int) -> None:
        self._candidate = candidate
        self._interactor = interactor
        self._accepting = accepting
        self._begun = self._looked = time.monotonic()
        self._messages = 0
        self._writes_on = False  # the candidate, after the interactor had accepted
        self.deadlock = False

    def lead(self) -> None:
        """Relays until both have ended and their jails are clear. Raises JailError when a jail fails."""
        sides = {side.channel.read_fd: side for side in (self._candidate, self._interactor)}
        while True:
            living = [side for side in sides.values() if not side.over]
            if not living:
                return
            poll = select.poll()
            for side in living:
                poll.register(side.channel.read_fd, select.POLLIN)
                if side.channel.waits:
                    poll.register(side.channel.write_fd, select.POLLOUT)
            self._wait(poll, living, sides)

    def _wait(self, poll: select.poll, living: list[Side], sides: dict[int, Side]) -> None:
        """Handles what comes until the set of descriptors to look at changes."""
        while True:
            for fd, _ in poll.poll(100):
                side = sides.get(fd)
                if side is not None:
                    self._receive(side)
                else:
                    next(one for one in living if one.channel.write_fd == fd).channel.flush()
            self._decide()
            self._look_at_the_clock(living)
            if any(side.over or side.channel.waits for side in living) or len(living) == 1:
                return

    def _receive(self, side: Side) -> None:
        other = self._interactor if side is self._candidate else self._candidate
        try:
            for header, body in side.channel.receive():
                said, taken = side.take(header, body)
                other.grant(taken)
                if said:
                    self._messages += 1
                    if other.ended is None:
                        other.hear(said)
                    else:  # there is nobody who could take it, and no pipe breaks for that
                        side.grant(len(said))
                        self._writes_on = self._writes_on or side is self._candidate
                if side.over:
                    return
        except JailError:
            if not side.broke():
                raise

    def _decide(self) -> None:
        """Ends what is to be ended, as the module's first lines say."""
        candidate, interactor = self._candidate, self._interactor
        ended, decided = candidate.ended, interactor.ended
        if ended is not None and decided is not None:
            return
        if ended is not None:
            if ended.ok and not candidate.stopped:
                interactor.eof()
            elif candidate.cut or ended.status not in (Status.EXITED, Status.SIGNALED) or interactor.waits:
                interactor.stop()
        elif decided is not None:
            accepted = decided.status is Status.EXITED and decided.exit_code == self._accepting
            if not accepted or candidate.waits or self._writes_on:
                candidate.stop()
        else:
            if candidate.closed:
                interactor.eof()
            if interactor.closed:
                candidate.eof()
            if candidate.stuck and interactor.stuck:
                self.deadlock = True
                candidate.stop(Status.TIME_LIMIT)

    def _look_at_the_clock(self, living: list[Side]) -> None:
        """The wall clock of an interaction: the candidate's, and what the interactor and the relay took of it."""
        now = time.monotonic()
        for side in living:
            if not side.over and now - side.channel.heard > SILENCE_S:
                raise JailError(f"the jail has said nothing for {SILENCE_S:.0f} s")
        if now - self._looked > _ABSENT_S:
            self._begun += now - self._looked
        self._looked = now
        candidate, interactor = self._candidate, self._interactor
        wall_s = (interactor if candidate.ended is not None else candidate).limits.wall_s
        extra_s = (interactor.cpu_ns + candidate.waited_ns + interactor.waited_ns) / 1e9 + _RELAY_S * self._messages
        if now - self._begun <= min(wall_s + extra_s, _MOST_PATIENCE * wall_s):
            return
        if candidate.ended is None and not (candidate.stuck and interactor.ended is None):
            candidate.stop(Status.TIME_LIMIT)
        else:
            interactor.stop(Status.TIME_LIMIT)
