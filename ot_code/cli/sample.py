"""`ot-code sample`: sample answers from a model, judge them as they come, and keep the right ones."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ot_code import jails, judges
from ot_code.cli.exits import Exit
from ot_code.cli.stopping import Stopped
from ot_code.config import DEFAULT_MAX_FAULTS, VerifyConfig
from ot_code.options import count, count_or_none, factor, names, pair, share
from ot_code.sampling.settings import DOMAINS, KEEP, SampleSettings

EXAMPLE = """examples:
  ot-code sample problems.jsonl --model qwen3 --base-url http://localhost:8000/v1 --n 8 --out samples
  ot-code sample problems.jsonl --model deepseek-reasoner --n 4 --stream --out samples
  ot-code sample apps.parquet --model gpt-4o-mini --n 16 --until 2 --keep shortest --budget-tokens 5000000 --out samples
  ot-code sample problems.jsonl --model qwen3 --base-url http://localhost:8000/v1 --n 8 --band 0.1-0.9 --out for-rl

PROBLEMS is what `ot-code verify` takes; answers in it are left aside. The same command continues a run that was
stopped, and pays for no sample twice. Exit codes: 0 done; 1 it could not be done; 2 wrong usage; 3 done, but more than
--max-faults of the rows have a fault of ours, or the endpoint gave no answer at all. What it never gave is a row with
verdict no_response.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("input", metavar="PROBLEMS", help="rows of problems, with tests or gold answers")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    _add_model(parser.add_argument_group("the model"))
    _add_how_many(parser.add_argument_group("how many, and which are kept"))
    _add_pace(parser.add_argument_group("how fast"))
    _add_judging(parser.add_argument_group("how it is judged"))
    judges.add_arguments(parser.add_argument_group("a language model as the judge"))
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("parquet", "jsonl"), default="parquet", help="of the shards")
    output.add_argument(
        "--overwrite",
        action="store_true",
        help="start anew in DIR; samples that were asked for in the same way are kept",
    )
    output.add_argument("--json", action="store_true", help="on stdout a JSON object a second, then the summary")
    output.add_argument("--quiet", action="store_true", help="say nothing but errors")


def _add_model(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--model", required=True, metavar="NAME", help="as the endpoint calls it")
    group.add_argument("--base-url", metavar="URL", help="a chat completions API (default: openai's, or deepseek's)")
    group.add_argument(
        "--key-env", metavar="NAME",
        help="the variable that holds the key (default: OPENAI_API_KEY, DEEPSEEK_API_KEY or OPENROUTER_API_KEY)",
    )  # fmt: skip
    group.add_argument("--temperature", type=float, metavar="T")
    group.add_argument("--top-p", type=float, metavar="P")
    group.add_argument("--seed", type=int, metavar="N", help="of the first sample; the next has N+1, and so on")
    group.add_argument("--max-tokens", type=count, metavar="N", help="of one answer")
    group.add_argument("--system", metavar="TEXT", help="the system prompt")
    group.add_argument(
        "--template", type=_template, action="append", default=[], metavar="DOMAIN=FILE",
        help="what the model is told: a text with {problem}, {starter_code}, {function}, {language}; DOMAIN is code, "
        "function, math, science or puzzle; may be repeated",
    )  # fmt: skip
    group.add_argument("--stream", action="store_true", help="ask for answers in pieces, as they are made")


def _add_how_many(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--n", type=count, default=1, metavar="N", help="samples of each problem, at most (default 1)")
    group.add_argument("--until", type=count, metavar="K", help="stop at a problem once K of its answers are accepted")
    group.add_argument("--rounds", type=count, metavar="R", help="look R times at most (default: every K samples)")
    group.add_argument("--budget-tokens", type=count, metavar="N", help="send nothing more once N are spent")
    group.add_argument("--keep", choices=KEEP, default="all", help="of a problem's right answers (default: all)")
    group.add_argument("--band", type=_band, metavar="LO-HI", help="keep problems with such a pass rate: 0.1-0.9")
    group.add_argument("--limit", type=count, metavar="N", help="only the first N problems")


def _add_pace(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--concurrency", type=count, default=64, metavar="N", help="requests at once (default 64)")
    group.add_argument("--requests-per-minute", type=count, metavar="N", help="not more; a 429 slows down further")
    group.add_argument("--tokens-per-minute", type=count, metavar="N", help="not more, prompts and answers together")
    group.add_argument("--timeout", type=count, default=600, metavar="S", help="of one request (default 600)")
    group.add_argument(
        "--retries", type=count_or_none, default=5, metavar="N", help="of what may be mended (default 5)"
    )


def _add_judging(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--source", help="schema of the rows (default: found from the columns)")
    group.add_argument(
        "--map",
        type=pair("tests=test_cases"),
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="as for verify",
    )
    group.add_argument("--split", help="split of a dataset, such as train")
    group.add_argument(
        "--jobs", type=count, metavar="N", help="programs that run at once (default, and most: one a CPU)"
    )
    group.add_argument("--checker", metavar="RULE", help="rule for all rows, by name (docs/checkers.md)")
    group.add_argument("--all-tests", action="store_true", help="run every test instead of stopping at a failure")
    group.add_argument(
        "--time-factor", type=factor, action="append", default=[], metavar="LANG=F", help="as for verify"
    )
    group.add_argument("--keep-unchecked", type=names, default=frozenset(), metavar="DOMAIN,...", help="as for verify")
    group.add_argument("--max-faults", type=share, default=DEFAULT_MAX_FAULTS, metavar="SHARE")
    jails.add_arguments(group)


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.sampling.run import sample

    settings, config = settings_of(args), config_of(args)
    try:
        summary = sample(config, settings, quiet=args.quiet, lines=args.json)
    except Stopped as stop:
        stop.advice = "nothing is lost: the same command goes on from here, and pays for no sample twice"
        raise
    _show(summary, args)
    nothing = summary["sampling"]["never_given"] and not summary["sampling"]["answered"]
    return Exit.FAULTS if nothing or summary["faults"] > config.max_faults * summary["read"] else Exit.DONE


def settings_of(args: argparse.Namespace) -> SampleSettings:
    """How the model is sampled. Raises UsageError naming the option."""
    given = {name: getattr(args, name) for name in SampleSettings.__slots__ if hasattr(args, name)}
    return SampleSettings(**{**given, "templates": dict(args.template), "timeout_s": float(args.timeout)})


def config_of(args: argparse.Namespace) -> VerifyConfig:
    """How the samples are judged. Raises UsageError for settings that make no sense together."""
    return VerifyConfig(
        input=args.input,
        out=args.out,
        source=args.source,
        columns=dict(args.map),
        split=args.split,
        limit=args.limit,
        response_column="samples",
        checker=args.checker,
        all_tests=args.all_tests,
        time_factors=dict(args.time_factor),
        keep_unchecked=args.keep_unchecked,
        form=args.format,
        jobs=args.jobs,
        jails=jails.settings_of(args),
        judge=judges.config_of(args),
        max_faults=args.max_faults,
        overwrite=args.overwrite,
    )


def _show(summary: Mapping[str, Any], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps({"summary": summary}, ensure_ascii=False))
    elif not args.quiet:
        from ot_code.tables import show_summary

        show_summary(summary, args.out)
        _show_sampling(summary["sampling"])


def _show_sampling(sampled: Mapping[str, Any]) -> None:
    at = ", ".join(f"pass@{k} {each['value']:.3f}" for k, each in sampled["pass_at_k"].items())
    bands = ", ".join(f"{name}: {count}" for name, count in sampled["bands"].items())
    print(
        f"{sampled['answered']:,} samples of {sampled['model']}, {sampled['tokens']:,} tokens. {at or 'nothing judged'}"
    )
    print(f"Problems by pass rate: {bands or 'none'}")
    if sampled["never_given"]:
        print(f"{sampled['never_given']:,} samples were never given by the endpoint: verdict no_response says why")
    if sampled["unanswered"]["count"]:
        print(f"{sampled['unanswered']['count']:,} requests were on their way when a run was killed: possibly paid")
    if sampled["budget_is_spent"]:
        print("The budget of tokens was spent before all samples were asked for")


def _template(text: str) -> tuple[str, str]:
    domain, _, name = text.partition("=")
    if domain not in DOMAINS or not name:
        raise argparse.ArgumentTypeError(f"must look like math=prompt.txt, not {text!r}")
    try:
        told = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{name} cannot be read ({error})") from error
    if "{problem}" not in told:
        raise argparse.ArgumentTypeError(f"{name} has no {{problem}} in it, so the model would not see the problem")
    return domain, told


def _band(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    try:
        band = float(low), float(high)
    except ValueError:
        band = 1.0, 0.0
    if not 0 <= band[0] <= band[1] <= 1:
        raise argparse.ArgumentTypeError(f"must be two pass rates such as 0.1-0.9, not {text!r}")
    return band
