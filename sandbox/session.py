"""One program in one jail: windows of runs, faults tried again, runs near their CPU limit timed again alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sandbox.errors import GuestProtocolError, JailError, SandboxError
from sandbox.guest import wire
from sandbox.jails.base import Jail, JailSpec
from sandbox.types import MIB, Call, Execution, Limits, Run, Status

if TYPE_CHECKING:
    from sandbox.executor import Sandbox

SILENCE_S = 30.0  # the supervisor says something every second while a run lasts
MARGIN_LOW, MARGIN_HIGH = 0.7, 1.5  # of the CPU limit: such a run is timed again, and is `marginal`
KILLED_AT = 1.6  # of the CPU limit: past the margin, so that noise at its edge decides nothing
TIMED_AGAIN = 3
CLOSE = 0.05  # this near an edge, the least of more timings is wanted
TIMED_AGAIN_CLOSE = 7
MOST_STACK_MB = 512  # of compiled programs; no right program recurses deeper, and endless ones end in good time
_STDERR_CAP = 3 * 64 * 1024
_RETURNED_CAP = 16 * MIB  # a text of empty lists becomes objects of thirty times its size, in the host's memory
_CONTROL = Run()


@dataclass(frozen=True)
class Image:
    """What of a program goes into the jail.

    kind: "python" or "exec". files: the main file first. executable: a built program, run in place of a file.
    """

    kind: str
    argv: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    executable: bytes = b""


class Session:
    """A program ready to run. Holds one jail until it is closed; used by one thread."""

    def __init__(
        self, sandbox: Sandbox, image: Image, spec: JailSpec, limits: Limits, build_failure: Execution | None = None
    ) -> None:
        self.build_failure = build_failure
        self._sandbox = sandbox
        self._image = image
        self._spec = spec
        self._limits = limits
        self._jail: Jail | None = None
        self._loaded = False
        self._memory_set = -1
        self._held_bytes: int | None = None

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
        self._loaded = False

    def run(self, runs: Sequence[Run | Call], *, stop_on_failure: bool = True) -> list[Execution]:
        """What each run did, in order, each in a fresh process.

        With stop_on_failure it ends at the first execution that is not `ok`, and is then shorter than `runs`. A jail
        that breaks is replaced and its run tried once more. Raises SandboxError when that breaks too; its `provoked`
        says whether a control program passes where this one fails.
        """
        if self.build_failure is not None:
            return [self.build_failure for _ in runs[: 1 if stop_on_failure else None]]
        done: list[Execution] = []
        failed_at = -1
        while len(done) < len(runs):
            begun = len(done)
            try:
                with self._sandbox.place(self._limits):
                    # Not extend(): what came before a jail broke is kept.
                    for execution in self._window(runs[begun:], stop_on_failure=stop_on_failure):
                        done.append(execution)  # noqa: PERF402 - see above
                if len(done) == begun:
                    raise GuestProtocolError("a jail ran nothing of a window")
            except JailError as error:
                self.close(broken=True)
                if failed_at == len(done):
                    raise self._fault(error, done) from error
                failed_at = len(done)
                continue
            for index in range(begun, len(done)):
                done[index] = self._settled(runs[index], done[index])
                if stop_on_failure and not done[index].ok:
                    return done[: index + 1]
        return done

    def _fault(self, error: JailError, done: Sequence[Execution] = ()) -> SandboxError:
        """The fault to report: provoked when a control program passes in a fresh jail where this program broke two."""
        control = Image("python", ("/tmp/solution.py",), (("solution.py", b"print(6 * 7)\n"),))  # noqa: S108 - the jail's
        try:
            with self._sandbox.place(self._limits), Session(self._sandbox, control, self._spec, Limits()) as session:
                provoked = session._one(_CONTROL).stdout == "42\n"
        except JailError:
            provoked = False
        words = f"two jails broke under this run, the second: {error}"
        return SandboxError(words, provoked=provoked, executions=tuple(done))

    def _settled(self, run: Run | Call, first: Execution) -> Execution:
        """A run near its CPU limit is timed again while nothing else runs on the node; the best time counts.

        Noise only ever adds to a time, so the least of a few is near the truth, and of more the nearer.
        """
        limit = self._limits.cpu_time_s
        if not MARGIN_LOW * limit <= first.cpu_time_s < KILLED_AT * limit or first.status in _NOT_ABOUT_TIME:
            return first
        best = first
        for again in range(1, TIMED_AGAIN_CLOSE + 1):
            execution = self._alone(run)
            if execution.status in _NOT_ABOUT_TIME:
                return execution
            if execution.cpu_time_s < best.cpu_time_s:
                best = execution
            if self._is_settled(best.cpu_time_s / limit, again):
                break
        return replace(best, marginal=MARGIN_LOW * limit <= best.cpu_time_s <= MARGIN_HIGH * limit)

    @staticmethod
    def _is_settled(best: float, again: int) -> bool:
        """Whether the best time so far, as a share of the limit, says enough after so many timings."""
        if best < MARGIN_LOW or MARGIN_LOW + CLOSE < best <= 1:
            return True
        edge = min(best - MARGIN_LOW, abs(best - 1), abs(best - MARGIN_HIGH))
        return again >= (TIMED_AGAIN_CLOSE if edge <= CLOSE else TIMED_AGAIN)

    def _alone(self, run: Run | Call) -> Execution:
        for last in (False, True):
            try:
                with self._sandbox.slots.alone():
                    return self._one(run)
            except JailError as error:
                self.close(broken=True)
                if last:
                    raise self._fault(error) from error
        raise AssertionError("the loop returns or raises")

    def _one(self, run: Run | Call) -> Execution:
        """A window of one run, read to its end, so that the jail can be used again."""
        done = list(self._window([run], stop_on_failure=True))
        if not done:
            raise GuestProtocolError("a jail ran nothing of a window")
        return done[0]

    # ---- one window ----

    def _window(self, runs: Sequence[Run | Call], *, stop_on_failure: bool) -> Iterator[Execution]:
        jail = self._ready(runs)
        kills_before = jail.group.oom_kills() if jail.group is not None else 0
        items, bodies = _items(runs)
        header: dict[str, Any] = {"op": "runs", "items": items, "stop": stop_on_failure}
        outgoing: list[bytes | memoryview] = [wire.pack(header, sum(map(len, bodies))), *bodies]
        if not self._loaded:
            outgoing[:0] = self._program()
        frames = _Frames(self._limits, len(runs))
        finished = False
        try:
            for frame, body in jail.connection.exchange(outgoing, SILENCE_S):
                self._loaded = True
                if frame.get("op") == "end":
                    finished = True
                    self._held_bytes = frame.get("idle")
                    if frame.get("dirty"):
                        self.close(broken=True)
                    return
                execution = frames.take(frame, body)
                if execution is not None:
                    yield execution
        except JailError:
            # An OOM that took the supervisor along is the program's doing, not a fault of ours.
            if jail.group is None or jail.group.oom_kills() <= kills_before:
                raise
            self.close(broken=True)
            yield Execution(Status.MEMORY_LIMIT, memory_mb=float(self._limits.memory_mb))
        finally:
            if not finished and self._jail is jail:
                self.close(broken=True)

    def _ready(self, runs: Sequence[Run | Call]) -> Jail:
        """The jail, borrowed on first need, with its cgroup set to this program's limits. It is idle now."""
        if self._jail is None:
            self._jail = self._sandbox.pool.borrow(self._spec)
            self._memory_set = -1
        group = self._jail.group
        if group is not None:
            inputs = max((len(_stdin(run)) for run in runs), default=0)
            wanted = self._limits.memory_mb * MIB + inputs
            if wanted > self._memory_set or not self._loaded:
                group.set_memory(group.memory_usage() + wanted)
                group.set_processes(self._limits.processes + 1)
                self._memory_set = wanted
        return self._jail

    def _program(self) -> list[bytes | memoryview]:
        image, limits = self._image, self._limits
        blob = _blob(image.files)
        contents = [content for _, content in image.files]
        cpu_kill_s = KILLED_AT * limits.cpu_time_s
        header = {
            "op": "program",
            "kind": image.kind,
            "argv": image.argv,
            "env": self._sandbox.environment,
            "blob_bytes": len(blob),
            "exe_bytes": len(image.executable),
            "main": _main(image.files),
            "seed": any(map(_MEETS_RANDOM.search, contents)) or len(contents) > 1,
            "late": any(map(_ENDS_LATE.search, contents)),
            "meets_signals": any(map(_MEETS_SIGNALS.search, contents)),
            "looks_at_itself": any(map(_LOOKS_AT_ITSELF.search, contents)),
            "limits": {
                "cpu_ns": int(cpu_kill_s * 1e9),
                "cpu_s": int(cpu_kill_s) + 2,
                "wall_ns": int(limits.wall_s * 1e9),
                "memory_bytes": limits.memory_mb * MIB,
                "output_bytes": limits.output_bytes,
                "file_bytes": limits.scratch_mb * MIB + 1,
                "processes": limits.processes + 1,
                "open_files": limits.open_files,
                "stack_bytes": min(limits.memory_mb, MOST_STACK_MB) * MIB,
            },
        }
        return [wire.pack(header, len(blob) + len(image.executable)), blob, image.executable]


# A program with one of these may meet the generator that all children share, and so gets it seeded anew.
_MEETS_RANDOM = re.compile(rb"random|statistics|import_|importlib|exec|eval|modules")
# Each of these may do something at the interpreter's end: finalizers, unflushed files, suspended generators.
_ENDS_LATE = re.compile(rb"__del__|weakref|yield|open\(|async |fdopen|TemporaryFile")
_MEETS_SIGNALS = re.compile(rb"signal|kill|[iI]nterrupt|import_|importlib|exec|eval|modules")
_LOOKS_AT_ITSELF = re.compile(rb"proc|ctypes|mmap|import_|importlib|exec|eval|modules")
_NOT_ABOUT_TIME = frozenset({Status.OUTPUT_LIMIT, Status.MEMORY_LIMIT, Status.BUILD_FAILED})


def _stdin(run: Run | Call) -> bytes:
    if isinstance(run, Call):
        return b""
    return run.stdin if isinstance(run.stdin, bytes) else run.stdin.encode("utf-8", "surrogateescape")


def _items(runs: Sequence[Run | Call]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Each run's header entry, and the bodies in the order in which the supervisor reads them."""
    items: list[dict[str, Any]] = []
    bodies: list[bytes] = []
    for run in runs:
        if isinstance(run, Call):
            data, blob = wire.dump_plain((run.function, tuple(run.arguments))), b""
            collect: tuple[str, ...] = ()
        else:
            data, collect = _stdin(run), run.collect
            blob = _blob(tuple((name, _bytes(text)) for name, text in run.files.items())) if run.files else b""
        items.append(
            {"stdin_bytes": len(data), "blob_bytes": len(blob), "call": isinstance(run, Call), "collect": list(collect)}
        )
        bodies += [data, blob]
    return items, bodies


def _blob(files: Sequence[tuple[str, bytes]]) -> bytes:
    parts: list[bytes] = []
    for name, content in files:
        encoded = name.encode("utf-8", "surrogateescape")
        parts += [wire.FILE.pack(len(encoded), len(content)), encoded, content]
    return b"".join(parts)


def _main(files: Sequence[tuple[str, bytes]]) -> tuple[int, int]:
    """Where in the blob the main file's content begins, and its size."""
    if not files:
        return 0, 0
    name, content = files[0]
    return wire.FILE.size + len(name.encode("utf-8", "surrogateescape")), len(content)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


class _Frames:
    """Frames of a window, made into Executions. What a jail says is checked, not believed."""

    def __init__(self, limits: Limits, runs: int) -> None:
        self._limits = limits
        self._runs = iter(range(runs))
        # By run, since a run's files and first output come while results of earlier runs are still held back.
        self._chunks: dict[int, dict[str, list[bytes]]] = {}
        self._sizes: dict[int, int] = {}

    def take(self, frame: dict[str, Any], body: bytes) -> Execution | None:
        """The Execution that this frame completes, if it does. Raises GuestProtocolError."""
        op = frame.get("op")
        try:
            if op == "chunk":
                self._chunk(int(frame["run"]), frame["stream"], body)
                return None
            if op == "tick":
                return None
            if op == "done":
                return self._done(frame, body)
        except (KeyError, TypeError, ValueError) as error:
            raise GuestProtocolError(f"a jail sent an ill-formed {op!r} frame: {error!r}") from error
        raise GuestProtocolError(f"a jail sent the unknown frame {op!r}")

    def _chunk(self, run: int, stream: str, body: bytes) -> None:
        self._sizes[run] = self._sizes.get(run, 0) + len(body)
        if self._sizes[run] > 3 * self._limits.output_bytes + _STDERR_CAP + MIB:
            raise GuestProtocolError("a jail sent more output than its limits allow")
        self._chunks.setdefault(run, {}).setdefault(stream, []).append(body)

    def _done(self, frame: dict[str, Any], body: bytes) -> Execution:
        if frame["run"] != next(self._runs, None):
            raise GuestProtocolError("a jail's runs are not in the order that was asked for")
        out_size, err_size, ret_size = frame["sizes"]
        out_total, err_total, _ = frame["totals"]
        if out_size + err_size + ret_size != len(body):
            raise GuestProtocolError("a jail's sizes do not add up")
        chunks = self._chunks.pop(frame["run"], {})
        self._sizes.pop(frame["run"], None)
        limit = self._limits.output_bytes
        stdout = b"".join([*chunks.get("out", ()), body[:out_size]])[:limit]
        returned_text = b"".join([*chunks.get("ret", ()), body[out_size + err_size :]])
        files = {name[5:]: b"".join(parts) for name, parts in chunks.items() if name.startswith("file:")}
        cpu_s, exit_code = frame["cpu_ns"] / 1e9, frame["exit"]
        status = self._status(frame, cpu_s)
        returned, has_returned = None, False
        if 0 < len(returned_text) <= _RETURNED_CAP and status is Status.EXITED and exit_code == 0:
            try:
                returned, has_returned = wire.load_plain(returned_text), True
            except wire.WireError:
                pass  # the program wrote there itself: nothing was returned, which is never a pass
        memory = frame["memory"]
        return Execution(
            status=status,
            exit_code=exit_code if exit_code >= 0 else None,
            signal=-exit_code if exit_code < 0 else None,
            cpu_time_s=cpu_s,
            wall_time_s=frame["wall_ns"] / 1e9,
            memory_mb=None if memory is None else memory / MIB,
            stdout_bytes=stdout,
            stderr_bytes=body[out_size : out_size + err_size],
            returned=returned,
            has_returned=has_returned,
            truncated=out_total > limit or err_total > err_size,
            files=files,
        )

    def _status(self, frame: dict[str, Any], cpu_s: float) -> Status:
        """The first that holds: output, memory, time, how it ended."""
        cut = frame["cut"]
        if "E" in frame["note"]:
            raise JailError("a run could not be set up in its jail")
        if "B" in frame["note"]:
            return Status.BUILD_FAILED
        if cut == "output":
            return Status.OUTPUT_LIMIT
        if frame["oom"] or cut == "memory":
            return Status.MEMORY_LIMIT
        if cut in ("time", "wall") or cpu_s > self._limits.cpu_time_s:
            return Status.TIME_LIMIT
        return Status.SIGNALED if frame["exit"] < 0 else Status.EXITED
