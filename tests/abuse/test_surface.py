"""What is visible and allowed from inside each kind of jail, against what may be: a loosened setting fails."""

# ruff: noqa: E501  the program that looks

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker_engines import PYTHON, engine_here

from sandbox import Sandbox
from sandbox.jails.landlock_rules import kernel_abi

_KINDS = ("bubblewrap", "docker", "landlock")
_PROBE = r"""
import json, os, socket, stat
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)

def opens(path, flags):
    try:
        os.close(os.open(path, flags | os.O_NONBLOCK))
        return True
    except OSError:
        return False

def says(path):
    try:
        return bool(os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 16))
    except OSError:
        return path.endswith(".sock") and os.access(path, os.W_OK)

def listed(path):
    try:
        return sorted(os.listdir(path))
    except OSError:
        return None

def made(path):
    try:
        os.close(os.open(path + "/ot-code-surface", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except OSError:
        return False
    os.unlink(path + "/ot-code-surface")
    return True

def writable_below(top, most=4000):
    found, seen = [], 0
    for folder, below, files in os.walk(top):
        if os.path.basename(folder).isdigit() or folder.startswith(("/proc/self", "/proc/thread-self")):
            below.clear()
            continue
        for name in files:
            seen += 1
            if opens(os.path.join(folder, name), os.O_WRONLY):
                found.append(os.path.join(folder, name))
        if seen > most:
            break
    return found

def family(kind, form):
    try:
        socket.socket(kind, form).close()
        return True
    except OSError:
        return False

folders = ["/", "/bin", "/boot", "/dev", "/dev/shm", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run",
           "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/var", "/var/lib", "/var/run", "/var/tmp", os.environ["HOME"]]
devices = []
for name in listed("/dev") or ("null", "zero", "full", "random", "urandom", "tty", "kmsg", "mem", "kvm", "fuse", "ptmx"):
    path = "/dev/" + name
    try:
        if stat.S_ISCHR(os.stat(path).st_mode) or stat.S_ISBLK(os.stat(path).st_mode):
            if opens(path, os.O_RDONLY) or opens(path, os.O_WRONLY):
                devices.append(name)
    except OSError:
        pass
print(json.dumps({
    "capabilities": [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")],
    "bounding": int(status["CapBnd"], 16) == 0,
    "no_new_privs": status["NoNewPrivs"], "seccomp": status["Seccomp"], "filters": int(status["Seccomp_filters"]),
    "root": 0 in os.getresuid() + os.getresgid() + tuple(os.getgroups()),
    "made": sorted({os.path.realpath(folder) for folder in folders if made(folder)} - {os.path.realpath(os.environ["HOME"])}),
    "home": made(os.environ["HOME"]),
    "devices": sorted(devices),
    "proc": writable_below("/proc/sys") + [n for n in ("/proc/sysrq-trigger", "/proc/acpi") if opens(n, os.O_WRONLY)],
    "sys": writable_below("/sys"),
    "secrets": [n for n in ("/proc/kcore", "/proc/kmsg", "/proc/keys", "/etc/shadow", "/var/run/docker.sock",
                            "/run/containerd/containerd.sock") if says(n)],
    "sockets": [n for n, kind, form in (("inet", 2, 1), ("inet6", 10, 1), ("udp", 2, 2), ("netlink", 16, 3), ("packet", 17, 3),
                ("vsock", 40, 1), ("alg", 38, 5), ("unix", 1, 1)) if family(kind, form)],
    "namespaces": {n: os.readlink("/proc/self/ns/" + n) for n in ("user", "pid", "net", "mnt", "ipc", "uts", "cgroup")},
    "environment": sorted(os.environ),
    "descriptors": sorted(int(n) for n in os.listdir("/proc/self/fd"))[:3],
    "mounts": sorted({(line.split()[4], line.split()[5].split(",")[0]) for line in open("/proc/self/mountinfo")}),
}))
"""
_ENVIRONMENT = {
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH", "PWD",
    "PYTHONHASHSEED", "PYTHONPATH", "TMPDIR", "TZ",
}  # fmt: skip
_DEVICES = {"null", "zero", "full", "random", "urandom"}
_MORE_DEVICES = {"bubblewrap": set(), "docker": {"ptmx"}, "landlock": set()}  # pseudo-terminals of its own instance
_OPENS_BUT_REFUSES = {"/proc/sys/kernel/ns_last_pid"}  # everybody may open it; writing needs a capability
_SEEN = {"/proc/keys"}  # the kernel shows each reader its own
_OWN_NAMESPACES = {
    "bubblewrap": {"user", "pid", "net", "mnt", "ipc", "uts"},
    "docker": {"pid", "net", "mnt", "ipc", "uts"},
    "landlock": set(),
}
_MADE = {"bubblewrap": {"/tmp"}, "docker": {"/tmp", "/dev/shm"}, "landlock": set()}
_SOCKETS = {"bubblewrap": ["unix"], "docker": ["unix"], "landlock": []}
# The engine mounts some of its own, which belong to root.
_OF_THE_ENGINE = {"/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/sys/fs/cgroup"}
_WRITABLE = {"bubblewrap": {"/tmp"}, "docker": {"/tmp", "/dev/shm", *_OF_THE_ENGINE}}
_LEAST_FILTERS = {"bubblewrap": 1, "docker": 1, "landlock": 2}


@pytest.fixture(scope="module", params=_KINDS)
def seen(request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = request.param
    image = None
    if kind == "docker":
        with engine_here():
            image = PYTHON
    if kind == "landlock" and not kernel_abi():
        pytest.skip("this kernel has no Landlock")
    with Sandbox(jobs=1, jail=kind, image=image) as sandbox:
        done = sandbox.run(_PROBE)
        assert done.ok, done.stderr
        yield kind, json.loads(done.stdout)


def test_privileges(seen: tuple[str, dict[str, Any]]) -> None:
    kind, found = seen
    assert {int(word, 16) for word in found["capabilities"]} == {0}
    assert found["bounding"] or kind == "landlock"
    assert (found["no_new_privs"], found["seccomp"], found["root"]) == ("1", "2", False)
    assert found["filters"] >= _LEAST_FILTERS[kind]


def test_files_and_devices(seen: tuple[str, dict[str, Any]]) -> None:
    kind, found = seen
    assert found["home"]
    assert set(found["made"]) <= _MADE[kind]
    assert set(found["devices"]) <= _DEVICES | _MORE_DEVICES[kind]
    assert set(found["proc"]) <= _OPENS_BUT_REFUSES
    assert found["sys"] == []
    assert set(found["secrets"]) <= _SEEN


def test_sockets_and_namespaces(seen: tuple[str, dict[str, Any]]) -> None:
    kind, found = seen
    assert found["sockets"] == _SOCKETS[kind]
    shared = {
        name for name, link in found["namespaces"].items() if link == str(Path(f"/proc/self/ns/{name}").readlink())
    }
    assert not shared & _OWN_NAMESPACES[kind]


def test_environment_and_descriptors(seen: tuple[str, dict[str, Any]]) -> None:
    _, found = seen
    assert set(found["environment"]) <= _ENVIRONMENT
    assert found["descriptors"] == [0, 1, 2]


def test_mounts_are_read_only(seen: tuple[str, dict[str, Any]]) -> None:
    kind, found = seen
    if kind == "landlock":
        pytest.skip("it has the host's mounts; what may be made there is above")
    loose = {place for place, mode in found["mounts"] if mode == "rw" and not place.startswith(("/proc", "/dev"))}
    assert loose <= _WRITABLE[kind]
