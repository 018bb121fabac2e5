"""`ot-code build`: from a recipe to one dataset."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ot_code import jails, options
from ot_code.cli.exits import Exit
from ot_code.cli.stopping import Stopped

if TYPE_CHECKING:
    from ot_code.building.base import Context
    from ot_code.building.recipe import Recipe

EXAMPLE = """examples:
  ot-code build openthoughts-114k --out built
  ot-code build recipe.yaml --explain
  ot-code build recipe.yaml --dry-run
  ot-code build recipe.yaml --out built --jobs 8

RECIPE is a file, or the name of one that comes with ot-code: openthoughts-114k, openthoughts2, openthoughts3,
curatedthoughts (docs/recipes.md). The same command continues a build that was stopped, and after a change of the
recipe or of an input does only what changed. OUT/summary.json has the funnel; OUT/stages/NN-name/kept the rows after
each stage.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("recipe", metavar="RECIPE", help="a recipe's file, or the name of one of ours")
    parser.add_argument("--out", type=Path, metavar="OUT", help="folder to write")
    parser.add_argument("--explain", action="store_true", help="print the plan; nothing is run")
    parser.add_argument(
        "--dry-run", action="store_true", help="run all of it on a few rows, in a folder that goes again"
    )
    parser.add_argument("--rows", type=options.count, metavar="N", help="with --dry-run: of each source (default: 5)")
    parser.add_argument(
        "--jobs", type=options.count, metavar="N", help="programs that run at once (default, and most: one a CPU)"
    )
    parser.add_argument(
        "--push", metavar="OWNER/NAME", help="push what the recipe publishes to this dataset of the hub"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON on stdout")
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("--engine", choices=("local", "ray"), default="local", help="as for `ot-code verify`")
    parser.add_argument("--ray-address", metavar="ADDRESS", help="as for `ot-code verify`")
    jails.add_arguments(parser.add_argument_group("jails"))


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.building.recipe import load_recipe
    from ot_code.errors import UsageError

    if args.rows is not None and not args.dry_run:
        raise UsageError("--rows is about --dry-run: add it, or give a source a `limit`")
    recipe = load_recipe(args.recipe)
    if args.push is not None and (args.dry_run or all(step.name != "publish" for step in recipe.steps)):
        raise UsageError("--push: nothing is published in a dry run, nor by a recipe without the stage publish")
    if args.explain:
        _explain(recipe, args)
        return Exit.DONE
    if args.dry_run:
        return _dry_run(recipe, args)
    if args.out is None:
        raise UsageError("--out is missing: the folder that the dataset goes to")
    return _build(recipe, args.out, _context(recipe, args.out, args), args)


def _context(recipe: Recipe, out: Path, args: argparse.Namespace, *, dry: bool = False) -> Context:
    from ot_code.building.base import Context
    from ot_code.building.build import CACHE

    return Context(
        base=recipe.file.parent,
        cache=out / CACHE,
        jobs=args.jobs,
        jails=jails.settings_of(args),
        dry=dry,
        quiet=args.quiet or args.json,
        push=args.push,
        engine=args.engine,
        ray_address=args.ray_address,
    )


def _build(recipe: Recipe, out: Path, context: Context, args: argparse.Namespace) -> int:
    from ot_code.building.build import DRY_ROWS, build

    rows = (args.rows or DRY_ROWS) if context.dry else None
    try:
        summary = build(recipe, out, context, rows=rows)
    except Stopped as stop:
        stop.advice = "nothing that is complete is lost: the same command goes on from here"
        raise
    if args.json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    elif not args.quiet:
        _show(summary, None if context.dry else out)
    return Exit.FAULTS if summary["faults"] else Exit.DONE


def _dry_run(recipe: Recipe, args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="ot-code-dry-run-") as folder:
        return _build(recipe, Path(folder) / "out", _context(recipe, Path(folder) / "out", args, dry=True), args)


def _explain(recipe: Recipe, args: argparse.Namespace) -> None:
    from ot_code.building.build import plan

    lines = plan(recipe, args.out)
    if args.json:
        print(json.dumps([{"step": line.name, "settings": dict(line.settings), "there": line.there} for line in lines]))
        return
    print(f"recipe {recipe.name} ({recipe.file})")
    for line in lines:
        print(f"{line.name}{' (is there)' if line.there else ''}")
        for name, value in line.settings.items():
            print(f"    {name}: {json.dumps(value, ensure_ascii=False, default=str)}")


def _show(summary: Mapping[str, Any], out: Path | None) -> None:
    """Prints the funnel on stdout."""
    from rich.table import Table

    from ot_code.console import plain_console

    console = plain_console()
    funnel = Table(title=f"recipe {summary['recipe']}", title_justify="left")
    for name in ("step", "read", "kept", "removed", "why"):
        funnel.add_column(name, justify="right" if name in ("read", "kept", "removed") else "left")
    for step in summary["funnel"]:
        reasons = sorted(step["reasons"].items(), key=lambda item: -item[1])
        why = ", ".join(f"{name} {count:,}" for name, count in reasons[:4]) + (", ..." if len(reasons) > 4 else "")
        funnel.add_row(step["step"], f"{step['read']:,}", f"{step['kept']:,}", f"{step['removed']:,}", why)
    console.print(funnel)
    if "not_run" in summary:
        console.print(f"no row was left for {', '.join(summary['not_run'])}")
    if summary["faults"]:
        console.print(f"{summary['faults']:,} answers have a fault of ours; see `reason` in judged/", style="red")
    if out is not None:
        console.print(f"{out}/stages, {out}/summary.json", soft_wrap=True)
