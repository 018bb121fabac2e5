"""What an endpoint sent -> a reply, or the fault that kept it from being one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """One sample. text: None where there is none, and `why` says so. reasoning: where the endpoint gives it apart.

    Tokens: as the endpoint counts them, 0 where it does not. again: whether asking once more may help.
    """

    text: str | None
    reasoning: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    why: str = ""
    again: bool = False

    @property
    def tokens(self) -> int:
        """All that it cost."""
        return self.prompt_tokens + self.completion_tokens


def reply_of(body: bytes) -> Reply:
    """The reply in the body of a chat completion."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return Reply(None, why="the endpoint's reply is no JSON", again=True)
    choices = _mapping(said).get("choices")
    choice = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
    if not choice:
        return Reply(None, why="the endpoint's reply has no choice", again=True, **_tokens(said))
    return _settled(_mapping(choice.get("message")), choice.get("finish_reason"), _tokens(said))


async def reply_of_stream(chunks: AsyncIterator[Any]) -> Reply:
    """The reply in a stream of chunks, as the openai package reads them. A stream without an end is no reply."""
    texts: list[str] = []
    thoughts: list[str] = []
    finish: str | None = None
    tokens = _tokens({})
    async for chunk in chunks:
        said = chunk.model_dump()
        if said.get("usage"):
            tokens = _tokens(said)
        for choice in (said.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            texts.append(delta.get("content") or "")
            thoughts.append(delta.get("reasoning_content") or delta.get("reasoning") or "")
            finish = choice.get("finish_reason") or finish
    if finish is None:
        return Reply(None, why="the stream ended before the answer did", again=True, **tokens)
    return _settled({"content": "".join(texts), "reasoning_content": "".join(thoughts)}, finish, tokens)


def _settled(message: dict[str, Any], finish: Any, tokens: dict[str, Any]) -> Reply:
    text, reasoning = message.get("content"), message.get("reasoning_content") or message.get("reasoning")
    reasoning = reasoning if isinstance(reasoning, str) and reasoning else None
    finish = finish if isinstance(finish, str) else None
    if isinstance(text, str) and text.strip():
        return Reply(text, reasoning, finish, **tokens)
    if message.get("refusal") or finish == "content_filter":
        why = f"the model refused: {str(message.get('refusal') or 'content filter')[:200]}"
    else:
        why = f"the model's answer is empty (finish_reason {finish})"
    return Reply(None, reasoning, finish, why=why, **tokens)


def _tokens(said: Any) -> dict[str, Any]:
    usage = _mapping(_mapping(said).get("usage"))
    return {name: _count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
