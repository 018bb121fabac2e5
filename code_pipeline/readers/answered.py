"""Rows whose question or gold answer stands elsewhere than in `problem` and `answer`, seen as if they stood there.

A choice among options (riddle_sense, commonsense_qa, ARC): the options become part of the question, and the label of
the right one is the answer. A question and its answer as two messages (CAMEL's physics, chemistry and biology).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.cases import decoded

CHOICE_COLUMNS = ("choices", "answerKey")
MESSAGE_COLUMNS = ("message_1", "message_2")


def is_choice(columns: Collection[str]) -> bool:
    """Whether these columns are those of a choice among options."""
    return "answerKey" in columns and ("choices" in columns or "question" in columns)


def is_message_pair(columns: Collection[str]) -> bool:
    """Whether these columns are those of a question and its answer as messages."""
    return all(column in columns for column in MESSAGE_COLUMNS)


def answered(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with `problem` and `answer`, where they stand elsewhere; else the row. Raises RowError."""
    if isinstance(row.get("problem"), str) or row.get("answer") is not None:
        return row
    if is_message_pair(row.keys()):
        return {**row, "problem": row["message_1"], "answer": row["message_2"]}
    return _choice(row) if is_choice(row.keys()) else row


def _choice(row: Mapping[str, Any]) -> dict[str, Any]:
    question: Any = row.get("question")
    choices: Any = row.get("choices")
    if isinstance(question, Mapping):  # as the authors' own files have it: {"stem", "choices"}
        question, choices = question.get("stem"), question.get("choices", choices)
    if not isinstance(question, str):
        raise RowError("column `question`: must be the text of a question, or an object with `stem` and `choices`")
    options = [f"{label}. {text}" for label, text in _options(decoded(choices, "choices"))]
    return {**row, "problem": "\n".join([question.rstrip(), "", *options]), "answer": row["answerKey"] or None}


def _options(choices: Any) -> list[tuple[str, str]]:
    """Label and text of each option. Raises RowError."""
    if isinstance(choices, Mapping):
        labels, texts = choices.get("label"), choices.get("text")
        if isinstance(labels, (list, tuple)) and isinstance(texts, (list, tuple)) and len(labels) == len(texts):
            choices = [{"label": label, "text": text} for label, text in zip(labels, texts, strict=True)]
    if not isinstance(choices, (list, tuple)) or not choices:
        raise RowError(
            "column `choices`: must be options, as a list of {label, text} or as {label: [...], text: [...]}"
        )
    options = []
    for number, option in enumerate(choices):
        label, text = (option.get("label"), option.get("text")) if isinstance(option, Mapping) else (None, None)
        if not isinstance(label, str) or not isinstance(text, str):
            raise RowError(f"column `choices`: option {number} has no text in `label` and `text`")
        options.append((label, text))
    return options
