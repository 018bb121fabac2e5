"""Interactive problems: each test is a talk between the candidate and the problem's interactor, which decides.

The interactor is a ProgramChecker. kattis: argv `input answer feedback_dir/ flags`, exit 42 accepts, 43 rejects, its
reason is feedback_dir/judgemessage.txt. testlib: argv `input output answer flags`, exit 0 accepts, 1, 2 and 8 reject,
its reason is the last line of stderr. What else it does is a crash of ours, tried once more in fresh jails.
docs/architecture.md has the table of who decides when; `decide_interaction` is that table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event

from code_pipeline.checkers.base import Actual
from code_pipeline.checkers.program import ANSWER, INPUT, JUDGE_MESSAGE, ProgramChecker
from code_pipeline.comparison import named
from code_pipeline.encoding import encoded
from code_pipeline.errors import RowError
from code_pipeline.failure import failure_of
from code_pipeline.trial import Trial
from code_pipeline.types import CaseResult, Judgement, Problem, TestCase, Verdict
from code_pipeline.verdict import Outcome, case_of, compiler_sentence, fold, last_line, stopped_early
from sandbox import (
    Execution,
    Interaction,
    InteractiveSession,
    Limits,
    Program,
    Run,
    Sandbox,
    SandboxError,
    Status,
    Stop,
    languages,
    open_interaction,
)

RULE = "interactor"
INTERACTOR_LIMITS = Limits(cpu_time_s=20, wall_time_s=60, memory_mb=1024)
_REASON_CUT = 300


@dataclass(frozen=True, slots=True)
class _Codes:
    """What an interactor's exit codes mean; any other is a crash."""

    accepts: int
    rejects: frozenset[int]


_CODES: Mapping[str, _Codes] = {
    "kattis": _Codes(42, frozenset({43})),
    "testlib": _Codes(0, frozenset({1, 2, 8})),  # wrong answer, presentation error, unexpected end of file
}


def interactor_limits(interactor: ProgramChecker) -> Limits:
    """The limits of one talk of an interactor: its own, else ours, and its language's allowances."""
    known = languages()[interactor.language]
    cpu_s = (interactor.time_limit_s or INTERACTOR_LIMITS.cpu_time_s) + known.time_offset_s
    memory_mb = math.ceil(interactor.memory_limit_mb or INTERACTOR_LIMITS.memory_mb)
    output_mb = interactor.output_limit_mb
    return replace(
        INTERACTOR_LIMITS,
        cpu_time_s=cpu_s,
        wall_time_s=3 * cpu_s,
        memory_mb=memory_mb + known.memory_mb,
        output_bytes=INTERACTOR_LIMITS.output_bytes if output_mb is None else math.ceil(output_mb * 2**20),
    )


def check_interactor(problem: Problem) -> None:
    """Raises RowError when the problem's interactor cannot be used."""
    if problem.interactor is None:
        return
    if problem.interactor.protocol not in _CODES:
        known = " or ".join(_CODES)
        raise RowError(f"an interactor's `protocol` must be {known}, not {problem.interactor.protocol!r}")
    if problem.function is not None:
        raise RowError("a problem with an interactor is about stdin and stdout, and cannot name a function to call")


def decide_interaction(done: Interaction, protocol: str, limits: Limits, allowance_mb: int = 0) -> Outcome:
    """What one interaction comes to; `limits` are the candidate's, allowance_mb as `stopped_early` has it."""
    candidate, interactor, codes = done.candidate, done.interactor, _CODES[protocol]
    if done.deadlock:
        return Outcome(Verdict.TIME_LIMIT, "the program and the interactor waited for each other")
    own = stopped_early(candidate, limits=limits, allowance_mb=allowance_mb)
    if done.candidate_stopped and own is not None and own.verdict is Verdict.RUNTIME_ERROR:
        own = None  # that was us
    code = interactor.exit_code if interactor.status is Status.EXITED and not done.interactor_stopped else None
    if own is not None and own.verdict is not Verdict.RUNTIME_ERROR:
        return own  # a limit, or a failed build
    if code in codes.rejects:
        return Outcome(Verdict.WRONG_ANSWER, _reason(interactor, protocol) or "the interactor rejects it")
    if own is not None:
        return own
    if code == codes.accepts:
        return Outcome(Verdict.ACCEPTED, accepted_by=RULE)
    return Outcome(Verdict.CHECKER_ERROR, f"the interactor failed: {_failure(done, interactor)}")


def _reason(interactor: Execution, protocol: str) -> str:
    """The interactor's own words, in one line."""
    if protocol == "testlib":
        return last_line(interactor.stderr_bytes)
    words = interactor.files.get(JUDGE_MESSAGE, b"")[: 8 * _REASON_CUT].decode("utf-8", "replace").split()
    return " ".join(words)[:_REASON_CUT]


def _failure(done: Interaction, interactor: Execution) -> str:
    if done.interactor_stopped:
        return "it was stopped before it had decided"
    if interactor.status is Status.EXITED:
        said = last_line(interactor.stderr_bytes)
        return f"exit code {interactor.exit_code}" + (f": {said}" if said else "")
    if interactor.status is Status.SIGNALED:
        return f"killed by signal {interactor.signal}"
    return str(interactor.status)


@dataclass(slots=True)
class InteractiveTrial(Trial):
    """A Trial whose tests are talks. The checker is not asked: the interactor is."""

    def judged(self, sandbox: Sandbox, closing: Event, stop: Stop | None = None) -> Judgement:
        """Runs the tests and gives the judgement; a fault of the sandbox is a verdict of its own.

        Raises CancelledError once `closing` or `stop` is set; the talk that is under way comes to its end.
        """
        session: InteractiveSession | None = None
        flags: tuple[str, ...] | None = None
        try:
            for index in self.order:
                if closing.is_set() or (stop is not None and stop.is_set()):
                    raise CancelledError("the judge is being closed")
                test = self.suite.tests[index]
                if session is None or flags != test.validator_args:
                    if session is not None:
                        session.close()
                    session, flags = self._open(sandbox, self.program, test), test.validator_args
                if session.build_failure is not None:
                    return self._not_built(session.build_failure)
                case = self._talk(sandbox, session, index)
                if case.verdict is Verdict.COMPILE_ERROR:  # a language that is not compiled
                    return replace(self._not_built(Execution(Status.BUILD_FAILED)), reason=case.reason)
                self.cases.append(case)
                self.ran += 1
                if case.verdict is not Verdict.ACCEPTED and not self.all_tests:
                    break
                duplicates = self.suite.duplicates.get(index, ())
                self.cases += [replace(case, index=other, failure=None) for other in duplicates]
        except SandboxError as error:
            index = self.order[min(self.ran, len(self.order) - 1)]  # the first without a result, where there is one
            self.cases.append(CaseResult(index, Verdict.SANDBOX_ERROR, named(error), provoked=error.provoked))
        finally:
            if session is not None:
                session.close()
        return fold(
            self.submission_id,
            self.cases,
            total=len(self.suite.tests),
            all_tests=self.all_tests,
            provenance=self.provenance,
        )

    @property
    def _interactor(self) -> ProgramChecker:
        interactor = self.suite.problem.interactor
        if interactor is None:
            raise ValueError(f"the problem {self.suite.problem.id!r} has no interactor")
        return interactor

    def _open(self, sandbox: Sandbox, candidate: Program, test: TestCase) -> InteractiveSession:
        program = self._interactor.program
        return open_interaction(
            sandbox,
            candidate,
            replace(program, arguments=(*program.arguments, *test.validator_args)),
            limits=self.limits,
            interactor_limits=interactor_limits(self._interactor),
        )

    def _talk(self, sandbox: Sandbox, session: InteractiveSession, index: int) -> CaseResult:
        """The result of one test. An interactor that fails is tried once more in fresh jails."""
        interactor, test = self._interactor, self.suite.tests[index]
        if session.interactor_build_failure is not None:
            sentence = compiler_sentence(session.interactor_build_failure.stderr_bytes)
            return CaseResult(index, Verdict.CHECKER_ERROR, f"the interactor does not compile: {sentence}")
        run, accepting = _run_of(test), _CODES[interactor.protocol].accepts
        done = session.run(run, accepting=accepting)
        outcome = decide_interaction(done, interactor.protocol, self.limits, self.allowance_mb)
        provoked = False
        if outcome.verdict is Verdict.CHECKER_ERROR:
            session.close(broken=True)
            done = session.run(run, accepting=accepting)
            outcome = decide_interaction(done, interactor.protocol, self.limits, self.allowance_mb)
            provoked = outcome.verdict is Verdict.CHECKER_ERROR and self._stands_silence(sandbox, test, run)
        return self._case_of(index, done, outcome, provoked=provoked)

    def _stands_silence(self, sandbox: Sandbox, test: TestCase, run: Run) -> bool:
        """Whether the interactor comes to a verdict on a program that ends without a word."""
        codes = _CODES[self._interactor.protocol]
        with _closed_as_broken(self._open(sandbox, Program("pass\n"), test)) as session:
            done = session.run(run, accepting=codes.accepts)
        return not done.interactor_stopped and done.interactor.exit_code in {codes.accepts, *codes.rejects}

    def _case_of(self, index: int, done: Interaction, outcome: Outcome, *, provoked: bool) -> CaseResult:
        case = replace(case_of(index, done.candidate, outcome), provoked=provoked)
        said = done.candidate.stdout_bytes
        if self.suite.observe is not None:
            self.suite.observe(Actual(said), case)
        if case.verdict is Verdict.ACCEPTED or case.verdict.is_fault or self.shown:
            return case
        self.shown = True
        test = self.suite.tests[index]
        failure = failure_of(index, test, said, done.candidate.stderr_bytes, case.verdict, is_call=False)
        return replace(case, failure=failure)


@contextmanager
def _closed_as_broken(session: InteractiveSession) -> Iterator[InteractiveSession]:
    try:
        yield session
    finally:
        session.close(broken=True)


def _run_of(test: TestCase) -> Run:
    """What the interactor finds in its jail: the test's input and answer, and an empty folder for what it says."""
    answer = test.expected if isinstance(test.expected, (str, bytes)) else ""
    files = {INPUT: _bytes(test.stdin), ANSWER: _bytes(answer), JUDGE_MESSAGE: b""}
    return Run(files=files, collect=(JUDGE_MESSAGE,))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else encoded(text)
