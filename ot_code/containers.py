"""Builds the images of `images/` on a Docker engine, from a checkout or from an installed package.

An image needs nothing but its Dockerfile, but for the service's: ot-code and its dependencies are laid ready by this
host's pip for the Python of the image, so that the build itself needs no network and no index of its own.
"""

from __future__ import annotations

import base64
import hashlib
import io
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from ot_code.errors import InputError, OtCodeError
from sandbox.jails.docker_engine import Engine
from sandbox.jails.docker_images import BASE, IMAGES, tag_of

_PACKAGES = ("sandbox", "code_pipeline", "math_pipeline", "ot_code")
_EXTRAS = "serve,math,docker"
_IMAGE_PYTHON = "3.11"  # of Debian 12
_GLIBC_MINORS = range(36, 16, -1)  # wheels for any of these run on Debian 12
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # of zip files: the same content is the same file


def dockerfiles() -> Path:
    """The folder of Dockerfiles: of the installed package, or of the checkout."""
    here = Path(__file__).resolve().parent
    found = next((path for path in (here / "images", here.parent / "images") if path.is_dir()), None)
    if found is None:
        raise InputError(f"the Dockerfiles are missing beside {here}: install ot-code anew")
    return found


def build(engine: Engine, name: str, *, base: str | None = None, fresh: bool = False) -> Iterator[str]:
    """Builds one image, and first what it is built on where that is missing; what the engine says meanwhile, by lines.

    base: what the lowest image is built on. fresh: every step anew. Raises SandboxError with the engine's words.
    """
    _, lower = IMAGES[name]
    if lower and engine.image(tag_of(lower)) is None:
        yield f"{tag_of(name)} is built on {tag_of(lower)}, which is missing: building that first"
        yield from build(engine, lower, base=base, fresh=fresh)
    text = (dockerfiles() / f"{name}.Dockerfile").read_bytes()
    with tempfile.TemporaryDirectory(prefix="ot-code-image-") as folder:
        if name == "service":
            yield "laying ot-code and what it needs ready"
            _lay_application(Path(folder) / "application")
        context = _context(text, Path(folder))
        yield from engine.build(context, tag_of(name), {"BASE": tag_of(lower) if lower else base or BASE}, fresh=fresh)


def _context(dockerfile: bytes, folder: Path) -> bytes:
    """A build's context as a tar file: the Dockerfile, and the folder's content."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(dockerfile)
        tar.addfile(entry, io.BytesIO(dockerfile))
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name, filter=_of_root)
    return made.getvalue()


def _of_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry


def _lay_application(folder: Path) -> None:
    """ot-code and its dependencies, installed into a folder for the image's Python. Raises OtCodeError."""
    machine = platform.machine()
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC_MINORS] + [f"manylinux2014_{machine}"]
    with tempfile.TemporaryDirectory(prefix="ot-code-wheel-") as made:
        wheel = _wheel(Path(made))
        command = [
            sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "--no-compile",
            "--only-binary=:all:", "--python-version", _IMAGE_PYTHON, "--implementation", "cp",
            *(word for name in platforms for word in ("--platform", name)),
            f"{wheel}[{_EXTRAS}]",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OtCodeError(f"pip could not lay the service's packages ready: {done.stderr.strip()[-600:]}")


def _wheel(folder: Path) -> Path:
    """A wheel of the ot-code that runs now, whether installed or a checkout."""
    version = metadata.version("ot-code")
    distribution = metadata.distribution("ot-code")
    info = f"ot_code-{version}.dist-info"
    files = {
        f"{info}/METADATA": (distribution.read_text("METADATA") or "").encode(),
        f"{info}/entry_points.txt": (distribution.read_text("entry_points.txt") or "").encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: ot-code\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    root = Path(__file__).resolve().parent.parent
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    for path in dockerfiles().iterdir():
        files[f"ot_code/images/{path.name}"] = path.read_bytes()
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    target = folder / f"ot_code-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            wheel.writestr(zipfile.ZipInfo(name, _EARLIEST), content)
    return target


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
