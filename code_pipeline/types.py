"""The values of judging code: problems, tests, submissions, and what is decided of them. Frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from code_pipeline.checkers.base import Checker
    from code_pipeline.checkers.program import ProgramChecker


class Verdict(str, Enum):
    """What was decided of a submission. Three families: about the candidate, about us, about the row."""

    ACCEPTED = "accepted"
    WRONG_ANSWER = "wrong_answer"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    RUNTIME_ERROR = "runtime_error"
    COMPILE_ERROR = "compile_error"
    NO_CODE = "no_code"

    SANDBOX_ERROR = "sandbox_error"
    CHECKER_ERROR = "checker_error"
    JUDGE_ERROR = "judge_error"

    BAD_PROBLEM = "bad_problem"
    NO_TESTS = "no_tests"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    NO_RESPONSE = "no_response"
    NOT_CHECKED = "not_checked"

    __str__ = str.__str__

    @property
    def passed(self) -> bool | None:
        """True for accepted, False for the candidate's own failures, None where nobody knows."""
        if self is Verdict.ACCEPTED:
            return True
        return False if self in _ABOUT_CANDIDATE else None

    @property
    def is_fault(self) -> bool:
        """Whether it is about us: never right, never wrong, and never remembered in a cache."""
        return self in _ABOUT_US


_ABOUT_CANDIDATE = frozenset(
    {
        Verdict.WRONG_ANSWER,
        Verdict.TIME_LIMIT,
        Verdict.MEMORY_LIMIT,
        Verdict.OUTPUT_LIMIT,
        Verdict.RUNTIME_ERROR,
        Verdict.COMPILE_ERROR,
        Verdict.NO_CODE,
    }
)
_ABOUT_US = frozenset({Verdict.SANDBOX_ERROR, Verdict.CHECKER_ERROR, Verdict.JUDGE_ERROR})


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test: input text and the expected output, or arguments and the expected value.

    arguments is None for a stdin test. expected: text for a stdin test, plain data for a call. Never enters a jail.
    validator_args: what a contest package adds to the arguments of its validator for this test. accepted_outputs:
    further right answers: a test is passed when its checker passes one of them, or the expected one.
    """

    __test__ = False  # not a test class of pytest

    stdin: str | bytes = ""
    expected: Any = ""
    arguments: tuple[Any, ...] | None = None
    validator_args: tuple[str, ...] = ()
    accepted_outputs: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ProblemLimits:
    """What the row says of limits. None: it says nothing. tuned_for_cpp: the source set them for C++."""

    time_limit_s: float | None = None
    memory_limit_mb: float | None = None
    tuned_for_cpp: bool = False
    output_limit_mb: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a problem comes from: dataset (the reader's name), split, and the row's index in the input."""

    dataset: str
    split: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem and its tests.

    function: the name to call, for a call-based problem; None for stdin and stdout. checker: how an answer is
    compared; None means the default, tokens. input_file, output_file: file names used in place of stdin and stdout.
    epilogue: Python source put after every submission's program before it runs; it defines `function` where `defines`
    is set, the name that the submission itself is to define. usual_names: as sandbox.Call has it. completes: the
    source that a response may be the continuation of (HumanEval's prompt); `code_pipeline/completion.py` says how that
    is told from a whole program.
    interactor: for an interactive problem, the program that talks to each candidate and decides (see interactive.py).
    """

    id: str
    tests: tuple[TestCase, ...]
    source: Source = field(default_factory=lambda: Source("plain"))
    statement: str = ""
    checker: Checker | ProgramChecker | None = None
    limits: ProblemLimits = field(default_factory=ProblemLimits)
    function: str | None = None
    starter_code: str = ""
    input_file: str | None = None
    output_file: str | None = None
    epilogue: str = ""
    usual_names: bool = True
    defines: str | None = None
    completes: str = ""
    interactor: ProgramChecker | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A candidate answer.

    response: source code, or a model's whole answer with the code somewhere in it. origin: where it comes from
    (for example {"column": "solutions", "label": "accepted"}). entry: the main file's name, where the response is that
    file and is taken as it stands; files: further files beside it, by relative name; sources: those of them that a
    compiler is given together with the main file.
    """

    id: str
    problem_id: str
    response: str
    language: str = "python3"
    origin: Mapping[str, Any] = field(default_factory=dict)
    entry: str | None = None
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """The first test that was not passed: index in the row's tests, and what was given, expected and got, cut."""

    index: int
    input: str
    expected: str
    got: str
    stderr: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One test's outcome: its index in the row, the verdict on it, one sentence, and what it used."""

    index: int
    verdict: Verdict
    reason: str = ""
    accepted_by: str | None = None
    failure: Failure | None = None
    cpu_time_s: float = 0.0
    wall_time_s: float = 0.0
    memory_mb: float | None = None
    marginal: bool = False
    provoked: bool = False
    missing_module: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided of one submission, and on what grounds.

    reason: one sentence. accepted_by: the rule that accepted (None unless accepted). tests_passed: None unless all
    tests ran. cpu_time_s, wall_time_s and memory_mb: the largest of any test. provenance: versions, runtime, limits
    used, kind of jail.
    """

    submission_id: str
    verdict: Verdict
    reason: str = ""
    accepted_by: str | None = None
    tests_passed: int | None = None
    tests_run: int = 0
    tests_total: int = 0
    first_failure: Failure | None = None
    marginal: bool = False
    provoked: bool = False
    missing_module: str | None = None
    cpu_time_s: float | None = None
    wall_time_s: float | None = None
    memory_mb: float | None = None
    cases: Sequence[CaseResult] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool | None:
        """True, False, or None where nobody knows."""
        return self.verdict.passed
