"""The runtime that programs see: which Python interpreter, and which packages beside the standard library."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sandbox.errors import RuntimeSettingError


@dataclass(frozen=True)
class Package:
    """One package that programs may import: its distribution's name and version, and the paths that it consists of."""

    name: str
    version: str
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Runtime:
    """A declared interpreter and packages.

    prefix: the installation that holds the interpreter (never a virtual environment). interpreter: its binary.
    """

    interpreter: Path
    prefix: Path
    python_version: str
    packages: tuple[Package, ...] = ()

    @staticmethod
    def current(packages: tuple[str, ...] | None = None) -> Runtime:
        """The interpreter that runs ot-code, with `packages`; by default numpy, where it is installed.

        Raises RuntimeSettingError for a package that is named but not installed, or an interpreter that is not there.
        """
        prefix = Path(sys.base_prefix).resolve()
        named = f"python{sys.version_info.major}.{sys.version_info.minor}"
        interpreter = (prefix / "bin" / named).resolve()
        if not interpreter.is_file():
            raise RuntimeSettingError(f"no interpreter at {prefix / 'bin' / named}; run ot-code with a whole CPython")
        found = tuple(_package(name) for name in packages) if packages is not None else _optional("numpy")
        return Runtime(interpreter, prefix, sys.version.split()[0], found)

    @cached_property
    def digest(self) -> str:
        """A hash of what programs see: the same on two machines means the same versions of everything declared."""
        words = [self.python_version, *(f"{package.name}=={package.version}" for package in self.packages)]
        return hashlib.blake2b("\n".join(words).encode(), digest_size=8).hexdigest()

    @property
    def description(self) -> str:
        """For people: "Python 3.11.7, numpy 2.4.6"."""
        return ", ".join([f"Python {self.python_version}", *(f"{p.name} {p.version}" for p in self.packages)])


def _optional(name: str) -> tuple[Package, ...]:
    return (_package(name),) if importlib.util.find_spec(name) is not None else ()


def _package(name: str) -> Package:
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        mend = f"pip install {name}, or leave it out of the runtime's packages"
        raise RuntimeSettingError(
            f"the runtime declares the package {name!r}, which is not installed: {mend}"
        ) from None
    tops = {
        file.parts[0] for file in distribution.files or () if file.parts and file.parts[0] not in ("..", "__pycache__")
    }
    paths = sorted(Path(str(distribution.locate_file(top))) for top in tops)
    return Package(name, distribution.version, tuple(path for path in paths if path.exists()))
