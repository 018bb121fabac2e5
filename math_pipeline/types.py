"""What is decided of a math answer, and on what grounds. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class MathVerdict(str, Enum):
    """What was decided of an answer. Only `correct` is a pass; `undecided` and `timeout` say nothing about it."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    NO_ANSWER = "no_answer"
    UNPARSABLE_GOLD = "unparsable_gold"
    TIMEOUT = "timeout"
    UNDECIDED = "undecided"
    JUDGE_ERROR = "judge_error"

    __str__ = str.__str__

    @property
    def passed(self) -> bool | None:
        """True for correct, False for what the answer's writer got wrong, None where nobody knows."""
        if self is MathVerdict.CORRECT:
            return True
        return False if self in (MathVerdict.INCORRECT, MathVerdict.NO_ANSWER) else None


class Method(str, Enum):
    """What decided: text and exact arithmetic on the host, symbols in a worker, a language model, or nothing at all."""

    NONE = "none"
    FAST_PATH = "fast_path"
    SYMBOLIC = "symbolic"
    JUDGE = "judge"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as found and in its normal form. how: the rule of extraction that found it."""

    text: str
    normal: str
    how: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a language model said of a pair: correct, incorrect, undecided (a tie of votes) or judge_error (see fault).

    right, wrong: votes. reasoning: of the first vote on the winning side. Tokens: those paid for this pair now, 0
    where it was known. cost: money by the settings' prices, None without them. before: the verdict before it.
    """

    verdict: MathVerdict
    right: int = 0
    wrong: int = 0
    reasoning: str = ""
    fault: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    before: MathVerdict | None = None


@dataclass(frozen=True, slots=True)
class MathJudgement:
    """What was decided of one response, by what, and from which two answers.

    reason: one sentence. rule: the comparison that settled it, such as `exact: rational` or `interval`. gold, answer:
    None where nothing was found. cpu_time_s: of the comparison in its worker; 0 for the fast path. ruling: of the
    judge, None where it was not asked.
    """

    verdict: MathVerdict
    method: Method = Method.NONE
    rule: str = ""
    reason: str = ""
    gold: Answer | None = None
    answer: Answer | None = None
    cpu_time_s: float = 0.0
    provenance: Mapping[str, Any] = field(default_factory=dict)
    ruling: Ruling | None = None

    @property
    def passed(self) -> bool | None:
        """True, False, or None where nobody knows."""
        return self.verdict.passed
