"""Frames of the protocol: a program and a window of runs as they go into a jail, and what comes out as Executions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import GuestProtocolError, JailError
from sandbox.guest import wire
from sandbox.types import MIB, Call, Execution, Limits, Run, Status

KILLED_AT = 2.0  # of the CPU limit: far past the margin, so that a slow moment does not hide a time within it
MOST_STACK_MB = 512  # of compiled programs; no right program recurses deeper, and endless ones end in good time
_STDERR_CAP = 3 * 64 * 1024
_SAID = 300  # characters of why a run could not be set up
_RETURNED_CAP = 16 * MIB  # a text of empty lists becomes objects of thirty times its size, in the host's memory

# A program with one of these may meet the generator that all children share, and so gets it seeded anew.
_MEETS_RANDOM = re.compile(rb"random|statistics|import_|importlib|exec|eval|modules")
# Each of these may do something at the interpreter's end: finalizers, unflushed files, suspended generators.
# A class of `io` is flushed as it is collected, and so are its subclasses: `class FastIO(IOBase)` of contest templates;
# what is detached from sys.stdout, and an `os.fdopen(1, "w")`, are flushed by nothing else.
_ENDS_LATE = re.compile(
    rb"__del__|weakref|yield|open\b|async |TemporaryFile|makefile|exec|eval"
    rb"|IOBase|TextIOWrapper|Buffered|FileIO|detach"
)
_MEETS_SIGNALS = re.compile(rb"signal|kill|[iI]nterrupt|import_|importlib|exec|eval|modules")
_LOOKS_AT_ITSELF = re.compile(rb"proc|ctypes|mmap|import_|importlib|exec|eval|modules")


@dataclass(frozen=True)
class Image:
    """What of a program goes into the jail.

    kind: "python" or "exec". files: the main file first. executable: a built program, run in place of a file.
    environment: variables beside the sandbox's own. out_of_memory: what the language's machinery says on stderr as it
    ends a program that has filled its heap.
    """

    kind: str
    argv: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    executable: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)
    out_of_memory: re.Pattern[bytes] | None = None


def program(
    image: Image, limits: Limits, environment: Mapping[str, str], *, talks: bool = False
) -> list[bytes | memoryview]:
    """What makes a program the one in force. talks: its runs have live streams, and what they wait for is looked at."""
    blob = _blob(image.files)
    contents = [content for _, content in image.files]
    cpu_kill_s = KILLED_AT * limits.cpu_time_s
    header = {
        "op": "program",
        "kind": image.kind,
        "argv": image.argv,
        "env": {**environment, **image.environment},
        "blob_bytes": len(blob),
        "exe_bytes": len(image.executable),
        "main": _main_at(image.files),
        "seed": any(map(_MEETS_RANDOM.search, contents)) or len(contents) > 1,
        "late": any(map(_ENDS_LATE.search, contents)),
        "meets_signals": any(map(_MEETS_SIGNALS.search, contents)),
        "looks_at_itself": talks or any(map(_LOOKS_AT_ITSELF.search, contents)),
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


def window(runs: Sequence[Run | Call], *, stop_on_failure: bool) -> list[bytes | memoryview]:
    """What asks for these runs of the program in force."""
    items, bodies = _items(runs)
    header = {"op": "runs", "items": items, "stop": stop_on_failure}
    return [wire.pack(header, sum(map(len, bodies))), *bodies]


def talk(run: Run, limits: Limits, grant: int) -> list[bytes | memoryview]:
    """What asks for one run with live streams; `grant`: how many bytes of its stdout may be read until more are.

    Its wall clock is the host's: the jail's own, twenty times as long, is only a backstop.
    """
    (entry,), (_, blob) = _items([run])
    wall_ns = int(20 * limits.wall_s * 1e9)
    return [wire.pack({"op": "talk", **entry, "grant": grant, "wall_ns": wall_ns}, len(blob)), blob]


def stdin_of(run: Run | Call) -> bytes:
    """What a run reads; nothing for a call."""
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
            data, collect = stdin_of(run), run.collect
            blob = _blob(tuple((name, bytes_of(text)) for name, text in run.files.items())) if run.files else b""
        items.append(
            {
                "stdin_bytes": len(data),
                "blob_bytes": len(blob),
                "call": isinstance(run, Call),
                "bare": isinstance(run, Call) and not run.usual_names,
                "collect": list(collect),
            }
        )
        bodies += [data, blob]
    return items, bodies


def _blob(files: Sequence[tuple[str, bytes]]) -> bytes:
    parts: list[bytes] = []
    for name, content in files:
        encoded = name.encode("utf-8", "surrogateescape")
        parts += [wire.FILE.pack(len(encoded), len(content)), encoded, content]
    return b"".join(parts)


def _main_at(files: Sequence[tuple[str, bytes]]) -> tuple[int, int]:
    """Where in the blob the main file's content begins, and its size."""
    if not files:
        return 0, 0
    name, content = files[0]
    return wire.FILE.size + len(name.encode("utf-8", "surrogateescape")), len(content)


def bytes_of(text: str | bytes) -> bytes:
    """The content of a file; lone surrogates in their three-byte form."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


class Executions:
    """Frames of a window, made into Executions. What a jail says is checked, not believed."""

    def __init__(self, limits: Limits, runs: int, out_of_memory: re.Pattern[bytes] | None = None) -> None:
        self._out_of_memory = out_of_memory
        self._limits = limits
        self._runs = iter(range(runs))
        # By run, since a run's files and first output come while results of earlier runs are still held back.
        self._chunks: dict[int, dict[str, list[bytes]]] = {}
        self._sizes: dict[int, int] = {}
        self.peak: int | None = None  # bytes that the jail held at most in the last run, where the kernel killed in it

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
        stderr = body[out_size : out_size + err_size]
        status = self._status(frame, cpu_s, stderr)
        returned, has_returned = None, False
        if 0 < len(returned_text) <= _RETURNED_CAP and status is Status.EXITED and exit_code == 0:
            try:
                returned, has_returned = wire.load_plain(returned_text), True
            except wire.WireError:
                pass  # the program wrote there itself: nothing was returned, which is never a pass
        memory = frame["memory"]
        self.peak = int(frame["peak"]) if "peak" in frame else None
        return Execution(
            status=status,
            exit_code=exit_code if exit_code >= 0 else None,
            signal=-exit_code if exit_code < 0 else None,
            cpu_time_s=cpu_s,
            wall_time_s=frame["wall_ns"] / 1e9,
            memory_mb=None if memory is None else memory / MIB,
            stdout_bytes=stdout,
            stderr_bytes=stderr,
            returned=returned,
            has_returned=has_returned,
            truncated=out_total > limit or err_total > err_size,
            files=files,
        )

    def _status(self, frame: dict[str, Any], cpu_s: float, stderr: bytes) -> Status:
        """The first that holds: output, memory, time, how it ended."""
        cut = frame["cut"]
        if "E" in frame["note"]:
            said = stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:_SAID]  # by our own lines alone
            raise JailError(f"a run could not be set up in its jail: {said}")
        if "B" in frame["note"]:
            return Status.BUILD_FAILED
        if cut == "output":
            return Status.OUTPUT_LIMIT
        if frame["oom"] or cut == "memory":
            return Status.MEMORY_LIMIT
        if cut in ("time", "wall") or cpu_s > self._limits.cpu_time_s:
            return Status.TIME_LIMIT
        # A program that says this itself has failed as well: it changes the name of its failure, and nothing else.
        if frame["exit"] and self._out_of_memory is not None and self._out_of_memory.search(stderr):
            return Status.MEMORY_LIMIT
        return Status.SIGNALED if frame["exit"] < 0 else Status.EXITED
