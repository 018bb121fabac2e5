"""`ot-code serve`: the sandbox and the judges over HTTP."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from ot_code.cli.exits import Exit
from ot_code.errors import MissingExtraError, UsageError
from ot_code.options import count

EXAMPLE = """examples:
  ot-code serve
  ot-code serve --keys keys.txt --new-key trainer
  ot-code serve --host 0.0.0.0 --keys keys.txt

It serves this machine alone unless --host says otherwise, and then asks for API keys. Clients of SandboxFusion, Piston
and NeMo-Skills need only its address; docs/http.md has every route. SIGTERM lets it finish what it holds.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to serve at (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (default 8080)")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="API keys are needed: FILE has their hashes")
    parser.add_argument("--new-key", metavar="NAME", help="make a key, add its hash to --keys, print it once, and end")
    parser.add_argument(
        "--open-to-all", action="store_true", help="with --host: no keys; whoever reaches the address may run programs"
    )
    limits = parser.add_argument_group("limits")
    limits.add_argument("--jobs", type=count, metavar="N", help="programs at once (default, and most: one a CPU)")
    limits.add_argument("--body-mb", type=count, default=512, metavar="MB", help="of one request (default 512)")
    limits.add_argument("--held-mb", type=count, default=2048, metavar="MB", help="of all that are held (default 2048)")
    limits.add_argument("--waiting", type=count, default=10_000, metavar="N", help="requests in line (default 10000)")
    limits.add_argument(
        "--deadline", type=_seconds, default=60.0, metavar="S", help="of a request that names none (default 60)"
    )
    limits.add_argument("--run-s", type=_seconds, default=300.0, metavar="S", help="a program may take (default 300)")
    limits.add_argument("--memory-mb", type=count, default=8192, metavar="MB", help="the same (default 8192)")
    limits.add_argument("--head-s", type=_seconds, default=15.0, metavar="S", help="for a request's head (default 15)")
    limits.add_argument("--body-s", type=_seconds, default=60.0, metavar="S", help="for its body (default 60)")
    limits.add_argument("--drain", type=_seconds, default=30.0, metavar="S", help="to finish when stopped (default 30)")
    logs = parser.add_argument_group("logs, a line of JSON each, on stderr")
    logs.add_argument("--log", action="store_true", help="log requests, without what was submitted")
    logs.add_argument("--log-code", action="store_true", help="log what was submitted too")


def main(args: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    from ot_code.service.keys import make_key

    if args.new_key is not None:
        if args.keys is None:
            raise UsageError("--new-key needs --keys, the file that the key's hash is added to")
        print(make_key(args.keys, args.new_key))
        return Exit.DONE
    try:
        from ot_code.service.server import serve
        from ot_code.service.settings import ServiceSettings
    except ModuleNotFoundError as error:
        if error.name in ("fastapi", "uvicorn", "prometheus_client", "pydantic", "starlette"):
            raise MissingExtraError(f"serving needs {error.name}: pip install 'ot-code[serve]'") from error
        raise
    settings = ServiceSettings(
        host=args.host,
        port=args.port,
        keys=args.keys,
        open_to_all=args.open_to_all,
        jobs=args.jobs,
        body_mb=args.body_mb,
        held_mb=args.held_mb,
        waiting=args.waiting,
        deadline_s=args.deadline,
        run_s=args.run_s,
        memory_mb=args.memory_mb,
        drain_s=args.drain,
        head_s=args.head_s,
        body_s=args.body_s,
        log_code=args.log_code,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("ot_code.service")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if args.log or args.log_code else logging.WARNING)
    serve(settings)
    return Exit.DONE


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, not {text!r}")
    return value
