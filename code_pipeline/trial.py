"""One program on one problem's tests: windows of runs in one session of the sandbox, each compared on the host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import closing as closed_after
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

from code_pipeline.checkers.base import Actual, Check, Checker
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.comparison import CheckerFault, Comparison, named
from code_pipeline.failure import failure_of
from code_pipeline.jury import comparison_of
from code_pipeline.order import LONGEST_WINDOW, window_end
from code_pipeline.suite import Suite
from code_pipeline.types import CaseResult, Judgement, Verdict
from code_pipeline.verdict import Outcome, case_of, compiler_sentence, decide, fold, stopped_early
from sandbox import Execution, Limits, Program, Sandbox, SandboxError, Status, Stop, languages

_LARGE_OUTPUT = 4 * 1024 * 1024  # bytes; after one of these tests run one by one, so that few are held at a time


@dataclass(slots=True)
class Trial:
    """A program, the tests that it is to pass in the order in which they run, and the results so far.

    all_tests: a failure does not end it. cases: results in the order in which they ran, duplicates of a test after it.
    ran: how many tests of the order have a result. shown: one of the results has its Failure.
    """

    suite: Suite
    submission_id: str
    program: Program
    order: Sequence[int]
    all_tests: bool
    checker: Checker | ProgramChecker
    limits: Limits
    provenance: Mapping[str, Any]
    cases: list[CaseResult] = field(default_factory=list)
    ran: int = 0
    shown: bool = False

    def judged(self, sandbox: Sandbox, closing: Event, stop: Stop | None = None) -> Judgement:
        """Runs the tests and gives the judgement; a fault of the sandbox is a verdict of its own.

        Raises CancelledError once `closing` is set, or `stop`, which ends what runs at once, and RuntimeError when the
        sandbox breaks its own promises.
        """
        largest = self.limits.output_bytes + max(self.suite.sizes, default=0)
        try:
            with (
                closed_after(comparison_of(self.checker, sandbox, largest)) as comparison,
                sandbox.open(self.program, self.limits, stop=stop) as session,
            ):
                if session.build_failure is not None:
                    return self._not_built(session.build_failure)
                length, more = 1, True
                while more and self.ran < len(self.order):
                    if closing.is_set():
                        raise CancelledError("the judge is being closed")
                    end = window_end(self.order, self.ran, length, self.suite.sizes)
                    window = self.order[self.ran : end]
                    runs = [self.suite.run(index) for index in window]
                    fault = None
                    try:
                        executions: Sequence[Execution] = session.run(runs, stop_on_failure=not self.all_tests)
                    except SandboxError as error:  # what was finished before it still counts
                        executions, fault = error.executions, error
                        window = window[: len(executions)]
                    if executions and executions[0].status is Status.BUILD_FAILED:  # a language that is not compiled
                        return self._not_built(executions[0])
                    more = self._take(window, executions, comparison)
                    if fault is not None and more:
                        raise fault
                    large = any(len(execution.stdout_bytes) > _LARGE_OUTPUT for execution in executions)
                    length = 1 if large else min(2 * length, LONGEST_WINDOW)
        except SandboxError as error:
            index = self.order[min(self.ran, len(self.order) - 1)]  # the first without a result, where there is one
            self.cases.append(CaseResult(index, Verdict.SANDBOX_ERROR, named(error), provoked=error.provoked))
        return fold(
            self.submission_id,
            self.cases,
            total=len(self.suite.tests),
            all_tests=self.all_tests,
            provenance=self.provenance,
        )

    def _take(self, window: Sequence[int], executions: Sequence[Execution], comparison: Comparison) -> bool:
        """Adds the results of one window; returns whether judging goes on."""
        answers = [self._answer(execution) for execution in executions]
        given = zip(window, answers, strict=False)
        asked = [(self.suite.tests[index], answer) for index, answer in given if isinstance(answer, Actual)]
        checks = comparison.checks(asked)
        for index, execution, answer in zip(window, executions, answers, strict=False):
            case = self._case(index, execution, answer, checks)
            self.cases.append(case)
            self.ran += 1
            if case.verdict is not Verdict.ACCEPTED and not self.all_tests:
                return False
            for other in self.suite.duplicates.get(index, ()):
                self.cases.append(replace(case, index=other, failure=None))
        if len(executions) != len(window):
            raise RuntimeError(f"the sandbox gave {len(executions)} executions for {len(window)} runs")
        return True

    @property
    def allowance_mb(self) -> int:
        """What of the memory limit is for the language's own machinery."""
        known = languages().get(self.program.language)
        return known.memory_mb if known else 0

    def _answer(self, execution: Execution) -> Actual | Outcome:
        """What a run answered, or what it came to where it left nothing to compare."""
        name = self.suite.problem.output_file
        stopped = stopped_early(
            execution, limits=self.limits, is_call=self.suite.is_call, allowance_mb=self.allowance_mb
        )
        if stopped is not None:
            return stopped
        output = execution.files.get(name) if name else execution.stdout_bytes
        if output is None:
            return Outcome(Verdict.WRONG_ANSWER, f"the file {name!r} was not written")
        return Actual(output, execution.returned, execution.has_returned)

    def _case(
        self, index: int, execution: Execution, answer: Actual | Outcome, checks: Iterator[Check | CheckerFault]
    ) -> CaseResult:
        is_call = self.suite.is_call
        provoked = False
        if isinstance(answer, Outcome):
            outcome = answer
        else:
            check = next(checks)
            if isinstance(check, CheckerFault):
                outcome, provoked = Outcome(Verdict.CHECKER_ERROR, check.reason), check.provoked
            else:
                outcome = decide(execution, check, limits=self.limits, is_call=is_call, rule=self.checker.name)
        case = replace(case_of(index, execution, outcome), provoked=provoked)
        name = self.suite.problem.output_file
        output = execution.files.get(name, b"") if name else execution.stdout_bytes
        if self.suite.observe is not None:
            self.suite.observe(Actual(output, execution.returned, execution.has_returned), case)
        if case.verdict is Verdict.ACCEPTED or case.verdict.is_fault or self.shown:
            return case
        self.shown = True
        got = execution.returned if is_call and execution.has_returned else output
        test = self.suite.tests[index]
        failure = failure_of(index, test, got, execution.stderr_bytes, case.verdict, is_call=is_call)
        return replace(case, failure=failure)

    def _not_built(self, failure: Execution) -> Judgement:
        return Judgement(
            self.submission_id,
            Verdict.COMPILE_ERROR,
            compiler_sentence(failure.stderr_bytes),
            tests_total=len(self.suite.tests),
            provenance=self.provenance,
        )
