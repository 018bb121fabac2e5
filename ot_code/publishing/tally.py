"""What is counted while a dataset is written, for its summary, its card and its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST_NAMES = 500  # of sources; what comes later is counted together
_OTHERS = "(others)"
UNJUDGED = "(not judged)"
PASS_BINS = 10
LENGTH_STEPS = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)  # characters of a response


@dataclass(slots=True)
class PublishTally:
    """Counts over unified rows. lineage: each that occurs, with how many rows it judged."""

    read: int = 0
    kept: int = 0
    without_answer: int = 0
    by_domain: dict[str, Counter[str]] = field(default_factory=dict)
    by_source: dict[str, Counter[str]] = field(default_factory=dict)
    schemas: dict[str, set[str]] = field(default_factory=dict)
    pass_rates: list[int] = field(default_factory=lambda: [0] * PASS_BINS)
    lengths: list[int] = field(default_factory=lambda: [0] * (len(LENGTH_STEPS) + 1))
    lineage: Counter[str] = field(default_factory=Counter)
    _last: str | None = None

    def count(self, row: Mapping[str, Any], schema: str | None) -> None:
        """Counts one unified row. schema: that of its source, where it is known."""
        self.read += 1
        self.kept += bool(row["kept"])
        verdict = row["verdict"] or UNJUDGED
        self.by_domain.setdefault(row["domain"] or "(none)", Counter())[verdict] += 1
        source = self._source(row["source"] or "(none)")
        self.by_source.setdefault(source, Counter()).update(rows=1, kept=int(bool(row["kept"])))
        if schema:
            self.schemas.setdefault(source, set()).add(schema)
        if row["solution"] is None:
            self.without_answer += 1
        else:
            length = len(row["reasoning"] or "") + len(row["solution"])
            self.lengths[sum(length >= step for step in LENGTH_STEPS)] += 1
        if row["id"] != self._last:
            self._last = row["id"]
            if row["pass_rate"] is not None:
                self.pass_rates[min(PASS_BINS - 1, int(row["pass_rate"] * PASS_BINS))] += 1
        if row["lineage"] is not None:
            self.lineage[_told(row["lineage"])] += 1

    def _source(self, name: str) -> str:
        return name if name in self.by_source or len(self.by_source) < _MOST_NAMES else _OTHERS

    @property
    def is_judged(self) -> bool:
        """Whether any row has a verdict."""
        return any(name != UNJUDGED for counts in self.by_domain.values() for name in counts)

    def as_json(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        return {
            "read": self.read,
            "kept": self.kept,
            "without_answer": self.without_answer,
            "by_domain": {name: dict(sorted(self.by_domain[name].items())) for name in sorted(self.by_domain)},
            "by_source": {name: dict(self.by_source[name]) for name in sorted(self.by_source)},
            "pass_rates": self.pass_rates,
            "lengths": self.lengths,
            "lineage": dict(self.lineage.most_common(20)),
        }


def _told(lineage: Mapping[str, Any]) -> str:
    names = (("ot_code", "ot-code"), ("judge", "judge"), ("math", "math judge"))
    parts = [f"{name} {lineage[key]}" for key, name in names if lineage[key] is not None]
    runtime = [str(lineage[key]) for key in ("runtime", "jail") if lineage[key]]
    return ", ".join([*parts, *runtime])
