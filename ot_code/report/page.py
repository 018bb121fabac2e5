"""The page: one HTML file that needs nothing else, has no script, and forbids its reader's browser to ask anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ot_code
from ot_code.report.gathered import SHOWN, SUSPECTS, TIMES, TOKENS, Gathered, Sample
from ot_code.report.markup import block, details, escaped, funnel, histogram, meter, shares, table
from ot_code.report.reading import Output
from ot_code.verdicts import PASSED

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_MOST_NAMES = 60
_KEY = (
    ("right", "right"),
    ("wrong", "wrong"),
    ("limit", "over a limit"),
    ("row", "not judged"),
    ("fault", "our fault"),
)


def page(output: Output, found: Gathered) -> str:
    """The whole page."""
    parts = [("funnel", "From source rows to kept rows", _funnel(output))]
    if output.judged is not None:
        parts += [
            ("verdicts", "Verdicts", _verdicts(output, found)),
            ("histograms", "Pass rates, times and lengths", _histograms(found)),
            ("failures", "Most common failures", _failures(found)),
            ("slowest", "Slowest tests", _slowest(found)),
            ("suspicious", "Suspicious problems", _suspects(found)),
            ("rejected", "Rejected rows", _samples(found.samples, output.verify.get("verdicts") or {})),
        ]
    name = escaped(output.path.resolve().name)
    links = "".join(f'<li><a href="#{anchor}">{escaped(title)}</a></li>' for anchor, title, _ in parts)
    body = "".join(
        f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{escaped(title)}</h2>{inner}</section>'
        for anchor, title, inner in parts
    )
    style = Path(__file__).with_name("page.css").read_text("utf-8")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{name}: report of ot-code</title><style>{style}</style></head>\n<body>"
        f'<a class="skip" href="#main">Skip to the report</a><header><h1>{name}</h1>{_made(output)}</header>'
        f'<nav aria-label="Parts"><ul>{links}</ul></nav>'
        f'<main id="main">{_tiles(output, found)}{body}</main></body></html>\n'
    )


def _made(output: Output) -> str:
    spec = (output.run.get("input") or {}).get("spec") or output.summary.get("recipe") or ""
    started = output.run.get("started_at")
    words = [f"of {spec}" if spec else "", f"started {started}" if started else "", f"ot-code {ot_code.__version__}"]
    return f'<p class="soft">{escaped(" · ".join(word for word in words if word))}</p>'


def _tiles(output: Output, found: Gathered) -> str:
    verdicts = output.verify.get("verdicts") or {}
    judged = sum(verdicts.values())
    right = sum(verdicts.get(name, 0) for name in PASSED)
    times = output.verify.get("times") or {}
    tiles = [("rows read", f"{output.summary.get('rows', output.summary.get('read', 0)):,}")]
    if judged:
        tiles += [
            ("answers judged", f"{judged:,}"),
            ("right", f"{right / judged:.1%}"),
            ("problems", f"{found.problems:,}"),
        ]
    tiles.append(("kept", f"{output.summary.get('kept', 0):,}"))
    if judged:
        tiles.append(("faults of ours", f"{output.verify.get('faults', 0):,}"))
    if times.get("elapsed_s"):
        tiles.append(("time", f"{times['elapsed_s']:,.1f} s"))
    inner = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in tiles)
    return f'<dl class="tiles">{inner}</dl>'


def _funnel(output: Output) -> str:
    summary = output.summary
    if "funnel" in summary:
        told = summary["funnel"]
        rows = [
            (
                escaped(step["step"]),
                f"{step.get('read', 0):,}",
                f"{step.get('kept', 0):,}",
                escaped(_reasons(step)),
            )
            for step in told
        ]
        bars = [("source rows", summary["read"])]
        bars += [
            (str(step["step"]), step.get("kept", 0)) for step in told if not str(step["step"]).startswith("sources/")
        ]
        return funnel(bars) + table("Steps", ("step", "rows in", "kept", "why others went"), rows, numbers=(1, 2))
    if output.judged is None:
        kinds = sorted((summary.get("reasons") or {}).items(), key=lambda item: -item[1])
        why = [(escaped(kind), f"{count:,}") for kind, count in kinds]
        bars = [("rows read", summary.get("read", 0)), ("kept", summary.get("kept", 0))]
        return funnel(bars) + table("Removed", ("why", "rows"), why, numbers=(1,))
    lost = [(fate, summary.get(fate, 0)) for fate in ("malformed", "undecided", "rejected", "dropped")]
    bars, left = [("answers read", summary.get("read", 0))], summary.get("read", 0)
    for fate, count in lost:
        if count:
            left -= count
            bars.append((f"without {fate}", left))
    bars.append(("kept", summary.get("kept", 0)))
    counts = [(escaped(name), f"{count:,}") for name, count in (("source rows", summary.get("rows", 0)), *lost)]
    return funnel(bars) + table("Counts", ("what", "rows"), counts, numbers=(1,))


def _reasons(step: Mapping[str, Any]) -> str:
    names = step.get("reasons") or {
        fate: step[fate] for fate in ("rejected", "undecided", "malformed") if step.get(fate)
    }
    return ", ".join(f"{name} {count:,}" for name, count in sorted(names.items(), key=lambda item: -item[1]))


def _verdicts(output: Output, found: Gathered) -> str:
    verdicts = output.verify.get("verdicts") or {}
    total = sum(verdicts.values()) or 1
    key = "".join(
        '<li><svg viewBox="0 0 10 10" aria-hidden="true">'
        f'<rect class="{kind}" width="10" height="10"/></svg>{escaped(word)}</li>'
        for kind, word in _KEY
    )
    rows = [
        (escaped(name), f"{count:,}", f"{count / total:.1%}", meter(name, count / total))
        for name, count in sorted(verdicts.items(), key=lambda item: -item[1])
    ]
    parts = [f'<ul class="key" aria-label="Colours">{key}</ul>']
    parts.append(table("All", ("verdict", "answers", "share", ""), rows, numbers=(1, 2)))
    parts += [_grouped(title, output.verify.get(f"by_{title}") or {}) for title in ("source", "domain", "language")]
    if found.by_difficulty:
        parts.append(_grouped("difficulty", found.by_difficulty))
    return "".join(parts)


def _grouped(title: str, names: Mapping[str, Mapping[str, int]]) -> str:
    def size(item: tuple[str, Mapping[str, int]]) -> tuple[int, str]:
        return -sum(item[1].values()), item[0]

    order = sorted(names.items(), key=_level if title == "difficulty" else size)
    rows = []
    for name, counts in order[:_MOST_NAMES]:
        total = sum(counts.values()) or 1
        right = sum(counts.get(verdict, 0) for verdict in PASSED)
        rows.append((escaped(name), f"{total:,}", f"{right / total:.1%}", shares(counts)))
    more = f", the first {_MOST_NAMES} of {len(order):,}" if len(order) > _MOST_NAMES else ""
    return table(f"By {title}{more}", (title, "answers", "right", "verdicts"), rows, numbers=(1, 2))


def _level(item: tuple[str, Mapping[str, int]]) -> tuple[float, str]:
    """Levels that are numbers in their order, then words."""
    try:
        return float(item[0]), ""
    except ValueError:
        return float("inf"), item[0]


def _histograms(found: Gathered) -> str:
    names = ["none", *(f"{10 * at}-{10 * at + 10} %" for at in range(10)), "all"]
    counts = [found.rates[at] for at in range(12)]
    return (
        histogram("Problems by the share of their answers that are right", names, counts)
        + histogram("Answers by CPU seconds of their longest test", _ranges(TIMES, "s"), _filled(found.times, TIMES))
        + histogram("Answers by length in words and signs", _ranges(TOKENS, ""), _filled(found.tokens, TOKENS))
    )


def _ranges(edges: Sequence[float], unit: str) -> list[str]:
    space = f" {unit}" if unit else ""
    return [*(f"≤ {edge:,g}{space}" for edge in edges), f"> {edges[-1]:,g}{space}"]


def _filled(counts: Mapping[int, int], edges: Sequence[float]) -> list[int]:
    return [counts.get(at, 0) for at in range(len(edges) + 1)]


def _failures(found: Gathered) -> str:
    rows = [
        (escaped(verdict), f"{count:,}", escaped(reason))
        for (verdict, reason), count in found.failures.most_common(SHOWN)
    ]
    return table("Numbers in reasons are shown as #", ("verdict", "answers", "reason"), rows, numbers=(1,))


def _slowest(found: Gathered) -> str:
    rows = [
        (escaped(row), escaped(candidate), f"{spent:.3f}", escaped(limit), escaped(verdict))
        for spent, row, candidate, verdict, limit in found.slowest
    ]
    heads = ("row", "answer", "CPU s", "limit s", "verdict")
    return table("The longest test of an answer", heads, rows, numbers=(2, 3))


def _suspects(found: Gathered) -> str:
    if not found.suspects:
        return "<p>None was found.</p>"
    rows = []
    for name, count in found.suspects.most_common():
        some = ", ".join(found.suspect_rows[name])
        rows.append(
            (escaped(SUSPECTS.get(name, name)), f"{count:,}", escaped(some + (", ..." if count > SHOWN else "")))
        )
    heads = ("what", "problems", "some of their rows (see them with ot-code show)")
    return table("What speaks against a problem or its tests", heads, rows, numbers=(1,))


def _samples(samples: Mapping[str, Sequence[Sample]], verdicts: Mapping[str, int]) -> str:
    if not samples:
        return "<p>No row was rejected.</p>"
    parts = []
    for at, verdict in enumerate(sorted(samples, key=lambda name: (-verdicts.get(name, 0), name))):
        rows = samples[verdict]
        inner = "".join(
            details(
                f"row {row.row_id}, answer {row.candidate}: {row.reason}",
                "".join(block(title, text) for title, text in row.fields),
                kind="sample",
            )
            for row in rows
        )
        parts.append(
            details(
                f"{verdict} ({len(rows)} of {verdicts.get(verdict, len(rows)):,} shown)",
                inner,
                is_open=at == 0,
                kind="verdict",
            )
        )
    return "".join(parts)
