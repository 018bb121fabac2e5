"""Near-duplicates found by ours and OpenThoughts' way, over the same texts in the same run.

OpenThoughts compares each row with all: `process.extract(text, texts, scorer=fuzz.ratio, score_cutoff=95, limit=5)`. It
is measured on some of the rows, of all lengths alike, between turns of ours, and multiplied. On the same rows the
decisions are compared with those of all pairs. Times are CPU times, of all threads.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from benchmarks.measure import Line, Rounds, Size, compared
from benchmarks.texts import texts
from ot_code.similar.duplicates import NONE, earliest_matches

_THRESHOLD = 95.0
_LINEAR = 1.35  # at most, a text, at ten times as many: sorting takes its share


def similar(size: Size) -> list[Line]:
    """Exact beside OpenThoughts' way; exact and approximate at more texts; what approximate finds of it."""
    full = size.rounds > 5
    count = 20_000 if full else 200 * size.rounds
    rows, rng = texts(count, 1), random.Random(2)
    matches = earliest_matches(rows, _THRESHOLD).tolist()
    by_length = sorted(range(count), key=lambda at: len(rows[at]))
    step = count // (60 if full else 10)
    turns = Rounds(min(3, size.rounds)).interleave(
        {
            "ours": lambda: _timed_s(rows, approximate=False),
            "process.extract for each row": lambda: _theirs_s(rows, by_length[rng.randrange(step) :: step], matches),
        }
    )
    name = f"deduplicate, {count:,} texts of 10 to 5,000 characters, exact, CPU"
    lines = [
        compared(name, turns, "ours", "process.extract for each row", says="baseline/ours", unit="s",
                 wanted=(">=", 50.0) if full else None)
    ]  # fmt: skip
    return [*lines, *_growth(count, full=full), *_recall(rows, matches)]


def _growth(count: int, *, full: bool) -> list[Line]:
    """Microseconds a text, of ten times as many texts and of one time, where texts are short."""
    many = 500_000 if full else 10 * count
    small, large = texts(many // 10, 3, longest=600), texts(many, 4, longest=600)
    begun = {}
    for label, rows in (("few", small), ("many", large)):
        begun[label] = [_timed_s(rows, approximate=True) / len(rows) * 1e6]
    return [
        compared(f"deduplicate --approximate, {many:,} texts, a text", begun, "many", "few", says="ours/baseline",
                 unit="us", wanted=("<=", _LINEAR) if full else None)
    ]  # fmt: skip


def _recall(rows: Sequence[str], matches: Sequence[int]) -> list[Line]:
    found = earliest_matches(rows, _THRESHOLD, approximate=True).tolist()
    gone = [at for at, match in enumerate(matches) if match != NONE]
    wrong = [at for at, match in enumerate(found) if match != NONE and matches[at] == NONE]
    if wrong:
        raise AssertionError(f"rows {wrong[:5]} were removed, and are like none")
    return [
        Line(
            f"deduplicate --approximate, share of {len(gone):,} that it finds",
            sum(found[at] != NONE for at in gone) / max(1, len(gone)),
            "",
            wanted=(">=", 0.98),
        )
    ]


def _timed_s(rows: Sequence[str], *, approximate: bool) -> float:
    begun = time.process_time()
    earliest_matches(rows, _THRESHOLD, approximate=approximate)
    return time.process_time() - begun


def _theirs_s(rows: Sequence[str], some: Sequence[int], matches: Sequence[int]) -> float:
    """Seconds for all rows, from those of some. Raises AssertionError where ours decided otherwise than all pairs."""
    begun = time.process_time()
    for at in some:
        process.extract(rows[at], rows, scorer=fuzz.ratio, score_cutoff=_THRESHOLD, limit=5)
    took = time.process_time() - begun
    for at in some:
        like = process.extract(rows[at], rows[:at], scorer=fuzz.ratio, score_cutoff=_THRESHOLD, limit=None)
        first = min((place for _, _, place in like), default=NONE)
        if first != matches[at]:
            raise AssertionError(f"row {at} is like row {first} first, not like row {matches[at]}")
    return took / len(some) * len(rows)
