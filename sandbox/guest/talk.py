"""A run that talks: its stdin and stdout are live streams, which the host relays to the other jail of an interaction.

Theory of operation. The pipes are made here, in the jail, as for any other run; nothing but bytes leaves it. While the
run lasts, frames go both ways on the stream to the host: `hear` (bytes for its stdin), `grant` (how much more of its
stdout may be read), `eof`, `stop` from the host; `said`, `took` (bytes that its stdin accepted), `closed`, `stuck` and
`tick` to it. Neither side ever blocks on the run: what its stdin does not accept waits in a buffer, whose size the host
bounds by what was taken; its stdout is read only as far as granted, so a flood stops in its own pipe.

`stuck` is said when nothing in the jail can go on without the host: every thread has been in a system call that only
bytes, room in a pipe or another of these threads can end, and none of them has run between two looks.
"""

from __future__ import annotations

import fcntl
import io
import os
import platform
import select
import struct
import sys
import termios
import time
from typing import Any, Callable, Optional

from . import family
from .buffers import Buffer, Results
from .clocks import Clocks, _read
from .ending import Ending
from .watch import Streams, Watch

TICK_NS = 250_000_000
TOOK_BYTES = 64 * 1024  # told to the host when so much was taken: a quarter of what it may have under way
LOOK_NS = 4_000_000  # between two looks at the limits, and before the first at a quiet run
LONGEST_S = 0.05
_X86 = platform.machine() in ("x86_64", "amd64")
_READS, _WRITES = ((0, 19), (1, 20)) if _X86 else ((63, 65), (64, 66))
_FUTEX, _WAIT4 = (202, 61) if _X86 else (98, 260)
_FUTEX_WAITS = (0, 9)  # FUTEX_WAIT, FUTEX_WAIT_BITSET
_EXITING = 0x4  # PF_EXITING in the flags of /proc/PID/stat
_ALARM = 1 << 13  # SIGALRM in a mask of signals


class Talk:
    """The live streams of one run. Used once."""

    def __init__(
        self,
        inp: int,
        read_header: Callable[[], dict[str, Any]],
        header: dict[str, Any],
        buffer: Buffer,
        results: Results,
    ) -> None:
        self._inp = inp
        self._read_header = read_header
        self._credit: int = header["grant"]
        self._wall_ns: int = header["wall_ns"]
        self._results = results
        self._view = buffer.view
        self._from = self._to = 0  # of the buffer: what stdin has not accepted yet
        self._took = 0
        self._frames = 0
        self._eof = False
        self._quiet: Any = None
        self._told = False
        self._closed = False
        self._poll = select.poll()
        self.stdin, self._feed = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._feed, False)

    def close(self) -> None:
        """Closes the end that feeds the run's stdin; the next run never sees it."""
        if self._feed >= 0:
            os.close(self._feed)
            self._feed = -1

    def watch(
        self, ending: Ending, item: Any, streams: Streams, clocks: Clocks, limits: dict[str, int]
    ) -> Optional[str]:
        """None when the run ended by itself, else "stop" for the host's wish or the limit that it met."""
        begun = looked = ticked = time.monotonic_ns()
        watch = Watch(clocks, streams, self._results, {**limits, "wall_ns": self._wall_ns})
        streams.begin(item.index)
        self._open(item, ending)
        pause_s = LOOK_NS / 1e9
        while True:
            events = self._poll.poll(max(1, pause_s * 1000))
            for fd, event in events:
                if fd == ending.fd:
                    if not ending.came():
                        continue
                    return None  # what is left in its stdout goes out with the report
                if self._happened(fd, event, item, streams):
                    return "stop"
            now = time.monotonic_ns()
            if events:
                self._quiet, self._told, pause_s = None, False, LOOK_NS / 1e9
            else:
                if self._closed and _somebody_lives():
                    self._closed = False
                    self._send({"op": "closed"})
                self._look()
                pause_s = min(2 * pause_s, LONGEST_S)
            if now - looked > LOOK_NS:
                looked = now
                met, longest_s = watch.limit_met(now - begun)
                if met:
                    return met
                pause_s = min(pause_s, longest_s)
            if now - ticked > TICK_NS:
                ticked = now
                self._send({"op": "tick", "cpu_ns": clocks.cpu_ns(), "waited_ns": clocks.waited_ns()})

    def _open(self, item: Any, ending: Ending) -> None:
        """Leaves the run's own ends to it, so that its closing one of them is seen here, and watches ours."""
        for fd in (item.stdin, item.out[1], item.err[1]):
            os.close(fd)
        item.stdin, item.out, item.err = -1, (item.out[0], -1), (item.err[0], -1)
        for fd in (item.out[0], item.err[0]):
            os.set_blocking(fd, False)
        for fd in (ending.fd, self._inp, item.out[0], item.err[0]):
            self._poll.register(fd, select.POLLIN)

    def _happened(self, fd: int, event: int, item: Any, streams: Streams) -> bool:
        """Handles one descriptor's event; whether the host wants the run stopped."""
        if fd == self._inp:
            return self._hear(item.out[0])
        if fd == item.out[0]:
            self._say(fd, streams.out)
        elif fd == self._feed:
            self._give()
        elif not (event & select.POLLIN and streams.take(fd, streams.err, 0)):
            self._poll.unregister(fd)
        return False

    def _send(self, header: dict[str, Any], body: Optional[memoryview] = None) -> None:
        self._results.add(header, body)
        self._results.flush()

    # ---- from the host ----

    def _hear(self, out: int) -> bool:
        """Takes one frame of the host's; whether the run is to be stopped."""
        header = self._read_header()
        self._frames += 1
        op = header["op"]
        if op == "stop":
            return True
        if op == "hear":
            self._take(header["bytes"])
            self._give()
        elif op == "grant":
            if self._credit <= 0 and out >= 0:
                self._poll.register(out, select.POLLIN)
            self._credit += header["bytes"]
        elif op == "eof":
            self._eof = True
            self._give()
        else:
            raise ValueError(f"unknown frame {op!r} in an interaction")
        return False

    def _take(self, count: int) -> None:
        """The next `count` bytes of the stream, behind what waits in the buffer already."""
        if self._to + count > len(self._view):
            waiting = self._to - self._from
            self._view[:waiting] = self._view[self._from : self._to]
            self._from, self._to = 0, waiting
        until = self._to + count
        while self._to < until:
            got = os.readv(self._inp, [self._view[self._to : until]])
            if not got:
                os._exit(0)  # the host is gone
            self._to += got

    def _give(self) -> None:
        """Writes to the run's stdin what it accepts now."""
        if self._feed < 0:
            self._drop()
            return
        try:
            while self._from < self._to:
                done = os.write(self._feed, self._view[self._from : self._to])
                self._from += done
                self._took += done
        except BlockingIOError:
            self._poll.register(self._feed, select.POLLOUT)
            self._tell_taken()
            return
        except BrokenPipeError:  # it has closed its stdin: what is said to it is lost, and that is its affair
            self._forget_feed()
            self._drop()
            return
        self._from = self._to = 0
        self._tell_taken()
        if self._eof:
            self._forget_feed()
        else:
            self._unregister(self._feed)

    def _drop(self) -> None:
        self._took += self._to - self._from
        self._from = self._to = 0
        self._tell_taken()

    def _forget_feed(self) -> None:
        self._unregister(self._feed)
        self.close()

    def _unregister(self, fd: int) -> None:
        try:
            self._poll.unregister(fd)
        except KeyError:
            pass  # it was never full

    def _tell_taken(self) -> None:
        if self._took >= TOOK_BYTES:
            self._send({"op": "took", "bytes": self._took})
            self._took = 0

    # ---- to the host ----

    def _say(self, out: int, buffer: Buffer) -> None:
        """Hands on what the run has written, as far as it was granted."""
        got = os.readv(out, [buffer.view[: self._credit]])
        if not got:
            self._poll.unregister(out)
            self._closed = True  # told when it lives on: a process that ends closes its descriptors a while before
            return
        self._credit -= got
        buffer.total += got
        self._send({"op": "said"}, buffer.view[:got])
        if self._credit <= 0:
            self._poll.unregister(out)

    def _look(self) -> None:
        """Says `stuck`, once, when this look finds what the one before it found: threads that cannot go on."""
        if self._told:
            return
        quiet = self._waiting_threads()
        if quiet is not None and quiet == self._quiet:
            self._told = True
            self._send({"op": "stuck", "frames": self._frames})
        self._quiet = quiet

    def _waiting_threads(self) -> Optional[dict[str, bytes]]:
        """What each thread waits in and how often it has run, or None when one of them may go on by itself."""
        empty = self._feed >= 0 and self._from == self._to and not _held(self._feed)
        found: dict[str, bytes] = {}
        try:
            for pid in family.processes():
                if _catches_alarms(_read(f"/proc/{pid}/status")):
                    return None
                for thread in os.listdir(f"/proc/{pid}/task"):
                    at = f"/proc/{pid}/task/{thread}"
                    call = _read(f"{at}/syscall")
                    if not _waits(call, reads=empty, writes=self._credit <= 0):
                        return None
                    found[thread] = call + _read(f"{at}/schedstat")
        except (OSError, ValueError):
            return None  # it ended while we looked, or the kernel does not tell
        return found or None


def _somebody_lives() -> bool:
    """Whether a process of the run is not at its end."""
    for pid in family.processes():
        try:
            flags = int(_read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[6])
        except OSError:
            continue  # it ended while we looked
        if not flags & _EXITING:
            return True
    return False


def _held(pipe: int) -> int:
    """The bytes in a pipe."""
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0])


def _catches_alarms(status: bytes) -> bool:
    """Raises ValueError where the kernel (gVisor) does not tell."""
    caught = status.partition(b"SigCgt:")[2].split(None, 1)
    return bool(int(caught[0] if caught else b"", 16) & _ALARM)


def _waits(call: bytes, *, reads: bool, writes: bool) -> bool:
    """Whether a thread in this system call (a line of /proc/PID/syscall) waits for somebody else, without a time."""
    words = call.split()
    if len(words) < 8:
        return False  # it runs, or sleeps outside a call
    number, first, second, fourth = int(words[0]), int(words[1], 16), int(words[2], 16), int(words[4], 16)
    if number in _READS:
        return reads and first == 0
    if number in _WRITES:
        return writes and first == 1
    if number == _FUTEX:
        return second & 0x7F in _FUTEX_WAITS and fourth == 0
    return number == _WAIT4


def fresh_stdin() -> None:
    """In the child: a sys.stdin over a pipe. The template's was made over a file and would say that it can seek."""
    raw = io.FileIO(0, "rb", closefd=False)
    raw.name = "<stdin>"
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(  # type: ignore[misc]  # final in name only
        io.BufferedReader(raw), encoding="utf-8", errors="surrogateescape", newline="\n"
    )
    sys.stdin.mode = "r"  # type: ignore[misc]  # writable in fact, and standard streams have it
