"""filter: rows by what their columns hold and by what is found of their problems; and a draw from those that are left.

`like` names the published filters: those of OpenThoughts for its questions, and those of CuratedThoughts' subset for
reinforcement learning (images, links, proofs, several parts, golds that a guess may hit or that nothing can verify).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.quality import MEANINGS, Finding, static_quality
from code_pipeline.readers import Reader, ReadOptions, domain_of, read_math, reader_for
from math_pipeline.filters import Verifiable, math_filters
from ot_code.errors import UsageError
from ot_code.given import Given
from ot_code.stages.base import Outcome, Removal, Row, Rows
from ot_code.stages.conditions import Condition, conditions_of, value_of
from ot_code.stages.draw import Draw, group_of
from ot_code.stages.quality import lacks_solutions

_VERSION = 1
_UNREAD = "bad_problem"
LIKE: Mapping[str, tuple[tuple[Finding, ...], tuple[str, ...]]] = {
    "openthoughts": (
        (
            Finding.NO_TESTS, Finding.TRUNCATED_TESTS, Finding.UNEVEN_TESTS, Finding.IMAGE_STATEMENT,
            Finding.FIGURE_IN_STATEMENT, Finding.MULTIPART, Finding.PROOF, Finding.ANSWER_IN_STATEMENT,
            Finding.NO_GOLD, Finding.EMPTY_BOX,
        ),
        (),
    ),
    "curatedthoughts": (
        (
            Finding.IMAGE_STATEMENT, Finding.LINK_IN_STATEMENT, Finding.FIGURE_IN_STATEMENT, Finding.MULTIPART,
            Finding.PROOF, Finding.NO_GOLD, Finding.EMPTY_BOX, Finding.GUESSABLE_ANSWER, Finding.WORDED_GOLD,
        ),
        (Verifiable.SYMBOLIC.value,),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Take:
    """A draw of n rows; with `per`, of n rows for each value of that column."""

    n: int
    per: str | None = None
    seed: int = 0

    @classmethod
    def of(cls, given: Given) -> Take:
        """From `{n: 100, per: source, seed: 1}`. Raises SettingError."""
        take = cls(given.whole("n", least=1), given.text("per", None), given.whole("seed", 0))
        given.finish()
        return take


@dataclass(frozen=True, slots=True)
class Filter:
    """A stage that keeps the rows that meet all of it.

    where: conditions on columns. drop: findings that a row may not have, in its column `findings` or as they are found
    here without running anything. verifiable: what must be able to check a math row; empty: anything. take: a draw.
    """

    where: tuple[Condition, ...] = ()
    drop: tuple[Finding, ...] = ()
    verifiable: tuple[str, ...] = ()
    take: Take | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    name = "filter"

    @classmethod
    def of(cls, given: Given) -> Filter:
        """From a recipe's table: where, like, drop, verifiable, take. Raises SettingError."""
        like = given.choice("like", tuple(LIKE), None)
        drop, verifiable = LIKE[like] if like is not None else ((), ())
        named = given.names("drop", [finding.value for finding in Finding])
        wanted = given.names("verifiable", [each.value for each in Verifiable])
        made = cls(
            where=conditions_of(given.table("where")),
            drop=tuple(dict.fromkeys((*drop, *map(Finding, named)))),
            verifiable=wanted or verifiable,
            take=Take.of(given.table("take")) if "take" in given else None,
            given=given.plain,
        )
        given.finish()
        return made

    def settings(self) -> Mapping[str, Any]:
        """As given, and what `like` stood for when it was."""
        drop = [finding.value for finding in self.drop]
        return {"version": _VERSION, **self.given, "drop": drop, "verifiable": list(self.verifiable)}

    def apply(self, rows: Rows) -> Iterator[Outcome]:
        """Each row kept, or removed and why. Raises UsageError where a column that is asked for is in no row."""
        if self.take is None:
            yield from self._filtered(rows)
            return
        draw = Draw(self.take.seed)
        for outcome in self._filtered(rows):
            draw.add(outcome.row, self._group(outcome))
        drawn = draw.chosen(dict.fromkeys(draw.counts(), self.take.n))
        for outcome, is_drawn in zip(self._filtered(rows), drawn, strict=True):
            if outcome.removal is None and not is_drawn:
                of = f" of {self.take.per} {self._group(outcome)}" if self.take.per else ""
                removal = Removal(
                    "not_drawn", f"{self.take.n} rows{of} were drawn by chance, and it was not among them"
                )
                yield Outcome(outcome.row, removal)
            else:
                yield outcome

    def _group(self, outcome: Outcome) -> str | None:
        if outcome.removal is not None or self.take is None:
            return None
        return "" if self.take.per is None else group_of(value_of(outcome.row, self.take.per)) or "(none)"

    def _filtered(self, rows: Rows) -> Iterator[Outcome]:
        needed = {each.column for each in self.where if not each.missing}
        if self.take is not None and self.take.per is not None:
            needed.add(self.take.per)
        absent = set(needed)
        names: dict[str, None] = {}
        found = _Found()
        for index, row in enumerate(rows):
            if absent:
                names.update(dict.fromkeys(row))
                absent -= {column for column in absent if column.partition(".")[0] in row or column in row}
            yield Outcome(row, self._removal(row, index, found))
        if absent and names:
            raise UsageError(
                f"filter: no row has a column {', '.join(sorted(absent))}; the columns are {', '.join(names)}"
            )

    def _removal(self, row: Row, index: int, found: _Found) -> Removal | None:
        for condition in self.where:
            said = condition.misses(row)
            if said is not None:
                return Removal(f"where {condition.column}", said)
        if not self.drop and not self.verifiable:
            return None
        try:
            findings, verifiable = found.of(row, index)
        except RowError as error:
            return Removal(error.finding or _UNREAD, str(error))
        for finding in self.drop:
            if finding in findings:
                return Removal(finding.value, MEANINGS[finding])
        if self.verifiable and verifiable is not None and verifiable not in self.verifiable:
            return Removal(f"verifiable {verifiable}", f"its answers can be checked by {verifiable} only")
        return None


class _Found:
    """What is found of rows, each read by the schema that its columns have."""

    def __init__(self) -> None:
        self._readers: dict[tuple[str, ...], Reader] = {}

    def of(self, row: Row, index: int) -> tuple[Collection[str], str | None]:
        """The names of findings, and of a math row what can check it. Raises RowError, or SchemaError for no schema."""
        stated = row.get("findings")
        known = {str(name) for name in stated} if isinstance(stated, list) else set()
        domain = domain_of(tuple(row), row)
        if domain == "math":
            read = read_math(row, index, ReadOptions(), dataset="math")
            found = math_filters(statement=read.problem.statement, gold=read.gold)
            return known | {str(name) for name in found.findings}, str(found.verifiable)
        if domain == "code":
            columns = tuple(row)
            reader = self._readers.get(columns)
            if reader is None:
                reader = self._readers[columns] = reader_for(columns, None)
            problem = reader.read(row, index, ReadOptions())
            lacks = lacks_solutions(reader, ReadOptions(), row, columns)
            quality = static_quality(problem.problem, lacks_solutions=lacks)
            return known | {str(name) for name in quality.findings} | set(problem.findings), None
        return known, None
