"""What was found of a completion -> a number, or None where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FINDINGS = ("verdict", "passed", "reason", "tests_passed", "tests_total", "provoked")


def score_of(found: Mapping[str, Any], *, fraction: bool) -> float | None:
    """1 for right, 0 for wrong (or the share of tests passed), None where nobody knows.

    A candidate that breaks our parts on purpose gains nothing by it: 0.
    """
    if found["provoked"]:
        return 0.0
    if found["passed"] is None:
        return None
    if fraction and not found["passed"] and found["tests_passed"] and found["tests_total"]:
        return float(found["tests_passed"] / found["tests_total"])
    return 1.0 if found["passed"] else 0.0


def as_verl(found: Mapping[str, Any], *, fraction: bool) -> dict[str, Any]:
    """The dict that verl reads `score` from; its other keys are the same each time, and none is ever null.

    judged: 0 where nobody knows whether it is right (`undecided`, a row without tests); the score is 0 then too.
    """
    score = score_of(found, fraction=fraction)
    return {
        "score": 0.0 if score is None else score,
        "acc": float(found["passed"] is True and not found["provoked"]),
        "judged": float(score is not None),
        "verdict": str(found["verdict"]),
        "tests_passed": int(found["tests_passed"] or 0),
        "tests_total": int(found["tests_total"] or 0),
    }
