r"""Math answers judged: extracted, brought to a normal form, settled by exact arithmetic, else by symbols in workers.

>>> from math_pipeline import verify_math
>>> verify_math(gold="1/2", response="So it is \\\\boxed{0.5}.").verdict
<MathVerdict.CORRECT: 'correct'>
"""

from math_pipeline.cache import MathCache
from math_pipeline.errors import MathError, MissingExtraError, WorkerError
from math_pipeline.types import Answer, MathJudgement, MathVerdict, Method
from math_pipeline.verifier import MathVerifier, verify_math, verify_math_async, verify_math_many

__all__ = [
    "Answer",
    "MathCache",
    "MathError",
    "MathJudgement",
    "MathVerdict",
    "MathVerifier",
    "Method",
    "MissingExtraError",
    "WorkerError",
    "verify_math",
    "verify_math_async",
    "verify_math_many",
]
