"""What an endpoint sent -> a reply, or the fault that kept it from being one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

_MOST_TOKENS = 2**40  # that one reply can have; more is no count


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
    choice = _choice(said)
    if not choice:
        return Reply(None, why="the endpoint's reply has no choice", again=True, **_tokens(said))
    return _settled(_mapping(choice.get("message")), choice.get("finish_reason"), _tokens(said))


async def reply_of_stream(chunks: AsyncIterator[Any], patience_s: float) -> Reply:
    """The reply in a stream of chunks, as the openai package reads them. A stream without an end is no reply.

    patience_s: from one chunk to the next. Raises asyncio.TimeoutError, and what `chunks` raises.
    """
    texts: list[str] = []
    thoughts: list[str] = []
    finish: Any = None
    tokens = _tokens({})
    try:
        while True:
            said = _said(await asyncio.wait_for(anext(chunks), patience_s))
            if said.get("usage"):
                tokens = _tokens(said)
            choice = _choice(said)
            delta = _mapping(choice.get("delta"))
            texts.append(_text(delta.get("content")))
            thoughts.append(_text(delta.get("reasoning_content") or delta.get("reasoning")))
            finish = choice.get("finish_reason") or finish
    except StopAsyncIteration:
        pass  # the stream's end
    if finish is None:
        return Reply(None, why="the stream ended before the answer did", again=True, **tokens)
    return _settled({"content": "".join(texts), "reasoning_content": "".join(thoughts)}, finish, tokens)


def _said(chunk: Any) -> dict[str, Any]:
    """A chunk as plain data: the package hands on what is no chunk as it came, and checks no field of one."""
    return _mapping(chunk.model_dump(warnings=False) if hasattr(chunk, "model_dump") else chunk)


def _choice(said: Any) -> dict[str, Any]:
    choices = _mapping(said).get("choices")
    return _mapping(choices[0]) if isinstance(choices, list) and choices else {}


def _text(content: Any) -> str:
    """A message's text; some servers give it in parts."""
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [_mapping(part).get("text") for part in parts]
    return "".join(text for text in texts if isinstance(text, str))


def _settled(message: dict[str, Any], finish: Any, tokens: dict[str, Any]) -> Reply:
    text = _text(message.get("content"))
    reasoning = _text(message.get("reasoning_content") or message.get("reasoning")) or None
    finish = finish if isinstance(finish, str) else None
    if text.strip() or finish == "length":  # a model that thinks until its tokens are spent has answered, and wrongly
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
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_TOKENS else 0
