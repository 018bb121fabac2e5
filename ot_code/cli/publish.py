"""`ot-code publish`: judged rows as a dataset, in the form of a trainer and of the hub; pushed where that is asked."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ot_code import options
from ot_code.cli.exits import Exit
from ot_code.cli.stopping import Stopped

EXAMPLE = """examples:
  ot-code publish judged --out dataset
  ot-code publish judged --out dataset --format messages --style think --license numina=apache-2.0
  ot-code publish mixed --unverified before-verify --out dataset --recipe recipe.yaml
  HF_TOKEN=... HF_PRIVATE=false ot-code publish judged --out dataset --push my-org/my-dataset

INPUT is the OUT of `ot-code verify` or of another command, or any rows. OUT holds the configs verified, unverified and
metadata as Parquet shards, README.md (the dataset card) and dataset_info.json (for LLaMA-Factory):
  datasets.load_dataset("OUT", "verified")
Nothing leaves this machine without --push. HF_TOKEN holds the token, HF_ORG the owner of a name without one, and
HF_PRIVATE (true, false, 1, 0, yes, no; unset: true) whether the repository is private. A push that was stopped goes on
with the same command.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("input", metavar="INPUT", help="what to publish")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder to write")
    parser.add_argument(
        "--unverified",
        metavar="INPUT",
        help="the mix before verification, if not in INPUT; all of INPUT is verified then",
    )
    parser.add_argument(
        "--format", choices=("sharegpt", "messages", "trl", "verl"), default="sharegpt",
        help="of the rows of verified and unverified: sharegpt (the default), messages, trl (prompt and completion), "
        "verl (a row a problem, with what it is rewarded by)",
    )  # fmt: skip
    parser.add_argument(
        "--style", choices=("openthoughts", "think", "plain"), default="openthoughts",
        help="of answers: thought and solution sections (the default), <think>, or the solution alone",
    )  # fmt: skip
    parser.add_argument("--templates", type=Path, metavar="FILE", help="prompts by kind of problem, as YAML or JSON")
    parser.add_argument("--name", help="the dataset's name on its card (default: that of --push, or of OUT)")
    parser.add_argument(
        "--license",
        type=options.pair("SOURCE=ID (such as numina=apache-2.0)"),
        action="append",
        default=[],
        metavar="SOURCE=ID",
        help="a source's licence; may be repeated",
    )
    parser.add_argument("--recipe", type=Path, metavar="FILE", help="the recipe that the card shows")
    parser.add_argument("--push", metavar="OWNER/NAME", help="push to this dataset of the hub (needs ot-code[hub])")
    parser.add_argument("--overwrite", action="store_true", help="start anew in an OUT that another run made")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON on stdout")
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.publishing.templates import Templates, templates_in
    from ot_code.stages.publish import PublishSettings, publish

    settings = PublishSettings(
        input=args.input,
        out=args.out,
        unverified=args.unverified,
        format=args.format,
        style=args.style,
        templates=Templates() if args.templates is None else templates_in(args.templates),
        name=args.name,
        licences=dict(args.license),
        recipe=args.recipe,
        push=args.push,
        overwrite=args.overwrite,
    )
    try:
        summary = publish(settings, quiet=args.quiet)
    except Stopped as stop:
        stop.advice = "the same command goes on"
        raise
    _show(summary, args)
    return Exit.DONE


def _show(summary: Mapping[str, Any], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    elif not args.quiet:
        for name, rows in summary["configs"].items():
            print(f"{name}: {rows:,} rows")
        if summary["malformed"]:
            print(f"{summary['malformed']:,} rows could not be read, and are left out")
        print(f"{args.out}/README.md is the dataset card")
        if "pushed" in summary:
            print(f"pushed to {summary['pushed']}")
