"""How a model is sampled. Frozen, and checked once."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ot_code.errors import SettingError, UsageError
from ot_code.given import Given

SAMPLES = "samples"  # the column that the replies stand in, in place of an input's column of that name
KEEP = ("all", "first", "best", "shortest")
DOMAINS = ("code", "function", "math", "science", "puzzle")  # of templates
_KEYS = {"deepseek": "DEEPSEEK_API_KEY", "openrouter": "OPENROUTER_API_KEY"}
_BASES = {"deepseek": "https://api.deepseek.com"}


@dataclass(frozen=True, slots=True)
class SampleSettings:
    """What is asked of which model, how fast, and what is kept.

    n: samples of each problem, at most. base_url, key_env: None: as the model's name tells. templates: by domain, in
    place of the usual ones. requests_per_minute, tokens_per_minute: None: until the endpoint says 429. until: accepted
    answers after which a problem is done. rounds: in which its samples are asked for; None: with `until` so many that
    a round has `until` samples, else one. budget_tokens: prompt and completion, over all sittings. band: pass rates of
    problems that are kept, both included. Raises UsageError.
    """

    model: str
    n: int = 1
    base_url: str | None = None
    key_env: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    system: str | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    concurrency: int = 64
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout_s: float = 600.0
    retries: int = 5
    until: int | None = None
    rounds: int | None = None
    budget_tokens: int | None = None
    keep: str = "all"
    band: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.keep not in KEEP:
            raise UsageError(f"--keep must be one of {', '.join(KEEP)}, not {self.keep!r}")
        if self.rounds is not None and self.rounds > self.n:
            raise UsageError(f"--rounds {self.rounds}: a round has at least one sample, and --n is {self.n}")
        if self.until is not None and self.until > self.n:
            raise UsageError(f"--until {self.until}: more accepted answers than --n {self.n} can give")
        if not self.timeout_s > 0:
            raise UsageError(f"--timeout must be a positive number of seconds, not {self.timeout_s}")
        if self.temperature is not None and not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise UsageError(f"--temperature must be a number of at least 0, not {self.temperature}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise UsageError(f"--top-p must be above 0 and at most 1, not {self.top_p}")
        if self.base_url is not None and not re.match("https?://[^/]", self.base_url):
            raise UsageError(f"--base-url must begin with http:// or https://, and name a host, not {self.base_url!r}")
        if self.rounds is not None and self.until is None:
            raise UsageError("--rounds says how often --until is looked at: give both")

    @property
    def base(self) -> str | None:
        """The base URL; None: as the openai package finds it."""
        if self.base_url is not None or os.environ.get("OPENAI_BASE_URL"):
            return self.base_url
        return next((url for name, url in _BASES.items() if self.model.startswith(name)), None)

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key."""
        if self.key_env is not None:
            return self.key_env
        return next((key for name, key in _KEYS.items() if name in (self.base or "")), "OPENAI_API_KEY")

    @property
    def round_size(self) -> int:
        """How many samples of a problem are asked for before its answers are looked at."""
        if self.until is None:
            return self.n
        return self.until if self.rounds is None else -(-self.n // self.rounds)

    def identity(self) -> dict[str, Any]:
        """What an output depends on, as plain JSON. Where the endpoint stands is not part of it: it may move."""
        asked = ("model", "temperature", "top_p", "seed", "max_tokens", "system")
        return {
            "asked": {
                **{name: getattr(self, name) for name in asked},
                "templates": dict(sorted(self.templates.items())),
            },
            **{name: getattr(self, name) for name in ("n", "until", "rounds", "keep")},
            "band": None if self.band is None else list(self.band),
        }


def asked_of(given: Given) -> dict[str, Any]:
    """Which model a recipe's table names and how it is asked, as fields of SampleSettings. Raises SettingError."""
    plain = {
        "model": given.text("model"),
        "base_url": url_without_secrets(given),
        "key_env": given.text("key_env", None),
        "temperature": given.number("temperature", None),
        "max_tokens": given.whole("max_tokens", None, least=1),
        "concurrency": given.whole("concurrency", None, least=1),
        "requests_per_minute": given.whole("requests_per_minute", None, least=1),
        "tokens_per_minute": given.whole("tokens_per_minute", None, least=1),
    }
    return {name: value for name, value in plain.items() if value is not None}


def url_without_secrets(given: Given) -> str | None:
    """The key `base_url`, which is written down: so nothing in it may be a key. Raises SettingError."""
    url: str | None = given.text("base_url", None)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SettingError(given.at("base_url"), f"is no URL ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingError(given.at("base_url"), "must begin with http:// or https://, and name a host")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingError(
            given.at("base_url"),
            "must hold no user, password or parameters: a key stands in a variable, which `key_env` names",
        )
    return url
