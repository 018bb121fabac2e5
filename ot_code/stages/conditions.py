"""Conditions on the columns of a row: `where: {source: [a, b], difficulty: {min: 6}, response: {words: {max: 8000}}}`.

A column's condition is a value (it equals that), a list (it is one of these), or a table of `equals`, `in`, `not_in`,
`min`, `max`, `missing` and, for texts, `characters` and `words` with `min` and `max`; all that it names must hold. The
text of a conversation is the assistant's last turn; of a list of texts, every one must do. A dot leads into a struct.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ot_code.errors import SettingError
from ot_code.given import Given, is_number, shown

_ASSISTANT = frozenset({"assistant", "gpt", "model"})
_LENGTHS = ("characters", "words")


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included; None: no bound."""

    low: float | None = None
    high: float | None = None

    def misses(self, number: float, unit: str = "") -> str | None:
        """What is wrong with the number, in words; None where nothing is."""
        if self.low is not None and number < self.low:
            return f"{number:g}{unit} are fewer than {self.low:g}" if unit else f"{number:g} is below {self.low:g}"
        if self.high is not None and number > self.high:
            return f"{number:g}{unit} are more than {self.high:g}" if unit else f"{number:g} is above {self.high:g}"
        return None


@dataclass(frozen=True, slots=True)
class Condition:
    """What a column must hold. allowed, refused: values; None: any. missing: whether it must be null, None: either."""

    column: str
    allowed: tuple[Any, ...] | None = None
    refused: tuple[Any, ...] = ()
    bounds: Range | None = None
    missing: bool | None = None
    lengths: Mapping[str, Range] | None = None

    def misses(self, row: Mapping[str, Any]) -> str | None:
        """Why the row does not meet it, as a sentence; None where it does."""
        value = value_of(row, self.column)
        if value is None or value == "":
            return None if self.missing else f"{self.column} is missing"
        if self.missing:
            return f"{self.column} is there"
        said = self._misses(value)
        return None if said is None else f"{self.column}: {said}"

    def _misses(self, value: Any) -> str | None:
        if self.allowed is not None and not _is_among(value, self.allowed):
            return f"{shown(value)} is not {' or '.join(map(shown, self.allowed[:5]))}"
        if _is_among(value, self.refused):
            return f"{shown(value)} is one of those left out"
        if self.bounds is not None:
            number = _number(value)
            said = f"{shown(value)} is no number" if number is None else self.bounds.misses(number)
            if said is not None:
                return said
        return self._misses_length(value) if self.lengths else None

    def _misses_length(self, value: Any) -> str | None:
        texts = list(texts_of(value))
        if not texts:
            return "holds no text"
        for unit, bounds in (self.lengths or {}).items():
            for text in texts:
                said = bounds.misses(len(text) if unit == "characters" else len(text.split()), f" {unit}")
                if said is not None:
                    return said
        return None


def conditions_of(given: Given) -> tuple[Condition, ...]:
    """The conditions of a `where`. Raises SettingError."""
    return tuple(_condition(column, value, given.at(column)) for column, value in given.items())


def _condition(column: str, value: Any, path: tuple[str | int, ...]) -> Condition:
    if isinstance(value, list):
        return Condition(column, allowed=_values(value, path))
    if not isinstance(value, Mapping):
        return Condition(column, missing=True) if value is None else Condition(column, allowed=_values([value], path))
    given = Given(value, path)
    allowed = None
    for name in ("equals", "in"):
        if name in given:
            found = given.value(name)
            allowed = _values(found if name == "in" else [found], given.at(name))
    lengths = {name: bounds for name in _LENGTHS if (bounds := _range(given.table(name))) is not None}
    missing = given.flag("missing", default=False) if "missing" in given else None
    refused = _values(given.value("not_in", []), given.at("not_in"))
    condition = Condition(column, allowed, refused, _range(given, finish=False), missing, lengths or None)
    given.finish()
    if condition == Condition(column):
        raise SettingError(path, "says nothing: give equals, in, not_in, min, max, missing, characters or words")
    return condition


def _values(found: Any, path: tuple[str | int, ...]) -> tuple[Any, ...]:
    if not isinstance(found, list) or any(isinstance(each, (dict, list)) for each in found):
        raise SettingError(path, f"must be a list of plain values, not {shown(found)}")
    return tuple(found)


def _range(given: Given, *, finish: bool = True) -> Range | None:
    low, high = given.number("min", None), given.number("max", None)
    if low is not None and high is not None and low > high:
        raise SettingError(given.at("min"), f"{low} is more than max, which is {high}")
    if finish:
        given.finish()
    return None if low is None and high is None else Range(low, high)


def value_of(row: Mapping[str, Any], column: str) -> Any:
    """The value of a column, or of a field of a struct: `limits.memory_mb`; None where there is none."""
    if column in row or "." not in column:
        return row.get(column)
    first, _, rest = column.partition(".")
    inner = row.get(first)
    return value_of(inner, rest) if isinstance(inner, Mapping) else None


def _number(value: Any) -> float | None:
    """The number that a cell is, or that its text writes, as in a CSV file; None for others."""
    if isinstance(value, (str, Decimal)):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if is_number(value) else None


def texts_of(value: Any) -> Iterator[str]:
    """The texts whose length counts: itself, each of a list, or the assistant's last turn of a conversation."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        turns = [turn for turn in value if isinstance(turn, Mapping)]
        said = [turn for turn in turns if str(turn.get("from") or turn.get("role")).lower() in _ASSISTANT]
        if said:
            text = said[-1].get("value") or said[-1].get("content")
            if isinstance(text, str):
                yield text
        else:
            yield from (text for text in value if isinstance(text, str))


def _is_among(value: Any, values: tuple[Any, ...]) -> bool:
    # True is no 1 and "1" is neither, but 1 and 1.0 are one number.
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in values)
