"""`ot-code show`: a run's overview, or one row and its verdict, in the terminal."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ot_code.cli.exits import Exit

EXAMPLE = """examples:
  ot-code show judged
  ot-code show judged 17
  ot-code show judged 00000017 --candidate 3
  ot-code show judged 17 --json

ROW is a row_id, or its number: of the input's rows, from 0. All answers of the row are shown, or the one that
--candidate names.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="the OUT of verify, build or a stage")
    parser.add_argument("row", nargs="?", metavar="ROW", help="the row to show (default: an overview)")
    parser.add_argument("--candidate", type=int, metavar="N", help="only the row's answer N, from 0")
    parser.add_argument("--json", action="store_true", help="print JSON: the summary, or a line for each answer")


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.errors import UsageError
    from ot_code.report.reading import open_output
    from ot_code.report.terminal import rows_of, show_overview, show_row

    output = open_output(args.dir)
    if args.row is None:
        if args.candidate is not None:
            raise UsageError("--candidate is an answer of a row: give ROW, too")
        if args.json:
            print(json.dumps(output.summary, indent=2, ensure_ascii=False))
        else:
            show_overview(output)
        return Exit.DONE
    for at, row in enumerate(rows_of(output, args.row, args.candidate)):
        if args.json:
            print(json.dumps(row, ensure_ascii=False, default=str))
            continue
        if at:
            print()
        show_row(output, row)
    return Exit.DONE
