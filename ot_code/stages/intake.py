"""An input row -> the work that it comes to: candidates for the judge, and the columns that are written of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any, Protocol

from code_pipeline.errors import RowError
from code_pipeline.quality import Quality, static_quality
from code_pipeline.readers import Candidate, ProblemRow, Reader, ReadOptions, domain_of, read_math
from code_pipeline.types import Problem, Submission, Verdict
from ot_code.columns import CANDIDATE, origin_of, own_name, row_id, unjudged
from ot_code.errors import InputError
from ot_code.inputs import InputRow
from ot_code.stages.quality import (
    Solutions,
    found_by_reader,
    found_in_vain,
    found_of_math,
    lacks_solutions,
    solutions_of,
)

_MEND = {"puzzle": "; a language model does, with --judge", "science": "; a language model does, with --judge-science"}
_CUT = 100_000  # characters kept of a line that could not be read


@dataclass(slots=True)
class Work:
    """What one input row comes to. Not frozen: what is large leaves it as soon as it is written or judged.

    shared: the row's own columns, under the names they are written with; each: the columns of each candidate, before
    its verdict; settled: the verdict columns of those that never come before the judge; submissions: the others, by
    position in `each`. moved: the columns that go to problems/, empty unless the row holds several candidates.
    named: what the summary counts by, for each candidate. quality: what was found of the problem without running
    anything, None where nobody looked. solutions: reference solutions that are to be run. gold: of a math row, its
    gold answer. domain: which judge it goes to. verifiable: of a math row, what can check its answers.
    """

    index: int
    shared: dict[str, Any]
    each: list[dict[str, Any]]
    settled: dict[int, dict[str, Any]]
    submissions: dict[int, Submission]
    problem: Problem | None
    moved: dict[str, Any]
    named: list[dict[str, str]]
    quality: Quality | None = None
    solutions: Solutions = field(default_factory=Solutions)
    gold: str | None = None
    domain: str = "code"
    verifiable: str | None = None


class RowReader(Protocol):
    """Reads a row's values as a problem and candidates."""

    @property
    def name(self) -> str:
        """The name of the schema."""

    def identity(self) -> dict[str, Any]:
        """What else the rows depend on, for run.json."""

    def judged_columns(self, columns: Collection[str]) -> tuple[str, ...]:
        """The columns that answers are taken from; empty: there is nothing to judge."""

    def domain(self, values: Mapping[str, Any]) -> str:
        """Which kind of judge the row asks for: "code", "math", "science" or "puzzle"."""

    def read(self, values: Mapping[str, Any], index: int) -> ProblemRow:
        """The row read. Raises RowError."""

    def solutions(self, values: Mapping[str, Any], index: int) -> Solutions:
        """The row's reference solutions."""

    def lacks_solutions(self, values: Mapping[str, Any]) -> bool:
        """Whether the columns for reference solutions are there, and all empty."""


@dataclass(frozen=True, slots=True)
class SchemaReader:
    """Rows that hold tests and answers together. files: what stands in files of its own, for run.json.

    by_answer: the domains whose rows have a gold answer in place of tests.
    """

    reader: Reader
    options: ReadOptions
    columns: tuple[str, ...]
    files: Mapping[str, Any] = field(default_factory=dict)
    by_answer: frozenset[str] = frozenset({"math"})

    @property
    def name(self) -> str:
        """The name of the schema."""
        return self.reader.name

    def identity(self) -> dict[str, Any]:
        """The files that are read beside the input."""
        return dict(self.files)

    def judged_columns(self, columns: Collection[str]) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return self.reader.judged_columns(columns, self.options)

    def domain(self, values: Mapping[str, Any]) -> str:
        """As the row says, or as its columns tell."""
        return domain_of(self.columns, values)

    def read(self, values: Mapping[str, Any], index: int) -> ProblemRow:
        """The row read. Raises RowError."""
        if self.domain(values) in self.by_answer:
            return read_math(values, index, self.options, dataset=self.reader.name)
        return self.reader.read(values, index, self.options)

    def solutions(self, values: Mapping[str, Any], index: int) -> Solutions:
        """Those in the row's own columns."""
        return solutions_of(self.reader, self.options, values, index)

    def lacks_solutions(self, values: Mapping[str, Any]) -> bool:
        """Whether the columns for them are there, and all empty."""
        return lacks_solutions(self.reader, self.options, values, self.columns)


@dataclass(frozen=True, slots=True)
class Intake:
    """Turns input rows into work. keep_unchecked: domains that may pass although nobody judges them.

    checks_tests: reference solutions are to be run. in_words: domains whose answers a language model judges.
    """

    reader: RowReader
    keep_unchecked: frozenset[str] = frozenset()
    checks_tests: bool = False
    in_words: frozenset[str] = frozenset()

    def work(self, row: InputRow) -> Work:
        """What the row comes to. Raises InputError for a row of a domain that stops the run."""
        values = row.values or {}
        domain = self.reader.domain(values)
        if row.error is not None or row.values is None:
            return self._unread(row, domain, Verdict.BAD_PROBLEM, row.error or "the row is empty")
        self.check_domain(row)
        try:
            read = self.reader.read(values, row.index)
        except RowError as error:
            if not self._judges(domain):
                return self._unread(row, domain, Verdict.NOT_CHECKED, _unchecked(domain))
            work = self._unread(row, domain, Verdict.BAD_PROBLEM, str(error))
            work.quality = found_in_vain([error.finding] if error.finding is not None else [])
            return work
        if not self._judges(domain):
            read = replace(read, candidates=tuple(_not_checked(each, domain) for each in read.candidates))
        work = self._read(row, domain, values, read)
        if domain == "math":
            work.quality, work.verifiable = found_of_math(read.problem.statement, read.gold)
        return work if domain != "code" else self._with_quality(work, values, read)

    def _with_quality(self, work: Work, values: Mapping[str, Any], read: ProblemRow) -> Work:
        found = static_quality(read.problem, lacks_solutions=self.reader.lacks_solutions(values))
        work.quality = found.joined(found_by_reader(read.findings))
        if self.checks_tests and read.problem.tests:
            work.solutions = self.reader.solutions(values, work.index)
            work.problem = read.problem if work.submissions or work.solutions.given else None
        return work

    def check_domain(self, row: InputRow) -> None:
        """Raises InputError for a row of a domain that stops the run."""
        domain = self.reader.domain(row.values or {})
        if domain == "math" and self._judges_math and find_spec("math_verify") is None:
            raise InputError(
                f"{row.where}: a row of the domain math, which needs the extra [math]: pip install 'ot-code[math]', or "
                "let such rows through unjudged with --keep-unchecked math"
            )

    def _judges(self, domain: str) -> bool:
        if domain == "math":
            return self._judges_math
        return domain == "code" or domain in self.in_words

    @property
    def _judges_math(self) -> bool:
        return "math" not in self.keep_unchecked

    def _unread(self, row: InputRow, domain: str, verdict: Verdict, reason: str) -> Work:
        """The one judged row of an input row whose candidates are not known: with all its own columns."""
        values = {name: _cut(value) if row.error else value for name, value in (row.values or {}).items()}
        own = {own_name(name, values, has_candidate=False): value for name, value in values.items()}
        place = {"row_id": row_id(row.index), "candidate_index": None, "origin": None}
        named = self._named(values, domain, _language(values))
        return Work(row.index, own, [place], {0: unjudged(verdict, reason)}, {}, None, {}, [named])

    def _read(self, row: InputRow, domain: str, values: Mapping[str, Any], read: ProblemRow) -> Work:
        several = read.list_column is not None
        gone = {read.list_column, *read.test_columns} if several else set()
        names = {name: own_name(name, values, has_candidate=several) for name in values}
        identity = row_id(row.index)
        each: list[dict[str, Any]] = []
        settled: dict[int, dict[str, Any]] = {}
        submissions: dict[int, Submission] = {}
        named: list[dict[str, str]] = []
        for position, candidate in enumerate(read.candidates):
            place = {
                "row_id": identity,
                "candidate_index": position,
                "origin": origin_of(candidate.submission.origin),
            }
            each.append({**({CANDIDATE: candidate.raw} if several else {}), **place})
            named.append(self._named(values, domain, candidate.submission.language))
            if candidate.verdict is None:
                submissions[position] = candidate.submission
            else:
                settled[position] = unjudged(candidate.verdict, candidate.reason)
        return Work(
            index=row.index,
            shared={names[name]: value for name, value in values.items() if name not in gone},
            each=each,
            settled=settled,
            submissions=submissions,
            problem=read.problem if submissions else None,
            gold=read.gold,
            domain=domain,
            moved={names[name]: values[name] for name in read.test_columns} if several else {},
            named=named,
        )

    def _named(self, values: Mapping[str, Any], domain: str, language: str) -> dict[str, str]:
        """What a candidate is counted by. Answers that are no programs have no language."""
        source = values.get("source")
        named = source if isinstance(source, str) and 0 < len(source) <= 200 else self.reader.name
        return {"source": named, "domain": domain, **({"language": language} if domain == "code" else {})}


def _language(values: Mapping[str, Any]) -> str:
    language = values.get("language")
    return language if isinstance(language, str) and 0 < len(language) <= 60 else "python3"


def _cut(value: Any) -> Any:
    return value[:_CUT] + "…" if isinstance(value, str) and len(value) > _CUT else value


def _unchecked(domain: str) -> str:
    return f"nothing here judges rows of the domain {domain}{_MEND.get(domain, '')}"


def _not_checked(candidate: Candidate, domain: str) -> Candidate:
    if candidate.verdict is not None:
        return candidate
    return replace(candidate, verdict=Verdict.NOT_CHECKED, reason=_unchecked(domain))
