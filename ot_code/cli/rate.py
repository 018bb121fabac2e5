"""`ot-code rate`: a language model says how difficult each row's problem is."""

from __future__ import annotations

import argparse

from ot_code import options
from ot_code.cli import staging

EXAMPLE = """examples:
  ot-code rate rows.parquet --model gpt-4o-mini --out rated
  ot-code rate rows.jsonl --model qwen3 --base-url http://localhost:8000/v1 --into hardness --out rated
  ot-code filter rated/kept --where 'difficulty: {min: 4}' --out hard

Adds a column of whole numbers from 1 to 10. A problem without a usable rating keeps null there, and is counted; with
--unrated remove its row goes. OUT/ratings.jsonl keeps what the model said: the same command after a kill, or with
--overwrite, pays for none of it twice. Needs ot-code[llm].
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    staging.add_arguments(parser)
    group = parser.add_argument_group("the model")
    group.add_argument("--model", required=True, metavar="NAME", help="as the endpoint calls it")
    group.add_argument("--base-url", metavar="URL", help="a chat completions API (default: openai's, or deepseek's)")
    group.add_argument(
        "--key-env", metavar="NAME", help="the variable that holds the key (default: as for `ot-code sample`)"
    )
    group.add_argument("--temperature", type=float, metavar="T", help="(default: the model's own)")
    group.add_argument("--max-tokens", type=options.count, metavar="N", help="of one reply (default: the model's own)")
    group.add_argument("--concurrency", type=options.count, metavar="N", help="requests at once (default: 64)")
    group.add_argument("--requests-per-minute", type=options.count, metavar="N", help="not more")
    group.add_argument("--tokens-per-minute", type=options.count, metavar="N", help="not more, prompts and replies")
    group = parser.add_argument_group("what is rated")
    group.add_argument("--column", default="problem", metavar="COLUMN", help="of the text (default: problem)")
    group.add_argument("--into", default="difficulty", metavar="COLUMN", help="that is added (default: difficulty)")
    group.add_argument(
        "--unrated", choices=("keep", "remove"), default="keep", help="rows without a usable rating (default: keep)"
    )


def main(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from ot_code.given import Given
    from ot_code.stages.rate import Rate

    names = (
        "model", "base_url", "key_env", "temperature", "max_tokens", "concurrency", "requests_per_minute",
        "tokens_per_minute", "column", "into", "unrated",
    )  # fmt: skip
    return staging.run(Rate.of(Given({name: getattr(args, name) for name in names})).kept_in(args.out), args)
