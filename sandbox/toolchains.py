"""The compilers and interpreters that programs get: whether they are there, which versions, what commands they take.

They are this host's, or those of a container's image: a Place answers for either.
"""

from __future__ import annotations

import os
import subprocess
import threading
from typing import Protocol

from sandbox.errors import LanguageError
from sandbox.languages import Language, Tool

_VERSION_S = 30.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


class Place(Protocol):
    """Where programs are looked for. identity: differs where equal versions may still not fit; where: for people."""

    identity: str
    where: str

    def executable(self, path: str) -> bool:
        """Whether there is a program at this path. Raises SandboxError when it cannot be looked at."""

    def said(self, *argv: str) -> str:
        """What a program says, on stdout or else on stderr. Raises LanguageError when it cannot be run."""


class Toolchains:
    """What was asked once is remembered. Thread-safe."""

    def __init__(self, place: Place | None = None) -> None:
        """place: where the tools are; None: this host."""
        self.place = place or _Host()
        self._lock = threading.Lock()
        self._versions: dict[str, str] = {}
        self._commands: dict[str, tuple[str, ...]] = {}

    def version(self, language: Language) -> str:
        """The versions of a language's tools, in their own words; empty where it needs none.

        Raises LanguageError naming what to install.
        """
        with self._lock:
            return "; ".join(self._version(language, tool) for tool in language.toolchain)

    def command(self, language: Language) -> tuple[str, ...]:
        """The build command as this host can do it: static where the archives are there, by the faster linker."""
        with self._lock:
            if language.name not in self._commands:
                compiler, *words = language.build
                static = language.static
                # A compiler answers with a whole path for what it has, and with the bare name for what it lacks.
                if static and not all(
                    "/" in self.place.said(static.linker, f"-print-file-name={a}") for a in static.archives
                ):
                    words = [word for word in words if word not in static.words]
                if language.linker is not None and self.place.executable(language.linker[0]):
                    words[:0] = language.linker[1]
                self._commands[language.name] = (compiler, *words)
            return self._commands[language.name]

    def _version(self, language: Language, tool: Tool) -> str:
        if tool.path not in self._versions:
            if not self.place.executable(tool.path):
                raise LanguageError(f"{language.name} needs {tool.path}, which {self.place.where} lacks: {tool.mend}")
            self._versions[tool.path] = self.place.said(tool.path, *tool.version).partition("\n")[0]
        return self._versions[tool.path]


class _Host:
    identity = ""
    where = "this host"

    def executable(self, path: str) -> bool:
        return os.access(path, os.X_OK)

    def said(self, *argv: str) -> str:
        try:
            said = subprocess.run(
                argv, capture_output=True, check=False, env=_ENVIRONMENT, cwd="/", stdin=subprocess.DEVNULL,
                timeout=_VERSION_S,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LanguageError(f"{argv[0]} does not run on this host: {error}") from error
        return (said.stdout or said.stderr).decode("utf-8", "replace").strip()
