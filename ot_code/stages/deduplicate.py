"""deduplicate: of every two rows whose texts are nearly the same, the later one goes.

The rule is OpenThoughts', with all matches looked at in place of the first five: a row goes when `rapidfuzz.fuzz.ratio`
of its text and that of any earlier row reaches the threshold, also when that earlier row itself goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ot_code.given import Given
from ot_code.stages.base import Outcome, Removal, Row, Rows
from ot_code.stages.texts import NO_TEXT, extract, texts_in, threshold_of

_VERSION = 1
_IDS = ("id", "row_id")


@dataclass(frozen=True, slots=True)
class Deduplicate:
    """A stage that compares each row's text with those of all earlier rows.

    column: of the text. threshold: in percent, above 0 and at most 100. approximate: compare only what MinHash finds.
    Rows whose column holds no text are kept.
    """

    column: str = "problem"
    threshold: float = 95.0
    approximate: bool = False

    name = "deduplicate"

    @classmethod
    def of(cls, given: Given) -> Deduplicate:
        """From a recipe's table: column, threshold, approximate. Raises SettingError."""
        column = given.text("column", "problem")
        threshold = threshold_of(given)
        made = cls(column, threshold, given.flag("approximate", default=False))
        given.finish()
        return made

    def settings(self) -> Mapping[str, Any]:
        """Its fields."""
        return {
            "version": _VERSION,
            "column": self.column,
            "threshold": self.threshold,
            "approximate": self.approximate,
        }

    def apply(self, rows: Rows) -> Iterator[Outcome]:
        """Each row kept, or removed with what it is too like. It holds the texts of all rows.

        Raises UsageError where no row has the column, MissingExtraError without the [dedup] extra.
        """
        from ot_code.similar.confirm import ratio  # noqa: PLC0415  (numpy, which --explain does not need)
        from ot_code.similar.duplicates import NONE, earliest_matches  # noqa: PLC0415

        texts: list[str] = []
        places: list[int] = []  # of the texts among the rows
        for at, text in enumerate(texts_in(rows, self.column, self.name)):
            if text is not None:
                texts.append(text)
                places.append(at)
        matches = earliest_matches(texts, self.threshold, approximate=self.approximate)
        meant = set(matches.tolist())
        names: dict[int, str] = {}
        number = 0
        for at, row in enumerate(rows):
            if number == len(places) or places[number] != at:
                yield Outcome(row, note=NO_TEXT)
                continue
            match = int(matches[number])
            if number in meant:
                names[number] = _name_of(row, at)
            if match == NONE:
                yield Outcome(row)
            else:
                score = ratio(texts[number], texts[match])
                yield Outcome(row, _removal(score, names[match], texts[match]))
            number += 1


def _removal(score: float, name: str, text: str) -> Removal:
    if score == 100:
        return Removal("duplicate", f"the same text as row {name}: {extract(text)}", name)
    return Removal("near_duplicate", f"fuzzy ratio {score:.1f} with row {name}: {extract(text)}", name)


def _name_of(row: Row, at: int) -> str:
    """What a row is called: its id, or its place from 0."""
    for column in _IDS:
        value = row.get(column)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and 0 < len(str(value)) <= 200:
            return str(value)
    return str(at)
