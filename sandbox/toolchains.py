"""The compilers and interpreters of this host: whether they are there, which versions, and commands as it can do."""

from __future__ import annotations

import os
import subprocess
import threading

from sandbox.errors import LanguageError
from sandbox.languages import Language, Tool

_VERSION_S = 30.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


class Toolchains:
    """What was asked once is remembered. Thread-safe."""

    def __init__(self) -> None:
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
                if static and not all("/" in _said(static.linker, f"-print-file-name={a}") for a in static.archives):
                    words = [word for word in words if word not in static.words]
                if language.linker is not None and os.access(language.linker[0], os.X_OK):
                    words[:0] = language.linker[1]
                self._commands[language.name] = (compiler, *words)
            return self._commands[language.name]

    def _version(self, language: Language, tool: Tool) -> str:
        if tool.path not in self._versions:
            if not os.access(tool.path, os.X_OK):
                raise LanguageError(f"{language.name} needs {tool.path}, which this host lacks: {tool.mend}")
            self._versions[tool.path] = _said(tool.path, *tool.version).partition("\n")[0]
        return self._versions[tool.path]


def _said(*argv: str) -> str:
    """What a program of this host says, on stdout or else on stderr. Raises LanguageError when it cannot be run."""
    try:
        said = subprocess.run(
            argv, capture_output=True, check=False, env=_ENVIRONMENT, cwd="/", stdin=subprocess.DEVNULL,
            timeout=_VERSION_S,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LanguageError(f"{argv[0]} does not run on this host: {error}") from error
    return (said.stdout or said.stderr).decode("utf-8", "replace").strip()
