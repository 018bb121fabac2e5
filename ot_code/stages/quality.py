"""The findings of a row as columns and as an entry of the journal, and the reference solutions that show some."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.quality import Finding, Quality, in_order
from code_pipeline.readers import Reader, ReadOptions
from code_pipeline.types import Submission
from math_pipeline.filters import math_filters
from ot_code.shapes import json_text

CHECKED = -1  # in place of a candidate's number: the journal's entry of what a row's reference solutions showed


def columns_of(quality: Quality | None, verifiable: str | None = None) -> dict[str, Any]:
    """The columns of a row's quality; null where nobody looked. verifiable: of math rows."""
    if quality is None:
        return {"findings": None, "findings_detail": None, "verifiable": verifiable}
    return {
        "verifiable": verifiable,
        "findings": [str(finding) for finding in quality.findings],
        "findings_detail": json_text(dict(quality.detail)) if quality.detail else None,
    }


def entry_of(quality: Quality) -> dict[str, Any]:
    """What stands in the journal."""
    return {
        "verdict": "checked",
        "findings": [str(finding) for finding in quality.findings],
        "detail": dict(quality.detail),
    }


def quality_of(entry: Mapping[str, Any]) -> Quality:
    """What an entry of the journal says."""
    return Quality(tuple(Finding(name) for name in entry["findings"]), entry["detail"])


def found_by_reader(counts: Mapping[str, int]) -> Quality:
    """What a reader found of a row's tests, by name, with how many."""
    findings = in_order([Finding(name) for name in counts])
    return Quality(findings, {f"{name}_count": count for name, count in counts.items() if count})


def found_of_math(statement: str, gold: str | None) -> tuple[Quality, str]:
    """What is found of a math row, and what can check its answers."""
    found = math_filters(statement=statement, gold=gold)
    return Quality(in_order([Finding(str(name)) for name in found.findings])), str(found.verifiable)


def found_in_vain(names: Iterable[str]) -> Quality:
    """What is known of a row that could not be read."""
    return Quality(in_order([Finding(name) for name in names]))


@dataclass(frozen=True, slots=True)
class Solutions:
    """A row's reference solutions: those that can be judged here, and how many the row has."""

    submissions: tuple[Submission, ...] = ()
    given: int = 0


def solutions_of(reader: Reader, options: ReadOptions, values: Mapping[str, Any], index: int) -> Solutions:
    """The row's reference solutions; none where they cannot be read, or the schema has none."""
    options = _for_solutions(options)
    if not reader.judged_columns(values.keys(), options):
        return Solutions()
    try:
        candidates = reader.read(values, index, options).candidates
    except RowError:  # the column of solutions is broken, and the row is judged without it
        return Solutions()
    found = [each for each in candidates if each.submission.origin.get("label") == "accepted"]
    return Solutions(tuple(each.submission for each in found if each.verdict is None), len(found))


def lacks_solutions(reader: Reader, options: ReadOptions, values: Mapping[str, Any], columns: Collection[str]) -> bool:
    """Whether the columns for reference solutions are there, and all empty."""
    own = reader.judged_columns(columns, _for_solutions(options))
    return bool(own) and all(_is_empty(values.get(column)) for column in own)


def _for_solutions(options: ReadOptions) -> ReadOptions:
    return replace(options, judged="solutions", response_column=None)


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_empty(part) for part in value.values())
    if isinstance(value, str):
        return len(value) < 100 and value.strip() in ("", "[]", "{}", "null", '[""]')
    return value is None or (isinstance(value, (list, tuple)) and not value)
