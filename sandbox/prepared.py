"""What makes builds and runs quick, made once: precompiled headers and the like, in a folder of this user's cache.

Each is made in a jail that never held a candidate, and found again by its command, its files and the tools' versions.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from sandbox.builds import BUILD_LIMITS, Compile
from sandbox.errors import SandboxError
from sandbox.jails.base import PREPARED_DIR
from sandbox.languages import Language, Prepared
from sandbox.toolchains import Toolchains
from sandbox.types import MIB

PREPARE_LIMITS = replace(BUILD_LIMITS, output_bytes=512 * MIB, cpu_time_s=600, wall_time_s=1800)


class PreparedFolders:
    """The folders that jails see at PREPARED_DIR. Thread-safe; asked for twice at once, one is made once."""

    def __init__(self, compile_in_jail: Compile, toolchains: Toolchains) -> None:
        self._compile = compile_in_jail
        self._toolchains = toolchains
        self._lock = threading.Lock()
        self._under_way: dict[str, threading.Lock] = {}

    def folder(self, language: Language, prepared: Prepared) -> Path:
        """The folder that holds it, made on first need. Raises SandboxError when it cannot be made."""
        files = {name: text.encode() for name, text in prepared.files.items()}
        words = [self._toolchains.version(language), prepared.name, *prepared.command, *prepared.files.values()]
        words += filter(None, [self._toolchains.place.identity])
        name = hashlib.blake2b("\0".join(words).encode(), digest_size=12).hexdigest()
        folder = _cache_dir() / "prepared" / name
        target = folder / prepared.name
        with self._lock:
            turn = self._under_way.setdefault(name, threading.Lock())
        with turn:
            if target.is_file():
                return folder
            wanted = (prepared.leaves, *prepared.more)
            command = [word.replace("{prepared}", PREPARED_DIR) for word in prepared.command]
            done = self._compile(language, command, files, wanted, None, PREPARE_LIMITS)
            if not done.ok or not all(name in done.files for name in wanted):
                said = done.stderr[-500:] or done.status.value
                raise SandboxError(f"{prepared.name} could not be prepared for {language.name}: {said}")
            target.parent.mkdir(parents=True, exist_ok=True)
            for parent in (target.parent, folder):
                parent.chmod(0o755)
            made = {more: done.files[more] for more in prepared.more}
            content = done.files[prepared.leaves]
            made |= _unpacked(content) if prepared.archive else {prepared.name: content}
            if prepared.name not in made:
                raise SandboxError(f"what was prepared for {language.name} holds no {prepared.name}")
            for more in sorted(made, key=lambda name: name == prepared.name):  # the last one: where it is, all are
                _write(folder / more, made[more])
        return folder


def _unpacked(archive: bytes) -> dict[str, bytes]:
    """The plain files of a tar file; what has a path or is anything else is left out."""
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and "/" not in member.name and member.name not in ("", ".", ".."):
                files[member.name] = content.read()
    return files


def _write(target: Path, content: bytes) -> None:
    """Whole or not there, also beside another process that makes it."""
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)


def _cache_dir() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ot-code"
