"""`ot-code verify`: judge every answer of a dataset, and keep the right ones."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ot_code import jails, judges, options
from ot_code.cli.exits import Exit
from ot_code.cli.stopping import Stopped
from ot_code.config import DEFAULT_MAX_FAULTS, MOST_SOLUTIONS, VerifyConfig

EXAMPLE = """examples:
  ot-code verify answers.jsonl --out judged
  ot-code verify open-thoughts/OpenThoughts-114k:metadata --split train --limit 1000 --out judged
  ot-code verify responses.jsonl --problems apps.parquet --on problem_id --response-column text --out judged
  ot-code verify apps.parquet --solutions --out reference-check
  ot-code verify apps.parquet --out judged --check-tests --drop unpassed_tests,several_answers
  ot-code verify answers.jsonl --out judged --rejudge sandbox_error,time_limit
  ot-code verify math.jsonl --out judged --judge qwen3 --judge-base-url http://localhost:8000/v1

INPUT is a file (.jsonl, .json, .csv, .tsv, .parquet, .arrow, a .zip of JSON), a folder, a glob, a contest package
(folder, .zip, .kpp), a folder of packages, or a dataset of the hub (needs ot-code[hub]).
The same command continues a run that was stopped. Exit codes: 0 done; 1 it could not be done; 2 wrong usage;
3 done, but more than --max-faults of the rows have a fault of ours. A verdict never changes the exit code.
"""

_JUDGED = {
    (False, False): "candidates",
    (True, False): "solutions",
    (False, True): "incorrect_solutions",
    (True, True): "solutions+incorrect_solutions",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("input", metavar="INPUT", help="rows of problems with answers")
    parser.add_argument("--out", type=Path, metavar="OUT", help="folder to write (needed unless --dry-run)")
    _add_what(parser.add_argument_group("what is judged"))
    _add_how(parser.add_argument_group("how it is judged"))
    judges.add_arguments(parser.add_argument_group("a language model as the judge"))
    _add_output(parser.add_argument_group("output"))


def _add_what(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--source", help="schema of the rows (default: found from the columns): apps, taco, ...")
    group.add_argument(
        "--map", type=options.pair("tests=test_cases"), action="append", default=[], metavar="COLUMN=FIELD",
        help="the column that holds a field, where it has another name (a path such as reward.tests may lead into it); "
        "may be repeated. The fields are those of plain rows: problem, test_cases (or inputs and outputs), fn_name, "
        "candidates, language, starter_code, time_limit_s, memory_limit_mb, checker, id, answer, domain",
    )  # fmt: skip
    group.add_argument("--split", help="split of a dataset, such as train")
    group.add_argument("--limit", type=options.count, metavar="N", help="only the first N input rows")
    group.add_argument("--response-column", metavar="COLUMN", help="the column that holds the answers")
    group.add_argument("--problems", metavar="DATASET", help="where the tests stand, if not in INPUT")
    group.add_argument("--on", metavar="KEY", help="the column that joins INPUT and --problems")
    group.add_argument("--solutions", action="store_true", help="judge the dataset's own reference solutions")
    group.add_argument("--incorrect-solutions", action="store_true", help="judge its known-wrong solutions")
    group.add_argument("--rejudge", type=_verdicts, default=(), metavar="VERDICT,...", help="do these verdicts again")


def _add_how(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--jobs", type=options.count, metavar="N", help="programs that run at once (default, and most: one a CPU)"
    )
    group.add_argument("--all-tests", action="store_true", help="run every test instead of stopping at a failure")
    group.add_argument(
        "--checker", type=_checker, metavar="RULE",
        help="rule for all rows: a name, a JSON object, or a .json file of one (docs/checkers.md)",
    )  # fmt: skip
    group.add_argument(
        "--time-factor", type=options.factor, action="append", default=[], metavar="LANG=F",
        help="how much longer LANG may take than C++, for sources whose limits were set for C++; all=F multiplies "
        "every limit, for a slow machine; may be repeated",
    )  # fmt: skip
    group.add_argument("--cache", type=_cache, metavar="DIR|none", help="remember verdicts in DIR (default: none)")
    group.add_argument(
        "--check-tests", action="store_true", help="run each row's reference solutions first, to judge its tests"
    )
    group.add_argument(
        "--check-solutions", type=options.count, metavar="N", help="run at most N of them a row (default 5, twice each)"
    )
    group.add_argument(
        "--endpoints", type=_endpoints, metavar="URL,...",
        help="run programs on these servers (ot-code serve) instead of here; OT_ENDPOINTS names them too",
    )  # fmt: skip
    group.add_argument(
        "--engine", choices=("local", "ray"), default="local",
        help="where programs run: here (the default), or in actors on every node of a Ray cluster (needs ot-code[ray])",
    )  # fmt: skip
    group.add_argument(
        "--ray-address", metavar="ADDRESS", help="a running cluster, such as auto (default: one made here)"
    )
    group.add_argument("--pin", action="store_true", help="keep each jail on one CPU")
    jails.add_arguments(group)
    group.add_argument(
        "--max-faults", type=options.share, default=DEFAULT_MAX_FAULTS, metavar="SHARE",
        help="share of rows that may have a fault of ours, such as 0.1%% (the default) or 0.001",
    )  # fmt: skip


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--format", choices=("parquet", "jsonl"), default="parquet", help="of the shards")
    group.add_argument(
        "--keep-unchecked", type=options.names, default=frozenset(), metavar="DOMAIN,...",
        help="keep rows of these domains (science, puzzle, math) although nobody judges them",
    )  # fmt: skip
    group.add_argument(
        "--drop", type=_findings, default=(), metavar="FINDING,...",
        help="keep no row that has one of these findings, such as several_answers; docs/datasets.md lists them",
    )  # fmt: skip
    group.add_argument("--overwrite", action="store_true", help="start anew in an OUT that another run made")
    group.add_argument("--dry-run", action="store_true", help="say what would be judged, and write nothing")
    group.add_argument("--json", action="store_true", help="print the summary as JSON on stdout")
    group.add_argument("--quiet", action="store_true", help="say nothing but errors")


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.stages import judging

    if args.out is None and not args.dry_run:
        from ot_code.errors import UsageError

        raise UsageError("--out is missing: the folder that the judged rows go to")
    config = config_of(args)
    if args.dry_run:
        _show_plan(judging.plan(config), as_json=args.json)
        return Exit.DONE
    try:
        summary = judging.verify(config, quiet=args.quiet)
    except Stopped as stop:
        stop.advice = "nothing is lost: the same command goes on from here"
        raise
    _show(summary, args)
    return Exit.FAULTS if summary["faults"] > config.max_faults * summary["read"] else Exit.DONE


def config_of(args: argparse.Namespace) -> VerifyConfig:
    """The settings. Raises UsageError for those that make no sense together."""
    return VerifyConfig(
        input=args.input,
        out=args.out or Path(),
        source=args.source,
        columns=_map(args.map),
        split=args.split,
        limit=args.limit,
        judged=_JUDGED[args.solutions, args.incorrect_solutions],
        response_column=args.response_column,
        problems=args.problems,
        on=args.on,
        checker=args.checker,
        all_tests=args.all_tests,
        time_factors=dict(args.time_factor),
        keep_unchecked=args.keep_unchecked,
        check_tests=_solutions_to_run(args),
        drop=args.drop,
        form=args.format,
        jobs=args.jobs,
        pin=args.pin,
        jails=jails.settings_of(args),
        cache=args.cache,
        judge=judges.config_of(args),
        endpoints=args.endpoints or _endpoints("" if args.engine == "ray" else os.environ.get("OT_ENDPOINTS", "")),
        engine=args.engine,
        ray_address=args.ray_address,
        max_faults=args.max_faults,
        overwrite=args.overwrite,
        rejudge=args.rejudge,
    )


def _solutions_to_run(args: argparse.Namespace) -> int | None:
    """How many reference solutions a row are run. Raises UsageError for a number that nothing would use."""
    if args.check_solutions is not None and not args.check_tests:
        from ot_code.errors import UsageError

        raise UsageError("--check-solutions says how many solutions --check-tests runs: give both")
    return (args.check_solutions or MOST_SOLUTIONS) if args.check_tests else None


def _map(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    double = next((column for place, (column, _) in enumerate(pairs) if column in dict(pairs[:place])), None)
    if double is not None:
        from ot_code.errors import UsageError

        raise UsageError(f"--map {double}: is given twice; a column can be one field")
    return dict(pairs)


def _show(summary: Mapping[str, Any], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    elif not args.quiet:
        from ot_code.tables import show_summary

        show_summary(summary, args.out)


def _show_plan(plan: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(plan, indent=2, ensure_ascii=False))
        return
    for name, value in plan.items():
        if name != "rows":
            print(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    for row in plan["rows"]:
        print("  " + ", ".join(f"{name} {value}" for name, value in row.items()))


# ---- values of options; what they raise becomes argparse's message and exit code 2 ----


def _checker(text: str) -> str | dict[str, Any]:
    if not text.lstrip().startswith("{"):
        from code_pipeline.checkers.described import described_in
        from code_pipeline.errors import CheckerSpecError

        try:
            return described_in(Path(text)) if text.endswith(".json") else text
        except CheckerSpecError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
    try:
        spec: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"is no JSON object ({error}): {text!r}") from error
    return spec


def _endpoints(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _cache(text: str) -> Path | None:
    return None if text == "none" else Path(text)


def _verdicts(text: str) -> tuple[str, ...]:
    from ot_code import verdicts

    names = tuple(sorted(options.names(text)))
    unknown = [name for name in names if name not in verdicts.NAMES]
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown) or 'nothing'} is no verdict; they are {', '.join(verdicts.NAMES)}"
        )
    return names


def _findings(text: str) -> tuple[str, ...]:
    from code_pipeline.quality.names import Finding

    names = tuple(sorted(options.names(text)))
    known = [finding.value for finding in Finding]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown) or 'nothing'} is no finding; they are {', '.join(known)}"
        )
    return names
