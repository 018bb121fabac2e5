"""What the commands of single stages have in common: options, the run, and what is said of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ot_code import options
from ot_code.cli.exits import Exit
from ot_code.cli.stopping import Stopped

if TYPE_CHECKING:
    from ot_code.stages.base import Stage

_SHOWN_NAMES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every command of a stage has."""
    parser.add_argument("input", metavar="INPUT", help="rows: a file, folder, glob or dataset of the hub")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder to write")
    parser.add_argument("--split", help="split of a dataset, such as train")
    parser.add_argument("--limit", type=options.count, metavar="N", help="only the first N input rows")
    parser.add_argument("--format", choices=("parquet", "jsonl"), default="parquet", help="of the shards")
    parser.add_argument("--overwrite", action="store_true", help="start anew in an OUT that another run made")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON on stdout")
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")


def run(stage: Stage, args: argparse.Namespace) -> int:
    """Runs the stage as the options say; returns the exit code. Raises as run_stage does."""
    from ot_code.inputs import open_input
    from ot_code.stages.folder import run_stage

    table = open_input(args.input, split=args.split)
    try:
        summary = run_stage(
            stage, table, args.out, form=args.format, limit=args.limit, overwrite=args.overwrite, quiet=args.quiet
        )
    except Stopped as stop:
        stop.advice = "the same command does it again"
        raise
    if args.json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    elif not args.quiet:
        show(summary, args.out)
    return Exit.DONE


def show(summary: Mapping[str, Any], out: Path) -> None:
    """Prints a stage's summary on stdout; in colour on a terminal only."""
    from rich.table import Table

    from ot_code.console import plain_console
    from ot_code.report.markup import visible

    console = plain_console()
    if summary["reasons"]:
        reasons = Table(title="removed", title_justify="left")
        reasons.add_column("why")
        reasons.add_column("rows", justify="right")
        reasons.add_column("share", justify="right")
        for kind, number in sorted(summary["reasons"].items(), key=lambda item: -item[1]):
            reasons.add_row(visible(kind), f"{number:,}", f"{number / summary['read']:.1%}")
        console.print(reasons)
    if len(summary["by_source"]) > 1:
        sources = Table(title="sources", title_justify="left")
        for name in ("source", "rows", "kept"):
            sources.add_column(name, justify="left" if name == "source" else "right")
        largest = sorted(summary["by_source"].items(), key=lambda item: -item[1]["read"])
        for name, fates in largest[:_SHOWN_NAMES]:
            sources.add_row(visible(name), f"{fates['read']:,}", f"{fates['kept']:,}")
        console.print(sources)
    for note, number in summary.get("notes", {}).items():
        console.print(f"{number:,} kept rows: {note}")
    said = f"{summary['read']:,} rows in {summary['times']['elapsed_s']:,.1f} s"
    console.print(f"{said}: {summary['kept']:,} kept, {summary['removed']:,} removed")
    console.print(f"{out}/kept, {out}/removed, {out}/summary.json", soft_wrap=True)


def table(option: str, text: str) -> dict[str, Any]:
    """The value of an option that is written as in a recipe. Raises UsageError."""
    from ot_code.building.yaml_text import parse_yaml
    from ot_code.errors import UsageError

    found = parse_yaml(text.encode(errors="replace"), option).values
    if not isinstance(found, dict):
        raise UsageError(f"{option}: must look like 'column: value', not {text!r}")
    return found
