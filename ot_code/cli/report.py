"""`ot-code report`: one HTML page of what a run came to."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ot_code.cli.exits import Exit
from ot_code.options import count

EXAMPLE = """examples:
  ot-code report judged
  ot-code report judged --page report.html --sample 20

DIR is what verify, build or a stage left. The page (default: DIR/report.html) is one file without scripts; it asks
nobody for anything, and shows what answers hold as text only.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="the OUT of verify, build or a stage")
    parser.add_argument("--page", type=Path, metavar="FILE", help="the page to write (default: DIR/report.html)")
    parser.add_argument(
        "--sample", type=count, default=12, metavar="N", help="rejected rows to show of each verdict (default: 12)"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.report.gathered import gather
    from ot_code.report.page import page
    from ot_code.report.reading import open_output

    output = open_output(args.dir)
    text = page(output, gather(output, sample=args.sample))
    file = args.page or args.dir / "report.html"
    staged = file.with_name(f".{file.name}.new")
    staged.write_text(text, "utf-8")
    os.replace(staged, file)  # noqa: PTH105  (a whole page or none)
    if not args.quiet:
        print(file)
    return Exit.DONE
