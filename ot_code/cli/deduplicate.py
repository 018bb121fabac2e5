"""`ot-code deduplicate`: of rows whose texts are nearly the same, keep the first."""

from __future__ import annotations

import argparse

from ot_code.cli import staging

EXAMPLE = """examples:
  ot-code deduplicate rows.parquet --out distinct
  ot-code deduplicate rows.jsonl --column question --threshold 90 --out distinct
  ot-code deduplicate millions.parquet --approximate --out distinct

A row goes when the fuzzy ratio (rapidfuzz) of its text and that of any earlier row is THRESHOLD or more: the same rows
as comparing all pairs, found without doing so. Needs ot-code[dedup]. OUT/removed says what each row is too like.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    staging.add_arguments(parser)
    group = parser.add_argument_group("what is the same")
    group.add_argument("--column", default="problem", metavar="COLUMN", help="of the text (default: problem)")
    group.add_argument(
        "--threshold", type=float, default=95.0, metavar="T", help="ratio in percent from which on (default: 95)"
    )
    group.add_argument(
        "--approximate", action="store_true",
        help="compare only what MinHash finds: nearly linear, a few pairs are missed, none is removed wrongly",
    )  # fmt: skip


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.given import Given
    from ot_code.stages.deduplicate import Deduplicate

    names = ("column", "threshold", "approximate")
    return staging.run(Deduplicate.of(Given({name: getattr(args, name) for name in names})), args)
