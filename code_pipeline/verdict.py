"""Facts in, verdicts out: pure functions without I/O.

`decide` judges one run from what the sandbox measured and what the checker said; `fold` makes one Judgement of the
results of a submission's tests. When several limits were hit, the order is: our fault, output, memory, time, runtime
error, comparison. The sandbox's status already names the first of the limits. Exit codes 124 and 137 and anything on
stderr prove nothing; a Call that handed nothing back is a runtime error, whatever its exit code.
"""

from __future__ import annotations

import re
import signal as signals
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from code_pipeline.checkers.base import Check
from code_pipeline.failure import steady
from code_pipeline.types import CaseResult, Judgement, Verdict
from sandbox.types import Execution, Limits, Status

_MISSING_MODULE = re.compile(rb"ModuleNotFoundError: No module named '([\w.]+)'$")
_ERROR_LINE = re.compile(r"[\w.]*(Error|Exception|Exit|Interrupt|Warning)\b")
_REASON_CUT = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided of one run: the verdict, one sentence, and the rule that accepted (None unless accepted)."""

    verdict: Verdict
    reason: str = ""
    accepted_by: str | None = None


def decide(
    execution: Execution,
    check: Check | None,
    *,
    limits: Limits,
    is_call: bool = False,
    rule: str = "",
    allowance_mb: int = 0,
) -> Outcome:
    """What one run comes to; `rule` is the checker's name, for a check that names no rule of its own.

    allowance_mb: as `stopped_early` has it.
    `check` is the comparison of its answer, and None where `stopped_early` says that there is nothing to compare.
    Raises ValueError when an answer was not compared: an unknown is never a pass.
    """
    stopped = stopped_early(execution, limits=limits, is_call=is_call, allowance_mb=allowance_mb)
    if stopped is not None:
        return stopped
    if check is None:
        raise ValueError("the run ended well, but its answer was not compared")
    if check.passed:
        return Outcome(Verdict.ACCEPTED, check.reason, check.rule or rule)
    return Outcome(Verdict.WRONG_ANSWER, check.reason or "the answer differs")


def stopped_early(
    execution: Execution, *, limits: Limits, is_call: bool = False, allowance_mb: int = 0
) -> Outcome | None:
    """The outcome of a run that left no answer to compare, or None when it did. Total over Status.

    allowance_mb: what of the memory limit is for the language's own machinery, and not the problem's limit.
    """
    status = execution.status
    if status is Status.EXITED:
        return _exited(execution, is_call=is_call)
    if status is Status.SIGNALED:
        return Outcome(Verdict.RUNTIME_ERROR, f"killed by {_signal_name(execution.signal)}")
    if status is Status.OUTPUT_LIMIT:
        return Outcome(Verdict.OUTPUT_LIMIT, f"printed more than {limits.output_bytes:,} bytes")
    if status is Status.MEMORY_LIMIT:
        beside = f" beside the {allowance_mb} MiB that the language itself is given" if allowance_mb else ""
        return Outcome(
            Verdict.MEMORY_LIMIT, f"needed more than {limits.memory_mb - allowance_mb} MiB of memory{beside}"
        )
    if status is Status.TIME_LIMIT:
        if execution.cpu_time_s >= limits.cpu_time_s:
            return Outcome(Verdict.TIME_LIMIT, f"needed more than {limits.cpu_time_s:g} s of CPU time")
        return Outcome(Verdict.TIME_LIMIT, f"had not ended after {limits.wall_s:g} s on the clock")
    if status is Status.BUILD_FAILED:
        return Outcome(Verdict.COMPILE_ERROR, compiler_sentence(execution.stderr_bytes))
    raise ValueError(f"no verdict is known for the status {status!r}")


def _exited(execution: Execution, *, is_call: bool) -> Outcome | None:
    if execution.exit_code != 0:
        said = last_line(execution.stderr_bytes)
        return Outcome(Verdict.RUNTIME_ERROR, f"exit code {execution.exit_code}" + (f": {said}" if said else ""))
    if is_call and not execution.has_returned:
        return Outcome(Verdict.RUNTIME_ERROR, "the function's result was not handed back: the program ended before")
    return None


def missing_module(execution: Execution) -> str | None:
    """The module whose import failed, from the last line of stderr of a run that ended with exit code 1."""
    if execution.exit_code != 1:
        return None
    lines = execution.stderr_bytes[-2_000:].rstrip().rsplit(b"\n", 1)
    found = _MISSING_MODULE.search(lines[-1])
    return found.group(1).decode("utf-8", "replace") if found else None


def last_line(stderr: bytes) -> str:
    """The last line of stderr that says something, cut."""
    text = stderr[-2_000:].decode("utf-8", "replace").rstrip()
    return text.rsplit("\n", 1)[-1].strip()[:_REASON_CUT]


def compiler_sentence(stderr: bytes) -> str:
    """The line in which a compiler (or Python) says what is wrong, cut."""
    last = last_line(stderr)
    if _ERROR_LINE.match(last):
        return last
    for line in stderr[:20_000].decode("utf-8", "replace").splitlines():
        if "error" in line.lower():
            return line.strip()[:_REASON_CUT]
    return last or "the program does not compile"


def _signal_name(number: int | None) -> str:
    try:
        return f"signal {number} ({signals.Signals(number).name})" if number is not None else "a signal"
    except ValueError:  # a real-time signal has a number and no name
        return f"signal {number}"


def case_of(index: int, execution: Execution, outcome: Outcome) -> CaseResult:
    """The result of the test `index` of the row."""
    verdict = outcome.verdict
    return CaseResult(
        index=index,
        verdict=verdict,
        reason=steady(outcome.reason),
        accepted_by=outcome.accepted_by,
        cpu_time_s=execution.cpu_time_s,
        wall_time_s=execution.wall_time_s,
        memory_mb=execution.memory_mb,
        marginal=execution.marginal,
        missing_module=missing_module(execution) if verdict is Verdict.RUNTIME_ERROR else None,
    )


def fold(
    submission_id: str,
    cases: Sequence[CaseResult],
    *,
    total: int,
    all_tests: bool,
    provenance: Mapping[str, Any] | None = None,
) -> Judgement:
    """One Judgement of the results of a submission's tests, given in the order in which they ran.

    Without `all_tests` the first case that was not passed decides and later ones do not count. With it a fault of ours
    beats everything, then the first failure decides. Raises ValueError when nothing failed but not all `total` ran.
    """
    counted = list(cases) if all_tests else _up_to_failure(cases)
    deciding = _deciding(counted)
    judged = [case for case in counted if not case.verdict.is_fault]
    passed = sum(case.verdict is Verdict.ACCEPTED for case in judged)
    if deciding is None and (passed != total or not total):
        raise ValueError(f"{passed} of {total} tests passed and none failed: the rest was not judged")
    memories = [case.memory_mb for case in counted if case.memory_mb is not None]
    return Judgement(
        submission_id=submission_id,
        verdict=deciding.verdict if deciding else Verdict.ACCEPTED,
        reason=_sentence(deciding) if deciding else f"all {total} tests passed",
        accepted_by=None if deciding else _rules(counted),
        tests_passed=passed if len(judged) == total else None,
        tests_run=len(judged),
        tests_total=total,
        first_failure=deciding.failure if deciding else None,
        marginal=any(case.marginal for case in counted),
        provoked=any(case.provoked for case in counted),
        missing_module=deciding.missing_module if deciding else None,
        cpu_time_s=max((case.cpu_time_s for case in counted), default=None),
        wall_time_s=max((case.wall_time_s for case in counted), default=None),
        memory_mb=max(memories, default=None),
        cases=tuple(counted),
        provenance=provenance if provenance is not None else {},
    )


def _up_to_failure(cases: Iterable[CaseResult]) -> list[CaseResult]:
    counted = []
    for case in cases:
        counted.append(case)
        if case.verdict is not Verdict.ACCEPTED:
            break
    return counted


def _deciding(cases: Sequence[CaseResult]) -> CaseResult | None:
    failed = [case for case in cases if case.verdict is not Verdict.ACCEPTED]
    return next((case for case in failed if case.verdict.is_fault), failed[0] if failed else None)


def _sentence(case: CaseResult) -> str:
    # A fault of the sandbox is not about the test that it struck.
    return case.reason if case.verdict is Verdict.SANDBOX_ERROR else f"test {case.index}: {case.reason}"


def _rules(cases: Iterable[CaseResult]) -> str:
    return ", ".join(sorted({case.accepted_by for case in cases if case.accepted_by}))
