"""One model behind a chat completions API, through the openai package: paced, retried, streamed or not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from ot_code.errors import MissingExtraError, UsageError
from ot_code.sampling.pace import Pace
from ot_code.sampling.replies import Reply, reply_of, reply_of_stream
from ot_code.sampling.settings import SampleSettings

_HELD: ContextVar[list[float]] = ContextVar("held")  # of a sample: the tokens held for each of its tries


class Endpoint:
    """Lives in one loop of asyncio.

    Raises MissingExtraError without the openai package, UsageError where no key is found.
    """

    def __init__(self, settings: SampleSettings) -> None:
        try:
            import openai  # noqa: PLC0415 - an extra, and slow to import
        except ImportError as error:
            raise MissingExtraError("asking a model needs the openai package: pip install 'ot-code[llm]'") from error
        self._key = key = os.environ.get(settings.key_variable)
        if not key and settings.base_url is None:
            raise UsageError(
                f"the model {settings.model} needs a key: set {settings.key_variable}, name another variable with "
                "--key-env, or give the --base-url of a server that needs none"
            )
        self._openai = openai
        self._settings = settings
        self.pace = Pace(
            settings.requests_per_minute, settings.tokens_per_minute, clock=asyncio.get_running_loop().time
        )
        client: Any = getattr(openai, "DefaultAsyncHttpx2Client", None) or openai.DefaultAsyncHttpxClient
        hooks = {"request": [self._before], "response": [self._after]}  # each try of the package's own retries too
        self._client = openai.AsyncOpenAI(
            api_key=key or "none",
            base_url=settings.base,
            timeout=settings.timeout_s,
            max_retries=settings.retries,
            http_client=client(event_hooks=hooks, timeout=settings.timeout_s),
        )

    async def _before(self, _: Any) -> None:
        held = await self.pace.turn()
        _HELD.get().append(held)

    async def _after(self, response: Any) -> None:
        if response.status_code == 429:
            try:
                retry_after_s = float(response.headers.get("retry-after", ""))
            except ValueError:
                retry_after_s = None
            self.pace.refused(retry_after_s)

    async def sample(self, messages: Sequence[dict[str, str]], number: int) -> Reply:
        """A reply, or why there is none. number: of the sample, so that each has a seed of its own.

        Raises UsageError for what no retry and no other problem can mend.
        """
        reply, held = Reply(None), list[float]()
        _HELD.set(held)
        for turn in range(self._settings.retries + 1):
            if turn:
                await asyncio.sleep(min(0.2 * 2**turn, 10.0))
            reply = await self._tried(messages, number)
            if not reply.again:
                break
        self.pace.answered(reply.tokens, sum(held))
        return reply

    async def _tried(self, messages: Sequence[dict[str, str]], number: int) -> Reply:
        openai, settings = self._openai, self._settings
        try:
            return await self._asked(messages, number)
        except asyncio.TimeoutError:
            return Reply(None, why=f"the reply went on for {settings.timeout_s:g} s without an end", again=True)
        except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as error:
            raise UsageError(
                f"{self._client.base_url} refuses the model {settings.model} ({error.status_code}: "
                f"{self._said(error)}): check --model, --base-url and the key in {settings.key_variable}"
            ) from error
        except openai.APITimeoutError:
            return Reply(None, why=f"no reply within {settings.timeout_s:g} s, {settings.retries + 1} times")
        except openai.APIStatusError as error:
            return Reply(None, why=f"the endpoint says {error.status_code}: {self._said(error)}")
        except openai.APIConnectionError as error:
            return Reply(None, why=f"the connection failed, {settings.retries + 1} times: {self._said(error)}")
        except openai.OpenAIError as error:
            return Reply(None, why=f"the request failed: {self._said(error)}", again=True)
        except (OSError, ValueError) as error:  # a stream that is cut, or broken JSON in it
            return Reply(None, why=f"the reply broke off: {self._said(error)}", again=True)
        except Exception as error:
            if not _is_transport(error):
                raise
            return Reply(None, why=f"the connection was cut: {self._said(error)}", again=True)

    async def _asked(self, messages: Sequence[dict[str, str]], number: int) -> Reply:
        settings = self._settings
        given: dict[str, Any] = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "seed": None if settings.seed is None else settings.seed + number,
        }
        extra = {name: value for name, value in given.items() if value is not None}
        told: Any = list(messages)
        create = self._client.chat.completions
        if not settings.stream:
            async with create.with_streaming_response.create(model=settings.model, messages=told, **extra) as raw:
                # The package's own deadline starts anew with each byte, and some servers send blanks meanwhile.
                return reply_of(await asyncio.wait_for(raw.read(), settings.timeout_s))
        stream = await create.create(
            model=settings.model, messages=told, stream=True, stream_options={"include_usage": True}, **extra
        )
        async with stream:
            if stream.response.headers.get("content-type", "").startswith("application/json"):  # it does not stream
                return reply_of(await asyncio.wait_for(stream.response.aread(), settings.timeout_s))
            try:
                return await reply_of_stream(stream, settings.timeout_s)
            except self._openai.APIError as error:  # the package tries again what has not begun, and no more
                return Reply(None, why=f"the stream broke off: {self._said(error)}", again=True)

    def _said(self, error: Exception) -> str:
        """What the error says, in short. Some servers say what they were sent, the key included."""
        text = str(error).replace(self._key, "(hidden)") if self._key else str(error)
        return " ".join(text.split())[:300] or type(error).__name__

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.close()


def _is_transport(error: Exception) -> bool:
    """Whether it is the HTTP client's own, whichever of them the openai package has."""
    return type(error).__module__.split(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2")
