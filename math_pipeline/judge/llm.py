"""A language model as the judge of pairs of answers: votes, asked once for equal pairs, on a loop in its own thread."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType

from math_pipeline.errors import JudgeSetupError
from math_pipeline.judge.cache import VoteCache
from math_pipeline.judge.prompt import PROMPT_VERSION
from math_pipeline.judge.replies import Vote
from math_pipeline.judge.requests import Requests
from math_pipeline.judge.settings import JudgeSettings
from math_pipeline.loops import LoopThread
from math_pipeline.types import MathVerdict, Ruling

_KEPT = 65_536


class LlmJudge:
    """Asks a model whether two answers are the same. A context manager; thread-safe; blocking outside.

    settings: or the model's name. cache: votes given before, which are not paid for again. Raises MissingExtraError
    without the openai package, JudgeSetupError where no key is found.
    """

    def __init__(self, settings: JudgeSettings | str, *, cache: VoteCache | None = None) -> None:
        self.settings = JudgeSettings(settings) if isinstance(settings, str) else settings
        self._cache = cache
        self._ruled: OrderedDict[tuple[str, str], Ruling] = OrderedDict()
        self._under_way: dict[tuple[str, str], asyncio.Task[Ruling]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._loop = LoopThread("llm-judge")
        self._requests = self._loop.open(lambda: Requests(self.settings))

    def __enter__(self) -> LlmJudge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives up what is under way and ends the connections. The cache stays its owner's to close."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._loop.close(self._requests.close)

    def judge(self, *, gold: str, answer: str) -> Ruling:
        """The ruling on one pair. Raises JudgeSetupError where the server refuses the key or the model."""
        return self.submit(gold=gold, answer=answer).result()

    def submit(self, *, gold: str, answer: str) -> Future[Ruling]:
        """The ruling to come; from any thread."""
        with self._lock:
            if self._closed:
                raise JudgeSetupError("the judge is closed")
            return self._loop.submit(self._shared(gold, answer))

    async def _shared(self, gold: str, answer: str) -> Ruling:
        pair = (gold, answer)
        known = self._ruled.get(pair)
        if known is not None:
            self._ruled.move_to_end(pair)
            return _free(known)
        task = self._under_way.get(pair)
        if task is not None:
            return _free(await asyncio.shield(task))
        task = self._under_way[pair] = asyncio.ensure_future(self._rule(gold, answer))
        task.add_done_callback(lambda done: self._remember(pair, done))
        return await asyncio.shield(task)  # whoever asked first may leave, and others wait for the same

    def _remember(self, pair: tuple[str, str], done: asyncio.Task[Ruling]) -> None:
        del self._under_way[pair]
        if done.cancelled() or done.exception() is not None:
            return
        ruling = done.result()
        if ruling.verdict is not MathVerdict.JUDGE_ERROR:
            self._ruled[pair] = ruling
            if len(self._ruled) > _KEPT:
                self._ruled.popitem(last=False)

    async def _rule(self, gold: str, answer: str) -> Ruling:
        """As many votes as a majority needs, and no more than `votes`."""
        most = self.settings.votes
        needed = most // 2 + 1
        votes: list[Vote] = []
        while len(votes) < most:
            leading = max(sum(vote.correct is side for vote in votes) for side in (True, False))
            missing = needed - leading
            if missing <= 0:
                break
            numbers = range(len(votes), min(most, len(votes) + missing))
            votes += await asyncio.gather(*(self._vote(gold, answer, number) for number in numbers))
        return self._ruling(votes, needed)

    async def _vote(self, gold: str, answer: str, number: int) -> Vote:
        settings = self.settings
        key = (PROMPT_VERSION, settings.model, self._requests.base_url, settings.heat, gold, answer, number)
        known = self._cache.get(key) if self._cache is not None else None
        if known is not None:
            return known
        vote = await self._requests.vote(gold, answer)
        if self._cache is not None and vote.correct is not None:
            self._cache.put(key, vote)
        return vote

    def _ruling(self, votes: list[Vote], needed: int) -> Ruling:
        right = sum(vote.correct is True for vote in votes)
        wrong = sum(vote.correct is False for vote in votes)
        faults = [vote.fault for vote in votes if vote.correct is None]
        if max(right, wrong) >= needed:
            verdict = MathVerdict.CORRECT if right >= needed else MathVerdict.INCORRECT
        else:
            verdict = MathVerdict.JUDGE_ERROR if faults else MathVerdict.UNDECIDED
        side = {MathVerdict.CORRECT: True, MathVerdict.INCORRECT: False}.get(verdict)
        reasoning = next((vote.reasoning for vote in votes if vote.correct is side and side is not None), "")
        tokens = sum(vote.prompt_tokens for vote in votes), sum(vote.completion_tokens for vote in votes)
        prices = self.settings.prices
        cost = (tokens[0] * prices[0] + tokens[1] * prices[1]) / 1e6 if prices is not None else None
        return Ruling(verdict, right, wrong, reasoning, "; ".join(dict.fromkeys(faults)), *tokens, cost)


def _free(ruling: Ruling) -> Ruling:
    """The ruling for a pair that was paid for before."""
    cost = None if ruling.cost is None else 0.0
    return replace(ruling, prompt_tokens=0, completion_tokens=0, cost=cost)
