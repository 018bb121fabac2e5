"""What reference solutions did on a problem's tests -> findings about the problem. A pure function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.quality.answers import Difference
from code_pipeline.quality.names import Finding, Quality, in_order
from code_pipeline.quality.statement import takes_any_answer
from code_pipeline.quality.static import MOST_INDEXES
from code_pipeline.types import Judgement, Problem, Submission, Verdict

_LIMITS = frozenset({Verdict.TIME_LIMIT, Verdict.MEMORY_LIMIT, Verdict.OUTPUT_LIMIT})
# What keeps a solution from running at all here, or says that we do not know how: no proof against the row
_NOT_RUN = frozenset({Verdict.UNSUPPORTED_LANGUAGE, Verdict.NO_TESTS, Verdict.BAD_PROBLEM})


@dataclass(frozen=True, slots=True)
class Seen:
    """One run: its verdict, what tells its answer from others, and how a wrong one differs from the expected."""

    verdict: Verdict
    answer: bytes = b""
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A reference solution and what it did, by test: at first, when run again, and which tests a newline mended."""

    submission: Submission
    judgement: Judgement
    first: Mapping[int, Seen]
    second: Mapping[int, Seen] = field(default_factory=dict)
    mended: frozenset[int] = frozenset()

    @property
    def is_evidence(self) -> bool:
        """Whether it ran here; what no machine of ours can run says nothing of the row."""
        return self.judgement.verdict not in _NOT_RUN and not self.is_fault and not self.lacks_module

    @property
    def is_fault(self) -> bool:
        """Whether a fault of ours kept it from being judged."""
        return self.judgement.verdict.is_fault

    @property
    def lacks_module(self) -> bool:
        """Whether it needs a module that is not there."""
        return self.judgement.missing_module is not None

    @property
    def is_unstable(self) -> bool:
        """Whether it gave another answer when it ran again."""
        return any(_changed(seen, self.first[index]) for index, seen in self.second.items() if index in self.first)

    @property
    def passes_some(self) -> bool:
        """Whether it passes a test, so that it is a solution of this problem at all."""
        return any(seen.verdict is Verdict.ACCEPTED for seen in self.first.values()) or bool(self.mended)


def conclude(problem: Problem, tried: Sequence[Tried], *, given: int) -> Quality:
    """The findings, and which tests they are about. given: how many solutions the row has."""
    evidence = [each for each in tried if each.is_evidence]
    faults = sum(each.is_fault for each in tried)
    found: dict[Finding, list[int] | None] = {}
    if given and not evidence and not faults:
        found[Finding.NO_RUNNABLE_SOLUTION] = None
    rejected = [each for each in evidence if each.judgement.passed is False]
    if rejected and not faults:
        every = len(rejected) == len(evidence)
        found[Finding.REJECTED_SOLUTIONS if every else Finding.SOME_SOLUTIONS_REJECTED] = None
    if evidence:
        if not faults:
            found.update(_unpassed(problem, evidence))
        found.update(_about_answers(problem, evidence))
    kept = {finding: indexes for finding, indexes in found.items() if indexes is None or indexes}
    detail: dict[str, Any] = {
        str(finding): kept[finding][:MOST_INDEXES]  # type: ignore[index]  # those without tests are left out
        for finding in in_order(kept)
        if kept[finding] is not None
    }
    if kept:
        detail["solutions"] = [_told(each) for each in tried if not each.is_fault]
    return Quality(in_order(kept), detail, faults)


def _told(tried: Tried) -> dict[str, Any]:
    judgement = tried.judgement
    place = {name: tried.submission.origin.get(name) for name in ("column", "index")}
    if tried.is_unstable:  # what it came to the first time may be something else the next time
        return {**place, "language": tried.submission.language, "unstable": True}
    return {
        **place,
        "language": tried.submission.language,
        "verdict": str(judgement.verdict),
        "tests_passed": judgement.tests_passed,
        "tests_total": judgement.tests_total,
        "reason": judgement.reason,
    }


def _unpassed(problem: Problem, evidence: Sequence[Tried]) -> Iterator[tuple[Finding, list[int]]]:
    """Tests that none passes: for all of them a limit, or not; and those on which all crash."""
    ran = [each for each in evidence if each.first]
    unpassed: list[int] = []
    slow: list[int] = []
    crashing: list[int] = []
    for index in range(len(problem.tests) if ran else 0):
        seen = [each.first.get(index) for each in ran]
        verdicts = [one.verdict for one in seen if one is not None]
        if len(verdicts) != len(seen) or Verdict.ACCEPTED in verdicts or any(one.is_fault for one in verdicts):
            continue
        (slow if all(verdict in _LIMITS for verdict in verdicts) else unpassed).append(index)
        if set(verdicts) == {Verdict.RUNTIME_ERROR} and not any(index in each.mended for each in ran):
            crashing.append(index)
    yield Finding.UNPASSED_TESTS, unpassed
    yield Finding.CRASHING_TESTS, crashing
    yield Finding.SLOW_SOLUTIONS, slow


def _about_answers(problem: Problem, evidence: Sequence[Tried]) -> Iterator[tuple[Finding, list[int]]]:
    found: dict[Finding, list[int]] = {}
    takes_any = takes_any_answer(problem.statement)
    for index in range(len(problem.tests)):
        for finding in _about_test(index, evidence, takes_any=takes_any):
            found.setdefault(finding, []).append(index)
    if Finding.SEVERAL_ANSWERS in found:
        found.pop(Finding.MAYBE_SEVERAL_ANSWERS, None)
    yield from found.items()


def _about_test(index: int, evidence: Sequence[Tried], *, takes_any: bool) -> set[Finding]:
    found: set[Finding] = set()
    answers: set[bytes] = set()  # b"" is the expected one
    for each in evidence:
        seen, again = each.first.get(index), each.second.get(index)
        if seen is None:
            continue
        if again is not None and _changed(seen, again):
            found.add(Finding.UNSTABLE_TESTS)
            continue  # what is left to chance shows nothing of other answers
        if index in each.mended:
            found.add(Finding.FINAL_NEWLINE_NEEDED)
        elif seen.difference is Difference.CASE:
            found.add(Finding.CASE_DIFFERS)
        elif seen.difference is Difference.TOLERANCE:
            found.add(Finding.TOLERANCE_NEEDED)
        elif seen.verdict is Verdict.WRONG_ANSWER and seen.difference is not None:
            plausible = seen.difference.is_plausible
            if plausible or takes_any or each.passes_some:
                answers.add(seen.answer)
            if takes_any:
                found.add(Finding.SEVERAL_ANSWERS)
            elif plausible:
                found.add(Finding.MAYBE_SEVERAL_ANSWERS)
            continue
        elif seen.verdict is not Verdict.ACCEPTED:
            continue
        answers.add(b"")
    if len(answers) > 1:
        found.add(Finding.SEVERAL_ANSWERS)
    return found


def _changed(one: Seen, other: Seen) -> bool:
    """Whether two runs of one program gave different answers, not both right. A limit or a fault is no answer."""
    verdicts = {one.verdict, other.verdict}
    if verdicts == {Verdict.ACCEPTED} or verdicts & _LIMITS or any(verdict.is_fault for verdict in verdicts):
        return False
    return len(verdicts) > 1 or one.answer != other.answer
