"""A language model behind the symbols: through any chat completions API, for what they leave open.

>>> from math_pipeline import MathVerifier
>>> from math_pipeline.judge import JudgedVerifier, JudgePolicy, LlmJudge
>>> with MathVerifier() as symbols, LlmJudge("gpt-4o-mini") as judge:  # doctest: +SKIP
...     JudgedVerifier(symbols, judge, JudgePolicy(incorrect=1.0)).verify(gold="x", response="y")
"""

from math_pipeline.judge.cache import VoteCache
from math_pipeline.judge.llm import LlmJudge
from math_pipeline.judge.prompt import PROMPT_VERSION
from math_pipeline.judge.review import JudgedVerifier
from math_pipeline.judge.settings import JudgePolicy, JudgeSettings

__all__ = ["PROMPT_VERSION", "JudgePolicy", "JudgeSettings", "JudgedVerifier", "LlmJudge", "VoteCache"]
