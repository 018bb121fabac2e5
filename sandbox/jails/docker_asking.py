"""What an image has: its interpreter, packages and toolchains, asked in a container of it that is no jail of anybody.

The container is as hardened as a jail, but keeps the image's own environment, so that `python3` is found as the image
means it. It never holds a candidate.
"""

from __future__ import annotations

import json
import os
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import JailError, LanguageError, RuntimeSettingError
from sandbox.jails.base import PACKAGES_DIR
from sandbox.jails.docker_stream import Demultiplexer
from sandbox.runtime import Package, Runtime

LEAST_PYTHON = (3, 9)
_ANSWER_S = 60.0
_TOOL_S = 30.0
_MOST_BYTES = 4 * 1024 * 1024

_SOURCE = f"""\
import json, os, subprocess, sys
def facts(names):
    import importlib.metadata, site
    folder = {PACKAGES_DIR!r}
    folders = [folder] if os.path.isdir(folder) else [f for f in site.getsitepackages() if os.path.isdir(f)]
    found = {{}}
    for d in importlib.metadata.distributions(path=folders):
        name = d.metadata['Name']
        if name and name.lower() in names:
            found.setdefault(name.lower(), d.version)
    return {{'version': sys.version.split()[0], 'info': list(sys.version_info[:2]), 'folders': folders,
            'interpreter': os.path.realpath(sys.executable), 'prefix': sys.base_prefix, 'packages': found,
            'kernel': os.uname().release}}
def said(argv):
    done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, cwd='/', timeout={_TOOL_S},
                          env={{'PATH': '/usr/bin:/bin', 'HOME': '/tmp', 'LC_ALL': 'C.UTF-8'}})
    return (done.stdout or done.stderr).decode('utf-8', 'replace')
for line in sys.stdin:
    what, about = json.loads(line)
    try:
        if what == 'facts':
            answer = facts(about)
        elif what == 'executable':
            answer = os.access(about, os.X_OK)
        else:
            answer = said(about)
        answer = [True, answer]
    except Exception as error:
        answer = [False, str(error)]
    print(json.dumps(answer), flush=True)
"""


class Asked:
    """A container that answers questions. Thread-safe; raises JailError when it does not answer. Takes `fd` over."""

    def __init__(self, fd: int, end: Callable[[], None]) -> None:
        self._fd = fd
        self._end = end
        self._lock = threading.Lock()
        self._pieces = Demultiplexer()
        self._data = bytearray()
        os.set_blocking(fd, False)
        source = _SOURCE.encode()
        self._send(len(source).to_bytes(8, "little") + source)

    def ask(self, what: str, about: Any) -> tuple[bool, Any]:
        """(whether it could be done, the answer or why not)."""
        with self._lock:
            self._send(json.dumps([what, about]).encode() + b"\n")
            try:
                answer = json.loads(self._line())
                return bool(answer[0]), answer[1]
            except (ValueError, LookupError, TypeError) as error:
                raise JailError(f"the image's python3 answered nonsense: {error}") from error

    @property
    def words(self) -> str:
        """What it said on stderr."""
        return self._pieces.words.decode("utf-8", "replace").strip()

    def _waits(self, event: int, seconds: float) -> bool:
        waiting = select.poll()  # not select(): a server may have more than 1,024 descriptors
        waiting.register(self._fd, event)
        return bool(waiting.poll(seconds * 1000))

    def _send(self, data: bytes) -> None:
        try:
            while data:
                self._waits(select.POLLOUT, _ANSWER_S)
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            raise JailError(f"the image's python3 cannot be asked: {error.strerror}") from error

    def _line(self) -> bytes:
        until = time.monotonic() + _ANSWER_S
        while b"\n" not in self._data:
            if not self._waits(select.POLLIN, max(0.0, until - time.monotonic())):
                raise JailError(f"the image's python3 has not answered for {_ANSWER_S:.0f} s")
            try:
                data = os.read(self._fd, 65536)
            except OSError as error:
                raise JailError(f"the image's python3 cannot be heard: {error.strerror}") from error
            if not data:
                raise JailError(f"the image's python3 ended; it said: {self.words or 'nothing'}")
            self._pieces.feed(data, self._data)
            if len(self._data) > _MOST_BYTES:
                raise JailError("the image's python3 answered nonsense")
        line, _, rest = self._data.partition(b"\n")
        self._data = bytearray(rest)
        return bytes(line)

    def close(self) -> None:
        """Ends the container."""
        os.close(self._fd)
        self._end()


@dataclass(frozen=True)
class Facts:
    """runtime: the interpreter and packages of an image. folders: where its packages lie.

    kernel: the release of what its containers run on.
    """

    runtime: Runtime
    folders: tuple[str, ...]
    kernel: str


def facts(asked: Asked, image: str, wanted: tuple[str, ...] | None) -> Facts:
    """What programs see in an image; wanted: packages that they are promised, None: numpy where it is there.

    Raises RuntimeSettingError for a Python that is too old, and a package that is wanted and not there.
    """
    names = ("numpy",) if wanted is None else wanted
    fine, said = asked.ask("facts", [name.lower() for name in names])
    if not fine:
        raise RuntimeSettingError(f"the image {image} cannot be used: its python3 says {said}")
    if tuple(said["info"]) < LEAST_PYTHON:
        raise RuntimeSettingError(f"the image {image} has Python {said['version']}; a jail needs 3.9 or later")
    found = said["packages"]
    missing = [name for name in wanted or () if name.lower() not in found]
    if missing:
        raise RuntimeSettingError(
            f"the runtime declares {', '.join(missing)}, which the image {image} lacks: install it there, or leave it "
            "out of the runtime's packages"
        )
    packages = tuple(Package(name, found[name.lower()], ()) for name in names if name.lower() in found)
    runtime = Runtime(Path(said["interpreter"]), Path(said["prefix"]), said["version"], packages)
    return Facts(runtime, tuple(said["folders"]), str(said["kernel"]))


class ImageTools:
    """The tools of an image, as sandbox/toolchains.py asks for them. open: opens a container to ask; kept until close.

    identity: the image. where: how a person is told of it.
    """

    def __init__(self, image: str, reference: str, open_asked: Callable[[], Asked]) -> None:
        self.identity = image
        self.where = f"the image {reference}"
        self._open = open_asked
        self._asked: Asked | None = None
        self._lock = threading.Lock()

    def executable(self, path: str) -> bool:
        """Whether the image has a program there. Raises JailError."""
        return bool(self._ask("executable", path)[1])

    def said(self, *argv: str) -> str:
        """What a program of the image says. Raises LanguageError when it cannot be run, JailError."""
        fine, answer = self._ask("said", list(argv))
        if not fine:
            raise LanguageError(f"{argv[0]} does not run in {self.where}: {answer}")
        return str(answer).strip()

    def _ask(self, what: str, about: Any) -> tuple[bool, Any]:
        with self._lock:
            if self._asked is None:
                self._asked = self._open()
            try:
                return self._asked.ask(what, about)
            except JailError:
                self._close()
            self._asked = self._open()  # its container may have been killed from outside: once more
            return self._asked.ask(what, about)

    def _close(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.close()

    def close(self) -> None:
        """Ends the container that was asked."""
        with self._lock:
            self._close()
