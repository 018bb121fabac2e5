"""The small cells that schemas share: texts, ids, a checker, an interactor, file names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from code_pipeline.checkers import checker_from_spec
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.errors import CheckerSpecError, RowError
from code_pipeline.readers.cases import decoded
from code_pipeline.readers.json_text import without_lone_surrogates

if TYPE_CHECKING:
    from code_pipeline.checkers.base import Checker


def text_of(row: Mapping[str, Any], column: str) -> str:
    """The column's text, "" where it is missing or null. Raises RowError where it is something else."""
    value = row.get(column)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if not isinstance(value, str):
        raise RowError(f"column `{column}`: must be text, not {type(value).__name__}")
    return without_lone_surrogates(value)


def id_of(row: Mapping[str, Any], columns: Sequence[str], dataset: str, index: int) -> str:
    """The first of these columns that can name a row, as text; else "{dataset}-{index}"."""
    for column in columns:
        value = row.get(column)
        if isinstance(value, str) and value.strip() and len(value) <= 1000:
            return without_lone_surrogates(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**100:
            return str(value)
    return f"{dataset}-{index}"


def checker_of(row: Mapping[str, Any]) -> Checker | ProgramChecker | None:
    """The checker that the row's `checker` column describes, None where it is empty. Raises RowError."""
    value = row.get("checker")
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = decoded(value, "checker")
    if isinstance(value, Mapping):
        value = _without_nulls(value)
    if value is None or value in ("", {}):
        return None
    if not isinstance(value, (str, Mapping)):
        raise RowError(f"column `checker`: must be a rule's name or an object, not {type(value).__name__}")
    try:
        return checker_from_spec(value)
    except CheckerSpecError as error:
        raise RowError(f"column `checker`: {error}") from error


def interactor_of(row: Mapping[str, Any]) -> ProgramChecker | None:
    """The program that the row's `interactor` column describes as an object, None where it is empty. Raises RowError.

    As a checker of type "program", which is what it is without a `type`; its protocol is kattis where it names none.
    """
    value = row.get("interactor")
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = decoded(value, "interactor")
    if value is None or value in ("", {}):
        return None
    if not isinstance(value, Mapping):
        raise RowError(f"column `interactor`: must be an object, not {type(value).__name__}")
    try:
        found = checker_from_spec({"type": "program", "protocol": "kattis", **_without_nulls(value)})
    except CheckerSpecError as error:
        raise RowError(f"column `interactor`: {error}") from error
    if isinstance(found, ProgramChecker):
        return found
    raise RowError(f"column `interactor`: must be a program, not the rule {found.name!r}")


def _without_nulls(spec: Mapping[str, Any]) -> dict[str, Any]:
    """In a Parquet struct each row has each key; null stands for a key that is not there, at two levels (files)."""
    shallow = {key: value for key, value in spec.items() if value is not None}
    return {
        key: {name: part for name, part in value.items() if part is not None} if isinstance(value, Mapping) else value
        for key, value in shallow.items()
    }


def file_name_of(row: Mapping[str, Any], column: str) -> str | None:
    """A file name used in place of stdin or stdout; None for "" and for names of the streams. Raises RowError."""
    name = text_of(row, column).strip()
    if name.lower() in ("", "stdin", "stdout", "standard input", "standard output", "-"):
        return None
    if "/" in name or "\0" in name or name in (".", "..") or len(name) > 200:
        raise RowError(f"column `{column}`: {name!r:.60} is not a plain file name")
    return name
