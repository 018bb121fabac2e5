"""What a page shows of the judged rows, gathered in one pass with memory that does not grow with them."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ot_code.report.reading import Output
from ot_code.verdicts import PASSED

SHOWN = 20  # rows of a list
_MOST_KINDS = 2000  # of failures or difficulties that are counted apart
_SUSPICIOUS = 3  # wrong answers from which on it speaks against a problem that none is right
_TEXT = 4000  # characters that are kept of a text
_DIFFICULTY = ("difficulty", "rating", "cf_rating", "level")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_NUMBER = re.compile(r"\d[\d,.]*")
TIMES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # CPU seconds: upper edges
TOKENS = (30, 100, 300, 1000, 3000, 10_000, 30_000)
SUSPECTS = {
    "unpassed": "no answer passes",
    "same_test": "all answers fail the same test, none passes",
    "marginal": "a run came close to its limit",
    "provoked": "an answer made our parts fail",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One row to be looked at; its texts are cut. fields: title and text of what there is."""

    row_id: str
    candidate: str
    verdict: str
    reason: str
    fields: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Gathered:
    """Counts and samples.

    by_difficulty: verdicts by level. rates: problems by their share of right answers: 0 for none, 1 to 10 for tenths,
    11 for all. suspects: problems by what is suspicious, and some of their rows.
    """

    rows: int = 0
    problems: int = 0
    by_difficulty: dict[str, Counter[str]] = field(default_factory=dict)
    rates: Counter[int] = field(default_factory=Counter)
    times: Counter[int] = field(default_factory=Counter)
    tokens: Counter[int] = field(default_factory=Counter)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: list[tuple[float, str, str, str, str]] = field(default_factory=list)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    suspects: Counter[str] = field(default_factory=Counter)
    suspect_rows: dict[str, list[str]] = field(default_factory=dict)


def gather(output: Output, *, sample: int) -> Gathered:
    """Reads the judged rows once. sample: rejected rows that are kept of each verdict, the same ones every time.

    Raises InputError for rows that cannot be read.
    """
    found = Gathered()
    chosen: dict[str, list[tuple[int, int, Sample]]] = {}
    for row_id, rows in groupby(output.rows(), key=lambda row: str(row.get("row_id"))):
        problem = _Problem(row_id)
        for row in rows:
            _count(found, output, row)
            problem.add(row)
            if row.get("passed") is not True:
                _choose(chosen, output, row, found.rows, sample)
        _close(found, problem)
    found.slowest.sort(reverse=True)
    found.samples = {
        verdict: [each for _, _, each in sorted(held, key=lambda one: (one[2].row_id, one[2].candidate))]
        for verdict, held in sorted(chosen.items(), key=lambda item: item[0])
    }
    return found


@dataclass(slots=True)
class _Problem:
    row_id: str
    passed: int = 0
    failed: int = 0
    tests: set[Any] = field(default_factory=set)
    findings: set[str] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        if row.get("passed") is True:
            self.passed += 1
        elif row.get("passed") is False:
            self.failed += 1
            failure = row.get("first_failure")
            self.tests.add(failure.get("index") if isinstance(failure, Mapping) else None)
        self.findings |= {name for name in ("marginal", "provoked") if row.get(name) is True}
        stated = row.get("findings")
        self.findings |= {str(name) for name in stated} if isinstance(stated, list) else set()

    def suspicions(self) -> Iterator[str]:
        if not self.passed and self.failed >= _SUSPICIOUS:
            yield "same_test" if len(self.tests) == 1 and None not in self.tests else "unpassed"
        yield from self.findings


def _close(found: Gathered, problem: _Problem) -> None:
    found.problems += 1
    judged = problem.passed + problem.failed
    if judged:
        found.rates[_rate(problem.passed, judged)] += 1
    for name in problem.suspicions():
        found.suspects[name] += 1
        rows = found.suspect_rows.setdefault(name, [])
        if len(rows) < SHOWN:
            rows.append(problem.row_id)


def _count(found: Gathered, output: Output, row: Mapping[str, Any]) -> None:
    found.rows += 1
    verdict = str(row.get("verdict"))
    level = next((row[name] for name in _DIFFICULTY if row.get(name) is not None), None)
    if level is not None:
        name = f"{level:g}" if isinstance(level, float) else str(level)[:60]
        if name not in found.by_difficulty and len(found.by_difficulty) >= _MOST_KINDS:
            name = "(others)"
        found.by_difficulty.setdefault(name, Counter())[verdict] += 1
    found.tokens[_bin(TOKENS, sum(1 for _ in _TOKEN.finditer(output.response_of(row))))] += 1
    spent = row.get("cpu_time_s")
    if isinstance(spent, (int, float)):
        found.times[_bin(TIMES, spent)] += 1
        limits = row.get("limits")
        limit = limits.get("cpu_time_s") if isinstance(limits, Mapping) else None
        entry = (float(spent), str(row.get("row_id")), str(row.get("candidate_index")), verdict, f"{limit or ''}")
        (heapq.heappush if len(found.slowest) < SHOWN else heapq.heappushpop)(found.slowest, entry)
    if row.get("passed") is not True and verdict not in PASSED:
        kind = (verdict, _NUMBER.sub("#", str(row.get("reason") or ""))[:200])
        if kind in found.failures or len(found.failures) < _MOST_KINDS:
            found.failures[kind] += 1
        else:
            found.failures[verdict, "(others)"] += 1


def _rate(passed: int, judged: int) -> int:
    return 0 if not passed else 11 if passed == judged else 1 + 10 * passed // judged


def _bin(edges: tuple[float, ...], value: float) -> int:
    return sum(value > edge for edge in edges)


def _choose(
    chosen: dict[str, list[tuple[int, int, Sample]]], output: Output, row: Mapping[str, Any], number: int, most: int
) -> None:
    """Keeps the row where its hash is among the least of its verdict's: a draw that needs no seed."""
    verdict = str(row.get("verdict"))
    row_id, candidate = str(row.get("row_id")), str(row.get("candidate_index"))
    draw = int.from_bytes(hashlib.blake2b(f"{row_id} {candidate}".encode(), digest_size=8).digest(), "big")
    held = chosen.setdefault(verdict, [])
    if most and (len(held) < most or -held[0][0] > draw):
        item = (-draw, number, sample_of(output, row))
        (heapq.heappush if len(held) < most else heapq.heapreplace)(held, item)


def sample_of(output: Output, row: Mapping[str, Any], *, cut: int = _TEXT) -> Sample:
    """A row as it is shown."""
    failure = row.get("first_failure")
    failed = failure if isinstance(failure, Mapping) else {}
    given = [
        ("Problem", output.statement_of(row)),
        ("Input", failed.get("input")),
        ("Expected", failed.get("expected")),
        ("Got", failed.get("got")),
        ("Error output", failed.get("stderr")),
        ("Gold answer", row.get("gold_answer")),
        ("Answer found", row.get("extracted_answer")),
        ("Answer", output.response_of(row)),
    ]
    shown = tuple((title, _cut(str(text), cut)) for title, text in given if text not in (None, ""))
    return Sample(
        str(row.get("row_id")),
        str(row.get("candidate_index")),
        str(row.get("verdict")),
        str(row.get("reason") or ""),
        shown,
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n... {len(text) - most:,} more characters"
