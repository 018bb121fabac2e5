"""What /v1/judge is asked for: problems, rules, submissions; and the judging of one of them."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException

from code_pipeline import wire
from code_pipeline.blocks import Prepared
from code_pipeline.errors import CodePipelineError
from code_pipeline.judge import Judge
from code_pipeline.suite import Suite
from code_pipeline.types import Judgement, Submission, Verdict
from ot_code.service.schemas import JudgeIn
from ot_code.service.works import Works
from sandbox import LanguageError, Program, Stop
from sandbox.languages import language as language_named


def kept(works: Works, digest: str, body: dict[str, Any], size: int) -> Suite:
    """The problem, kept under its digest from now on. Raises ValueError or RowError for one that is not as it says."""
    found = works.problems.get(digest)
    if found is not None:
        return found
    if wire.digest_of(body) != digest:
        raise ValueError(f"the problem's digest is {wire.digest_of(body)}, not {digest}")
    suite = Suite(wire.problem_from(body))
    _ = suite.distinct  # read once here, as Suite wants it before threads share it
    works.problems.put(digest, suite, max(size, 1))
    return suite


def found(works: Works, digest: str) -> Suite:
    """The problem of that digest. Raises HTTPException 404 where it is not kept here."""
    suite = works.problems.get(digest)
    if suite is None:
        raise HTTPException(404, f"no problem {digest:.80} is kept here: PUT it to /v1/problems/{digest:.80} again")
    return suite


def prepared(works: Works, body: JudgeIn) -> tuple[Suite, Judge, list[int]]:
    """The tests, a Judge with the rules that were asked for, and the order. Raises HTTPException."""
    if (body.problem is None) == (body.problem_id is None):
        raise HTTPException(422, "give one of `problem` and `problem_id`")
    try:
        checker = None
        if body.checker is not None:
            checker = wire.checker_from(body.checker)
        if body.problem is not None:
            suite = Suite(wire.problem_from(body.problem))
        else:
            suite = found(works, body.problem_id or "")
    except (CodePipelineError, ValueError) as error:
        raise HTTPException(422, str(error)) from error
    order = list(suite.distinct) if body.order is None else body.order
    if sorted(order) != sorted(suite.distinct):
        raise HTTPException(422, "`order` must name each distinct test of the problem once")
    judge = works.judge.like(all_tests=body.all_tests, checker=checker, time_factors=body.time_factors)
    return suite, judge, order


def submission_of(suite: Suite, given: Any) -> Submission:
    """A submission of the request. Raises HTTPException 422."""
    try:
        response = wire.value_of(given.response)
        files = {name: wire.value_of(content) for name, content in given.files.items()}
        if not isinstance(response, str) or not all(isinstance(each, (str, bytes)) for each in files.values()):
            raise ValueError("a submission's `response` and files must be text")  # noqa: TRY301  said with the others
        Program("", files={**files, **({given.entry: ""} if given.entry else {})})
    except (CodePipelineError, ValueError) as error:
        raise HTTPException(422, str(error)) from error
    try:
        language = language_named(given.language).name
    except LanguageError:
        language = given.language  # the judge says what it makes of it
    if given.entry is not None and given.entry != "" and not given.entry.strip("/."):
        raise HTTPException(422, f"a submission's `entry` {given.entry!r:.80} is no file's name")
    return Submission(given.id, suite.problem.id, response, language, {}, given.entry, files, tuple(given.sources))


def judged(judge: Judge, suite: Suite, submission: Submission, order: list[int], stop: Stop) -> Judgement:
    """The judgement of one submission, on a thread of ours. Raises CancelledError once `stop` is set."""
    prepared = judge.prepare(suite, submission)
    if not isinstance(prepared, Prepared):
        return prepared
    judgement = judge.judge_program(suite, submission, prepared, order, stop)
    if judgement.verdict in (Verdict.SANDBOX_ERROR, Verdict.JUDGE_ERROR):
        stop.check()  # what was called off is nobody's verdict
    return judgement
