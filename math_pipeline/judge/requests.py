"""Requests to a chat completions API: at a rate, with a deadline, and without what a server refuses to know."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from math_pipeline.errors import JudgeSetupError, MissingExtraError
from math_pipeline.judge.prompt import SCHEMA, messages
from math_pipeline.judge.replies import Vote, vote_of
from math_pipeline.judge.settings import JudgeSettings

_LONGEST_WAIT_S = 120.0  # that a retry waits because the server says so


class Requests:
    """Asks for single votes. Lives in one loop of asyncio.

    Raises MissingExtraError without the openai package, JudgeSetupError where no key is found.
    """

    def __init__(self, settings: JudgeSettings) -> None:
        try:
            import openai  # noqa: PLC0415 - an extra, and slow to import
        except ImportError as error:
            raise MissingExtraError("a judge needs the openai package: pip install 'ot-code[llm]'") from error
        self._key = key = os.environ.get(settings.key_env)
        if not key and settings.base_url is None:
            raise JudgeSetupError(
                f"the judge {settings.model} needs a key: set {settings.key_env}, name another variable, or give the "
                "base URL of a server that needs none"
            )
        self._openai = openai
        self._settings = settings
        self._client = openai.AsyncOpenAI(
            api_key=key or "none",
            base_url=settings.base_url,
            timeout=settings.timeout_s,
            max_retries=settings.retries,
        )
        self.base_url = str(self._client.base_url)
        self._turns = asyncio.Semaphore(settings.concurrency)
        self._next_at = 0.0
        self._left_out: frozenset[str] = frozenset()  # parameters that this server refuses

    async def vote(self, gold: str, answer: str) -> Vote:
        """One vote, or its fault. Raises JudgeSetupError for what no retry and no other pair can mend."""
        settings = self._settings
        # The client's own deadline starts anew with each byte; this one ends a server that sends them one by one.
        stuck_s = settings.timeout_s * (settings.retries + 1) + _LONGEST_WAIT_S * settings.retries + 1
        async with self._turns:
            try:
                return await asyncio.wait_for(self._asked(gold, answer), stuck_s)
            except asyncio.TimeoutError:
                return Vote(None, fault=f"the server did not end its reply within {stuck_s:g} s")
            except (self._openai.AuthenticationError, self._openai.NotFoundError) as error:
                raise JudgeSetupError(
                    f"{self.base_url} refuses the judge {settings.model} ({error.status_code}: "
                    f"{self._said(error)}): check the model's name, the base URL and the key in {settings.key_env}"
                ) from error
            except self._openai.APITimeoutError:
                return Vote(None, fault=f"no reply within {settings.timeout_s:g} s, {settings.retries + 1} times")
            except self._openai.APIStatusError as error:
                return Vote(None, fault=f"the server says {error.status_code}: {self._said(error)}")
            except self._openai.OpenAIError as error:
                return Vote(None, fault=f"the request failed: {self._said(error)}")

    async def _asked(self, gold: str, answer: str) -> Vote:
        left_out = self._left_out
        while True:
            await self._wait_for_turn()
            try:
                vote = await self._request(gold, answer, left_out)
            except (self._openai.BadRequestError, self._openai.UnprocessableEntityError) as error:
                refused = _refused(str(error), left_out)
                if refused is None:
                    raise
                left_out |= {refused}
                continue
            self._left_out |= left_out  # it is what this server needs: the retry went through
            return vote

    async def _request(self, gold: str, answer: str, left_out: frozenset[str]) -> Vote:
        settings = self._settings
        extra: dict[str, Any] = {}
        if "response_format" not in left_out:
            extra["response_format"] = SCHEMA
        if "temperature" not in left_out:
            extra["temperature"] = settings.heat
        extra["max_completion_tokens" if "max_tokens" in left_out else "max_tokens"] = settings.max_tokens
        told: Any = messages(gold, answer)
        raw = await self._client.chat.completions.with_raw_response.create(model=settings.model, messages=told, **extra)
        return vote_of(raw.content)

    async def _wait_for_turn(self) -> None:
        rate = self._settings.requests_per_minute
        if rate is None:
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_at)
        self._next_at = turn + 60 / rate
        await asyncio.sleep(turn - now)

    def _said(self, error: Exception) -> str:
        """What the error says, in short. Some servers say what they were sent, the key included."""
        text = str(error).replace(self._key, "(hidden)") if self._key else str(error)
        return " ".join(text.split())[:300]

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.close()


def _refused(message: str, left_out: frozenset[str]) -> str | None:
    """The parameter to leave out next: the one that the server names, else the least known one; None: nothing helps."""
    for name in ("max_tokens", "temperature"):
        if name in message and name not in left_out:
            return name
    return "response_format" if "response_format" not in left_out else None
