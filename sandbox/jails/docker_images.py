"""The images that ot-code brings Dockerfiles for, and what they are called."""

from __future__ import annotations

from importlib import metadata

# name -> (what it is for, the image of ours that it is built on; "": the base)
IMAGES: dict[str, tuple[str, str]] = {
    "python": ("jails for Python alone", ""),
    "languages": ("jails for every language; the default", "python"),
    "service": ("the HTTP service, `ot-code serve`", "languages"),
}
BASE = "debian:bookworm-slim"


def tag_of(name: str) -> str:
    """What an image of ours is called on an engine: its version is that of ot-code, which knows what it needs."""
    try:
        version = metadata.version("ot-code")
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        version = "dev"
    return f"ot-code/{name}:{version.replace('+', '-')}"
