"""Compiles programs: in a jail under limits of its own, remembered by content, with precompiled headers.

A build's key is the source, the command and the compiler. Artefacts are kept in memory, the least used dropped first.
The precompiled header is built in a jail that never held a candidate, and kept on disk for all runs of this user.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sandbox.errors import LanguageError, SandboxError
from sandbox.jails.base import PRECOMPILED_DIR
from sandbox.languages import Language
from sandbox.types import MIB, Execution, Limits, Status

BUILD_LIMITS = Limits(
    cpu_time_s=30, wall_time_s=90, memory_mb=2048, output_bytes=64 * MIB, scratch_mb=512, processes=64
)
HEADER_LIMITS = replace(BUILD_LIMITS, output_bytes=512 * MIB)
_KEPT_BYTES = 256 * MIB
# Comments may stand before it; written so that a hostile source has only one way to match.
_BEGINS_WITH_HEADER = re.compile(
    rb"\s*(?:(?://[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)\s*)*#[ \t]*include[ \t]*[<\"]bits/stdc\+\+\.h[>\"]"
)
_HEADER_SCAN = 64 * 1024

# (argv, files to write, name of the file wanted back, precompiled folder, limits) -> how it went
Compile = Callable[[list[str], dict[str, bytes], str, "Path | None", Limits], Execution]


class Builds:
    """Built programs by content. Thread-safe; the same program asked for twice at once is built once."""

    def __init__(self, compile_in_jail: Compile) -> None:
        self._compile = compile_in_jail
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, bytes | Execution] = OrderedDict()
        self._kept_bytes = 0
        self._under_way: dict[bytes, threading.Lock] = {}
        self._compilers: dict[str, str] = {}
        self._commands: dict[str, tuple[str, ...]] = {}

    def build(self, language: Language, files: dict[str, bytes], main: str) -> bytes | Execution:
        """The executable, or the failed build (status BUILD_FAILED, the compiler's words on stderr).

        Raises LanguageError when the toolchain is missing, SandboxError when a jail fails.
        """
        key = self._key(language, files, main)
        with self._lock:
            turn = self._under_way.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            built = self._build(language, files, main)
            self._remember(key, built)
        return built

    def compiler(self, language: Language) -> str:
        """The compiler's own version line. Raises LanguageError naming what to install."""
        binary = language.build[0]
        if binary not in self._compilers:
            if not os.access(binary, os.X_OK):
                package = language.toolchain[1] if language.toolchain else binary
                raise LanguageError(f"{language.name} needs {binary}, which this host lacks: apt-get install {package}")
            self._compilers[binary] = _said(binary, "--version").partition("\n")[0]
        return self._compilers[binary]

    def _command(self, language: Language) -> tuple[str, ...]:
        """The build command as this host can do it: static where the archives are there, by the faster linker."""
        if language.name not in self._commands:
            compiler, *words = language.build
            # A compiler answers with a whole path for what it has, and with the bare name for what it lacks.
            if not all("/" in _said(compiler, f"-print-file-name={name}") for name in language.static):
                words.remove("-static")
            if language.linker is not None and os.access(language.linker[0], os.X_OK):
                words[:0] = language.linker[1]
            self._commands[language.name] = (compiler, *words)
        return self._commands[language.name]

    def _key(self, language: Language, files: dict[str, bytes], main: str) -> bytes:
        digest = hashlib.blake2b(digest_size=20)
        for word in (language.name, self.compiler(language), *self._command(language), main):
            digest.update(word.encode() + b"\0")
        for name in sorted(files):
            digest.update(b"%s\0%d\0" % (name.encode(), len(files[name])) + files[name])
        return digest.digest()

    def _remember(self, key: bytes, built: bytes | Execution) -> None:
        with self._lock:
            self._under_way.pop(key, None)
            self._kept[key] = built
            self._kept_bytes += len(built) if isinstance(built, bytes) else 4096
            while self._kept_bytes > _KEPT_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= len(dropped) if isinstance(dropped, bytes) else 4096

    def _build(self, language: Language, files: dict[str, bytes], main: str) -> bytes | Execution:
        precompiled = None
        if language.header and _BEGINS_WITH_HEADER.match(files[main][:_HEADER_SCAN]):
            precompiled = self._precompiled(language)
        argv = [word.format(source=main, output="a.out") for word in self._command(language)]
        if precompiled is not None:
            argv[1:1] = ["-I", PRECOMPILED_DIR]
        done = self._compile(argv, files, "a.out", precompiled, BUILD_LIMITS)
        if done.ok and "a.out" in done.files:
            return bytes(done.files["a.out"])
        return replace(done, status=Status.BUILD_FAILED, stderr_bytes=_explained(done))

    def _precompiled(self, language: Language) -> Path | None:
        """The folder with the language's header precompiled, built on first need."""
        flags = [
            word for word in language.build[1:] if word.startswith("-") and word not in ("-o", "-static", "-s", "-pipe")
        ]
        words = "\0".join([self.compiler(language), language.header, *flags])
        folder = _cache_dir() / "precompiled" / hashlib.blake2b(words.encode(), digest_size=12).hexdigest()
        target = folder / f"{language.header}.gch"
        with self._lock:
            turn = self._under_way.setdefault(b"header" + words.encode(), threading.Lock())
        with turn:
            if target.is_file():
                return folder
            source = f"#include <{language.header}>\n".encode()
            argv = [language.build[0], *flags, "-x", "c++-header", "-o", "header.gch", "header.h"]
            done = self._compile(argv, {"header.h": source}, "header.gch", None, HEADER_LIMITS)
            if not done.ok or "header.gch" not in done.files:
                raise SandboxError(f"the header {language.header} could not be precompiled: {done.stderr[-500:]}")
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
                file.write(done.files["header.gch"])
            Path(file.name).chmod(0o644)
            for made in (target.parent, folder):
                made.chmod(0o755)
            Path(file.name).replace(target)  # whole or not there, also beside another process that builds it
        return folder


def _said(*argv: str) -> str:
    """What a compiler of this host says on its stdout."""
    said = subprocess.run(argv, capture_output=True, check=False, env={"PATH": "/usr/bin:/bin"})
    return said.stdout.decode("utf-8", "replace").strip()


def _explained(done: Execution) -> bytes:
    """The compiler's words; which limit it met, where it met one."""
    if done.status in (Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT):
        return b"the compiler was stopped: " + str(done.status).encode() + b"\n" + done.stderr_bytes
    return done.stderr_bytes or b"the compiler left no executable\n"


def _cache_dir() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ot-code"
