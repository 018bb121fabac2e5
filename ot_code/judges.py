"""The options that say which language model judges what symbols cannot, and the judge that they mean."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ot_code.errors import MissingExtraError, UsageError
from ot_code.options import count

if TYPE_CHECKING:
    from math_pipeline.judge import JudgePolicy, JudgeSettings, LlmJudge

_BESIDE = ("base_url", "key_env", "on", "votes", "concurrency", "requests_per_minute", "prices", "science")
WORDS = frozenset({"puzzle"})


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """A language model as the judge of a run. settings: how it is asked. policy: which math answers it sees.

    domains: those whose every answer it judges, since nothing else can.
    """

    settings: JudgeSettings
    policy: JudgePolicy
    domains: frozenset[str] = field(default=WORDS)

    def identity(self) -> dict[str, Any]:
        """What verdicts depend on, as plain JSON; no key, and no address."""
        from math_pipeline.judge import PROMPT_VERSION  # noqa: PLC0415 - what --help does not need

        return {
            **self.settings.identity(),
            "prompt": PROMPT_VERSION,
            "on": self.policy.identity(),
            "domains": sorted(self.domains),
        }


def add_arguments(group: argparse._ActionsContainer) -> None:
    """The options, for a command that judges answers."""
    group.add_argument(
        "--judge", metavar="MODEL",
        help="a language model judges what symbols leave open, and puzzles (needs ot-code[llm])",
    )  # fmt: skip
    group.add_argument("--judge-base-url", metavar="URL", help="the chat completions API (default: that of openai)")
    group.add_argument(
        "--judge-key-env", metavar="NAME", help="the environment variable that holds the key (default: OPENAI_API_KEY)"
    )
    group.add_argument(
        "--judge-on", metavar="WHAT",
        help="math answers that it sees: undecided (the default), incorrect (it may rescue them), correct (an audit: "
        "counted, never changed), each with a share where not all are meant: undecided,incorrect,correct:0.05; or all: "
        "it judges every answer, and its word stands",
    )  # fmt: skip
    group.add_argument("--judge-votes", type=count, metavar="N", help="replies for each pair; the majority decides")
    group.add_argument("--judge-concurrency", type=count, metavar="N", help="requests at once (default: 16)")
    group.add_argument("--judge-requests-per-minute", type=_rate, metavar="N", help="not more than these")
    group.add_argument(
        "--judge-prices", type=_prices, metavar="IN,OUT", help="money for a million tokens in and out, for the summary"
    )
    group.add_argument("--judge-science", action="store_true", help="rows of science go to the judge too")


def config_of(args: argparse.Namespace) -> JudgeConfig | None:
    """What the options mean; None without --judge. Raises UsageError naming the option."""
    given = {name: getattr(args, f"judge_{name}") for name in _BESIDE}
    given = {name: value for name, value in given.items() if value}
    if args.judge is None:
        if given:
            option = "--judge-" + next(iter(given)).replace("_", "-")
            raise UsageError(f"{option} has no meaning without --judge MODEL: add it, or leave this out")
        return None
    from math_pipeline.judge import JudgePolicy, JudgeSettings  # noqa: PLC0415 - what --help does not need

    domains = WORDS | {"science"} if given.pop("science", False) else WORDS
    try:
        policy = JudgePolicy.parse(given.pop("on")) if "on" in given else JudgePolicy()
    except ValueError as error:
        raise UsageError(f"--judge-on {error}") from error
    try:
        return JudgeConfig(JudgeSettings(args.judge, **given), policy, domains)
    except ValueError as error:
        raise UsageError(f"--judge: {error}") from error


def open_judge(config: JudgeConfig, folder: Path, stack: ExitStack) -> LlmJudge:
    """The judge, closed with the stack. folder: where replies are kept, so that none is paid for twice.

    Raises MissingExtraError without the openai package, UsageError where no key is found.
    """
    from math_pipeline import errors  # noqa: PLC0415 - what --help does not need
    from math_pipeline.judge import LlmJudge, VoteCache  # noqa: PLC0415 - as above

    cache = VoteCache(folder)
    stack.callback(cache.close)
    try:
        return stack.enter_context(LlmJudge(config.settings, cache=cache))
    except errors.MissingExtraError as error:
        raise MissingExtraError(f"--judge: {error}") from error
    except errors.JudgeSetupError as error:
        raise UsageError(f"--judge: {error}") from error


def _rate(text: str) -> float:
    return float(count(text))


def _prices(text: str) -> tuple[float, float]:
    try:
        prices = tuple(float(part) for part in text.split(","))
    except ValueError:
        prices = ()
    if len(prices) != 2 or not all(0 <= price < float("inf") for price in prices):
        raise argparse.ArgumentTypeError(f"must look like 0.15,0.60, not {text!r}")
    return prices[0], prices[1]
