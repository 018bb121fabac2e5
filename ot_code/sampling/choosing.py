"""Which of a problem's right answers are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ot_code.columns import CANDIDATE
from ot_code.sampling.settings import SampleSettings


class Choice:
    """--band, then --keep. `choose` is a function of the problem's rows alone."""

    def __init__(self, settings: SampleSettings) -> None:
        self._keep = settings.keep
        self._band = settings.band

    def choose(self, rows: Sequence[Mapping[str, Any]], right: Sequence[bool]) -> list[bool]:
        """Of the rows that may be kept, those that are. rows: with their verdict columns."""
        known = [row["passed"] for row in rows if row["passed"] is not None]
        if self._band is not None and not (
            known and self._band[0] <= sum(map(bool, known)) / len(known) <= self._band[1]
        ):
            return [False] * len(right)
        places = [place for place, is_right in enumerate(right) if is_right]
        if self._keep == "all" or not places:
            return list(right)
        if self._keep == "first":
            one = places[0]
        else:
            one = min(places, key=lambda place: (self._flaws(rows[place]), _length(rows[place]), place))
        return [place == one for place in range(len(right))]

    def _flaws(self, row: Mapping[str, Any]) -> int:
        """For `best`: near a limit, or not ended by the model itself, is worse."""
        return 0 if self._keep == "shortest" else bool(row["marginal"]) + (row.get("finish_reason") != "stop")


def _length(row: Mapping[str, Any]) -> int:
    answer = row.get(CANDIDATE)
    return len(answer["response"] or "") if isinstance(answer, Mapping) else 0
