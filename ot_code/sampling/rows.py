"""Problems as an input whose rows come with their samples: what `verify` reads while a model is being sampled."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from code_pipeline.errors import RowError
from code_pipeline.types import Verdict
from ot_code.columns import CANDIDATE
from ot_code.inputs import InputRow, Table
from ot_code.sampling.ledger import content_key
from ot_code.sampling.prompts import messages
from ot_code.sampling.replies import Reply
from ot_code.sampling.settings import SAMPLES, SampleSettings
from ot_code.stages.intake import Intake, Work

if TYPE_CHECKING:
    import pyarrow as pa

    from ot_code.sampling.sampler import Asked

COLUMNS = ("sample_index", "finish_reason", "prompt_tokens", "completion_tokens")
_OLD_ANSWERS = frozenset({"candidates", "generations", "responses", "response", SAMPLES, *COLUMNS})
_NO_STATEMENT = "the row has no statement to ask a model about"
_NO_BUDGET = "no sample was asked for: the budget of tokens was spent"

Submit = Callable[["Asked"], "Future[list[Reply]]"]


@dataclass(frozen=True, slots=True)
class SampledTable(Table):
    """The problems with a column of samples. rows_of: where they come from once sampling has begun; till then null."""

    rows_of: Callable[[Iterator[InputRow]], Iterator[InputRow]] | None = None
    is_open: Callable[[], bool] = bool

    def rows(self, start: int = 0) -> Iterator[InputRow]:
        """The rows from index `start` on, in order, each when its last sample is there."""
        problems = map(_without_answers, Table.rows(self, start))
        return self.rows_of(problems) if self.rows_of is not None and self.is_open() else problems


def sampled_table(
    table: Table, rows_of: Callable[[Iterator[InputRow]], Iterator[InputRow]], is_open: Callable[[], bool]
) -> SampledTable:
    """The table with samples. An input's own answers stay behind: what is judged is the samples."""
    known = {name: getattr(table, name) for name in table.__slots__}
    columns = (*(name for name in table.columns if name not in _OLD_ANSWERS), SAMPLES)
    return SampledTable(**{**known, "columns": columns, "schema": _schema(table)}, rows_of=rows_of, is_open=is_open)


def _schema(table: Table) -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s that `ot-code --help` does not need

    whole, text = pa.int64(), pa.string()
    types = dict(zip(COLUMNS, (whole, text, whole, whole), strict=True))
    own = [column for column in table.schema or () if column.name not in _OLD_ANSWERS]
    return pa.schema([*own, *(pa.field(name, kind) for name, kind in types.items())])


def _without_answers(row: InputRow) -> InputRow:
    if row.values is None:
        return row
    values = {name: value for name, value in row.values.items() if name not in _OLD_ANSWERS}
    return replace(row, values={**values, SAMPLES: None})


class Asking:
    """Reads problems, has them sampled some way ahead, and hands them on in order. For one thread.

    by_content: a problem is known to `submit` by its messages, not by the number of its row.
    """

    def __init__(
        self, settings: SampleSettings, intake: Intake, submit: Submit, judging: Callable[[InputRow], Any], *,
        by_content: bool = False,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._intake = intake
        self._submit = submit
        self._judging = judging
        self._by_content = by_content
        self._ahead = min(1024, 2 * settings.concurrency // settings.round_size + 2)

    def rows(self, problems: Iterator[InputRow]) -> Iterator[InputRow]:
        """The problems with their samples. Raises what stops the sampling."""
        under_way: deque[tuple[InputRow, Future[list[Reply]] | str]] = deque()
        for row in problems:
            under_way.append((row, self._ask(row)))
            if len(under_way) > self._ahead:
                yield self._sampled(*under_way.popleft())
        while under_way:
            yield self._sampled(*under_way.popleft())

    def _ask(self, row: InputRow) -> Future[list[Reply]] | str:
        """The samples to come, or why none is asked for."""
        from ot_code.sampling.sampler import Asked  # noqa: PLC0415 - what reads this does not always sample

        if row.values is None:
            return ""
        try:
            read = self._intake.reader.read(row.values, row.index)
        except RowError as error:
            return str(error)
        if not read.problem.statement.strip():
            return _NO_STATEMENT
        settings = self._settings
        domain = self._intake.reader.domain(row.values)
        language = read.candidates[0].submission.language
        told = messages(read.problem, domain, language, system=settings.system, templates=settings.templates)
        key = content_key(told) if self._by_content else row.index
        return self._submit(Asked(key, told, self._judging(row) if settings.until is not None else None))

    def _sampled(self, row: InputRow, samples: Future[list[Reply]] | str) -> InputRow:
        if isinstance(samples, str):
            return with_samples(row, [], self._settings.model, why=samples)
        return with_samples(row, samples.result(), self._settings.model)


def with_samples(row: InputRow, replies: Sequence[Reply], model: str, *, why: str = _NO_BUDGET) -> InputRow:
    """The row with its replies as answers."""
    if row.values is None:
        return row
    items = [{"response": reply.text, "model": model, "sample": asdict(reply)} for reply in replies]
    return replace(row, values={**row.values, SAMPLES: items or [{"response": None, "sample": {"why": why}}]})


class SampledIntake(Intake):
    """An Intake of rows with samples: what is known of each stands in columns beside its verdict."""

    __slots__ = ()

    def work(self, row: InputRow) -> Work:
        """What the row comes to. Raises as Intake.work."""
        work = Intake.work(self, row)
        work.shared.pop(SAMPLES, None)
        for place, columns in enumerate(work.each):
            item = columns.get(CANDIDATE)
            sample = item["sample"] if isinstance(item, Mapping) and "sample" in item else {}
            is_asked = "finish_reason" in sample
            columns[CANDIDATE] = _answer(item, sample) if item and is_asked else None
            columns["sample_index"] = place if is_asked else None
            columns.update({name: sample.get(name) for name in COLUMNS[1:]})
            if place in work.settled and sample.get("why") and work.settled[place]["verdict"] == Verdict.NO_RESPONSE:
                work.settled[place]["reason"] = sample["why"]
        return work


def _answer(item: Mapping[str, Any], sample: Mapping[str, Any]) -> dict[str, Any]:
    return {"response": item["response"], "reasoning": sample["reasoning"], "model": item["model"]}
