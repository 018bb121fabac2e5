"""What a run comes to, in counts that must add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.quality.names import Finding
from code_pipeline.types import Verdict
from ot_code.agreement import MOST_SHOWN, agreement, disagreement_of, label_of
from ot_code.errors import OutputError
from ot_code.verdicts import NAMES, is_fault

_MOST_NAMES = 500  # of sources, domains or languages; what comes later is counted together
_OTHERS = "(others)"
_COMPARED = ("correct", "incorrect")  # verdicts that two methods can agree in
_FATES = ("kept", "rejected", "dropped", "undecided", "malformed")


@dataclass(slots=True)
class Tally:
    """Counts over judged rows; adds up with others.

    rows: input rows. read: judged rows (one a candidate), each of which is kept, rejected, dropped (it would have been
    kept, but for a finding about its problem), undecided or malformed. findings: input rows by finding.
    reference_faults: reference solutions that a fault of ours kept from being judged.
    by: "source", "domain" and "language", each name with its verdicts. elapsed_s: on the clock, over all sittings.
    cpu_time_s: of each candidate's longest test, together and at most. disagreements: the first of the rows whose
    verdict is not what the source's own label allows.
    """

    rows: int = 0
    read: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    by: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)
    reference_faults: int = 0
    marginal: int = 0
    provoked: int = 0
    elapsed_s: float = 0.0
    cpu_time_s: float = 0.0
    longest_cpu_time_s: float = 0.0
    longest_wall_time_s: float = 0.0
    judge: Counter[str] = field(default_factory=Counter)
    cost: float | None = None
    disagreements: list[dict[str, Any]] = field(default_factory=list)

    def count_row(self, findings: Iterable[str], *, faults: int) -> None:
        """Counts one input row. faults: of ours, in its reference solutions."""
        self.rows += 1
        self.findings.update(findings)
        self.reference_faults += faults

    def count(self, columns: Mapping[str, Any], *, kept: bool, named: Mapping[str, str], dropped: bool = False) -> None:
        """Counts one judged row. named: its source, domain, language. dropped: only a finding kept it from `kept`."""
        verdict = columns["verdict"]
        self.read += 1
        self.fates["dropped" if dropped else _fate(columns, kept=kept)] += 1
        self.verdicts[verdict] += 1
        for kind, name in named.items():
            self._names(kind, name)[verdict] += 1
        self._compare(columns)
        self._count_ruling(columns)
        self.marginal += bool(columns["marginal"])
        self.provoked += bool(columns["provoked"])
        self.cpu_time_s += columns["cpu_time_s"] or 0.0
        self.longest_cpu_time_s = max(self.longest_cpu_time_s, columns["cpu_time_s"] or 0.0)
        self.longest_wall_time_s = max(self.longest_wall_time_s, columns["wall_time_s"] or 0.0)

    def _count_ruling(self, columns: Mapping[str, Any]) -> None:
        ruling = columns.get("judge")
        if ruling is None:
            return
        said, before = ruling["verdict"], ruling["before"]
        self.judge.update(["asked", f"said {said}"])
        if before in _COMPARED and said in _COMPARED:
            self.judge.update(["compared", f"{before} by symbols, {said} by the judge"])
            self.judge["agreeing"] += before == said
        for name in ("prompt_tokens", "completion_tokens"):
            self.judge[name] += ruling[name]
        if ruling["cost"] is not None:
            self.cost = (self.cost or 0.0) + ruling["cost"]

    def _compare(self, columns: Mapping[str, Any]) -> None:
        label = label_of(columns)
        if label is not None:
            self._names("label", label)[columns["verdict"]] += 1
            differs = disagreement_of(columns, label)
            if differs is not None and len(self.disagreements) < MOST_SHOWN:
                self.disagreements.append(differs)

    def _names(self, kind: str, name: str) -> Counter[str]:
        names = self.by.setdefault(kind, {})
        if name not in names and len(names) >= _MOST_NAMES:
            name = _OTHERS
        return names.setdefault(name, Counter())

    def add(self, other: Mapping[str, Any]) -> None:
        """Adds a Tally in the form of `as_json`."""
        for name in ("rows", "read", "reference_faults", "marginal", "provoked", "elapsed_s", "cpu_time_s"):
            setattr(self, name, getattr(self, name) + other[name])
        for name in ("longest_cpu_time_s", "longest_wall_time_s"):
            setattr(self, name, max(getattr(self, name), other[name]))
        self.disagreements = [*self.disagreements, *other.get("disagreements", ())][:MOST_SHOWN]
        self.fates.update(other["fates"])
        self.verdicts.update(other["verdicts"])
        self.findings.update(other["findings"])
        self.judge.update(other.get("judge", {}))
        if other.get("cost") is not None:
            self.cost = (self.cost or 0.0) + other["cost"]
        for kind, names in other["by"].items():
            for name, verdicts in names.items():
                self._names(kind, name).update(verdicts)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON data of the same form."""
        by = {kind: {name: dict(counts) for name, counts in names.items()} for kind, names in self.by.items()}
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {
            **plain,
            "fates": dict(self.fates),
            "verdicts": dict(self.verdicts),
            "findings": dict(self.findings),
            "judge": dict(self.judge),
            "by": by,
        }

    @property
    def faults(self) -> int:
        """Judged rows whose verdict is a fault of ours."""
        return sum(count for verdict, count in self.verdicts.items() if is_fault(verdict))


def _fate(columns: Mapping[str, Any], *, kept: bool) -> str:
    if kept:
        return "kept"
    if columns["verdict"] == Verdict.BAD_PROBLEM:
        return "malformed"
    return "undecided" if columns["passed"] is None else "rejected"


def check(tally: Tally, *, read: int, files: Mapping[str, int]) -> None:
    """Raises OutputError unless every row that was read stands once in the files, and every fate is accounted for.

    read: judged rows as the reading side counted them. files: rows found in the files, by folder.
    """
    fates = {fate: tally.fates[fate] for fate in _FATES}
    if sum(fates.values()) == tally.read == read == files["judged"] and fates["kept"] == files["kept"]:
        return
    told = ", ".join(f"{count} {fate}" for fate, count in fates.items())
    raise OutputError(
        f"the counts do not add up: {read} read and {tally.read} counted ({told}), but {files['judged']} rows in "
        f"judged/ and {files['kept']} in kept/: this output is not to be trusted; start anew with --overwrite"
    )


def summary_of(tally: Tally) -> dict[str, Any]:
    """What stands in summary.json."""
    faults = tally.faults
    return {
        "rows": tally.rows,
        "read": tally.read,
        **{fate: tally.fates[fate] for fate in _FATES},
        "faults": faults,
        "marginal": tally.marginal,
        "provoked": tally.provoked,
        "reference_faults": tally.reference_faults,
        "verdicts": _sorted(tally.verdicts),
        "findings": {str(name): tally.findings[name] for name in Finding if name in tally.findings},
        "by_source": _sorted_names(tally, "source"),
        "by_domain": _sorted_names(tally, "domain"),
        "by_language": _sorted_names(tally, "language"),
        **({"agreement": agreement(_sorted_names(tally, "label"), tally.disagreements)} if "label" in tally.by else {}),
        **({"judge": _judge_of(tally)} if tally.judge else {}),
        "times": {
            "elapsed_s": round(tally.elapsed_s, 3),
            "rows_per_s": round(tally.read / tally.elapsed_s, 3) if tally.elapsed_s else None,
            "cpu_time_s": round(tally.cpu_time_s, 3),
            "longest_cpu_time_s": round(tally.longest_cpu_time_s, 3),
            "longest_wall_time_s": round(tally.longest_wall_time_s, 3),
        },
    }


def _judge_of(tally: Tally) -> dict[str, Any]:
    """What the language model came to: how often it was asked, what it said, and where symbols had said something."""
    counts = tally.judge
    pairs = {name: count for name, count in sorted(counts.items()) if name.endswith("by the judge")}
    return {
        "asked": counts["asked"],
        "said": {name[5:]: count for name, count in sorted(counts.items()) if name.startswith("said ")},
        "agreement": {
            "compared": counts["compared"],
            "agreeing": counts["agreeing"],
            "share": round(counts["agreeing"] / counts["compared"], 4) if counts["compared"] else None,
            **pairs,
        },
        "prompt_tokens": counts["prompt_tokens"],
        "completion_tokens": counts["completion_tokens"],
        "cost": None if tally.cost is None else round(tally.cost, 6),
    }


def _sorted(verdicts: Mapping[str, int]) -> dict[str, int]:
    return {name: verdicts[name] for name in NAMES if name in verdicts}


def _sorted_names(tally: Tally, kind: str) -> dict[str, dict[str, int]]:
    return {name: _sorted(verdicts) for name, verdicts in sorted(tally.by.get(kind, {}).items())}
