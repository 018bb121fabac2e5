"""Problems, submissions and judgements as JSON, and back: what travels between a Judge and the servers it uses.

Text stands for itself; what JSON cannot hold is a one-key object, as `sandbox.guest.wire` has it: `{"b": "hex"}` for
bytes, `{"t": [...]}` for a tuple, `{"d": [[key, value], ...]}` for a dict, and so on. What a dataset's reader made is
carried whole: a problem that came over the wire has the tests, limits and checker of the one that was sent.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from code_pipeline.checkers import AssertionsChecker, ProgramChecker, checker_from_spec
from code_pipeline.checkers.python_equal import Near
from code_pipeline.errors import CheckerSpecError, RowError
from code_pipeline.types import (
    CaseResult,
    Failure,
    Judgement,
    Problem,
    ProblemLimits,
    Source,
    Submission,
    TestCase,
    Verdict,
)
from sandbox.guest.wire import WireError, dump_plain, load_plain

_PROBLEM_TEXTS = ("id", "statement", "starter_code", "epilogue", "completes")
_PROBLEM_OPTIONAL = ("function", "input_file", "output_file", "defines")


def plain(value: Any) -> Any:
    """A value as JSON can hold it. Raises RowError where it is not plain data."""
    try:
        return json.loads(dump_plain(value))
    except WireError as error:
        raise RowError(f"a value cannot be sent to a server: {error}") from error


def value_of(shown: Any) -> Any:
    """The value that `plain` wrote. Raises RowError."""
    try:
        return load_plain(json.dumps(shown).encode())
    except (WireError, ValueError) as error:
        raise RowError(f"{str(shown)[:80]!r} is no value as the wire has them: {error}") from error


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem. Raises RowError for a test that is not plain data."""
    shown: dict[str, Any] = {name: getattr(problem, name) for name in (*_PROBLEM_TEXTS, *_PROBLEM_OPTIONAL)}
    shown["usual_names"] = problem.usual_names
    shown["source"] = dataclasses.asdict(problem.source)
    shown["limits"] = dataclasses.asdict(problem.limits)
    shown["checker"] = _checker_json(problem.checker)
    shown["interactor"] = _checker_json(problem.interactor)
    shown["tests"] = [_test_json(test) for test in problem.tests]
    return {name: value if name == "tests" else plain_object(value) for name, value in shown.items()}


def plain_object(value: Any) -> Any:
    """Like `plain`, but a dict with text keys stays an object: what settings are made of."""
    if isinstance(value, Mapping):
        return {str(name): plain_object(each) for name, each in value.items()}
    return [plain_object(each) for each in value] if isinstance(value, list) else plain(value)


def _test_json(test: TestCase) -> dict[str, Any]:
    near = test.expected
    expected = (
        {"near": [plain(near.value), near.relation, near.absolute, near.relative]}
        if isinstance(near, Near)
        else plain(near)
    )
    shown: dict[str, Any] = {"expected": expected}
    if test.arguments is None:
        shown["stdin"] = plain(test.stdin)
    else:
        shown["arguments"] = [plain(each) for each in test.arguments]
    if test.validator_args:
        shown["validator_args"] = list(test.validator_args)
    if test.accepted_outputs:
        shown["accepted_outputs"] = [plain(each) for each in test.accepted_outputs]
    return shown


def _expected_json(expected: Any) -> Any:
    if isinstance(expected, Near):
        return {"near": [plain(expected.value), expected.relation, expected.absolute, expected.relative]}
    return plain(expected)


def _checker_json(checker: Any) -> dict[str, Any] | None:
    if checker is None:
        return None
    if isinstance(checker, AssertionsChecker):
        return {"type": AssertionsChecker.name}
    spec: dict[str, Any] = checker.spec
    return spec


def problem_from(shown: Mapping[str, Any]) -> Problem:
    """The problem of an object that `problem_json` wrote, or a person: only `tests` is needed. Raises RowError."""
    known = {*_PROBLEM_TEXTS, *_PROBLEM_OPTIONAL, "usual_names", "source", "limits", "checker", "interactor", "tests"}
    for name in shown:
        if name not in known:
            raise RowError(f"a problem has no {name!r:.80}; it has {', '.join(sorted(known))}")
    texts = {name: _text(name, value_of(shown.get(name, ""))) for name in _PROBLEM_TEXTS}
    optional = {name: _text(name, value_of(shown.get(name)), none=True) for name in _PROBLEM_OPTIONAL}
    tests = shown.get("tests")
    if not isinstance(tests, list):
        raise RowError("a problem's `tests` must be a list of objects with `stdin` and `expected`")
    function = optional["function"]
    return Problem(
        tests=tuple(_test_from(index, test, calls=function is not None) for index, test in enumerate(tests)),
        source=_fields(Source, shown.get("source") or {"dataset": "plain"}, "source"),
        limits=_fields(ProblemLimits, shown.get("limits") or {}, "limits"),
        checker=checker_from(shown.get("checker")),
        interactor=_interactor_from(shown.get("interactor")),
        usual_names=bool(shown.get("usual_names", True)),
        **texts,
        **optional,
    )


def _text(name: str, value: Any, *, none: bool = False) -> Any:
    if isinstance(value, str) or (none and value is None):
        return value
    raise RowError(f"a problem's `{name}` must be text, not {value!r:.80}")


def _test_from(index: int, shown: Any, *, calls: bool) -> TestCase:
    known = ("stdin", "expected", "arguments", "validator_args", "accepted_outputs")
    if not isinstance(shown, Mapping) or not set(shown) <= set(known):
        raise RowError(f"test {index} must be an object with only {', '.join(known)}")
    for name in ("arguments", "validator_args", "accepted_outputs"):
        if not isinstance(shown.get(name, []), list):
            raise RowError(f"test {index}: `{name}` must be a list")
    if calls != ("arguments" in shown):
        raise RowError(f"test {index}: `arguments` go with the problem's `function`, `stdin` with programs")
    stdin = value_of(shown.get("stdin", ""))
    if not isinstance(stdin, (str, bytes)):
        raise RowError(f"test {index}: `stdin` must be text, or bytes as {{'b': 'hex'}}")
    args = shown.get("validator_args", [])
    if not all(isinstance(word, str) for word in args):
        raise RowError(f"test {index}: `validator_args` must be a list of texts")
    return TestCase(
        stdin=stdin,
        expected=_expected_from(shown.get("expected", "")),
        arguments=tuple(value_of(each) for each in shown["arguments"]) if calls else None,
        validator_args=tuple(args),
        accepted_outputs=tuple(value_of(each) for each in shown.get("accepted_outputs", [])),
    )


def _expected_from(shown: Any) -> Any:
    if isinstance(shown, Mapping) and set(shown) == {"near"}:
        near = shown["near"]
        if not isinstance(near, list) or len(near) != 4 or not all(isinstance(n, (int, float)) for n in near[2:]):
            raise RowError("`near` is a list of the value, the relation, an absolute and a relative tolerance")
        return Near(value_of(near[0]), *near[1:])
    return value_of(shown)


def _fields(kind: Any, shown: Any, name: str) -> Any:
    known = [field.name for field in dataclasses.fields(kind)]
    if not isinstance(shown, Mapping) or not set(shown) <= set(known):
        raise RowError(f"a problem's `{name}` must be an object with only {', '.join(known)}")
    return kind(**{key: value_of(value) for key, value in shown.items()})


def checker_from(shown: Any) -> Any:
    """The checker of a specification as the wire has it, None for None. Raises CheckerSpecError."""
    if shown is None:
        return None
    if not isinstance(shown, Mapping):
        return checker_from_spec(shown)
    if shown.get("type") == AssertionsChecker.name:
        return AssertionsChecker()
    spec = dict(shown)
    if isinstance(spec.get("files"), Mapping):
        spec["files"] = {name: value_of(content) for name, content in spec["files"].items()}
    return checker_from_spec(spec)


def _interactor_from(shown: Any) -> ProgramChecker | None:
    checker = checker_from(shown)
    if checker is not None and not isinstance(checker, ProgramChecker):
        raise CheckerSpecError("an interactor must be of type `program`")
    return checker


def digest_of(shown: Mapping[str, Any]) -> str:
    """The name by which a server keeps a problem: a digest of what `problem_json` gave."""
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return blake2b(text.encode(), digest_size=20).hexdigest()


def submission_json(submission: Submission) -> dict[str, Any]:
    """A submission, without what only its dataset knows of it. Raises RowError."""
    shown: dict[str, Any] = {
        "id": submission.id,
        "response": plain(submission.response),
        "language": submission.language,
    }
    if submission.entry is not None:
        shown["entry"] = submission.entry
        shown["files"] = {name: plain(content) for name, content in submission.files.items()}
        shown["sources"] = list(submission.sources)
    return shown


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """A judgement, `passed` included."""
    shown = {field.name: getattr(judgement, field.name) for field in dataclasses.fields(judgement)}
    shown["verdict"] = judgement.verdict.value
    shown["passed"] = judgement.passed
    shown["first_failure"] = dataclasses.asdict(judgement.first_failure) if judgement.first_failure else None
    shown["cases"] = [_case_json(case) for case in judgement.cases]
    shown["provenance"] = dict(judgement.provenance)
    return shown


def _case_json(case: CaseResult) -> dict[str, Any]:
    shown = {field.name: getattr(case, field.name) for field in dataclasses.fields(case)}
    shown["verdict"] = case.verdict.value
    shown["failure"] = dataclasses.asdict(case.failure) if case.failure else None
    return shown


def judgement_from(shown: Mapping[str, Any]) -> Judgement:
    """The judgement of an object that `judgement_json` wrote. Raises ValueError for anything else."""
    try:
        known = {field.name for field in dataclasses.fields(Judgement)}
        values = {name: value for name, value in shown.items() if name in known}
        values["verdict"] = Verdict(values["verdict"])
        values["first_failure"] = Failure(**values["first_failure"]) if values.get("first_failure") else None
        values["cases"] = tuple(_case_from(case) for case in values.get("cases", ()))
        return Judgement(**values)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"a server's judgement cannot be read: {type(error).__name__}: {error}") from error


def _case_from(shown: Mapping[str, Any]) -> CaseResult:
    values = dict(shown)
    values["verdict"] = Verdict(values["verdict"])
    values["failure"] = Failure(**values["failure"]) if values.get("failure") else None
    return CaseResult(**values)
