"""A dataset's reference solutions: lists, JSON text, struct of lists or list of structs, languages by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.cases import decoded

LABELS = ("solutions", "incorrect_solutions")
# CodeContests' own numbering, for rows that come without the names
NUMBERED_LANGUAGES = ("UNKNOWN_LANGUAGE", "PYTHON", "CPP", "PYTHON3", "JAVA")
_NAMED = {"PYTHON": "Python 2", "UNKNOWN_LANGUAGE": "unknown"}


@dataclass(frozen=True, slots=True)
class References:
    """The columns of a schema that hold right and known-wrong solutions."""

    right: str = "solutions"
    wrong: str = "incorrect_solutions"

    def column(self, label: str) -> str:
        """The column for "solutions" or "incorrect_solutions"."""
        return self.right if label == "solutions" else self.wrong

    def label(self, column: str) -> str:
        """What the dataset says of the solutions in one of these columns: "accepted" or "incorrect"."""
        return "accepted" if column == self.right else "incorrect"


@dataclass(frozen=True, slots=True)
class ReferenceItem:
    """One solution: as it stood, its text (None: it is no text) and its language's name."""

    raw: Any
    text: str | None
    language: str


def reference_items(
    value: Any, column: str, names: Sequence[str] | None, default_language: str
) -> tuple[list[ReferenceItem], bool]:
    """The solutions in a cell, and whether it is a list (not one text). Raises RowError naming column and fault."""
    if isinstance(value, str) and value.lstrip()[:1] in ("", "[", "{"):
        value = decoded(value, column)
    if value is None:
        return [], False
    if isinstance(value, str):
        return ([ReferenceItem(value, value, default_language)] if value.strip() else []), False
    if isinstance(value, Mapping):
        value = _structs(value, column)
    if not isinstance(value, (list, tuple)):
        raise RowError(f"column `{column}`: must be a list of solutions, not {type(value).__name__}")
    return [_item(item, names or NUMBERED_LANGUAGES, default_language) for item in value], True


def _structs(lists: Mapping[str, Any], column: str) -> list[dict[str, Any]]:
    """A list of structs from {"language": [...], "solution": [...]}."""
    languages, solutions = lists.get("language"), lists.get("solution")
    if solutions is None and languages is None:
        if lists:
            raise RowError(f"column `{column}`: needs the keys language and solution, has {', '.join(list(lists)[:8])}")
        return []
    if not isinstance(solutions, (list, tuple)) or not isinstance(languages, (list, tuple)):
        raise RowError(f"column `{column}`: its language and solution must be lists")
    if len(languages) != len(solutions):
        raise RowError(f"column `{column}`: {len(languages)} languages and {len(solutions)} solutions")
    pairs = zip(languages, solutions, strict=True)
    return [{"language": language, "solution": solution} for language, solution in pairs]


def _item(item: Any, names: Sequence[str], default_language: str) -> ReferenceItem:
    if not isinstance(item, Mapping):
        return ReferenceItem(item, item if isinstance(item, str) else None, default_language)
    text = item.get("solution", item.get("response", item.get("code")))
    language = item.get("language")
    if isinstance(language, int) and not isinstance(language, bool):
        name = names[language] if 0 <= language < len(names) else f"number {language}"
    else:
        name = str(language) if language is not None else default_language
    return ReferenceItem(item, text if isinstance(text, str) else None, _NAMED.get(name, name))
