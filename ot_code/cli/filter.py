"""`ot-code filter`: keep the rows that meet conditions, and say why the others went."""

from __future__ import annotations

import argparse
from typing import Any

from ot_code import options
from ot_code.cli import staging

EXAMPLE = """examples:
  ot-code filter judged/judged --where 'passed: true' --out right
  ot-code filter openr1.parquet --like curatedthoughts --out for-rl
  ot-code filter rows.jsonl --where 'source: [aops_forum, olympiads]' --take 5000 --per source --seed 1 --out drawn
  ot-code filter rows.jsonl --where 'difficulty: {min: 6}' --where 'response: {words: {max: 8000}}' --out x
  ot-code filter rows.jsonl --drop multipart,proof,no_gold --out whole

A condition is written as in a recipe (docs/recipes.md). OUT/kept has the rows that are left, OUT/removed the others
with `kind`, `reason` and `matched`, OUT/summary.json the counts. What is complete is not done again.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    staging.add_arguments(parser)
    group = parser.add_argument_group("what is kept")
    group.add_argument(
        "--where", action="append", default=[], metavar="CONDITION",
        help="such as 'source: [a, b]', 'difficulty: {min: 6, max: 8}', 'response: {characters: {max: 40000}}'; may be "
        "repeated",
    )  # fmt: skip
    group.add_argument("--like", metavar="NAME", help="a published filter: openthoughts, curatedthoughts")
    group.add_argument("--drop", metavar="FINDING,...", help="rows with one of these findings (docs/datasets.md)")
    group.add_argument("--verifiable", metavar="WHAT,...", help="math rows that symbolic or judge_only can check")
    group.add_argument("--take", type=options.count, metavar="N", help="draw N of the rows that are left")
    group.add_argument("--per", metavar="COLUMN", help="with --take: N for each value of the column")
    group.add_argument("--seed", type=int, metavar="N", help="with --take: of the draw (default: 0)")


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.errors import UsageError
    from ot_code.given import Given
    from ot_code.stages.filter import Filter

    where: dict[str, Any] = {}
    for text in args.where:
        where.update(staging.table("--where", text))
    given: dict[str, Any] = {"where": where} if where else {}
    for name in ("drop", "verifiable"):
        if getattr(args, name):
            given[name] = [part.strip() for part in getattr(args, name).split(",")]
    if args.like:
        given["like"] = args.like
    if args.take:
        given["take"] = {"n": args.take, "per": args.per, "seed": args.seed or 0}
    elif args.per or args.seed is not None:
        raise UsageError("--per and --seed are about a draw: say how many rows with --take")
    if not given:
        raise UsageError("nothing is asked for: give --where, --like, --drop, --verifiable or --take")
    return staging.run(Filter.of(Given(given)), args)
