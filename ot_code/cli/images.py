"""`ot-code images`: the container images of Docker jails and of the service, built on this machine's engine."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ot_code.cli.exits import Exit
from ot_code.errors import UsageError

if TYPE_CHECKING:
    from sandbox.jails.docker_engine import Engine

EXAMPLE = """examples:
  ot-code images build
  ot-code images build python
  ot-code images build service --base registry.example/debian:bookworm-slim
  ot-code images list

Without names `build` makes what Docker jails need: python and languages. The base is debian:bookworm-slim; any image of
Debian 12 may stand in for it. Nothing is uploaded anywhere.
"""
_BY_DEFAULT = ("python", "languages")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("action", choices=["build", "list"], help="build images, or list them with their sizes")
    parser.add_argument("names", metavar="NAME", nargs="*", help="python, languages or service")
    parser.add_argument("--base", metavar="IMAGE", help="what to build on (default debian:bookworm-slim)")
    parser.add_argument("--fresh", action="store_true", help="do every step anew, also those that were done before")


def main(args: argparse.Namespace) -> int:
    """Builds or lists."""
    from contextlib import closing

    from sandbox.jails.docker_engine import BUILD_ANSWER_S, Engine
    from sandbox.jails.docker_images import IMAGES

    unknown = [name for name in args.names if name not in IMAGES]
    if unknown:
        raise UsageError(f"there is no image {unknown[0]!r}: name some of {', '.join(IMAGES)}")
    if args.action == "list" and (args.base or args.fresh):
        raise UsageError("--base and --fresh are for `ot-code images build`: leave them out of `list`")
    with closing(Engine(BUILD_ANSWER_S)) as engine:
        if args.action == "build":
            # What others are built on comes first, whatever the order of the names.
            wanted = [name for name in IMAGES if name in (args.names or _BY_DEFAULT)]
            for name in wanted:
                _build(engine, name, args)
        _list(engine, args.names or list(IMAGES))
    return Exit.DONE


def _build(engine: Engine, name: str, args: argparse.Namespace) -> None:
    from ot_code.containers import build

    for line in build(engine, name, base=args.base, fresh=args.fresh):
        print(line, file=sys.stderr)


def _list(engine: Engine, names: list[str]) -> None:
    from sandbox.jails.docker_images import IMAGES, tag_of

    for name in names:
        found = engine.image(tag_of(name))
        size = f"{found['Size'] / 1e6:,.0f} MB" if found is not None else "not built"
        print(f"{tag_of(name):32} {size:>10}  {IMAGES[name][0]}")
