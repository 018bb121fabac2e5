"""What makes builds and runs quick, for containers: an image made of the jail's and a folder's content.

A jail mounts nothing of the host, and what its programs can write they could change for each other; so the folder
becomes a layer of an image, owned by root. Such images are made on first need, kept by the engine, and go with the
image that they were made of.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from pathlib import Path

from sandbox.jails.base import PREPARED_DIR
from sandbox.jails.docker_engine import Engine

REPOSITORY = "ot-code-prepared"
LABEL = "ot-code.prepared-of"


class PreparedImages:
    """Images of one image and prepared folders. Thread-safe; asked for twice at once, one is made once."""

    def __init__(self, engine: Engine, image: str) -> None:
        self._engine = engine
        self._image = image
        self._lock = threading.Lock()
        self._known: dict[Path, str] = {}

    def image(self, folder: Path | None) -> str:
        """The id of the image in which a folder is seen at PREPARED_DIR. Raises as the engine does."""
        if folder is None:
            return self._image
        with self._lock:
            if folder not in self._known:
                self._known[folder] = self._found(folder)
            return self._known[folder]

    def _found(self, folder: Path) -> str:
        tag = hashlib.blake2b(f"{self._image} {folder.name}".encode(), digest_size=12).hexdigest()
        found = self._engine.image(f"{REPOSITORY}:{tag}")
        if found is not None:
            return str(found["Id"])
        self._drop_orphans()
        return self._engine.with_files(self._image, _archive(folder), REPOSITORY, tag, {LABEL: self._image})

    def _drop_orphans(self) -> None:
        """Removes what was made of images that are gone."""
        for made in self._engine.images(LABEL):
            if self._engine.image(made["Labels"][LABEL]) is None:
                self._engine.remove_image(made["Id"])


def _archive(folder: Path) -> bytes:
    """A tar file of the folder's content below PREPARED_DIR, which anybody may read and nobody but root write."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:

        def add(path: Path, name: str) -> None:
            entry = tar.gettarinfo(path, name)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mode = 0o755 if path.is_dir() else 0o644
            if path.is_dir():
                tar.addfile(entry)
                for below in sorted(path.iterdir()):
                    add(below, f"{name}/{below.name}")
            elif path.is_file():
                with path.open("rb") as file:
                    tar.addfile(entry, file)

        add(folder, PREPARED_DIR.lstrip("/"))
    return made.getvalue()
