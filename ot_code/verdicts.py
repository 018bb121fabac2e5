"""The verdicts of all domains by name, in one order: those of programs, then those of math."""

from __future__ import annotations

from code_pipeline.types import Verdict
from math_pipeline.types import MathVerdict

NAMES = tuple(dict.fromkeys(verdict.value for verdicts in (Verdict, MathVerdict) for verdict in verdicts))
_FAULTS = frozenset(verdict.value for verdict in Verdict if verdict.is_fault)
PASSED = frozenset({Verdict.ACCEPTED.value, MathVerdict.CORRECT.value})


def is_fault(name: str) -> bool:
    """Whether a verdict is about us: never right, never wrong."""
    return name in _FAULTS
