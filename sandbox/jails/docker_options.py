"""How a jail's container is made: every setting that differs from the engine's defaults, in the engine's own words."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.jails.base import BOOTSTRAP
from sandbox.jails.bubblewrap import ENVIRONMENT
from sandbox.jails.docker_kernel import CAPABILITIES
from sandbox.jails.seccomp import docker_profile
from sandbox.types import MIB

WORKDIR = "/tmp"  # noqa: S108 - the container's own
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the container's own
_STACK_BYTES = 16 << 30  # the soft limit fixes the interpreter's memory layout; children set their own below it

# Nothing of /sys: a program that asks there what machine it is on (a JVM does) would see another one on each host. What
# the engine itself puts into /etc tells of the host's network. The queue file system could hold messages between runs.
_MASKED = (
    "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/mqueue",
    "/proc/acpi", "/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/kallsyms", "/proc/kcore", "/proc/keys",
    "/proc/key-users", "/proc/kmsg", "/proc/latency_stats", "/proc/modules", "/proc/sched_debug", "/proc/scsi",
    "/proc/sysrq-trigger", "/proc/timer_list", "/proc/timer_stats", "/proc/interrupts",
    "/proc/driver", "/proc/dynamic_debug", "/proc/kpagecount", "/proc/kpageflags",
    "/proc/kpagecgroup", "/proc/vmallocinfo", "/proc/slabinfo", "/proc/pressure", "/proc/locks",
)  # fmt: skip
_READ_ONLY = ("/proc/sys",)


@dataclass(frozen=True)
class Container:
    """What one container is made of.

    image: its id. interpreter: a path in it, or a name to be looked up there. variables: names of the environment
    variables that the image sets, all of which are taken away. volumes: paths that the image declares as volumes.
    cpus: the CPUs that it may use, None: all. memory_bytes: of everything in it, without swap. clean: with the jail's
    own environment; else with the image's. own_kernel: see docker_kernel.py.
    """

    image: str
    interpreter: str
    uid: int
    memory_bytes: int
    scratch_mb: int = 64
    packages: Sequence[str] = ()
    variables: Sequence[str] = ()
    volumes: Sequence[str] = ()
    cpus: str | None = None
    processes: int = 1024
    runtime: str | None = None
    stack_limit: bool = True
    own_kernel: bool = False
    clean: bool = True


def configuration(made: Container, labels: Mapping[str, str]) -> dict[str, Any]:
    """The body of the engine's `create`."""
    return {
        "Image": made.image,
        "Entrypoint": [made.interpreter, "-s", "-S", "-B", "-c", BOOTSTRAP],
        "Cmd": [],
        "User": "0:0" if made.own_kernel else f"{made.uid}:{made.uid}",
        "Env": _environment(made) if made.clean else [],
        "WorkingDir": WORKDIR,
        "Hostname": "jail",
        "Labels": dict(labels),
        "OpenStdin": True,
        "StdinOnce": True,  # when this process ends, so does the stream, and with it the supervisor
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "NetworkDisabled": True,
        "Healthcheck": {"Test": ["NONE"]},
        "StopSignal": "SIGKILL",
        "HostConfig": _host(made),
    }


def _host(made: Container) -> dict[str, Any]:
    scratch = f"rw,exec,nosuid,nodev,size={made.scratch_mb * MIB},mode=0700,uid={made.uid},gid={made.uid}"
    limits = [("nofile", 4096, 4096), ("core", 0, 0)]
    if made.stack_limit:
        limits.append(("stack", _STACK_BYTES, -1))
    host: dict[str, Any] = {
        "NetworkMode": "none",
        "IpcMode": "none",
        "CgroupnsMode": "private",
        "ReadonlyRootfs": True,
        "Privileged": False,
        "Init": False,  # PID 1 is the supervisor, whom signals from inside do not reach
        "CapAdd": list(CAPABILITIES) if made.own_kernel else [],
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges", f"seccomp={'unconfined' if made.own_kernel else _profile()}"],
        "PidsLimit": made.processes,
        "Memory": made.memory_bytes,
        "MemorySwap": made.memory_bytes,  # both together: no swap
        "OomScoreAdj": 1000,
        "Ulimits": [{"Name": name, "Soft": soft, "Hard": hard} for name, soft, hard in limits],
        # What the image declares as volumes would be folders on the host that can be written, and stay.
        "Tmpfs": dict.fromkeys(made.volumes, "ro,noexec,nosuid,nodev,size=4096,mode=0555")
        | {WORKDIR: scratch, SHARED_MEMORY: scratch.replace(",exec", ",noexec")},
        "Binds": [],
        "Mounts": [],
        "MaskedPaths": list(_MASKED),
        "ReadonlyPaths": list(_READ_ONLY),
        "LogConfig": {"Type": "none", "Config": {}},
        "RestartPolicy": {"Name": "no"},
        "AutoRemove": False,  # how it ended is asked afterwards
    }
    if made.cpus is not None:
        host["CpusetCpus"] = made.cpus
    if made.runtime is not None:
        host["Runtime"] = made.runtime
    return host


def _environment(made: Container) -> list[str]:
    """Ours alone: a name without a value takes the variable away."""
    ours = {**ENVIRONMENT, "PYTHONPATH": ":".join(made.packages), "LD_BIND_NOW": "1"}
    return [*(name for name in ("HOSTNAME", *made.variables) if name not in ours), *map("=".join, ours.items())]


@functools.cache
def _profile() -> str:
    return json.dumps(docker_profile(), separators=(",", ":"))
