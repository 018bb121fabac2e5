"""Conversations as datasets write them: a list of turns, or a struct of lists; `from`/`value` or `role`/`content`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.cases import decoded
from code_pipeline.readers.json_text import without_lone_surrogates

TURN_COLUMNS = ("conversations", "messages")
_ASSISTANTS = frozenset({"assistant", "gpt", "model", "bot", "chatgpt"})
_USERS = frozenset({"user", "human"})
_SYSTEMS = frozenset({"system"})
# What OpenThoughts puts before a problem, to the letter.
CODE_STDIN = (
    "Generate an executable Python function generated from the given prompt. The function should take stdin as input "
    "and print the output. Simply call the function after the definition."
)
CODE_CALL = (
    "Generate an executable Python function generated from the given prompt. Return the function body without invoking "
    "it at the final solution."
)
BOXED = "Return your final response within \\boxed{}. "
_TURNS_AS_TEXT = re.compile(r"""\s*\[?\s*\{\s*["'](?:from|role|value|content)["']""")
_INSTRUCTIONS = (CODE_STDIN, CODE_CALL, BOXED)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. speaker: "assistant", "user", "system", or as the row has it. text: None where there is none."""

    speaker: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """The last answer of a conversation, what it answers, and what was said before.

    question: the last turn of the user's before the answer, without OpenThoughts' instruction; "" where there is none.
    answer: None where nobody answers.
    system: the system prompt, None without one. is_whole: whether question, answer and system are all there is.
    """

    question: str
    answer: str | None
    system: str | None
    is_whole: bool


def is_turns(value: Any) -> bool:
    """Whether a value is a conversation, and not a list of answers."""
    if isinstance(value, str):
        return _TURNS_AS_TEXT.match(value) is not None
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return isinstance(first, Mapping) and any(key in first for key in ("from", "role"))


def turns_of(value: Any, column: str) -> list[Turn]:
    """The turns in a cell, none in an empty one. Raises RowError where there are no turns to look through."""
    value = decoded(value, column)
    if value is None:
        return []
    if isinstance(value, Mapping):  # a struct of lists, as some writers leave a list of structs
        keys = list(value)
        if not all(isinstance(value[key], (list, tuple)) for key in keys):
            raise RowError(f"column `{column}`: must be a list of turns")
        value = [dict(zip(keys, parts, strict=False)) for parts in zip(*(value[key] for key in keys), strict=False)]
    if not isinstance(value, (list, tuple)):
        raise RowError(f"column `{column}`: must be a list of turns, not {type(value).__name__}")
    return [_turn(each) for each in value if isinstance(each, Mapping)]


def last_answer(turns: Sequence[Turn]) -> str | None:
    """The text of the last turn that is the assistant's."""
    return next((turn.text for turn in reversed(turns) if turn.speaker == "assistant"), None)


def exchange_of(turns: Sequence[Turn]) -> Exchange:
    """The last question and answer."""
    end = next((place for place in range(len(turns) - 1, -1, -1) if turns[place].speaker == "assistant"), len(turns))
    asked = next((turn.text for turn in reversed(turns[:end]) if turn.speaker == "user"), None)
    system = next((turn.text for turn in turns if turn.speaker == "system"), None)
    speakers = [turn.speaker for turn in turns if turn.speaker != "system"]
    whole = speakers in (["user", "assistant"], ["user"])
    return Exchange(_without_instruction(asked or ""), turns[end].text if end < len(turns) else None, system, whole)


def _without_instruction(question: str) -> str:
    found = next((text for text in _INSTRUCTIONS if question.startswith(text)), None)
    return question if found is None else question[len(found) :].lstrip()


def _turn(turn: Mapping[Any, Any]) -> Turn:
    named = str(turn.get("from") or turn.get("role")).lower()
    kinds = (("assistant", _ASSISTANTS), ("user", _USERS), ("system", _SYSTEMS))
    speaker = next((kind for kind, names in kinds if named in names), named)
    text = turn.get("value") if turn.get("value") is not None else turn.get("content")
    text = text if isinstance(text, str) else _joined(text)
    return Turn(speaker, None if text is None else without_lone_surrogates(text))


def _joined(parts: Any) -> str | None:
    """The text of a content given as parts [{"type": "text", "text": ...}], None where there is none."""
    if not isinstance(parts, (list, tuple)):
        return None
    texts = [part["text"] for part in parts if isinstance(part, Mapping) and isinstance(part.get("text"), str)]
    return "".join(texts) if texts else None
