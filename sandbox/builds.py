"""Compiles programs: in a jail under limits of its own, remembered by content.

A build's key is the sources, the command and the tools' versions. Artefacts are kept in memory, the least used dropped
first.
"""

from __future__ import annotations

import hashlib
import re
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from sandbox.jails.base import PREPARED_DIR
from sandbox.languages import Language
from sandbox.stop import Stop
from sandbox.toolchains import Toolchains
from sandbox.types import MIB, Execution, Limits, Status

BUILD_LIMITS = Limits(
    cpu_time_s=30, wall_time_s=90, memory_mb=2048, output_bytes=64 * MIB, scratch_mb=512, processes=256
)
_KEPT_BYTES = 256 * MIB
_HEAD = 64 * 1024  # of a source: where it is looked for the header
_OWN_LIMITS = frozenset({Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT})
# As gcc, clang, rustc and go say that one of their processes was; a source that makes them say so is built twice.
_KILLED = re.compile(rb"(?i)\bkilled\b|signal 9\b|SIGKILL")


class Compile(Protocol):
    """Runs a compiler in a jail."""

    def __call__(
        self,
        language: Language,
        argv: list[str],
        files: dict[str, bytes],
        wanted: tuple[str, ...],
        prepared: Path | None,
        limits: Limits,
        stop: Stop | None = None,
    ) -> Execution:
        """How it went. files: to write before. wanted: names of the files to bring back. stop: calls it off."""


# (language, main file's content) -> the folder that its build sees, where there is one for it
Prepare = Callable[[Language, bytes], "Path | None"]


class Builds:
    """Built programs by content. Thread-safe; the same program asked for twice at once is built once."""

    def __init__(self, compile_in_jail: Compile, prepare: Prepare, toolchains: Toolchains) -> None:
        self._compile = compile_in_jail
        self._prepare = prepare
        self._toolchains = toolchains
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, bytes | Execution] = OrderedDict()
        self._kept_bytes = 0
        self._under_way: dict[bytes, threading.Lock] = {}

    def build(
        self, language: Language, files: dict[str, bytes], sources: tuple[str, ...], stop: Stop | None = None
    ) -> bytes | Execution:
        """The artefact, or the failed build (status BUILD_FAILED, the compiler's words on stderr).

        sources: the main file, then those that are compiled with it. stop: calls the build off; who else waits for the
        same one then builds it. Raises LanguageError when the toolchain is missing, SandboxError when a jail fails,
        CancelledError where it was called off.
        """
        key = self._key(language, files, sources)
        with self._lock:
            turn = self._under_way.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            built = self._build(language, files, sources, stop)
            self._remember(key, built)
        return built

    def _key(self, language: Language, files: dict[str, bytes], sources: tuple[str, ...]) -> bytes:
        digest = hashlib.blake2b(digest_size=20)
        version = self._toolchains.version(language)
        variables = [f"{name}={value}" for name, value in language.environment.items()]
        for word in (
            language.name,
            version,
            *self._toolchains.command(language),
            *variables,
            language.artifact,
            *sources,
        ):
            digest.update(word.encode("utf-8", "surrogatepass") + b"\0")
        for name in sorted(files):
            digest.update(b"%s\0%d\0" % (name.encode("utf-8", "surrogatepass"), len(files[name])) + files[name])
        return digest.digest()

    def _remember(self, key: bytes, built: bytes | Execution) -> None:
        with self._lock:
            self._under_way.pop(key, None)
            self._kept[key] = built
            self._kept_bytes += len(built) if isinstance(built, bytes) else 4096
            while self._kept_bytes > _KEPT_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= len(dropped) if isinstance(dropped, bytes) else 4096

    def _build(
        self, language: Language, files: dict[str, bytes], sources: tuple[str, ...], stop: Stop | None
    ) -> bytes | Execution:
        prepared = self._prepare(language, files[sources[0]][:_HEAD])
        compiler, *words = self._toolchains.command(language)
        if prepared is not None and language.prepared is not None:
            words[:0] = language.prepared.options
        argv = [compiler, *_filled(words, language, sources)]
        for _ in range(2):
            done = self._compile(language, argv, files, (language.artifact,), prepared, BUILD_LIMITS, stop)
            if done.ok and language.artifact in done.files:
                return bytes(done.files[language.artifact])
            if not _was_killed(done):
                break
        return replace(done, status=Status.BUILD_FAILED, stderr_bytes=_explained(done))


def _was_killed(done: Execution) -> bool:
    """Whether somebody killed the compiler, or a part of it, that had met no limit. Once says nothing of a program.

    A compiler ends with an error where a part of it was killed, as if the program were at fault.
    """
    if done.status in _OWN_LIMITS:
        return False
    return done.signal == signal.SIGKILL or _KILLED.search(done.stderr_bytes + done.stdout_bytes) is not None


def _filled(words: list[str], language: Language, sources: tuple[str, ...]) -> Iterator[str]:
    """The words of a build command; {sources} becomes a word for each of them."""
    for word in words:
        if word == "{sources}":
            yield from sources
        else:
            # Not format(): a shell's own braces may stand in a word.
            places = {"{source}": sources[0], "{output}": language.artifact, "{prepared}": PREPARED_DIR}
            for place, value in places.items():
                word = word.replace(place, value)  # noqa: PLW2901 - built up place by place
            yield word


def _explained(done: Execution) -> bytes:
    """The compiler's words; which limit it met, where it met one."""
    if done.status in _OWN_LIMITS:
        return b"the compiler was stopped: " + str(done.status).encode() + b"\n" + done.stderr_bytes
    return done.stderr_bytes or done.stdout_bytes or b"the compiler left no executable\n"
