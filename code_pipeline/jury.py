"""Runs the problem's own checker program on a candidate's answers, in jails that only checkers use.

Theory of operation. The program is built once (the sandbox remembers builds by content) and opened once a candidate.
The answers of a window are judged a few at a time, each by a fresh process with files of its own: the input, the
expected output and what the candidate printed. Its limits are its own and generous (`jury_limits`). Every answer is
asked about with the expected output first; those that were not accepted, again with each of `accepted_outputs`.

When it crashes, the expected output itself is fed to it in the candidate's place. If it accepts that, it was this
answer that made it fail: the fault is `provoked`. Else it is just the checker's fault. Either way nobody knows whether
the answer is right. In the same way points are measured: full is what the expected output gets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from code_pipeline.checkers.base import Check, Checker, expected_text
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.checkers.protocols import Said, Word, one_line, read
from code_pipeline.comparison import Answer, ByRule, CheckerFault, Comparison, alternatives, named
from code_pipeline.encoding import encoded
from code_pipeline.order import LARGEST_WINDOW_BYTES, LONGEST_WINDOW
from code_pipeline.types import TestCase
from code_pipeline.verdict import compiler_sentence, stopped_early
from sandbox import Execution, LanguageError, Limits, Run, Sandbox, SandboxError, Session, Status, languages

CPU_TIME_S = 30.0
MEMORY_MB = 2048  # beside the files that it is given; as Kattis and DOMjudge give a validator
OUTPUT_BYTES = 8 * 1024 * 1024  # of its own words, and of each file of its feedback
_SCRATCH_STEP_MB = 128  # so that problems of usual sizes share jails
_ALMOST = 1 - 1e-9  # of full points: what printing and reading them may lose
_AT_ONCE = 4  # answers compared before the first of them is told: it may end the candidate
USE = "checker"


def jury_limits(checker: ProgramChecker, files_bytes: int) -> Limits:
    """The limits of one run of a checker whose files have `files_bytes` together, at most: its own, else ours."""
    known = languages()[checker.language]
    needed_mb = files_bytes / 2**20 + 32
    scratch_mb = math.ceil(needed_mb / _SCRATCH_STEP_MB) * _SCRATCH_STEP_MB
    return Limits(
        cpu_time_s=(checker.time_limit_s or CPU_TIME_S) + known.time_offset_s,
        memory_mb=math.ceil(checker.memory_limit_mb or MEMORY_MB) + scratch_mb + known.memory_mb,
        output_bytes=math.ceil(checker.output_limit_mb * 2**20) if checker.output_limit_mb else OUTPUT_BYTES,
        scratch_mb=scratch_mb,
    )


class Jury:
    """The checker program of one problem, for the answers of one candidate. Used by one thread; close it.

    files_bytes: the largest that a test's input, its expected output and a candidate's output may have together.
    """

    def __init__(self, checker: ProgramChecker, sandbox: Sandbox, files_bytes: int) -> None:
        self._checker = checker
        self._sandbox = sandbox
        self._limits = jury_limits(checker, files_bytes)
        self._session: Session | None = None
        self._arguments: tuple[str, ...] = ()
        self._references: dict[TestCase, Said] = {}

    def close(self) -> None:
        """Gives the jail back."""
        if self._session is not None:
            session, self._session = self._session, None
            session.close()

    def checks(self, answers: Sequence[Answer]) -> Iterator[Check | CheckerFault]:
        """What each answer is, in order, found a few at a time. Raises SandboxError for a fault of the sandbox."""
        for start in range(0, len(answers), _AT_ONCE):
            yield from self._checked(answers[start : start + _AT_ONCE])

    def _checked(self, answers: Sequence[Answer]) -> list[Check | CheckerFault]:
        try:
            asked = [list(alternatives(test)) for test, _ in answers]
            outputs = [actual.stdout for _, actual in answers]
            found: list[Check | CheckerFault | None] = [None] * len(answers)
            for turn in range(max(map(len, asked), default=0)):
                places = [place for place, cases in enumerate(asked) if len(cases) > turn and not _passed(found[place])]
                said = self._ask([(asked[place][turn], outputs[place]) for place in places])
                for place, words in zip(places, said, strict=True):
                    found[place] = _better(found[place], self._settled(asked[place][turn], words))
        except (LanguageError, TypeError) as error:
            return [CheckerFault(f"the problem's checker could not be run: {named(error)}")] * len(answers)
        return [check for check in found if check is not None]  # all of them: each has an expected output, so one turn

    def _settled(self, case: TestCase, said: Said) -> Check | CheckerFault:
        """The check that the checker's word comes to, with the help of the reference output where it is needed."""
        if said.word is Word.RIGHT:
            return Check(passed=True, rule=self._rule())
        if said.word is Word.WRONG:
            return _rejected(said.reason)
        reference = self._reference(case)
        if said.word is Word.CRASHED:
            accepts = reference.word in (Word.RIGHT, Word.POINTS)
            return CheckerFault(f"the problem's checker failed: {said.reason}", provoked=accepts)
        points, full = said.points or 0.0, reference.points
        if reference.word is Word.POINTS and full is not None:
            if points >= full * _ALMOST if full > 0 else points >= full:
                return Check(passed=True, rule=self._rule())
            return _rejected(f"{points:g} of {full:g} points" + (f": {said.reason}" if said.reason else ""))
        if self._checker.protocol == "kattis":  # exit 42 is its word; only a reference with points could limit it
            return Check(passed=True, rule=f"{self._rule()}: {points:g} points, full is not known")
        if reference.word is Word.RIGHT or points <= 0:
            return _rejected(said.reason or f"{points:g} points")
        return CheckerFault(f"the problem's checker gave {points:g} points, and does not say what is full")

    def _rule(self) -> str:
        return f"{self._checker.name} ({self._checker.protocol})"

    def _reference(self, case: TestCase) -> Said:
        """What the checker says of the expected output itself, as a candidate's answer."""
        if case not in self._references:
            [self._references[case]] = self._ask([(case, expected_text(case))])
        return self._references[case]

    # ---- runs ----

    def _ask(self, asked: Sequence[tuple[TestCase, bytes]]) -> list[Said]:
        """What the checker says of each output, in windows of equal arguments and bounded size."""
        said: list[Said] = []
        while len(said) < len(asked):
            first = asked[len(said)][0]
            window: list[Run] = []
            held = 0
            for case, output in asked[len(said) : len(said) + LONGEST_WINDOW]:
                run = self._run(case, output)
                held += sum(map(len, run.files.values())) + len(run.stdin)
                if window and (held > LARGEST_WINDOW_BYTES or case.validator_args != first.validator_args):
                    break
                window.append(run)
            said += self._window(window, first.validator_args)
        return said

    def _run(self, case: TestCase, output: bytes) -> Run:
        given = case.stdin if isinstance(case.stdin, bytes) else encoded(case.stdin)
        return self._checker.run(given, expected_text(case), output)

    def _window(self, runs: Sequence[Run], arguments: tuple[str, ...]) -> list[Said]:
        """The words of one window. A run that breaks its jail, where others do not, is a crash of the checker's own."""
        done: list[Said] = []
        while len(done) < len(runs):
            session = self._open(arguments)
            if session.build_failure is not None:
                return [self._not_built(session.build_failure)] * len(runs)
            try:
                executions: Sequence[Execution] = session.run(runs[len(done) :], stop_on_failure=False)
                done += map(self._said, executions)
            except SandboxError as error:
                self.close()
                if not error.provoked:
                    raise
                done += map(self._said, error.executions)
                done.append(Said(Word.CRASHED, one_line(str(error).encode())))
        return done

    def _open(self, arguments: tuple[str, ...]) -> Session:
        if self._session is not None and arguments != self._arguments:
            self.close()
        if self._session is None:
            program = self._checker.program
            program = replace(program, arguments=(*program.arguments, *arguments))
            self._session = self._sandbox.open(program, self._limits, use=USE)
            self._arguments = arguments
        return self._session

    def _said(self, execution: Execution) -> Said:
        if execution.status is Status.BUILD_FAILED:
            return self._not_built(execution)
        said = read(self._checker.protocol, execution)
        if said.word is Word.CRASHED and not said.reason:
            stopped = stopped_early(execution, limits=self._limits)
            return Said(Word.CRASHED, stopped.reason if stopped else f"exit code {execution.exit_code}")
        return said

    @staticmethod
    def _not_built(failure: Execution) -> Said:
        return Said(Word.CRASHED, f"it does not compile: {compiler_sentence(failure.stderr_bytes)}")


def comparison_of(checker: Checker | ProgramChecker, sandbox: Sandbox, files_bytes: int) -> Comparison:
    """How the answers of one candidate are compared; close it. files_bytes: as Jury has it."""
    return Jury(checker, sandbox, files_bytes) if isinstance(checker, ProgramChecker) else ByRule(checker)


def _passed(found: Check | CheckerFault | None) -> bool:
    return isinstance(found, Check) and found.passed


def _better(earlier: Check | CheckerFault | None, later: Check | CheckerFault) -> Check | CheckerFault:
    """A pass beats everything; that nobody knows beats a failure; else the one that came first."""
    if earlier is None or _passed(later):
        return later
    return later if isinstance(later, CheckerFault) and isinstance(earlier, Check) else earlier


def _rejected(reason: str) -> Check:
    return Check(
        passed=False, reason=f"the problem's checker: {reason}" if reason else "the problem's checker rejects it"
    )
