"""decontaminate: rows whose text is nearly that of a benchmark's item, or shares a run of words with one, go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ot_code.errors import InputError, SettingError, UsageError
from ot_code.given import Given
from ot_code.inputs import Table, open_input
from ot_code.stages.base import Outcome, Removal, Row, Rows
from ot_code.stages.texts import NO_TEXT, extract, has, no_column, text_of, threshold_of

if TYPE_CHECKING:
    from ot_code.similar.items import ClosestItem, Match, SharedWords

# Where benchmarks have their questions: AIME, AMC, MATH500, LiveCodeBench, GPQA, JEEBench, HumanEval, MBPP, ...
COLUMNS = (
    "problem", "question", "question_content", "Problem", "Question", "prompt", "statement", "description", "text",
    "query", "instruction", "input",
)  # fmt: skip
_VERSION = 2
_BLOCK = 1024  # rows that are held at a time
_SHOWN = 10  # items that `matched` names


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One of the files that rows are held against. column: of its questions."""

    spec: str
    table: Table
    column: str

    @property
    def name(self) -> str:
        """What it is called in reasons: the file's name, or the dataset's."""
        return Path(self.spec).name if Path(self.spec).exists() else self.spec


class Decontaminate:
    """A stage that holds each row's text against all items of benchmarks.

    against: files, folders or hub ids. column: of the rows' text. against_column: of the items', None: the first of
    COLUMNS that a file has. threshold: the ratio in percent from which on a row goes. ngram: so many words in a row in
    common with an item make a row go, too; 0: they do not. Rows whose column holds no text are kept.
    """

    name = "decontaminate"

    def __init__(
        self,
        against: Sequence[str],
        *,
        column: str = "problem",
        against_column: str | None = None,
        threshold: float = 95.0,
        ngram: int = 13,
    ) -> None:
        self.against = tuple(against)
        self.column = column
        self.against_column = against_column
        self.threshold = threshold
        self.ngram = ngram
        self._opened: tuple[Benchmark, ...] | None = None

    @classmethod
    def of(cls, given: Given) -> Decontaminate:
        """From a recipe's table: against, column, against_column, threshold, ngram. Raises SettingError."""
        against = given.names("against")
        if not against:
            raise SettingError(given.at("against"), "is missing: name the benchmarks' files")
        made = cls(
            against,
            column=given.text("column", "problem"),
            against_column=given.text("against_column", None),
            threshold=threshold_of(given),
            ngram=given.whole("ngram", 13),
        )
        given.finish()
        return made

    def settings(self) -> Mapping[str, Any]:
        """Its fields, and the fingerprints of the benchmarks. Raises InputError where one cannot be opened."""
        return {
            "version": _VERSION,
            "column": self.column,
            "threshold": self.threshold,
            "ngram": self.ngram,
            "against": [
                {"spec": each.spec, "column": each.column, "fingerprint": each.table.fingerprint}
                for each in self._benchmarks()
            ],
        }

    def apply(self, rows: Rows) -> Iterator[Outcome]:
        """Each row kept, or removed with what it matched. It holds the items, and a block of rows.

        Raises UsageError where no row has the column, InputError for benchmarks that cannot be read,
        MissingExtraError without the [dedup] extra.
        """
        held = _Items.of(self._benchmarks(), self.threshold, self.ngram)
        present = False
        names: dict[str, None] = {}
        stream = iter(rows)
        while block := list(islice(stream, _BLOCK)):
            if not present:
                present = any(has(row, self.column) for row in block)
                names.update(dict.fromkeys(name for row in block for name in row))
            yield from held.outcomes(block, self.column)
        if names and not present:
            raise UsageError(no_column(self.name, self.column, names))

    def _benchmarks(self) -> tuple[Benchmark, ...]:
        if self._opened is None:
            self._opened = tuple(self._open(spec) for spec in self.against)
        return self._opened

    def _open(self, spec: str) -> Benchmark:
        table = open_input(spec)
        wanted = COLUMNS if self.against_column is None else (self.against_column,)
        column = next((name for name in wanted if name in table.columns), None)
        if column is None:
            sought = self.against_column or f"of questions ({', '.join(COLUMNS)})"
            raise UsageError(
                f"{spec}: has no column {sought}; it has {', '.join(table.columns)}: choose one with --against-column"
            )
        return Benchmark(spec, table, column)


@dataclass(frozen=True, slots=True)
class _Items:
    """The benchmarks' items, to be matched. places: of each item its benchmark and row; texts: of each."""

    places: Sequence[tuple[Benchmark, int]]
    texts: Sequence[str]
    closest: ClosestItem
    shared: SharedWords | None

    @classmethod
    def of(cls, benchmarks: Sequence[Benchmark], threshold: float, ngram: int) -> _Items:
        from ot_code.similar.items import ClosestItem, SharedWords  # noqa: PLC0415

        places: list[tuple[Benchmark, int]] = []
        texts: list[str] = []
        for benchmark in benchmarks:
            before = len(texts)
            for row in benchmark.table.rows():
                if row.values is None:  # a benchmark with a hole in it would let its items through
                    raise InputError(f"{benchmark.spec}: {row.error or row.where}")
                text = text_of(row.values, benchmark.column)
                if text:
                    places.append((benchmark, row.index))
                    texts.append(text)
            if len(texts) == before:
                raise InputError(f"{benchmark.spec}: its column {benchmark.column} holds no text in any row")
        return cls(places, texts, ClosestItem(texts, threshold), SharedWords(texts, ngram) if ngram else None)

    def outcomes(self, rows: Sequence[Row], column: str) -> Iterator[Outcome]:
        """What becomes of some rows."""
        texts = [text_of(row, column) for row in rows]
        closest = iter(self.closest.of([text for text in texts if text is not None]))
        for row, text in zip(rows, texts, strict=True):
            yield Outcome(row, note=NO_TEXT) if text is None else Outcome(row, self._removal(text, next(closest)))

    def _removal(self, text: str, close: Match | None) -> Removal | None:
        sharing = self.shared.of(text) if self.shared is not None else {}
        numbers = list(dict.fromkeys([*([] if close is None else [close.item]), *sharing]))
        if not numbers:
            return None
        matched = ", ".join(self._name(number) for number in numbers[:_SHOWN])
        if len(numbers) > _SHOWN:
            matched += f", and {len(numbers) - _SHOWN} more"
        first = numbers[0]
        benchmark, at = self.places[first]
        if close is not None:
            said = f"fuzzy ratio {close.score:.1f} with row {at} of {benchmark.name}: {extract(self.texts[first])}"
            return Removal(f"fuzzy_match {benchmark.name}", said, matched)
        said = f"shares words with row {at} of {benchmark.name}: {extract(sharing[first])}"
        return Removal(f"ngram_match {benchmark.name}", said, matched)

    def _name(self, number: int) -> str:
        benchmark, at = self.places[number]
        return f"{benchmark.name}#{at}"
