"""Judgements by symbols -> judgements with a judge behind them: what is sent, and what its ruling changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from math_pipeline.extraction import answer_of
from math_pipeline.judge.llm import LlmJudge
from math_pipeline.judge.prompt import MOST_SHOWN, is_hollow
from math_pipeline.judge.settings import JudgePolicy
from math_pipeline.normal import normal
from math_pipeline.types import Answer, MathJudgement, MathVerdict, Method, Ruling
from math_pipeline.verifier import MathVerifier

_GUESSED = frozenset({"last number", "last mathematics", "brackets"})  # ways of extraction that are for mathematics
_TAIL = 20_000
_SAID = {MathVerdict.CORRECT: "the same", MathVerdict.INCORRECT: "not the same"}


class JudgedVerifier:
    """A MathVerifier with a judge behind it. Thread-safe; closes neither of the two.

    verifier: None where only `submit_words` is used, for answers that no symbols compare.
    """

    def __init__(self, verifier: MathVerifier | None, judge: LlmJudge, policy: JudgePolicy | None = None) -> None:
        self._verifier = verifier
        self._judge = judge
        self._policy = policy if policy is not None else JudgePolicy()

    def verify(self, *, gold: str, response: str) -> MathJudgement:
        """The judgement of one response. Raises as MathVerifier.verify and LlmJudge.judge do."""
        return self.submit(gold=gold, response=response).result()

    def submit(self, *, gold: str, response: str) -> Future[MathJudgement]:
        """Compares by symbols here and now; the future waits for the judge alone."""
        if self._verifier is None:
            raise ValueError("no MathVerifier was given: words are compared by submit_words")
        judgement = self._verifier.verify(gold=gold, response=response)
        if judgement.verdict is MathVerdict.NO_ANSWER:
            return _done(judgement)
        if judgement.gold is None:  # the judge may read what no rule found an answer in
            judgement = replace(judgement, answer=answer_of(response))
        return self._sent(judgement, gold)

    def submit_words(self, *, gold: str, response: str) -> Future[MathJudgement]:
        """Of a puzzle or a question of science: equal texts are the same, all else is the judge's."""
        wanted = Answer(gold.strip(), normal(gold[:MOST_SHOWN]), "whole")
        answer = words_of(response)
        if answer is None:
            reason = "no answer is found in the response"
            return _done(MathJudgement(MathVerdict.NO_ANSWER, gold=wanted, reason=reason))
        judgement = MathJudgement(MathVerdict.UNDECIDED, gold=wanted, answer=answer)
        if answer.text.casefold() == wanted.text.casefold():
            judgement = replace(judgement, verdict=MathVerdict.CORRECT, method=Method.FAST_PATH, rule="text")
        return self._sent(judgement, gold)

    def _sent(self, judgement: MathJudgement, gold: str) -> Future[MathJudgement]:
        if judgement.verdict is MathVerdict.JUDGE_ERROR:  # a fault of ours: symbols may yet decide it
            return _done(judgement)
        answer = judgement.answer
        shown = judgement.gold.text if judgement.gold is not None else gold.strip()
        if answer is None or not shown or (is_hollow(answer.text) and is_hollow(answer.normal)):
            why = "the answer has nothing that a judge could compare"
            return _done(judgement if judgement.reason else replace(judgement, reason=why))
        if not self._policy.sends(judgement.verdict, shown, answer.text):
            return _done(judgement)
        if max(len(shown), len(answer.text)) > MOST_SHOWN:
            why = f"an answer of more than {MOST_SHOWN} characters is not shown to the judge"
            return _done(judgement if judgement.reason else replace(judgement, reason=why))
        asked = self._judge.submit(gold=shown, answer=answer.text)
        return _then(asked, lambda ruling: ruled(judgement, ruling, overrules=self._policy.everything))


def words_of(response: str) -> Answer | None:
    """The answer of a response that need not be mathematics: a stated one, else its last paragraph."""
    found = answer_of(response)
    if found is not None and found.how not in _GUESSED:
        return found
    text = re.sub(r".*</think>", "", response[-_TAIL:], flags=re.DOTALL)
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    if not paragraphs:
        return None
    last = paragraphs[-1][-MOST_SHOWN:]
    return Answer(last, normal(last), "last paragraph")


def ruled(judgement: MathJudgement, ruling: Ruling, *, overrules: bool = False) -> MathJudgement:
    """The judgement after the ruling. overrules: the judge's word stands also against `correct` by symbols."""
    before = judgement.verdict
    judgement = replace(judgement, ruling=replace(ruling, before=before))
    if before is MathVerdict.CORRECT and not overrules:
        return judgement  # an audited sample: it is counted, and never flips a verdict
    if before is ruling.verdict and before is not MathVerdict.UNDECIDED and not overrules:
        return judgement
    if ruling.verdict is MathVerdict.JUDGE_ERROR:
        reason = f"the judge gave no verdict: {ruling.fault}"
    elif ruling.verdict is MathVerdict.UNDECIDED:
        reason = f"the judge's votes are a tie, {ruling.right} to {ruling.wrong}"
    else:
        reason = f"the judge finds the answers {_SAID[ruling.verdict]}: {ruling.reasoning}"
    rule = f"judge {ruling.right}:{ruling.wrong}"
    return replace(judgement, verdict=ruling.verdict, method=Method.JUDGE, rule=rule, reason=reason)


def _done(judgement: MathJudgement) -> Future[MathJudgement]:
    future: Future[MathJudgement] = Future()
    future.set_result(judgement)
    return future


def _then(asked: Future[Ruling], act: Callable[[Ruling], MathJudgement]) -> Future[MathJudgement]:
    future: Future[MathJudgement] = Future()

    def on_done(done: Future[Ruling]) -> None:
        if done.cancelled():
            future.cancel()
            return
        error = done.exception()
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(act(done.result()))

    asked.add_done_callback(on_done)
    return future
