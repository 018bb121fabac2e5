"""What a jail is: a place where the supervisor runs, a stream to it, and the means to end it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.errors import GuestProtocolError
from sandbox.jails.connection import Connection
from sandbox.runtime import Runtime

if TYPE_CHECKING:
    from sandbox.jails.cgroup import Group

GUEST_MODULES = (
    "wire", "buffers", "family", "scratch", "clocks", "confine", "shared", "program", "call", "ending", "watch", "talk",
    "child", "window", "rehearsal", "supervisor",
)  # fmt: skip
PACKAGES_DIR = "/opt/packages"
PREPARED_DIR = "/opt/prepared"
START_S = 30.0
THREAD_STACK_BYTES = 8 * 1024 * 1024

# What contest programs import; a module that is loaded in the template costs a program a fork instead of an import.
USUAL_MODULES = (
    "abc", "array", "bisect", "cmath", "collections", "collections.abc", "contextlib", "copy", "datetime", "decimal",
    "enum", "fractions", "functools", "heapq", "io", "itertools", "json", "math", "numbers", "operator", "os", "queue",
    "random", "re", "string", "struct", "sys", "threading", "time", "types", "typing",
)  # fmt: skip

# Reads one length and one source from stdin and runs it: nothing of ours need be in the image.
BOOTSTRAP = """\
import os
def r(n):
    b = b''
    while len(b) < n:
        g = os.read(0, n - len(b))
        if not g: os._exit(0)
        b += g
    return b
exec(r(int.from_bytes(r(8), 'little')))
"""
_LOADER = """\
import json, os, sys, types
register = os.register_at_fork
os.register_at_fork = lambda **_: None  # while the guest and the template are imported: see the supervisor's main
d = json.loads(r(int.from_bytes(r(8), 'little')))
package = types.ModuleType('_guest')
package.__path__ = []
sys.modules['_guest'] = package
for name, source in d['modules']:
    module = types.ModuleType('_guest.' + name)
    module.__package__ = '_guest'
    sys.modules['_guest.' + name] = module
    setattr(package, name, module)
    exec(compile(source, 'guest/' + name + '.py', 'exec'), module.__dict__)
main, config = module.main, d['config']
del d, package, module, name, source, json, types, sys
main(config, register)
"""


@dataclass(frozen=True)
class JailSpec:
    """What kind of jail is wanted; jails of equal specs serve the same programs.

    template: modules imported before any program. scratch_mb: size of its working directory. use: what it serves;
    one that was given a problem's answers never serves candidates. prepared: a host folder of what makes builds or runs
    quick, seen read-only at PREPARED_DIR. mounts: further host paths, seen where they are.
    """

    runtime: Runtime
    template: tuple[str, ...] = USUAL_MODULES
    scratch_mb: int = 64
    use: str = ""
    prepared: Path | None = None
    mounts: tuple[str, ...] = ()


class Jail(Protocol):
    """An open jail. Opened by a launcher; used by one thread at a time; closed once."""

    spec: JailSpec
    connection: Connection
    group: Group | None
    idle_bytes: int

    def kill(self) -> None:
        """Ends every process of the jail at once."""

    def close(self) -> None:
        """Kills it if need be and gives everything back: processes, descriptors, cgroup, seat."""

    def last_words(self) -> str:
        """What the supervisor said on its stderr; empty when it said nothing."""


class Launcher(Protocol):
    """One way to open jails."""

    kind: str

    def open(self, spec: JailSpec) -> Jail:
        """A jail that is ready. Raises JailError or RuntimeSettingError with the cause and the mend."""

    def close(self) -> None:
        """Ends what the launcher itself holds."""


def greeting(
    spec: JailSpec,
    cgroup_fds: dict[str, int],
    scratch: Sequence[str] = (),
    bare: Mapping[str, Any] | None = None,
    user: int | None = None,
) -> list[bytes]:
    """The bytes that turn the bootstrap into a supervisor. bare: of a jail without namespaces (guest/confine.py).

    user: of programs, in a container with a kernel of its own, where the supervisor is root (docker_kernel.py).
    """
    folder = resources.files("sandbox.guest")
    config = {
        "template": list(spec.template),
        "cgroup": cgroup_fds,
        "thread_stack_bytes": THREAD_STACK_BYTES,
        "scratch": list(scratch),
        "user": user,
        "bare": None if bare is None else dict(bare),
    }
    modules = [[name, (folder / f"{name}.py").read_text("utf-8")] for name in GUEST_MODULES]
    loader = _LOADER.encode()
    data = json.dumps({"modules": modules, "config": config}).encode()
    return [len(loader).to_bytes(8, "little"), loader, len(data).to_bytes(8, "little"), data]


def await_ready(
    connection: Connection,
    spec: JailSpec,
    cgroup_fds: dict[str, int],
    scratch: Sequence[str] = (),
    bare: Mapping[str, Any] | None = None,
    user: int | None = None,
    first: Sequence[bytes] = (),
) -> dict[str, Any]:
    """Greets a fresh jail and waits for its `ready`. Raises JailError.

    scratch: folders that programs may write beside /tmp, emptied after every run as it is. bare: of a jail without
    namespaces. user: see greeting. first: what the bootstrap is to run before the loader.
    """
    for header, _ in connection.exchange([*first, *greeting(spec, cgroup_fds, scratch, bare, user)], START_S):
        if header.get("op") != "ready" or not isinstance(header.get("idle"), int):
            raise GuestProtocolError(f"a jail began with {header.get('op')!r} in place of 'ready'")
        return header
    raise GuestProtocolError("a jail never said 'ready'")
