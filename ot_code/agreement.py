"""How a run's verdicts agree with the labels of its source: contest packages, reference solutions, judges' logs.

Two questions, each on the rows that answer them: is what was accepted (and only that) labelled accepted; and is the
kind of verdict the one that the label names. Verdicts about us or about the row say nothing of the candidate, and are
counted apart. A judge that stops at the first failure may meet another kind of failure first than the label names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from code_pipeline.labels import says_accepted, says_kind, verdicts_of
from code_pipeline.types import Verdict

MOST_SHOWN = 200  # disagreements that a summary holds


def label_of(columns: Mapping[str, Any]) -> str | None:
    """The label in a judged row's `origin`; None where there is none, or none that says anything."""
    origin = columns.get("origin")
    label = origin.get("label") if isinstance(origin, Mapping) else None
    return label if isinstance(label, str) and verdicts_of(label) else None


def disagreement_of(columns: Mapping[str, Any], label: str) -> dict[str, Any] | None:
    """What a summary says of a judged row whose verdict is not what its label allows; None where it is."""
    verdict = Verdict(columns["verdict"])
    if verdict.passed is None or verdict in verdicts_of(label):
        return None
    candidate = columns.get("candidate")
    return {
        "row_id": columns.get("row_id"),
        "candidate_index": columns.get("candidate_index"),
        "file": candidate.get("file") if isinstance(candidate, Mapping) else None,
        "label": label,
        "verdict": str(verdict),
        "reason": columns["reason"],
    }


def agreement(labels: Mapping[str, Mapping[str, int]], disagreements: list[dict[str, Any]]) -> dict[str, Any]:
    """What stands in summary.json. labels: each label's verdicts, counted."""
    accept, kind = [0, 0], [0, 0]  # agreeing, compared
    labelled = 0
    for label, verdicts in labels.items():
        accepted, allowed = says_accepted(label), verdicts_of(label)
        for name, count in verdicts.items():
            verdict = Verdict(name)
            labelled += count
            if verdict.passed is None:
                continue
            if accepted is not None:
                accept[1] += count
                accept[0] += count * (verdict.passed is accepted)
            if says_kind(label):
                kind[1] += count
                kind[0] += count * (verdict in allowed)
    return {
        "labelled": labelled,
        "accept": _share(*accept),
        "kind": _share(*kind),
        "labels": {label: dict(verdicts) for label, verdicts in sorted(labels.items())},
        "disagreements": disagreements[:MOST_SHOWN],
    }


def _share(agreeing: int, compared: int) -> dict[str, Any]:
    return {
        "agreeing": agreeing,
        "compared": compared,
        "share": round(agreeing / compared, 6) if compared else None,
    }
