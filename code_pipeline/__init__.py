"""Judges programs against the tests of a problem, each in a sandbox, and says of every candidate what it is.

from code_pipeline import Judge, Problem, Submission, TestCase

problem = Problem(id="add", tests=(TestCase("1 2", "3"), TestCase("5 5", "10")))
with Judge() as judge:
    [judgement] = judge.judge(problem, [Submission("a", "add", "print(sum(map(int, input().split())))")])
print(judgement.verdict, judgement.passed)
"""

from __future__ import annotations

from code_pipeline.anchor import anchor_sandbox

anchor_sandbox()

# ruff: noqa: E402 - what follows imports `sandbox`, which must be ours
from code_pipeline.cache import VerdictCache
from code_pipeline.errors import CheckerSpecError, CodePipelineError, RowError, SchemaError
from code_pipeline.judge import Judge
from code_pipeline.types import (
    CaseResult,
    Failure,
    Judgement,
    Problem,
    ProblemLimits,
    Source,
    Submission,
    TestCase,
    Verdict,
)

__all__ = [
    "CaseResult",
    "CheckerSpecError",
    "CodePipelineError",
    "Failure",
    "Judge",
    "Judgement",
    "Problem",
    "ProblemLimits",
    "RowError",
    "SchemaError",
    "Source",
    "Submission",
    "TestCase",
    "Verdict",
    "VerdictCache",
]
