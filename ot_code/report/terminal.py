"""One judged row, or a run's overview, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from ot_code.console import plain_console
from ot_code.errors import InputError, UsageError
from ot_code.report.gathered import sample_of
from ot_code.report.markup import visible
from ot_code.report.reading import Output
from ot_code.tables import show_summary
from ot_code.verdicts import PASSED, is_fault

_CUT = 20_000  # characters of each text
_FIGURES = ("tests_passed", "tests_run", "tests_total", "cpu_time_s", "wall_time_s", "memory_mb", "limits", "jail")
_MARKS = ("accepted_by", "method", "marginal", "provoked", "missing_module", "findings", "findings_detail")


def rows_of(output: Output, row: str, candidate: int | None) -> Iterator[dict[str, Any]]:
    """The judged rows of an input row, by `row_id` or its number; of one candidate, or all.

    Raises UsageError for a row that is none, InputError where there is no such row.
    """
    if not row.isdecimal():
        raise UsageError(f"ROW must be a row_id or a number from 0, not {row!r}")
    wanted, found = int(row), False
    for values in output.rows():
        at = int(values["row_id"])
        if at > wanted:
            break
        if at == wanted and (candidate is None or values.get("candidate_index") == candidate):
            found = True
            yield values
    if not found:
        one = "" if candidate is None else f" with an answer {candidate}"
        raise InputError(
            f"{output.path}: there is no row {row}{one}; `ot-code show {output.path}` says how many there are"
        )


def show_row(output: Output, row: Mapping[str, Any]) -> None:
    """Prints a row and its verdict on stdout; in colour on a terminal only. Nothing of it is taken for markup."""
    console = plain_console()
    sample = sample_of(output, row, cut=_CUT)
    style = "bold green" if sample.verdict in PASSED else "bold magenta" if is_fault(sample.verdict) else "bold red"
    console.print(
        Text(f"row {sample.row_id}, answer {sample.candidate}: "), Text(sample.verdict, style), sep="", end="\n"
    )
    if sample.reason:
        console.print(Text(visible(sample.reason)))
    for name in (*_FIGURES, *_MARKS):
        if row.get(name) not in (None, False, []):
            console.print(Text(f"  {name}: "), Text(visible(str(row[name]))), sep="")
    for title, text in sample.fields:
        console.print(Text(f"\n{title}", "bold"))
        console.print(Text(visible(text)), soft_wrap=True)


def show_overview(output: Output) -> None:
    """Prints what the run came to."""
    if output.judged is not None:
        show_summary(output.verify, output.judged.parent)
        return
    console = plain_console()
    for step in output.summary.get("funnel") or [output.summary]:
        name = step.get("step") or step.get("stage") or "rows"
        console.print(f"{name}: {step.get('read', 0):,} rows read, {step.get('kept', 0):,} kept")
