"""A run's summary as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from ot_code.console import plain_console
from ot_code.report.markup import visible
from ot_code.verdicts import PASSED, is_fault

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN_DISAGREEMENTS = 20


def show_summary(summary: Mapping[str, Any], out: Path) -> None:
    """Prints the summary on stdout; in colour on a terminal only."""
    console = plain_console()
    verdicts = Table(title="verdicts", title_justify="left")
    verdicts.add_column("verdict")
    verdicts.add_column("rows", justify="right")
    verdicts.add_column("share", justify="right")
    for verdict, count in sorted(summary["verdicts"].items(), key=lambda item: -item[1]):
        style = "green" if verdict in PASSED else "red" if is_fault(verdict) else None
        verdicts.add_row(verdict, f"{count:,}", f"{count / summary['read']:.1%}", style=style)
    console.print(verdicts)
    sources = summary["by_source"]
    if len(sources) > 1:
        console.print(_sources(sources))
    if "agreement" in summary:
        _show_agreement(console, summary["agreement"])
    if summary["findings"]:
        console.print(_findings(summary))
    if "judge" in summary:
        console.print(_judge(summary["judge"]))
    times = summary["times"]
    rate = f", {times['rows_per_s']:,.1f} rows/s" if times["rows_per_s"] else ""
    console.print(
        f"{summary['read']:,} judged rows of {summary['rows']:,} input rows in {times['elapsed_s']:,.1f} s{rate}: "
        f"{summary['kept']:,} kept, {summary['rejected']:,} rejected, "
        + (f"{summary['dropped']:,} right but left out, " if summary["dropped"] else "")
        + f"{summary['undecided']:,} undecided, {summary['malformed']:,} malformed"
    )
    if summary["reference_faults"]:
        told = f"{summary['reference_faults']:,} reference solutions could not be judged for a fault of ours"
        console.print(f"{told}; the findings leave them out", style="red")
    if summary["faults"]:
        console.print(f"{summary['faults']:,} of them have a fault of ours; see `reason` in judged/", style="red")
    console.print(f"{out}/judged, {out}/kept, {out}/summary.json", soft_wrap=True)


def _judge(judge: Mapping[str, Any]) -> str:
    """What the language model came to, in a sentence."""
    said = ", ".join(f"{count:,} {name}" for name, count in judge["said"].items())
    found = judge["agreement"]
    agree = f"; it agrees with symbols on {found['agreeing']:,} of {found['compared']:,}" if found["compared"] else ""
    cost = "" if judge["cost"] is None else f", {judge['cost']:,.4f} in money"
    tokens = f"{judge['prompt_tokens']:,} tokens in, {judge['completion_tokens']:,} out{cost}"
    return f"the language model was asked of {judge['asked']:,} answers: {said}{agree}; {tokens}"


def _show_agreement(console: Console, agreement: Mapping[str, Any]) -> None:
    """How the verdicts agree with the source's own labels, and where they do not."""
    table = Table(title="labels of the source", title_justify="left")
    for name in ("label", "verdict", "rows"):
        table.add_column(name, justify="right" if name == "rows" else "left")
    for label, verdicts in agreement["labels"].items():
        for verdict, count in verdicts.items():
            table.add_row(visible(label), verdict, f"{count:,}")
    console.print(table)
    for name, what in (("accept", "accepted or not"), ("kind", "kind of verdict")):
        found = agreement[name]
        if found["compared"]:
            share = f"{found['agreeing']:,} of {found['compared']:,} ({found['share']:.1%})"
            console.print(f"agreement with the labels, {what}: {share}")
    for one in agreement["disagreements"][:_SHOWN_DISAGREEMENTS]:
        where = one["file"] or f"candidate {one['candidate_index']}"
        words = f"  row {one['row_id']}, {where}: labelled {one['label']}, judged {one['verdict']}: {one['reason']}"
        console.print(visible(words), soft_wrap=True)
    left = len(agreement["disagreements"]) - _SHOWN_DISAGREEMENTS
    if left > 0:
        console.print(f"  and {left:,} more in summary.json")


def _findings(summary: Mapping[str, Any]) -> Table:
    table = Table(title="findings about problems", title_justify="left")
    for name in ("finding", "input rows", "share"):
        table.add_column(name, justify="left" if name == "finding" else "right")
    for name, count in summary["findings"].items():
        table.add_row(name, f"{count:,}", f"{count / summary['rows']:.1%}")
    return table


def _sources(sources: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(title="sources", title_justify="left")
    for name in ("source", "rows", "right"):
        table.add_column(name, justify="left" if name == "source" else "right")
    largest = sorted(sources.items(), key=lambda item: -sum(item[1].values()))
    for name, verdicts in largest[:20]:
        table.add_row(
            visible(name), f"{sum(verdicts.values()):,}", f"{sum(verdicts.get(right, 0) for right in PASSED):,}"
        )
    return table
