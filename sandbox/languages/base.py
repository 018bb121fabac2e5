"""What a language is: data that says how a program in it becomes a process. Its table stands in the package's face."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tool:
    """A program that must be on the host. mend: the command that brings it. version: what makes it say which it is."""

    path: str
    mend: str
    version: tuple[str, ...] = ("--version",)


@dataclass(frozen=True)
class Static:
    """Words of a build command that are left out where `linker` finds one of the archives missing."""

    words: tuple[str, ...]
    archives: tuple[str, ...]
    linker: str


@dataclass(frozen=True)
class Prepared:
    """What makes builds or runs quick and holds nothing of any candidate: made on first need, kept on this user's disk.

    command: makes it in a jail that never held a candidate, out of `files`, and leaves `leaves`, which is then seen
    read-only as `name` below a folder, {prepared} in commands. more: further files that it leaves, seen by their names.
    archive: what it leaves is a tar file of plain files, and is seen unpacked: `name` is one of them.
    for_sources: only for programs whose main file matches.
    build, run: whether builds have it, whether runs do. options: words that then follow a build's first word.
    """

    name: str
    command: tuple[str, ...]
    leaves: str
    more: tuple[str, ...] = ()
    archive: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    for_sources: re.Pattern[bytes] | None = None
    options: tuple[str, ...] = ()
    build: bool = True
    run: bool = False


@dataclass(frozen=True)
class Language:
    """How a program becomes a process.

    file_name: what the main file is called.
    build: the compiler's command, with {source} (the main file), {sources} (it and the program's further ones, a word
    each), {output} and {prepared} filled in; empty for a language that is run as it is. artifact: the file that the
    build leaves.
    static: what of the command needs static libraries. linker: the binary of a faster linker, used where it is there,
    and the words for it.
    run: the command of a run, with {artifact} and {source} (whole paths), {prepared} and {heap_mb} (MiB that the
    program may use: its memory limit without the allowance); empty for the built executable itself, and for Python 3,
    which the jail's own interpreter runs. A run that has a command finds beside it the artefact, or the source where
    nothing is built, and the program's other files.
    environment: variables for builds and runs, beside the jail's own. mounts: patterns of further host paths that both
    need.
    endings: of file names that mean this language.
    memory_mb: allowance for the language's own machinery, which judges add to a program's limit. threads: how many it
    starts for itself, beside a program's limit of processes. out_of_memory: what the machinery says on stderr as
    it ends a program that has filled its heap. time_factor: what limits made for C++ are multiplied by. time_offset_s:
    CPU seconds of starting up, which judges add to any limit.
    otherwise: names of languages that a program may be in as well, tried in order where the compiler refuses it.
    toolchain: the programs that must be on the host. self_test: a program, its input and what it must print.
    """

    name: str
    file_name: str
    self_test: tuple[str, str, str]
    build: tuple[str, ...] = ()
    artifact: str = "a.out"
    run: tuple[str, ...] = ()
    static: Static | None = None
    linker: tuple[str, tuple[str, ...]] | None = None
    prepared: Prepared | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    memory_mb: int = 0
    threads: int = 0
    out_of_memory: re.Pattern[bytes] | None = None
    time_factor: float = 1.0
    time_offset_s: float = 0.0
    otherwise: tuple[str, ...] = ()
    toolchain: tuple[Tool, ...] = ()

    @property
    def in_template(self) -> bool:
        """Whether the jail's own warm interpreter runs it."""
        return not self.build and not self.run
