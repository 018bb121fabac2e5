"""One Docker engine, asked through its SDK, and what it answers as errors of ours.

JailError
├── EngineGoneError      it cannot be reached or does not answer in time: it may come back
└── EngineRefusedError   it said no, with its reason: the same question gets the same answer
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.errors import JailError

ANSWER_S = 30.0
BUILD_ANSWER_S = 1800.0  # an image build may say nothing for as long as one of its steps takes
_END_S = 0.5
_DEFAULT_SOCKET = "unix:///var/run/docker.sock"
_START = "start it (`systemctl start docker`, or Docker Desktop), or point DOCKER_HOST to one"


class EngineGoneError(JailError):
    """The engine cannot be reached, or does not answer in time."""


class EngineRefusedError(JailError):
    """The engine refused; the message has its words."""


class Engine:
    """What a launcher needs of an engine. Thread-safe.

    info: what the engine says of itself. Every method raises EngineGoneError or EngineRefusedError.
    """

    def __init__(self, answer_s: float = ANSWER_S) -> None:
        """Raises JailError with the command to run where the SDK or the engine is missing."""
        try:
            import docker  # noqa: PLC0415 - an optional package
        except ImportError:
            raise JailError("Docker jails need the Docker SDK: pip install 'ot-code[docker]'") from None
        self._errors = docker.errors
        self.url = os.environ.get("DOCKER_HOST") or _of_context(docker) or _DEFAULT_SOCKET
        self._refuse_wrapped()
        words = docker.utils.kwargs_from_env() | {"base_url": self.url, "timeout": answer_s}
        with self._told("cannot ask the engine"):
            _knock(self.url)
            self.api: Any = docker.APIClient(version="auto", **words)
            self.info: Mapping[str, Any] = self.api.info()

    def _refuse_wrapped(self) -> None:
        """A stream inside TLS or ssh is no descriptor that can be polled."""
        scheme = self.url.partition("://")[0]
        if scheme in ("unix", "http+unix") or (scheme == "tcp" and not os.environ.get("DOCKER_TLS_VERIFY")):
            return
        raise JailError(
            f"an engine at {self.url} over TLS or ssh cannot be used: forward its socket "
            "(`ssh -N -L /tmp/docker.sock:/var/run/docker.sock HOST`) and set DOCKER_HOST=unix:///tmp/docker.sock"
        )

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turns what the SDK raises into errors of ours."""
        import requests  # noqa: PLC0415 - comes with the SDK

        try:
            yield
        except requests.exceptions.ReadTimeout as error:
            raise EngineGoneError(f"{what}: the Docker engine at {self.url} does not answer") from error
        except self._errors.APIError as error:
            said = error.explanation or str(error)
            raise EngineRefusedError(f"{what}: the Docker engine says: {said}") from error
        except PermissionError as error:
            raise EngineGoneError(_may_not(self.url)) from error
        except (requests.exceptions.RequestException, self._errors.DockerException, OSError) as error:
            if "Permission denied" in str(error):
                raise EngineGoneError(_may_not(self.url)) from error
            raise EngineGoneError(f"{what}: no Docker engine answers at {self.url}: {_START}") from error

    # ---- containers ----

    def create(self, config: Mapping[str, Any], name: str) -> str:
        """Makes a container; its id."""
        with self._told("cannot make a jail's container"):
            return str(self.api.create_container_from_config(dict(config), name)["Id"])

    def attach(self, container: str) -> int:
        """A descriptor of the stream to the standard streams of a container that has not been started. To be closed."""
        params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        with self._told("cannot attach to a jail's container"):
            stream = self.api.attach_socket(container, params=params)
            try:
                return os.dup(stream.fileno())
            finally:
                _let_go(stream)

    def start(self, container: str) -> None:
        """Starts it."""
        with self._told("cannot start a jail's container"):
            self.api.start(container)

    def pid(self, container: str) -> int:
        """The number of its first process where the engine runs; 0 when it does not run."""
        with self._told("cannot look at a jail's container"):
            return int(self.api.inspect_container(container)["State"]["Pid"])

    def ended_by_oom(self, container: str) -> bool:
        """Whether a container that has ended, or is about to, was ended by the kernel for its memory."""
        until = time.monotonic() + _END_S
        with self._told("cannot look at a jail's container"):
            while True:
                try:
                    state = self.api.inspect_container(container)["State"]
                except self._errors.NotFound:
                    return False  # somebody else removed it
                if state["OOMKilled"]:
                    return True
                if time.monotonic() > until:
                    return False
                time.sleep(0.05)  # the engine hears of it a moment after the end itself

    def kill(self, container: str) -> None:
        """Kills everything in it; one that is gone already is fine."""
        with self._told("cannot kill a jail's container"), self._gone_is_fine():
            self.api.kill(container)

    def remove(self, container: str) -> None:
        """Kills and removes it; one that is gone, or going, is fine."""
        with self._told("cannot remove a jail's container"), self._gone_is_fine():
            self.api.remove_container(container, force=True, v=True)

    @contextlib.contextmanager
    def _gone_is_fine(self) -> Iterator[None]:
        try:
            yield
        except self._errors.NotFound:
            pass
        except self._errors.APIError as error:
            if error.status_code != 409:  # its removal is under way, or it does not run any more
                raise

    def containers(self, labels: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """All containers, running or not, with these labels."""
        wanted = [f"{key}={value}" for key, value in labels.items()]
        with self._told("cannot list containers"):
            return list(self.api.containers(all=True, filters={"label": wanted}))

    # ---- images ----

    def image(self, reference: str) -> Mapping[str, Any] | None:
        """What the engine knows of an image; None when it has none of this name."""
        with self._told(f"cannot look at the image {reference}"):
            try:
                found: Mapping[str, Any] = self.api.inspect_image(reference)
            except self._errors.ImageNotFound:
                return None
            return found

    def images(self, label: str) -> list[Mapping[str, Any]]:
        """The images with a label."""
        with self._told("cannot list images"):
            return list(self.api.images(filters={"label": label}))

    def remove_image(self, image: str) -> None:
        """Removes an image; one that is gone or in use is left as it is."""
        with self._told("cannot remove an image"), self._gone_is_fine():
            self.api.remove_image(image)

    def with_files(
        self, image: str, archive: bytes, repository: str, tag: str, labels: Mapping[str, str]
    ) -> str:  # fmt: skip
        """A new image: the one given with an archive unpacked at its root. Its id."""
        with self._told("cannot make an image of what was prepared"):
            container = self.api.create_container_from_config({"Image": image, "Cmd": ["true"], "Labels": dict(labels)})
            try:
                self.api.put_archive(container["Id"], "/", archive)
                made = self.api.commit(container["Id"], repository=repository, tag=tag, conf={"Labels": dict(labels)})
            finally:
                self.api.remove_container(container["Id"], force=True, v=True)
            return str(made["Id"])

    def build(self, context: bytes, tag: str, arguments: Mapping[str, str], *, fresh: bool = False) -> Iterator[str]:
        """Builds an image of a context; the engine's words, by lines. Raises EngineRefusedError when a step fails."""
        with self._told(f"cannot build {tag}"):
            # An engine that was started without a network of its own builds on the host's.
            network = "bridge" if self.api.networks(names=["bridge"]) else "host"
            said = self.api.build(
                fileobj=io.BytesIO(context), custom_context=True, tag=tag, buildargs=dict(arguments), rm=True,
                forcerm=True, nocache=fresh, decode=True, network_mode=network,
            )  # fmt: skip
            for piece in said:
                if "error" in piece:
                    raise EngineRefusedError(f"cannot build {tag}: {piece['error'].strip()}")
                yield from piece.get("stream", "").splitlines()

    def close(self) -> None:
        """Gives the client's connections back."""
        self.api.close()


def _of_context(docker: Any) -> str | None:
    """The engine of the context that `docker context use` chose: Docker Desktop and rootless engines have one."""
    try:
        context = docker.ContextAPI.get_current_context()
    except docker.errors.DockerException:
        return None  # a context whose files are gone
    return str(context.Host) if context is not None and context.Host else None


def _knock(url: str) -> None:
    """Raises OSError where nobody listens at an engine's socket: the SDK would leave one of its own open."""
    scheme, _, path = url.partition("://")
    if scheme in ("unix", "http+unix"):
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(path)


def _may_not(url: str) -> str:
    return f"this user may not use the Docker engine at {url}: `sudo usermod -aG docker $USER`, then log in anew"


def _let_go(stream: Any) -> None:
    """Closes the SDK's own copy of an attached stream; the connection goes on by the descriptor that was copied."""
    response = getattr(stream, "_response", None)
    (stream if response is None else response).close()
