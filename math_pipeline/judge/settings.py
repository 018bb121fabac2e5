"""What a judge is asked with, and which answers are sent to it. Frozen, and checked once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from math_pipeline.types import MathVerdict

KEY_ENV = "OPENAI_API_KEY"
CLASSES = ("undecided", "incorrect", "correct")


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """How a model is asked.

    base_url: None: as the openai package finds it. key_env: the variable that holds the key. votes: asked of each pair,
    the majority decides. concurrency: requests at once. requests_per_minute: None: no limit. timeout_s: of one
    request. retries: of what a second try may mend (429, 5xx, connections, time-outs). temperature: None: 0 for one
    vote, 0.7 for several. prices: money for a million tokens in and out. Raises ValueError naming the setting.
    """

    model: str
    base_url: str | None = None
    key_env: str = KEY_ENV
    votes: int = 1
    concurrency: int = 16
    requests_per_minute: float | None = None
    timeout_s: float = 60.0
    retries: int = 5
    max_tokens: int = 2_000
    temperature: float | None = None
    prices: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("model is empty: name the judge's model")
        for name in ("votes", "concurrency", "max_tokens"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.retries < 0:
            raise ValueError(f"retries must be at least 0, not {self.retries}")
        if self.base_url is not None and not re.match("https?://[^/]", self.base_url):
            raise ValueError(f"base_url must begin with http:// or https://, and name a host, not {self.base_url!r}")
        for name in ("requests_per_minute", "timeout_s"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be positive, not {value!r}")

    @property
    def heat(self) -> float:
        """The temperature that is asked for: several votes of temperature 0 would be one vote."""
        return self.temperature if self.temperature is not None else 0.0 if self.votes == 1 else 0.7

    def identity(self) -> dict[str, Any]:
        """What verdicts depend on, as plain JSON. Where the server stands is not part of it: it may move."""
        return {
            "model": self.model,
            "votes": self.votes,
            "temperature": self.heat,
            "max_tokens": self.max_tokens,
        }


@dataclass(frozen=True, slots=True)
class JudgePolicy:
    """Which answers go to the judge, by what symbols said of them: the share of each of CLASSES, 0 to 1.

    `undecided` holds undecided, timeout and unparsable_gold. Of `incorrect`, the judge may make correct ones; of
    `correct`, a sample is only compared. everything: all of all, and the judge's word stands, also against symbols.
    """

    undecided: float = 1.0
    incorrect: float = 0.0
    correct: float = 0.0
    everything: bool = field(default=False)

    @classmethod
    def parse(cls, text: str) -> JudgePolicy:
        """From `undecided,incorrect,correct:0.05`, or `all`. Raises ValueError saying what it should look like."""
        if text.strip() == "all":
            return cls(1.0, 1.0, 1.0, everything=True)
        shares = dict.fromkeys(CLASSES, 0.0)
        for part in text.split(","):
            name, colon, number = part.strip().partition(":")
            try:
                share = float(number) if colon else 1.0
            except ValueError:
                share = -1.0
            if name not in shares or not 0 <= share <= 1:
                raise ValueError(
                    f"must be `all`, or some of {', '.join(CLASSES)}, each with a share where not all of them are "
                    f"meant, such as undecided,correct:0.05, not {text!r}"
                )
            shares[name] = share
        return cls(shares["undecided"], shares["incorrect"], shares["correct"])

    def sends(self, verdict: MathVerdict, gold: str, answer: str) -> bool:
        """Whether the pair is sent. A sample is chosen by a hash of the pair, so it is the same every time."""
        share: float = getattr(self, _class_of(verdict))
        if share >= 1 or share <= 0:
            return bool(share)
        digest = blake2b(f"{gold}\0{answer}".encode(errors="surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big") < share * 2**64

    def identity(self) -> str:
        """The policy as `parse` takes it."""
        return "all" if self.everything else ",".join(f"{name}:{getattr(self, name):g}" for name in CLASSES)


def _class_of(verdict: MathVerdict) -> str:
    return str(verdict) if verdict in (MathVerdict.CORRECT, MathVerdict.INCORRECT) else "undecided"
