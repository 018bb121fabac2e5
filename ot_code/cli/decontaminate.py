"""`ot-code decontaminate`: keep rows that no benchmark has."""

from __future__ import annotations

import argparse

from ot_code.cli import staging

EXAMPLE = """examples:
  ot-code decontaminate rows.parquet --against aime.jsonl math500.parquet --out clean
  ot-code decontaminate rows.jsonl --column question --against gpqa.csv --against-column Question --out clean
  ot-code decontaminate rows.parquet --against HuggingFaceH4/MATH-500 --ngram 0 --threshold 90 --out clean

A row goes when the fuzzy ratio of its text and an item of a benchmark is THRESHOLD or more, or when the two have N
words in a row in common. Needs ot-code[dedup]. OUT/removed says in `matched` which items of which file: FILE#ROW,
from 0.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    staging.add_arguments(parser)
    group = parser.add_argument_group("what may not be in the rows")
    group.add_argument(
        "--against", nargs="+", required=True, metavar="FILE", help="benchmarks: files, folders or datasets of the hub"
    )
    group.add_argument(
        "--against-column", metavar="COLUMN", help="of their text (default: found: problem, question, ...)"
    )
    group.add_argument("--column", default="problem", metavar="COLUMN", help="of the rows' text (default: problem)")
    group.add_argument(
        "--threshold", type=float, default=95.0, metavar="T", help="ratio in percent from which on (default: 95)"
    )
    group.add_argument(
        "--ngram", type=int, default=13, metavar="N", help="words in a row in common (default: 13; 0: ratio alone)"
    )


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.given import Given
    from ot_code.stages.decontaminate import Decontaminate

    names = ("against", "against_column", "column", "threshold", "ngram")
    return staging.run(Decontaminate.of(Given({name: getattr(args, name) for name in names})), args)
