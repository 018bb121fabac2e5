"""The texts of rows that stages compare."""

from __future__ import annotations

from collections.abc import Iterator

from ot_code.errors import SettingError, UsageError
from ot_code.given import Given
from ot_code.stages.base import Row, Rows
from ot_code.stages.conditions import value_of

NO_TEXT = "no_text"  # the note of a row that is kept because there is nothing to compare
_EXTRACT = 120  # characters


def threshold_of(given: Given) -> float:
    """The key `threshold`, in percent. Raises SettingError."""
    threshold = float(given.number("threshold", 95.0))
    if not 0 < threshold <= 100:
        raise SettingError(given.at("threshold"), f"must be above 0 and at most 100, not {threshold:g}")
    return threshold


def texts_in(rows: Rows, column: str, stage: str) -> Iterator[str | None]:
    """The text of each row, None where its column holds none. Raises UsageError where no row has the column."""
    present = False
    names: dict[str, None] = {}
    for row in rows:
        if not present:
            present = has(row, column)
            names.update(dict.fromkeys(row))
        yield text_of(row, column)
    if names and not present:
        raise UsageError(no_column(stage, column, names))


def text_of(row: Row, column: str) -> str | None:
    """The text of a row."""
    value = value_of(row, column)
    return value if isinstance(value, str) else None


def has(row: Row, column: str) -> bool:
    """Whether a row has the column, or the struct that it lies in."""
    return column in row or column.partition(".")[0] in row


def no_column(stage: str, column: str, names: dict[str, None]) -> str:
    """The message for a column that no row has."""
    return f"{stage}: no row has a column {column}; the columns are {', '.join(names)}: choose one with --column"


def extract(text: str) -> str:
    """The beginning of a text, on one line, between quotes."""
    line = " ".join(text[: 2 * _EXTRACT].split())
    return f"'{line}'" if len(line) <= _EXTRACT and len(text) <= 2 * _EXTRACT else f"'{line[:_EXTRACT]}...'"
