"""What a stage is: rows in, rows out, and of each row that goes, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Removal:
    """Why a row goes.

    kind: a short name, counted in the summary (such as `near_duplicate`). reason: one sentence for the row's `reason`
    column. matched: what it was too like, for its `matched` column; None where the row goes by itself.
    """

    kind: str
    reason: str
    matched: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row that a stage gives: kept, or removed and why. The row is the stage's to change.

    note: a short name of what is to be known of a row that is kept, counted in the summary (such as `no_text`).
    """

    row: Row
    removal: Removal | None = None
    note: str | None = None


class Rows(Protocol):
    """Rows in a fixed order, that may be read more than once."""

    def __iter__(self) -> Iterator[Row]:
        """The rows from the first one on."""

    @property
    def fingerprint(self) -> str:
        """Changes when a row does, or the order."""


class Stage(Protocol):
    """One step between source rows and a dataset."""

    @property
    def name(self) -> str:
        """As its command and its recipe's key have it: `deduplicate`."""

    def settings(self) -> Mapping[str, Any]:
        """All that its outcomes depend on beside the rows, as plain JSON; its own version among them."""

    def apply(self, rows: Rows) -> Iterator[Outcome]:
        """What becomes of the rows, in their order, as a stream. The same rows and settings give the same outcomes."""
