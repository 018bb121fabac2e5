"""Which host paths a jail sees, read-only: the system's libraries and compilers, the interpreter, declared packages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.jails.base import PACKAGES_DIR, PREPARED_DIR, JailSpec
from sandbox.runtime import Runtime

# Programs and libraries; nothing of /usr/local, /usr/src or /usr/share/doc, where people keep their own things.
_SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/include", "/usr/share/zoneinfo")
_OWN = ("/tmp", "/var/tmp", "/dev", "/proc")  # noqa: S108 - the jail's
_MOVED = "/opt/python"
_LINKED = ("/bin", "/lib", "/lib32", "/lib64")
_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d")
_SITE = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class Mounts:
    """binds: (host path, path in the jail), read-only; links: (target, path in the jail); hidden: emptied folders."""

    binds: tuple[tuple[Path, str], ...]
    links: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]


def mounts_for(spec: JailSpec) -> Mounts:
    """The mounts of a jail."""
    binds: list[tuple[Path, str]] = []
    links: list[tuple[str, str]] = []
    for name in (*_SYSTEM, *_ETC):
        path = Path(name)
        if path.is_file() or (path.is_dir() and not path.is_symlink()):
            binds.append((path, name))
    for name in _LINKED:
        path = Path(name)
        if path.is_symlink():
            links.append((str(path.readlink()), name))
        elif path.is_dir():
            binds.append((path, name))
    runtime = spec.runtime
    # An interpreter of the system lies below /usr, of which the parts above are bound already.
    if str(runtime.prefix) != "/usr" and not _covered(str(runtime.prefix), binds):
        binds.append((runtime.prefix, seen_as(runtime.prefix, runtime)))
    if not _covered(seen_as(runtime.interpreter, runtime), binds):
        binds.append((runtime.interpreter.parent, str(runtime.interpreter.parent)))
    for package in runtime.packages:
        binds.extend((path, f"{PACKAGES_DIR}/{path.name}") for path in package.paths)
    if spec.prepared is not None:
        binds.append((spec.prepared, PREPARED_DIR))
    for pattern in spec.mounts:
        found = sorted(Path("/").glob(pattern.lstrip("/")))
        binds.extend((path, str(path)) for path in found if not _covered(str(path), binds))
    return Mounts(tuple(binds), tuple(links), tuple(_site_folders(spec)))


def seen_as(path: Path, runtime: Runtime) -> str:
    """Where the jail sees a path of the runtime: where the host does, unless that lies below a jail's own folders."""
    prefix = runtime.prefix
    if any(Path(name) in prefix.parents for name in _OWN) and path.is_relative_to(prefix):
        return str(Path(_MOVED) / path.relative_to(prefix))
    return str(path)


def _covered(path: str, binds: list[tuple[Path, str]]) -> bool:
    return any(path == inside or path.startswith(inside + "/") for _, inside in binds)


def _site_folders(spec: JailSpec) -> list[str]:
    """The user's own packages beside the interpreter, which a program must not see."""
    prefix = spec.runtime.prefix
    version = ".".join(spec.runtime.python_version.split(".")[:2])
    folders = [prefix / "lib" / f"python{version}" / name for name in _SITE] + [
        prefix / "lib/python3" / name for name in _SITE
    ]
    return [seen_as(folder, spec.runtime) for folder in folders if folder.is_dir()]


def walkable(path: Path, *, uid_is_other: bool) -> bool:
    """Whether a user other than root could reach the path: every folder above it lets others pass.

    uid_is_other: the jail runs under a uid that owns none of it (the host is root); else it is always reachable.
    """
    if not uid_is_other:
        return True
    for part in (path, *path.parents):
        mode = part.stat().st_mode
        if not mode & 0o001 and (part != path or part.is_dir()):
            return False
    return True
