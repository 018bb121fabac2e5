"""Engines for tests: the one of this machine, and one of its own that a test may stop, restart and fill up."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from sandbox.errors import JailError
from sandbox.jails.docker_engine import Engine
from sandbox.jails.docker_images import tag_of

PYTHON = tag_of("python")
LANGUAGES = tag_of("languages")


# An engine without a bridge takes away the one of another; and its mounts go with it.
_APART = ["unshare", "--net", "--mount"]


def needed(engine: bool, what: str) -> None:
    """Skips the tests where something is missing; in CI that is a failure."""
    if engine:
        return
    if os.environ.get("OT_REQUIRE_DOCKER"):
        pytest.fail(f"OT_REQUIRE_DOCKER is set, and {what}")
    pytest.skip(what)


@contextlib.contextmanager
def engine_here() -> Iterator[Engine]:
    """This machine's engine, with the image of Python jails."""
    try:
        engine = Engine()
    except JailError as error:
        needed(False, str(error))
    with contextlib.closing(engine):
        needed(engine.image(PYTHON) is not None, f"the engine has no {PYTHON}: ot-code images build")
        yield engine


class OwnEngine:
    """An engine below a folder, its data in a small file system in memory. runtimes: beside runc, for daemon.json."""

    def __init__(self, folder: Path, runtimes: Mapping[str, object]) -> None:
        self.folder = folder
        self._runtimes = runtimes
        self.url = f"unix://{folder}/docker.sock"
        self.data = folder / "data"
        self.data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", str(self.data)], check=True)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self.folder / "docker.pid").unlink(missing_ok=True)
        options = [
            "--host", self.url, "--data-root", str(self.data), "--exec-root", str(self.folder / "exec"),
            "--pidfile", str(self.folder / "docker.pid"), "--bridge=none", "--iptables=false", "--ip6tables=false",
            "--containerd-namespace", "ot-code-tests", "--config-file", str(self.folder / "daemon.json"),
        ]  # fmt: skip
        (self.folder / "daemon.json").write_text(json.dumps({"runtimes": dict(self._runtimes)}))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_APART, "dockerd", *options], stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + 60
        while subprocess.run(["docker", "-H", self.url, "version"], capture_output=True, check=False).returncode:
            if time.monotonic() > until or self.process.poll() is not None:
                pytest.fail("dockerd did not start: " + (self.folder / "log").read_text()[-2000:])
            time.sleep(0.1)

    def load(self, image: str) -> None:
        with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "-H", self.url, "load", "-q"], stdin=saved.stdout, check=True)

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            self.process.wait(120)
            self.process = None

    def close(self) -> None:
        self.stop()
        subprocess.run(["umount", "-l", str(self.data)], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def own_engine(folder: Path, runtimes: Mapping[str, object] = MappingProxyType({})) -> Iterator[OwnEngine]:
    """An engine with the image of Python jails, that nobody else uses."""
    needed(os.geteuid() == 0 and shutil.which("dockerd") is not None, "starting an engine needs root and dockerd")
    engine = OwnEngine(folder, runtimes)
    with contextlib.closing(engine):
        engine.start()
        engine.load(PYTHON)
        yield engine
