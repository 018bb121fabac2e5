"""pass@k, pass rates and majorities over a finished run, read back from its shards."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from code_pipeline.types import Verdict
from math_pipeline.types import MathVerdict
from ot_code.columns import CANDIDATE, ROW_ID
from ot_code.inputs import open_input

PROBLEMS = "problems.jsonl"
_KS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BANDS = ("0", "0-0.1", "0.1-0.3", "0.3-0.5", "0.5-0.7", "0.7-0.9", "0.9-1", "1")
_EDGES = (0.1, 0.3, 0.5, 0.7, 0.9)


def pass_at_k(n: int, right: int, k: int) -> float:
    """The chance that of k samples, drawn from n of which `right` are right, one is right: unbiased. n >= k >= 1."""
    return 1.0 if n - right < k else 1.0 - math.comb(n - right, k) / math.comb(n, k)


def band_of(rate: float) -> str:
    """The name of the band of a pass rate; its lower end belongs to it."""
    if rate <= 0 or rate >= 1:
        return BANDS[0] if rate <= 0 else BANDS[-1]
    return BANDS[1 + sum(rate >= edge for edge in _EDGES)]


def write_problems(out: Path, *, votes: bool = True) -> dict[str, Any]:
    """Writes OUT/problems.jsonl, a line a problem, and returns what summary.json says of all of them.

    votes: problems of mathematics without a gold answer get what most samples agree on (needs the [math] extra).
    """
    at: dict[int, list[float]] = {}
    bands: Counter[str] = Counter()
    sizes: Counter[int] = Counter()
    tokens: Counter[str] = Counter()
    finishes: Counter[str] = Counter()
    staged = out / f".{PROBLEMS}.new"
    with staged.open("w", encoding="utf-8") as file, _Votes(enabled=votes) as polls:
        for rows in _problems(out):
            line = _line(rows)
            line.update(polls.of(rows))
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            for row in rows:
                tokens.update({name: row[name] or 0 for name in ("prompt_tokens", "completion_tokens")})
                finishes[str(row["finish_reason"])] += row["sample_index"] is not None
            if line["known"]:
                sizes[line["known"]] += 1
                bands[line["band"]] += 1
                for k in _KS:
                    if k <= line["known"]:
                        at.setdefault(k, []).append(pass_at_k(line["known"], line["passed"], k))
    staged.replace(out / PROBLEMS)
    return {
        "pass_at_k": {
            str(k): {"value": round(sum(each) / len(each), 6), "problems": len(each)} for k, each in at.items()
        },
        "bands": {name: bands[name] for name in BANDS if bands[name]},
        "samples_judged": {str(size): count for size, count in sorted(sizes.items())},
        "finish_reasons": dict(sorted(finishes.items())),
        **tokens,
    }


def _problems(out: Path) -> Iterator[list[dict[str, Any]]]:
    rows = (row.values for row in open_input(str(out / "judged")).rows() if row.values is not None)
    for _, group in groupby(rows, lambda row: row[ROW_ID]):
        yield list(group)


def _line(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = [row["passed"] for row in rows if row["passed"] is not None]
    rate = sum(map(bool, known)) / len(known) if known else None
    return {
        ROW_ID: rows[0][ROW_ID],
        "id": rows[0].get("id"),
        "samples": sum(row["sample_index"] is not None for row in rows),
        "known": len(known),
        "passed": sum(map(bool, known)),
        "pass_rate": rate,
        "band": None if rate is None else band_of(rate),
    }


class _Votes:
    """Majorities of problems that nothing else can judge; its workers start with the first of them."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._verifier: Any = None

    def __enter__(self) -> _Votes:
        return self

    def __exit__(self, *_: object) -> None:
        if self._verifier is not None:
            self._verifier.close()

    def of(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """`pseudo_gold` and how far the samples agree in it; nothing for other problems."""
        without_gold = (MathVerdict.UNPARSABLE_GOLD.value, Verdict.NO_RESPONSE.value)
        verdicts = {row["verdict"] for row in rows}
        if not self._enabled or MathVerdict.UNPARSABLE_GOLD.value not in verdicts or verdicts - {*without_gold}:
            return {}
        from math_pipeline import MathVerifier  # noqa: PLC0415 - only where there is something to vote on
        from math_pipeline.votes import majority_vote  # noqa: PLC0415 - as above

        if self._verifier is None:
            self._verifier = MathVerifier()
        answers = [row[CANDIDATE]["response"] for row in rows if row[CANDIDATE] and row[CANDIDATE]["response"]]
        vote = majority_vote(self._verifier, answers)
        gold = vote.pseudo_gold
        return {
            "pseudo_gold": None if gold is None else gold.text,
            "agreement": round(vote.agreement, 6),
            "votes": vote.votes,
            "label": vote.label,
        }
