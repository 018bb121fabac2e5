"""The command line. One module a command, imported only when that command is asked for.

A command's module has `EXAMPLE: str` (lines shown under its --help), `add_arguments(parser) -> None` and
`main(args) -> int` (an exit code of `cli.exits.Exit`). It raises for what stops it; `main` here says so in one line.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ot_code.cli.exits import Exit
from ot_code.cli.stopping import Stopped, stop_on_signals

if TYPE_CHECKING:
    from types import ModuleType

# name -> (module, what it does, in one line)
COMMANDS: dict[str, tuple[str, str]] = {
    "verify": ("ot_code.cli.verify", "judge every answer of a dataset and keep the right ones"),
    "build": ("ot_code.cli.build", "build one dataset from sources and stages, by a recipe"),
    "filter": ("ot_code.cli.filter", "keep the rows that meet conditions"),
    "deduplicate": ("ot_code.cli.deduplicate", "of rows whose texts are nearly the same, keep the first"),
    "decontaminate": ("ot_code.cli.decontaminate", "keep the rows that are in no benchmark"),
    "rate": ("ot_code.cli.rate", "have a language model rate how difficult each problem is"),
    "mix": ("ot_code.cli.mix", "draw so many rows, or shares, of each source or domain"),
    "publish": ("ot_code.cli.publish", "write judged rows as a dataset for trainers and for the hub, and push it"),
    "report": ("ot_code.cli.report", "make one HTML page of what a run came to"),
    "show": ("ot_code.cli.show", "show a run, or one row and its verdict, in the terminal"),
    "run": ("ot_code.cli.run", "run one program in the sandbox and show what it did"),
    "images": ("ot_code.cli.images", "build and list the images of Docker jails and of the service"),
    "sample": ("ot_code.cli.sample", "sample answers from a model, judge them as they come, keep the right ones"),
    "serve": ("ot_code.cli.serve", "serve the sandbox and the judges over HTTP"),
    "doctor": ("ot_code.cli.doctor", "say what works on this machine, what does not, and the mend"),
}

_MOST_DIGITS = 100_000  # as many as the readers take
_SEE_ALSO = "`ot-code COMMAND --help` shows a command's options and examples."


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command of `argv` (default: this process's arguments); returns the exit code."""
    _open_standard_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    if hasattr(sys, "set_int_max_str_digits"):  # absent in early 3.10; rows hold long integers
        sys.set_int_max_str_digits(_MOST_DIGITS)  # not 0: reading one takes the square of its length
    try:
        name = _chosen(words)
        if name is None:
            return _without_command(words)
        command = importlib.import_module(COMMANDS[name][0])
        args = _parser_of(name, command).parse_args(words[words.index(name) + 1 :])
    except SystemExit as stop:  # how argparse ends after --help and after a mistake
        return stop.code if isinstance(stop.code, int) else Exit.USAGE
    return _run(command, args, debug="--debug" in words[: words.index(name)])


def _open_standard_streams() -> None:
    """Those that whoever started us had closed (a daemon, `>&-`): else files of ours would get their numbers."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the least number that is free, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _chosen(words: Sequence[str]) -> str | None:
    word = next((word for word in words if not word.startswith("-")), None)
    return word if word in COMMANDS else None


def _without_command(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="ot-code",
        description="Decides which model-written answers are right, fast and without trusting them, and keeps those.",
        epilog=_SEE_ALSO,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error; goes before the command")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command")
    for name, (_, summary) in COMMANDS.items():
        commands.add_parser(name, help=summary)
    args = parser.parse_args(words)
    if args.version:
        from ot_code import __version__

        print(f"ot-code {__version__}")
        return Exit.DONE
    parser.print_help(sys.stderr)
    return Exit.USAGE


def _parser_of(name: str, command: ModuleType) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"ot-code {name}",
        description=COMMANDS[name][1].capitalize() + ".",
        epilog=command.EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    return parser


def _run(command: ModuleType, args: argparse.Namespace, *, debug: bool) -> int:
    """Runs a command; what it raises becomes one line on stderr and an exit code."""
    try:
        with stop_on_signals():
            code: int = command.main(args)
            sys.stdout.flush()
            return code
    except Stopped as stop:
        sys.stderr.write(f"\not-code: {stop}\n")
        return stop.exit_code
    except BrokenPipeError:  # whoever read our output has gone, as in `ot-code ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    except Exception as error:  # the process's border: nothing above could say it better
        if debug:
            raise
        from ot_code.cli.failures import explained

        code, sentence = explained(error)
        sys.stderr.write(f"ot-code: {sentence}\n")
        return code
