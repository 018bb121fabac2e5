"""Contest packages, each as one row of `code_pipeline.packages`: its own submissions are the candidates.

Limits bind as the package says them, for every language. Each candidate's `origin` has the jury's label.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.checkers import KattisChecker, checker_from_spec
from code_pipeline.encoding import encoded
from code_pipeline.errors import CheckerSpecError, RowError
from code_pipeline.readers.base import Candidate, ProblemRow, ReadOptions
from code_pipeline.readers.fields import id_of, text_of
from code_pipeline.readers.json_text import has_lone_surrogate
from code_pipeline.readers.languages import language_named
from code_pipeline.readers.limits import memory_limit_mb, time_limit_s
from code_pipeline.types import Problem, ProblemLimits, Source, Submission, TestCase, Verdict

_LIST = "submissions"
_TEST_COLUMNS = ("test_cases", "checker", "interactor")


class PackageReader:
    """Reads what `read_package` makes of a package."""

    name = "package"
    needs = ("package",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether the rows are packages."""
        return {"package", "package_error", "test_cases", _LIST} <= set(columns)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The package's submissions, whatever is asked for: it has no other answers."""
        del options
        return (_LIST,) if _LIST in columns else ()

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The package's problem and submissions. Raises RowError."""
        if row.get("package_error"):
            raise RowError(text_of(row, "package_error"))
        identity = id_of(row, ("package",), self.name, index)
        checker, interactor = (_program(row.get(column), column) for column in ("checker", "interactor"))
        tests = _tests(row.get("test_cases"))
        for column, rule in (("checker", checker), ("interactor", interactor)):
            _check_args(rule, tests, column)
        problem = Problem(
            id=identity,
            tests=tests,
            source=Source(self.name, options.split, index),
            statement=text_of(row, "problem"),
            checker=checker,
            limits=ProblemLimits(
                time_limit_s(row.get("time_limit_s"), "time_limit_s"),
                memory_limit_mb(row.get("memory_limit_mb"), "memory_limit_mb"),
                output_limit_mb=memory_limit_mb(row.get("output_limit_mb"), "output_limit_mb"),
            ),
            interactor=interactor,
        )
        items = row.get(_LIST)
        if not isinstance(items, (list, tuple)) or not items:
            raise RowError(f"column `{_LIST}`: must be a list of submissions")
        candidates = tuple(_candidate(item, number, identity) for number, item in enumerate(items))
        return ProblemRow(problem, candidates, _LIST, tuple(name for name in _TEST_COLUMNS if name in row))


def _program(spec: Any, column: str) -> Any:
    """The checker described; None where there is none. Raises RowError."""
    if spec is None:
        return None
    if not isinstance(spec, Mapping):
        raise RowError(f"column `{column}`: must be an object, not {type(spec).__name__}")
    try:
        return checker_from_spec(spec)
    except CheckerSpecError as error:
        raise RowError(f"column `{column}`: the package's validator: {error}") from error


def _check_args(rule: Any, tests: tuple[TestCase, ...], column: str) -> None:
    """Raises RowError for arguments that the default validator does not know: no test could be judged by them."""
    if not isinstance(rule, KattisChecker):
        return
    for args in {test.validator_args for test in tests}:
        try:
            rule.with_args(args)
        except CheckerSpecError as error:
            raise RowError(f"column `{column}`: the package's validator: {error}") from error


def _tests(cell: Any) -> tuple[TestCase, ...]:
    if not isinstance(cell, Mapping):
        raise RowError("column `test_cases`: must be an object of lists")
    lists = [cell.get(key) for key in ("inputs", "outputs", "validator_args")]
    if not all(isinstance(values, (list, tuple)) for values in lists) or len({len(values) for values in lists}) > 1:  # type: ignore[arg-type]
        raise RowError("column `test_cases`: needs inputs, outputs and validator_args, as many of each")
    return tuple(
        TestCase(stdin=_bytes(given, number), expected=_bytes(wanted, number), validator_args=_args(args, number))
        for number, (given, wanted, args) in enumerate(zip(*lists, strict=True))
    )


def _bytes(text: Any, number: int) -> str | bytes:
    if not isinstance(text, str):
        raise RowError(f"column `test_cases`: test {number} has a {type(text).__name__} where text must stand")
    return encoded(text) if has_lone_surrogate(text) else text


def _args(args: Any, number: int) -> tuple[str, ...]:
    if not isinstance(args, (list, tuple)) or not all(isinstance(arg, str) for arg in args):
        raise RowError(f"column `test_cases`: the validator's arguments for test {number} must be a list of texts")
    return tuple(args)


def _candidate(item: Any, number: int, problem_id: str) -> Candidate:
    cells = item if isinstance(item, Mapping) else {}
    response, language, entry = (cells.get(key) for key in ("response", "language", "entry"))
    label = cells.get("label")
    origin: dict[str, Any] = {"column": _LIST, "index": number}
    if isinstance(label, str) and label:
        origin["label"] = label
    files, listed = _files(cells.get("files")), cells.get("sources")
    further = tuple(name for name in files if isinstance(listed, (list, tuple)) and name in listed)
    readable = isinstance(response, str) and isinstance(language, str) and isinstance(entry, str) and _is_inside(entry)
    ours = language_named(language) if isinstance(language, str) else None
    submission = Submission(
        id=f"{problem_id}#{number}",
        problem_id=problem_id,
        response=response if isinstance(response, str) else "",
        language=ours or str(language)[:60],
        origin=origin,
        entry=entry if readable else None,
        files=files,
        sources=further,
    )
    if not readable:
        return Candidate(item, submission, Verdict.NO_RESPONSE, f"item {number} of column `{_LIST}` is no submission")
    if ours is None:
        return Candidate(item, submission, Verdict.UNSUPPORTED_LANGUAGE, f"nothing here runs {str(language)[:60]}")
    if cells.get("trouble"):
        return Candidate(item, submission, Verdict.UNSUPPORTED_LANGUAGE, str(cells["trouble"])[:200])
    return Candidate(item, submission)


def _files(items: Any) -> dict[str, str | bytes]:
    found: dict[str, str | bytes] = {}
    for item in items if isinstance(items, (list, tuple)) else ():
        name, text = (item.get("name"), item.get("text")) if isinstance(item, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(text, str) and _is_inside(name):
            found[name] = text
    return found


def _is_inside(name: str) -> bool:
    """Whether a file of this name lies in the folder that it is written to."""
    return "\0" not in name and not has_lone_surrogate(name) and all(p not in ("", ".", "..") for p in name.split("/"))
