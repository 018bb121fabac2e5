"""The options that say how programs are jailed, the same for each command, and the Sandbox that they mean."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ot_code.errors import UsageError

if TYPE_CHECKING:
    from sandbox import Sandbox

_OPTIONS = {
    "jail": "--jail",
    "image": "--image",
    "container_runtime": "--container-runtime",
    "require_isolation": "--require-isolation",
    "allow_weak_isolation": "--allow-weak-isolation",
}


def add_arguments(group: argparse._ActionsContainer) -> None:
    """The options, for a command that runs programs."""
    group.add_argument(
        "--jail", choices=("auto", "bubblewrap", "docker", "landlock"),
        help="kind of jail; auto (the default, or what OT_JAIL says): the first of the three that opens here",
    )  # fmt: skip
    group.add_argument("--image", metavar="IMAGE", help="image of the docker jail (default: the one of `images build`)")
    group.add_argument(
        "--container-runtime", metavar="NAME", help="runtime of the docker jail that the engine has, such as runsc"
    )
    group.add_argument(
        "--require-isolation", choices=("namespaces", "container"), help="refuse every kind of jail below this"
    )
    group.add_argument(
        "--allow-weak-isolation", action="store_true",
        help="run programs even where the kernel has no Landlock: they can then read this host's files",
    )  # fmt: skip


def settings_of(args: argparse.Namespace) -> dict[str, Any]:
    """What was given, as keywords of Sandbox."""
    given = {name: getattr(args, name) for name in _OPTIONS}
    return {name: value for name, value in given.items() if value}


def options_of(jails: Mapping[str, Any]) -> list[str]:
    """The options by which these settings were given."""
    return [_OPTIONS[name] for name in jails]


def open_sandbox(jails: Mapping[str, Any], **settings: Any) -> Sandbox:
    """A Sandbox of these settings. Raises UsageError for those that make no sense, SandboxError as Sandbox does."""
    from sandbox import Sandbox  # noqa: PLC0415 - what --help does not need

    try:
        return Sandbox(**jails, **settings)
    except ValueError as error:
        words = str(error)
        for name, option in _OPTIONS.items():
            if words.startswith(name + " "):
                words = option + words.removeprefix(name)
        raise UsageError(words) from error
