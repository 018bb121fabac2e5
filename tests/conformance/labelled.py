"""Judges submissions whose verdicts are known, and tells where ours differ, and why.

Two questions. Accepted or not: a label says it of every submission. The kind: where a jury's label (`folder`) or a
measurement on one test (`witness`) names it. A judge that stops at its first failure may meet another failure first, so
where kinds differ the submission is judged once more on the witness alone.

Time limits are facts about the machine that they were made for. Where the labels come with times (`cpu_s`), they tell
how much slower this machine is in each language; on one that is slower, an accepted submission that needs more than its
limit is judged once more with a limit for this machine.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from code_pipeline import Judge
from code_pipeline.labels import says_accepted, verdicts_of
from code_pipeline.readers import Candidate, ProblemRow, ReadOptions, reader_for
from code_pipeline.types import Judgement, Verdict

AS_FAST, LONG_ENOUGH_S = 1.25, 0.1
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "code"


@dataclass(frozen=True)
class Compared:
    """One labelled submission and what came of it. by_jury: the label's kind is a jury's own."""

    row: str
    name: str
    language: str
    label: str
    by_jury: bool
    judgement: Judgement
    kind_agrees: bool
    scale: float = 1.0  # of the time limit, for a machine slower than that of the labels

    @property
    def accept_agrees(self) -> bool:
        """Whether it was accepted if and only if its label says so; what nobody could judge does not agree."""
        return self.judgement.passed is not None and self.judgement.passed is says_accepted(self.label)

    def __str__(self) -> str:
        """Where it differs, and why, in one line."""
        found = self.judgement
        told = f"{self.row}, {self.name} ({self.language}): labelled {self.label}, judged {found.verdict}"
        return f"{told}: {found.reason[:200]} [{found.cpu_time_s or 0:.2f} s, {found.memory_mb or 0:.0f} MB]"


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def compare(
    judge: Judge, rows: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]], options: ReadOptions
) -> Iterator[Compared]:
    """Each labelled candidate of each row, judged. rows: with, for each candidate, `label` and perhaps more."""
    waiting = []
    for index, (row, about) in enumerate(rows):
        read = reader_for(row.keys(), None).read(row, index, options)
        runnable = [place for place, each in enumerate(read.candidates) if each.verdict is None]
        future = judge.submit(read.problem, [read.candidates[place].submission for place in runnable])
        waiting.append((read, about, runnable, future))
    judged = []
    for read, about, runnable, future in waiting:
        found = dict(zip(runnable, future.result(), strict=True))
        for place, (candidate, labels) in enumerate(zip(read.candidates, about, strict=True)):
            judgement = found.get(place) or Judgement("", candidate.verdict, candidate.reason)  # type: ignore[arg-type]
            judged.append((read, candidate, labels, judgement))
    slower = _slower(judged)
    for read, candidate, labels, judgement in judged:
        scale = slower.get(candidate.submission.language, 1.0)
        if says_accepted(labels["label"]) and judgement.verdict is Verdict.TIME_LIMIT and scale > AS_FAST:
            there = _made_for(read, 2 * scale)  # the usual program there is `scale` times slower here, some are more
            [again] = judge.judge(there.problem, [candidate.submission])
            yield replace(_compared(judge, there, candidate, labels, again), scale=2 * scale)
        else:
            yield _compared(judge, read, candidate, labels, judgement)


def _slower(judged: Iterable[tuple[ProblemRow, Candidate, Mapping[str, Any], Judgement]]) -> dict[str, float]:
    """By language, how many times longer than on the machine of the labels the usual accepted submission takes here."""
    ratios: dict[str, list[float]] = {}
    for _, candidate, labels, judgement in judged:
        if judgement.passed and (labels.get("cpu_s") or 0) >= LONG_ENOUGH_S:
            ratios.setdefault(candidate.submission.language, []).append(judgement.cpu_time_s / labels["cpu_s"])
    return {language: statistics.median(each) for language, each in ratios.items()}


def _made_for(read: ProblemRow, scale: float) -> ProblemRow:
    limits = read.problem.limits
    scaled = replace(limits, time_limit_s=limits.time_limit_s * scale) if limits.time_limit_s else limits
    return replace(read, problem=replace(read.problem, limits=scaled))


def _compared(
    judge: Judge, read: ProblemRow, candidate: Candidate, about: Mapping[str, Any], judgement: Judgement
) -> Compared:
    allowed = verdicts_of(about["label"])
    agrees = judgement.verdict in allowed
    if not agrees and judgement.passed is False and about.get("witness") is not None:
        alone = replace(read.problem, tests=(read.problem.tests[about["witness"]],))
        agrees = judge.judge(alone, [candidate.submission])[0].verdict in allowed
    return Compared(
        row=read.problem.id,
        name=about.get("name") or candidate.submission.id,
        language=candidate.submission.language,
        label=about["label"],
        by_jury=about.get("by_jury", False),
        judgement=judgement,
        kind_agrees=agrees,
    )


def table(found: Sequence[Compared]) -> str:
    """How many agree, by language and in all, as lines of text."""
    lines = [f"{'language':12} {'labelled':>8} {'accepted or not':>18} {'kind, by a jury':>18} {'kind, measured':>18}"]
    for language in (*sorted({each.language for each in found}), "all"):
        some = [each for each in found if language in (each.language, "all")]
        juries, measured = ([each for each in some if each.by_jury is jury] for jury in (True, False))
        cells = (
            share([each.accept_agrees for each in some]),
            share([each.kind_agrees for each in juries]),
            share([each.kind_agrees for each in measured]),
        )
        lines.append(f"{language:12} {len(some):8} " + " ".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def share(agree: Sequence[bool]) -> str:
    """Such as "9 of 10 (90.0%)"."""
    return f"{sum(agree)} of {len(agree)} ({sum(agree) / len(agree):.1%})" if agree else "-"
