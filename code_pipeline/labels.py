"""What a source says of a submission, in the words of its own (`WRONG-ANSWER`, `TLE`, `rejected`) -> our verdicts.

A label is never used in judging. It is what a run's verdicts are compared with afterwards.
"""

from __future__ import annotations

import re

from code_pipeline.types import Verdict

NOT_ACCEPTED = frozenset(verdict for verdict in Verdict if verdict.passed is False)
_CRASHES = frozenset({Verdict.RUNTIME_ERROR, Verdict.MEMORY_LIMIT})  # contests know no verdict of their own for memory
_WORDS: dict[str, frozenset[Verdict]] = {
    **dict.fromkeys(("accepted", "ac", "ok", "correct"), frozenset({Verdict.ACCEPTED})),
    **dict.fromkeys(("wronganswer", "wa", "nooutput", "presentationerror", "pe"), frozenset({Verdict.WRONG_ANSWER})),
    **dict.fromkeys(
        ("timelimitexceeded", "timelimit", "tle", "idlenesslimitexceeded"), frozenset({Verdict.TIME_LIMIT})
    ),
    **dict.fromkeys(("runtimeerror", "runerror", "rte", "re"), _CRASHES),
    **dict.fromkeys(("memorylimitexceeded", "memorylimit", "mle"), frozenset({Verdict.MEMORY_LIMIT})),
    **dict.fromkeys(("outputlimitexceeded", "outputlimit", "ole"), frozenset({Verdict.OUTPUT_LIMIT})),
    **dict.fromkeys(("compileerror", "compilererror", "compilationerror", "ce"), frozenset({Verdict.COMPILE_ERROR})),
    "bruteforce": _CRASHES | {Verdict.TIME_LIMIT},
    **dict.fromkeys(("rejected", "incorrect", "partiallyaccepted", "partial", "challenged"), NOT_ACCEPTED),
}
_SEPARATOR = re.compile(r"\s*[|,]\s*")


def verdicts_of(label: str) -> frozenset[Verdict]:
    """The verdicts that a label allows; several joined by `|` or a comma allow any of them. Empty: it says nothing."""
    found: frozenset[Verdict] = frozenset()
    for word in _SEPARATOR.split(label.strip()[:200]):
        known = _WORDS.get(re.sub(r"[^a-z]", "", word.lower()))
        if known is None:
            return frozenset()
        found |= known
    return found


def says_accepted(label: str) -> bool | None:
    """Whether the label means accepted; None where it leaves that open, or says nothing."""
    allowed = verdicts_of(label)
    if allowed == {Verdict.ACCEPTED}:
        return True
    return False if allowed and Verdict.ACCEPTED not in allowed else None


def says_kind(label: str) -> bool:
    """Whether the label names a kind of verdict, and not only that it is not accepted."""
    allowed = verdicts_of(label)
    return bool(allowed) and allowed != NOT_ACCEPTED
