"""No key leaves with a dataset: what the environment holds as a secret is taken out of all that is written about it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

_NAMES = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|_KEY$", re.IGNORECASE)
_SHORTEST = 8  # a shorter value is no secret, and would stand in any text
_SHAPES = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,}|AKIA[A-Z0-9]{12,})\b"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password in an address
)
_SAID = re.compile(
    r"(?P<name>[\"']?\b[\w-]*(?:token|secret|password|api_?key)\b[\"']?\s*[:=]\s*)(?P<value>\"[^\"\n]{8,}\"|'[^'\n]{8,}'"
    r"|[^\s\"'#,}]{8,})",
    re.IGNORECASE,
)
HIDDEN = "(hidden)"


def without_secrets(text: str) -> str:
    """The text with secrets hidden: values of the environment's secret variables, what looks or is named like one."""
    for value in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    text = _SHAPES.sub(HIDDEN, text)
    return _SAID.sub(lambda found: f"{found['name']}{HIDDEN}", text)


def plain_without_secrets(value: Any) -> Any:
    """The same of plain JSON data."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {name: plain_without_secrets(item) for name, item in value.items()}
    return [plain_without_secrets(item) for item in value] if isinstance(value, (list, tuple)) else value


def _secrets() -> set[str]:
    return {value for name, value in os.environ.items() if _NAMES.search(name) and len(value) >= _SHORTEST}
