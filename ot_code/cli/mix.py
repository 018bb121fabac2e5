"""`ot-code mix`: so many rows of each source or domain, or such shares of them."""

from __future__ import annotations

import argparse

from ot_code import options
from ot_code.cli import staging

EXAMPLE = """examples:
  ot-code mix rows.parquet --by domain --shares 'math: 0.6, code: 0.3, science: 0.1' --out mixed
  ot-code mix rows.parquet --by source --counts 'olympiads: 20000, taco: 6000' --others keep --seed 7 --out mixed

Rows are drawn by a hash of seed and row, so the same rows are drawn however they lie in files. Shares without --total
take as many rows as the scarcest value allows.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    staging.add_arguments(parser)
    group = parser.add_argument_group("the mix")
    group.add_argument("--by", required=True, metavar="COLUMN", help="whose values are mixed: source, domain")
    group.add_argument("--counts", metavar="'VALUE: N, ...'", help="rows of each value")
    group.add_argument("--shares", metavar="'VALUE: SHARE, ...'", help="of the whole, adding up to 1")
    group.add_argument("--total", type=options.count, metavar="N", help="with --shares: rows in all")
    group.add_argument("--others", choices=("drop", "keep"), help="rows of values that are not named (default: drop)")
    group.add_argument(
        "--short", choices=("fail", "take"), help="where there are fewer rows than asked: fail (default), or take them"
    )
    group.add_argument("--seed", type=int, metavar="N", help="of the draw (default: 0)")


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.given import Given
    from ot_code.stages.mix import Mix

    plain = ("by", "total", "others", "short", "seed")
    given = {name: getattr(args, name) for name in plain if getattr(args, name) is not None}
    for name in ("counts", "shares"):
        if getattr(args, name) is not None:
            given[name] = staging.table(f"--{name}", f"{{{getattr(args, name)}}}")
    return staging.run(Mix.of(Given(given)), args)
