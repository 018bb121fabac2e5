"""A package's files -> the one row that it is, in plain data: what `ot-code verify` reads, writes and joins by."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.packages.documents import Files
from code_pipeline.packages.settings import Settings, read_settings
from code_pipeline.packages.submissions import PackageSubmission, find_submissions
from code_pipeline.packages.tests import find_tests
from code_pipeline.packages.validators import find_validator

COLUMNS = (
    "package", "format", "name", "license", "problem", "time_limit_s", "time_limit_from", "memory_limit_mb",
    "output_limit_mb", "scoring_validator", "checker", "interactor", "test_cases", "submissions", "package_error",
)  # fmt: skip
_STATEMENTS = ("statement/", "problem_statement/", "")
_LARGEST_STATEMENT = 1024 * 1024


def looks_like_package(names: Collection[str]) -> bool:
    """Whether files of these names are a package's: a description, and a folder of data or submissions."""
    described = "problem.yaml" in names or "domjudge-problem.ini" in names
    return described and any(name.startswith(("data/", "submissions/")) for name in names)


def read_package(files: Files, package: str) -> dict[str, Any]:
    """The row, with each of COLUMNS. What makes it unusable stands in `package_error`; nothing is raised for it."""
    row: dict[str, Any] = {**dict.fromkeys(COLUMNS), "package": package}
    try:
        settings = read_settings(files)
        row |= _described(settings, _statement(files))
        validator = find_validator(files, settings)
        row["interactor" if settings.interactive else "checker"] = validator or {"type": "kattis"}
        row["test_cases"] = _tests(files, settings)
        row["submissions"] = [_plain(each) for each in find_submissions(files, settings)]
        if not row["submissions"]:
            row["package_error"] = "submissions/: holds no program to judge"
    except RowError as error:
        row["package_error"] = str(error)
    return row


def _described(settings: Settings, statement: str) -> dict[str, Any]:
    names = settings.names
    return {
        "format": settings.format,
        "name": names.get("en") or names.get("") or next(iter(names.values()), ""),
        "license": settings.license,
        "problem": statement,
        "time_limit_s": settings.time_limit_s,
        "time_limit_from": settings.time_limit_from,
        "memory_limit_mb": settings.memory_limit_mb,
        "output_limit_mb": settings.output_limit_mb,
        "scoring_validator": settings.scores,
    }


def _statement(files: Files) -> str:
    """The problem's text, in English where there is one; "" where there is none that is text."""
    for folder in _STATEMENTS:
        names = sorted(
            (name for name in files if name.startswith(f"{folder}problem.") and name.endswith((".tex", ".md"))),
            key=lambda name: (name.split(".")[-2] not in ("en", f"{folder}problem"), name),
        )
        if names and len(files[names[0]]) <= _LARGEST_STATEMENT:
            return files[names[0]].decode("utf-8", "replace")
    return ""


def _tests(files: Files, settings: Settings) -> dict[str, list[Any]]:
    tests = find_tests(files, settings)
    return {
        "names": [test.name for test in tests],
        "inputs": [_text(files[test.input_file]) for test in tests],
        "outputs": ["" if test.answer_file is None else _text(files[test.answer_file]) for test in tests],
        "validator_args": [list(test.validator_args) for test in tests],
    }


def _text(data: bytes) -> str:
    # bytes that are no UTF-8 come back as themselves when a program is given them
    return data.decode("utf-8", "surrogateescape")


def _plain(submission: PackageSubmission) -> dict[str, Any]:
    program = submission.program
    others = [{"name": name, "text": text} for name, text in program.files.items() if name != program.entry]
    return {
        "file": submission.file,
        "label": submission.label,
        "language": program.language,
        "entry": program.entry,
        "response": program.files[program.entry],
        "files": others,
        "sources": list(program.sources),
        "trouble": program.trouble,
    }
