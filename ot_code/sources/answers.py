"""A row's answers as `candidates`: texts, or objects where something is known of an answer beside its text.

Lists that stand beside a list of answers and say something of each (OpenR1-Math's correctness, finish reasons) become
fields of the answers. They are aligned by place; where such a list is shorter, or null, the field is null: nobody has
judged that answer. One that is longer belongs to other answers: it stays where it is, and says nothing of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from code_pipeline.readers import Candidate, ProblemRow
from code_pipeline.readers.languages import language_named
from code_pipeline.readers.turns import TURN_COLUMNS, Exchange, exchange_of, turns_of

ALIGNED = {
    "correctness_math_verify": "correctness_math_verify",
    "correctness_llama": "correctness_llama",
    "is_reasoning_complete": "is_reasoning_complete",
    "finish_reasons": "finish_reason",
}
_REASONING = {"deepseek_solution": "deepseek_reasoning", "response": "reasoning"}  # beside the answer in the first
_WORKED = ("solution", "ground_truth_solution")


@dataclass(frozen=True, slots=True)
class Answers:
    """candidates: None where there are none. used: the columns that they were. question, system: of a conversation."""

    candidates: list[Any] | None
    used: frozenset[str]
    question: str = ""
    system: str | None = None


def answers_of(read: ProblemRow, values: Mapping[str, Any]) -> Answers:
    """The row's answers. A conversation whose answer is the row's own worked solution (NuminaMath) has none.

    A conversation that is no more than a question and an answer is used up; a longer one also stays as it is.
    """
    column = next((str(each.submission.origin["column"]) for each in read.candidates if each.submission.origin), None)
    found = [] if column is None else [_answer(each, values) for each in read.candidates]
    used: set[str] = set()
    if read.list_column:
        fields = _aligned(values, len(found))
        found = [_with(each, {name: fields[name][place] for name in fields}) for place, each in enumerate(found)]
        used |= {read.list_column, *(name for name, field in ALIGNED.items() if field in fields)}
    elif column is not None and column not in TURN_COLUMNS:
        beside = _REASONING.get(column, "")
        told = values.get(beside)
        found = [_with(found[0], {"reasoning": told} if isinstance(told, str) and told else {})]
        used |= {column, *([beside] if told else [])}
    talks = {name: exchange_of(turns_of(values[name], name)) for name in TURN_COLUMNS if values.get(name) is not None}
    if column in talks and _is_worked(talks[column].answer, values):
        found = []
    used |= {
        name for name, talk in talks.items() if talk.is_whole and (name == column or _is_told(talk, found, values))
    }
    question = next((talk.question for talk in talks.values() if talk.question), "")
    system = next((talk.system for name, talk in talks.items() if talk.system and name in used), None)
    return Answers(found or None, frozenset(used), question, system)


def _answer(candidate: Candidate, values: Mapping[str, Any]) -> Any:
    if candidate.raw is None:
        return None
    if isinstance(candidate.raw, Mapping):
        return dict(candidate.raw)
    own = values.get("language") or "python3"
    language = candidate.submission.language
    is_own = language == (language_named(own) if isinstance(own, str) else own)
    return (
        candidate.submission.response if is_own else {"language": language, "response": candidate.submission.response}
    )


def _with(answer: Any, fields: Mapping[str, Any]) -> Any:
    if not fields or answer is None:
        return answer
    return {**(answer if isinstance(answer, dict) else {"response": answer}), **fields}


def _aligned(values: Mapping[str, Any], count: int) -> dict[str, Sequence[Any]]:
    fields: dict[str, Sequence[Any]] = {}
    for column, field in ALIGNED.items():
        cells = values.get(column)
        if column in values and (cells is None or (isinstance(cells, (list, tuple)) and len(cells) <= count)):
            fields[field] = [*(cells or ()), *[None] * (count - len(cells or ()))]
    return fields


def _is_worked(answer: str | None, values: Mapping[str, Any]) -> bool:
    return answer is not None and answer.strip() in {
        text.strip() for name in _WORKED if isinstance(text := values.get(name), str)
    }


def _is_told(talk: Exchange, found: Sequence[Any], values: Mapping[str, Any]) -> bool:
    """Whether a conversation's answer stands among the answers, or is the row's worked solution."""
    texts = [each.get("response") if isinstance(each, dict) else each for each in found]
    return talk.answer is None or talk.answer in texts or _is_worked(talk.answer, values)
