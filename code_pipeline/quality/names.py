"""The names of findings, in the order in which they are listed, and what each says. A finding is about a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Finding(str, Enum):
    """What can be found of a problem. Those of the first group are looked for in every row, the rest by running."""

    SHORT_STATEMENT = "short_statement"
    IMAGE_STATEMENT = "image_statement"
    LINK_IN_STATEMENT = "link_in_statement"
    UNTRANSLATED_STATEMENT = "untranslated_statement"
    NO_TESTS = "no_tests"
    NO_SOLUTIONS = "no_solutions"
    UNEVEN_TESTS = "uneven_tests"
    TRUNCATED_TESTS = "truncated_tests"
    INCOMPLETE_TESTS = "incomplete_tests"
    MISSING_GENERATED_TESTS = "missing_generated_tests"
    CONTRADICTORY_TESTS = "contradictory_tests"
    EMPTY_OUTPUTS = "empty_outputs"
    ANY_ANSWER_STATEMENT = "any_answer_statement"
    TOLERANCE_STATEMENT = "tolerance_statement"
    INTERACTIVE_STATEMENT = "interactive_statement"
    FIGURE_IN_STATEMENT = "figure_in_statement"
    MULTIPART = "multipart"
    PROOF = "proof"
    ANSWER_IN_STATEMENT = "answer_in_statement"
    NO_GOLD = "no_gold"
    EMPTY_BOX = "empty_box"
    GUESSABLE_ANSWER = "guessable_answer"
    WORDED_GOLD = "worded_gold"

    NO_RUNNABLE_SOLUTION = "no_runnable_solution"
    REJECTED_SOLUTIONS = "rejected_solutions"
    SOME_SOLUTIONS_REJECTED = "some_solutions_rejected"
    UNPASSED_TESTS = "unpassed_tests"
    CRASHING_TESTS = "crashing_tests"
    UNSTABLE_TESTS = "unstable_tests"
    SLOW_SOLUTIONS = "slow_solutions"
    SEVERAL_ANSWERS = "several_answers"
    MAYBE_SEVERAL_ANSWERS = "maybe_several_answers"
    TOLERANCE_NEEDED = "tolerance_needed"
    CASE_DIFFERS = "case_differs"
    FINAL_NEWLINE_NEEDED = "final_newline_needed"

    __str__ = str.__str__

    @property
    def needs_runs(self) -> bool:
        """Whether it is found by running reference solutions, and not by looking."""
        return self in _BY_RUNNING


MEANINGS: Mapping[Finding, str] = {
    Finding.SHORT_STATEMENT: "the statement has fewer than 50 characters, or there is none",
    Finding.IMAGE_STATEMENT: "the statement holds an image or its placeholder, which a model does not see",
    Finding.LINK_IN_STATEMENT: "the statement links to a page, which a model does not see",
    Finding.UNTRANSLATED_STATEMENT: "most letters of the statement are not Latin",
    Finding.NO_TESTS: "the row has no tests",
    Finding.NO_SOLUTIONS: "the columns for reference solutions are there and empty",
    Finding.UNEVEN_TESTS: "the counts of inputs and outputs differ (the verdict is bad_problem)",
    Finding.TRUNCATED_TESTS: "an input or expected output was cut and ends in '...' (some readers drop such tests)",
    Finding.INCOMPLETE_TESTS: "the source says that it has more tests than the row holds",
    Finding.MISSING_GENERATED_TESTS: "the generated tests that belong to the row stand elsewhere, and are not there",
    Finding.CONTRADICTORY_TESTS: "the same input stands there with different expected outputs",
    Finding.EMPTY_OUTPUTS: "an expected output is empty",
    Finding.ANY_ANSWER_STATEMENT: "a hint only: the statement takes any of several answers, and there is no checker",
    Finding.TOLERANCE_STATEMENT: "a hint only: the statement allows an error, and the row names no checker",
    Finding.INTERACTIVE_STATEMENT: "the statement says that the problem is interactive, and there is no interactor",
    Finding.FIGURE_IN_STATEMENT: "math: the statement speaks of a figure or diagram, which a model does not see",
    Finding.MULTIPART: "math: the statement asks several questions, for which there is one gold answer",
    Finding.PROOF: "math: the statement asks for a proof and for nothing else",
    Finding.ANSWER_IN_STATEMENT: "math: a line of the statement begins with 'Answer:' or 'Solution:'",
    Finding.NO_GOLD: "math: there is no gold answer, or it says that there is none",
    Finding.EMPTY_BOX: "math: a box of the gold answer is empty, as where proofs were boxed",
    Finding.GUESSABLE_ANSWER: "math: the gold answer is a choice, yes or no, or the like: a guess may hit it",
    Finding.WORDED_GOLD: "math: the gold answer is in words, which only a language model can compare",
    Finding.NO_RUNNABLE_SOLUTION: "there are reference solutions, but none that can run here (language, module)",
    Finding.REJECTED_SOLUTIONS: "every reference solution that ran was rejected",
    Finding.SOME_SOLUTIONS_REJECTED: "some reference solutions were rejected, others accepted",
    Finding.UNPASSED_TESTS: "tests that no reference solution passes",
    Finding.CRASHING_TESTS: "tests on which every reference solution crashes, as where inputs are another problem's",
    Finding.UNSTABLE_TESTS: "tests on which one solution gave another answer when it ran again",
    Finding.SLOW_SOLUTIONS: "tests that no reference solution passes because of the time, memory or output limit",
    Finding.SEVERAL_ANSWERS: "reference solutions disagree, or one disagrees and the statement takes any answer",
    Finding.MAYBE_SEVERAL_ANSWERS: "a reference solution's answer differs, but is built like the expected one",
    Finding.TOLERANCE_NEEDED: "a reference solution's answer is right within a tolerance that the rule does not have",
    Finding.CASE_DIFFERS: "a reference solution's answer is the expected one but for upper and lower case",
    Finding.FINAL_NEWLINE_NEEDED: "a reference solution passes once the input ends in a newline, as a contest's does",
}

_BY_RUNNING = frozenset(list(Finding)[list(Finding).index(Finding.NO_RUNNABLE_SOLUTION) :])
_ORDER = {finding: place for place, finding in enumerate(Finding)}


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found of one problem.

    findings: in the order of Finding, each once. detail: for findings that are about tests or solutions, which:
    {finding: [index in the row, ...]}, and "solutions": what the reference solutions came to. Plain JSON data. faults:
    reference solutions that a fault of ours kept from being judged; nothing is found of those.
    """

    findings: tuple[Finding, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    faults: int = 0

    def joined(self, other: Quality) -> Quality:
        """What either says."""
        detail = {**self.detail, **other.detail}
        return Quality(in_order({*self.findings, *other.findings}), detail, self.faults + other.faults)


def in_order(findings: Collection[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of Finding."""
    return tuple(sorted(findings, key=_ORDER.__getitem__))
