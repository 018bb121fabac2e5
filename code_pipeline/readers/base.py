"""What a reader is, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from code_pipeline.types import Problem, Submission, Verdict

JUDGED = ("candidates", "solutions", "incorrect_solutions", "solutions+incorrect_solutions")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer of a row.

    raw: the answer as it stood in the row. verdict and reason: set where it cannot be judged at all (no_response,
    unsupported_language), and then the submission is never run.
    """

    raw: Any
    submission: Submission
    verdict: Verdict | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """What a row says.

    candidates: never empty; a row without an answer has one candidate with verdict no_response. list_column: the
    column that held several candidates, None where the row is itself one, "" where they stand inside a column that
    stays. test_columns: the columns, of those that
    the row has, that are the same for all its candidates and large. generated_tests: how many tests, at the end of
    problem.tests, the dataset's makers generated (the rest are the contest's own). findings: what the reader itself
    found of the tests, by name, with how many: tests dropped because they were cut (truncated_tests), tests that the
    source has and the row has not (incomplete_tests, missing_generated_tests; 0: nobody knows how many). gold: of a
    math row, its gold answer.
    """

    problem: Problem
    candidates: tuple[Candidate, ...]
    list_column: str | None
    test_columns: tuple[str, ...]
    generated_tests: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    gold: str | None = None


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How rows are read.

    judged: "candidates", "solutions" (the dataset's reference solutions), "incorrect_solutions" (its known-wrong
    ones) or "solutions+incorrect_solutions". class_labels: dotted column name to the names of its numbers.
    response_column: the one column that holds the answers, in place of the usual names. split: for provenance.
    generated_tests: for open-r1/codeforces, whose generated tests stand in files of their own: a problem's id to its
    tests as {"input", "output"}, None where there is no such file.
    """

    judged: str = "candidates"
    class_labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    response_column: str | None = None
    split: str | None = None
    generated_tests: Callable[[str], Sequence[Mapping[str, Any]] | None] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown `judged`."""
        if self.judged not in JUDGED:
            raise ValueError(f"ReadOptions.judged must be one of {', '.join(JUDGED)}, not {self.judged!r}")


class Reader(Protocol):
    """Reads the rows of one schema. Pure: no files, no network."""

    @property
    def name(self) -> str:
        """The name for --source, and for Source.dataset."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of which at least one must be there for tests to be found."""

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether these columns are this schema's."""

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from, in order of preference; empty: there is nothing to judge."""

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError naming the column and what is wrong with it."""
