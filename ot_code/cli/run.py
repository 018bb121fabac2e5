"""`ot-code run`: one program in the sandbox, and what it did."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ot_code import jails
from ot_code.cli.exits import Exit
from ot_code.errors import InputError, UsageError

if TYPE_CHECKING:
    from sandbox import Execution, Limits

EXAMPLE = """examples:
  echo "40 2" | ot-code run sum.py
  ot-code run sum.cpp --stdin input.txt --memory-mb 256
  ot-code run - --language python3 --json < program.py

The program's stdout and stderr go to yours, and what it used to stderr. The exit code says whether it could be run
(0), not how the program ended: --json tells that.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", nargs="?", help="the program; - reads it from standard input")
    parser.add_argument("--language", help="its language; told from the file's ending when left out")
    parser.add_argument("--stdin", metavar="FILE", help="what it reads; standard input when left out and piped")
    parser.add_argument("--cpu-time", type=float, metavar="S", help="CPU seconds (default 4)")
    parser.add_argument("--wall-time", type=float, metavar="S", help="seconds on the clock (default 3 x CPU + 2)")
    parser.add_argument("--memory-mb", type=int, metavar="MB", help="MiB held by its processes together (default 512)")
    jails.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the whole execution as one JSON object on stdout")


def main(args: argparse.Namespace) -> int:
    """Runs the program."""
    from sandbox import Program, languages

    if args.file is None:
        raise UsageError(
            "FILE is missing: name the program to run, such as sum.py, or - to read it from standard input"
        )
    ending = Path(args.file).suffix
    by_ending = {ending: known.name for known in languages().values() for ending in known.endings}
    language = args.language or by_ending.get(ending)
    if language is None:
        known = ", ".join(languages())
        raise UsageError(f"what language is {args.file}? Say it with --language ({known})")
    mend = "name the program to run, or - to read it from standard input"
    source = sys.stdin.buffer.read() if args.file == "-" else _bytes_of(args.file, "FILE", mend)
    stdin = b""
    if args.stdin is not None:
        mend = "name a file with what the program reads, or leave --stdin out and pipe it"
        stdin = _bytes_of(args.stdin, "--stdin", mend)
    elif args.file != "-" and not sys.stdin.isatty():
        stdin = sys.stdin.buffer.read()
    with jails.open_sandbox(jails.settings_of(args), jobs=1) as sandbox:
        for notice in sandbox.notices:
            sys.stderr.write(f"ot-code: {notice}\n")
        done = sandbox.run(Program(source, language), stdin=stdin, limits=_limits(args))
        jail = sandbox.jail_kind
    if args.json:
        print(json.dumps(_facts(done) | {"jail": jail}))
    else:
        sys.stdout.buffer.write(done.stdout_bytes)
        sys.stdout.flush()
        sys.stderr.buffer.write(done.stderr_bytes)
        sys.stderr.write(f"[{_told(done)}]\n")
    return Exit.DONE


def _bytes_of(path: str, option: str, mend: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        raise InputError(f"{option} {path}: {getattr(error, 'strerror', None) or error}; {mend}") from error


def _limits(args: argparse.Namespace) -> Limits:
    from sandbox import Limits

    given = {"cpu_time_s": args.cpu_time, "wall_time_s": args.wall_time, "memory_mb": args.memory_mb}
    try:
        return Limits(**{name: value for name, value in given.items() if value is not None})
    except ValueError as error:
        raise UsageError(str(error)) from error


def _facts(done: Execution) -> dict[str, Any]:
    facts = dataclasses.asdict(done)
    for name in ("stdout_bytes", "stderr_bytes", "returned", "has_returned", "files"):
        facts.pop(name)
    return facts | {"status": done.status.value, "stdout": done.stdout, "stderr": done.stderr}


def _told(done: Execution) -> str:
    ending = f"signal {done.signal}" if done.signal is not None else f"exit {done.exit_code}"
    memory = "" if done.memory_mb is None else f", {done.memory_mb:.1f} MB"
    return f"{done.status.value}, {ending}, {done.cpu_time_s:.3f} s CPU, {done.wall_time_s:.3f} s{memory}"
