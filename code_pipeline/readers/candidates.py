"""What is judged in a row: model answers, or with the caller's word the dataset's own solutions.

Answers are looked for in `candidates`, `generations`, `responses`, `response`, `deepseek_solution`, then in the
assistant's last turn of `conversations` or `messages`: the first that the row has and that is not null.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.languages import LOOKS
from code_pipeline.readers.base import Candidate, ReadOptions
from code_pipeline.readers.cases import decoded
from code_pipeline.readers.json_text import without_lone_surrogates
from code_pipeline.readers.languages import language_named
from code_pipeline.readers.solutions import LABELS, References, reference_items
from code_pipeline.readers.turns import TURN_COLUMNS, is_turns, last_answer, turns_of
from code_pipeline.types import Submission, Verdict

ANSWER_COLUMNS = ("candidates", "generations", "responses", "response", "deepseek_solution")
_LIST_COLUMNS = frozenset({"candidates", "generations", "responses"})  # may hold their list as JSON text
_NO_ORIGIN: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Answers:
    """A row's candidates, the column that held several (None: the row is itself one), and further such columns."""

    candidates: tuple[Candidate, ...]
    list_column: str | None = None
    more_list_columns: tuple[str, ...] = ()


def judged_columns(columns: Collection[str], options: ReadOptions, references: References) -> tuple[str, ...]:
    """Those of the columns that answers are taken from; empty: there is nothing to judge."""
    if options.judged != "candidates":
        wanted = tuple(references.column(label) for label in LABELS if label in options.judged.split("+"))
    elif options.response_column is not None:
        wanted = (options.response_column,)
    else:
        wanted = (*ANSWER_COLUMNS, *TURN_COLUMNS)
    return tuple(column for column in wanted if column in columns)


def read_answers(row: Mapping[str, Any], options: ReadOptions, references: References, problem_id: str) -> Answers:
    """The row's answers, at least one. Raises RowError naming the column that cannot be read."""
    columns = judged_columns(row.keys(), options, references)
    if options.judged != "candidates":
        return _references(row, columns, options, references, problem_id)
    column = next((name for name in columns if row[name] is not None), None)
    default = _row_language(row)
    if column is None:
        reason = f"the row has no answer in {' or '.join(columns)}" if columns else "the row has no column with answers"
        return Answers((_candidate(None, None, default, problem_id, reason=reason),))
    value = row[column]
    if column in TURN_COLUMNS and (options.response_column is None or is_turns(value)):
        value = last_answer(turns_of(value, column))
    elif column in _LIST_COLUMNS and isinstance(value, str) and value.lstrip()[:1] == "[":
        value = decoded(value, column)
    if not isinstance(value, (list, tuple)):
        return Answers((_answer(value, column, default, problem_id, None),))
    if not value:
        reason = f"column `{column}` is an empty list"
        return Answers((_candidate(None, None, default, problem_id, reason=reason, origin={"column": column}),), column)
    answers = tuple(_answer(item, column, default, problem_id, index) for index, item in enumerate(value))
    return Answers(answers, column)


def _row_language(row: Mapping[str, Any]) -> str:
    language = row.get("language")
    if language is None or language == "":
        return "python3"
    if not isinstance(language, str):
        raise RowError(f"column `language`: must be a language's name, not {type(language).__name__}")
    return language


def _answer(item: Any, column: str, default: str, problem_id: str, index: int | None) -> Candidate:
    """The candidate in one item: text, or an object with `response` and perhaps `language`."""
    origin = {"column": column} if index is None else {"column": column, "index": index}
    where = f"column `{column}`" if index is None else f"item {index} of column `{column}`"
    language: Any = default
    text = item
    reason = ""
    if isinstance(item, Mapping):
        text = item.get("response")
        language = item.get("language") or default
        if text is None:
            keys = ", ".join(map(str, list(item)[:8])) or "none"
            said = "null as its `response`" if "response" in item else f"no `response`; its keys are {keys}"
            reason = f"{where} has {said}"
    if not isinstance(text, str):
        reason = reason or (f"{where} is null" if text is None else f"{where} is {type(text).__name__}, not text")
        text = None
    return _candidate(item, text, language, problem_id, index or 0, reason=reason, origin=origin)


def _candidate(
    raw: Any,
    text: str | None,
    language: Any,
    problem_id: str,
    number: int = 0,
    *,
    reason: str,
    origin: Mapping[str, Any] = _NO_ORIGIN,
) -> Candidate:
    ours = language_named(language) if isinstance(language, str) else None
    submission = Submission(
        id=f"{problem_id}#{number}",
        problem_id=problem_id,
        response="" if text is None else without_lone_surrogates(text),
        language=ours or str(language)[:60],
        origin=origin,
    )
    if text is None:
        return Candidate(raw, submission, Verdict.NO_RESPONSE, reason)
    if ours is None:
        reason = f"language {str(language)[:60]!r} is none of {', '.join(LOOKS)}"
        return Candidate(raw, submission, Verdict.UNSUPPORTED_LANGUAGE, reason)
    return Candidate(raw, submission)


def _references(
    row: Mapping[str, Any], columns: Sequence[str], options: ReadOptions, references: References, problem_id: str
) -> Answers:
    """The dataset's own solutions, each marked in `origin` with its column, its place there and its label."""
    found: list[Candidate] = []
    several: list[str] = []
    default = _row_language(row)
    for column in columns:
        label = references.label(column)
        items, is_list = reference_items(row[column], column, options.class_labels.get(f"{column}.language"), default)
        several += [column] if is_list else []
        for index, item in enumerate(items):
            origin = {"column": column, "index": index, "label": label}
            reason = f"item {index} of column `{column}` is no text"
            number = len(found)
            found.append(
                _candidate(item.raw, item.text, item.language, problem_id, number, reason=reason, origin=origin)
            )
    if not found:
        reason = f"the row has no solution in {' or '.join(columns) if columns else 'any column'}"
        found.append(_candidate(None, None, default, problem_id, reason=reason))
    return Answers(tuple(found), several[0] if several else None, tuple(several[1:]))
