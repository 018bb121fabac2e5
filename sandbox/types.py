"""The values that go into a sandbox and come out of it. Frozen; units stand in the names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

MIB = 1024 * 1024
_PART_BYTES, _NAME_BYTES, _DEPTH = 255, 1024, 64  # of a file's name; the first is the kernel's


class Status(str, Enum):
    """How a run ended. Says nothing about whether its output is right."""

    EXITED = "exited"
    SIGNALED = "signaled"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    BUILD_FAILED = "build_failed"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use.

    cpu_time_s: CPU seconds of all processes of the run together; fractions count.
    wall_time_s: seconds on the clock, time spent waiting for a CPU left out; None: 3 x cpu_time_s + 2.
    memory_mb: MiB held resident by the run's processes together, files in its scratch space included.
    output_bytes: bytes on stdout; of a stderr beyond 192 KiB its begin and end are kept, and it is never a verdict.
    scratch_mb: MiB of files under the run's working directory.
    processes: processes and threads at one time. open_files: descriptors of one process.
    """

    cpu_time_s: float = 4.0
    wall_time_s: float | None = None
    memory_mb: int = 512
    output_bytes: int = 64 * MIB
    scratch_mb: int = 64
    processes: int = 128
    open_files: int = 256

    def __post_init__(self) -> None:
        """Raises ValueError naming the limit that cannot be used."""
        for name in ("cpu_time_s", "memory_mb", "output_bytes", "scratch_mb", "processes", "open_files"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
                raise ValueError(f"Limits.{name} must be a positive number, not {value!r}")
        if self.wall_time_s is not None and not (math.isfinite(self.wall_time_s) and self.wall_time_s > 0):
            raise ValueError(f"Limits.wall_time_s must be a positive number or None, not {self.wall_time_s!r}")

    @property
    def wall_s(self) -> float:
        """The wall limit in force, in seconds."""
        return self.wall_time_s if self.wall_time_s is not None else 3 * self.cpu_time_s + 2


def _check_name(name: str, where: str) -> None:
    parts = name.split("/")
    if not name or "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{where}: {name!r} is not a relative name inside the working directory")
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in parts]  # a lone surrogate is a ValueError too
    if max(sizes) > _PART_BYTES or len(parts) > _DEPTH or sum(sizes) > _NAME_BYTES:
        raise ValueError(f"{where}: {name!r:.80} is too long a name, or lies too deep, for a file")


def _check_files(names: Iterable[str], where: str) -> None:
    """Raises ValueError unless files of these names can lie beside each other."""
    for name in names:
        _check_name(name, where)
    together = set(names)
    for name in names:
        if "/" in name and (clash := together.intersection(map(str, PurePosixPath(name).parents))):
            raise ValueError(f"{where}: {clash.pop()!r:.80} is a file and a folder at once")


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run; it holds no test data.

    source: text (or bytes, taken as they are) of the main file. files: further files beside it, by relative name.
    entry: with no source, the name in `files` of the main file. sources: names in `files` of further sources, which a
    compiler is given together with the main one. arguments: what follows the program's own name in argv.
    """

    source: str | bytes = ""
    language: str = "python3"
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    entry: str | None = None
    arguments: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for files that cannot lie in the working directory, or an entry that is not there."""
        _check_files(self.files, "Program.files")
        if self.entry is not None and self.entry not in self.files:
            raise ValueError(f"Program.entry {self.entry!r} is not among the files {sorted(self.files)}")
        for name in self.sources:
            if name not in self.files:
                raise ValueError(f"Program.sources {name!r} is not among the files {sorted(self.files)}")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program: a fresh process that reads `stdin`.

    files: more files, for this run alone. collect: names of files that it leaves which are wanted back, in
    `Execution.files`; regular files only, never through a link, together at most `Limits.output_bytes`.
    """

    stdin: str | bytes = b""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    collect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for files that cannot lie in the working directory."""
        _check_files(self.files, "Run.files")
        for name in self.collect:
            _check_name(name, "Run.collect")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function of a program, in a fresh process.

    function: a name in the program, or a method of its `Solution` class. arguments: plain data (None, bool, int,
    float, str, bytes, list, tuple, dict, set), copied by value. usual_names: the names that LeetCode puts before a
    program (List, Counter, math, ...) are there without an import; without them the program has what it imports.
    """

    function: str
    arguments: tuple[Any, ...] = ()
    usual_names: bool = True


@dataclass(frozen=True, slots=True)
class Execution:
    """What one run did.

    exit_code and signal: at most one is set. cpu_time_s: of all its processes; wall_time_s: on the clock.
    memory_mb: MiB held resident at the peak, None where it could not be measured. stdout_bytes, stderr_bytes: as they
    came, and the compiler's words on stderr where the build failed. returned: what a Call gave back, as plain data
    (None for a Run; `has_returned` tells a returned None from nothing). truncated: stdout or stderr was cut. marginal:
    it ran near its CPU limit and was timed again alone. files: what was left of `Run.collect`, by name.
    """

    status: Status
    exit_code: int | None = None
    signal: int | None = None
    cpu_time_s: float = 0.0
    wall_time_s: float = 0.0
    memory_mb: float | None = None
    stdout_bytes: bytes = b""
    stderr_bytes: bytes = b""
    returned: Any = None
    has_returned: bool = False
    truncated: bool = False
    marginal: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def stdout(self) -> str:
        """What it printed, as text; bytes that are not UTF-8 show as U+FFFD."""
        return self.stdout_bytes.decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        """What it said on stderr (the compiler's words where the build failed), as text."""
        return self.stderr_bytes.decode("utf-8", "replace")

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with exit code 0 within its limits."""
        return self.status is Status.EXITED and self.exit_code == 0
