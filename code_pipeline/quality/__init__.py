"""Judges a problem before it is trusted: by its statement and tests as they stand, and by its own reference solutions.

from code_pipeline import Judge
from code_pipeline.quality import check_references, static_quality

static_quality(problem).findings                      # costs one look at the tests
with Judge() as judge:
    check_references(judge, problem, solutions).findings   # runs up to five solutions, twice each
"""

from __future__ import annotations

from collections.abc import Sequence

from code_pipeline.judge import Judge
from code_pipeline.quality.names import MEANINGS, Finding, Quality, in_order
from code_pipeline.quality.references import DEFAULT_SOLUTIONS, ReferenceCheck
from code_pipeline.quality.statement import stated_tolerance
from code_pipeline.quality.static import is_cut, static_quality
from code_pipeline.types import Problem, Submission

__all__ = [
    "DEFAULT_SOLUTIONS",
    "MEANINGS",
    "Finding",
    "Quality",
    "ReferenceCheck",
    "check_references",
    "in_order",
    "is_cut",
    "stated_tolerance",
    "static_quality",
]


def check_references(
    judge: Judge, problem: Problem, solutions: Sequence[Submission], *, most: int = DEFAULT_SOLUTIONS
) -> Quality:
    """What the problem's reference solutions show of it, together with what can be seen without running them.

    judge: gives the sandbox, the threads and the rules. Raises CancelledError when it is closed meanwhile.
    """
    with judge.thorough() as thorough:
        run = ReferenceCheck(thorough, problem, solutions, most=most).start().future.result()
    return static_quality(problem, lacks_solutions=not solutions).joined(run)
