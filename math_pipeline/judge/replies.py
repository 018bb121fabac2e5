"""A server's reply -> a vote, or the fault that kept it from being one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Vote:
    """One reply. correct: None where there is none, and `fault` says why. Tokens: as the server counts them."""

    correct: bool | None
    reasoning: str = ""
    fault: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


def vote_of(body: bytes) -> Vote:
    """The vote in the body of a chat completion."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):  # nested deeper than any reply is
        return Vote(None, fault="the server's reply is no JSON")
    usage = _mapping(_mapping(said).get("usage"))
    spent = (_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))
    choices = _mapping(said).get("choices")
    choice = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
    message = _mapping(choice.get("message"))
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        return Vote(None, "", f"the model refused: {str(message.get('refusal') or 'content filter')[:200]}", *spent)
    if choice.get("finish_reason") == "length":
        return Vote(None, "", "the model's reply was cut off at its most tokens", *spent)
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        return Vote(None, "", "the model's reply is empty", *spent)
    found = _verdict_in(content)
    if found is None:
        return Vote(None, "", f"the model's reply does not end in a verdict: {content.strip()[-120:]!r}", *spent)
    reasoning = found.get("reasoning")
    return Vote(found["correct"], reasoning if isinstance(reasoning, str) else "", "", *spent)


def _verdict_in(content: str) -> dict[str, Any] | None:
    """The object that the text ends in. One that stands anywhere else may be quoted from an answer."""
    text = content.rsplit("</think>", 1)[-1].strip()
    if text.endswith("```"):
        text = text[:-3].rstrip()
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(200):
        if at < 0:
            return None
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        if end == len(text):
            return value if isinstance(value, dict) and isinstance(value.get("correct"), bool) else None
        at = text.find("{", end)
    return None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
