"""The figures of a dataset card, as SVG that stands by itself in light and in dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ot_code.publishing.tally import LENGTH_STEPS, PASS_BINS, PublishTally
from ot_code.verdicts import PASSED, is_fault

_WIDTH, _ROW, _LABEL = 720, 26, 130
_GREEN, _RED, _ORANGE, _GREY, _BLUE = "#2a9d63", "#c8553d", "#d99a2b", "#8a8f98", "#3b78b5"
_STYLE = (
    "text{font:13px sans-serif;fill:#24292f}.bg{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bg{fill:#0d1117}}"
)
_UNDECIDED = ("undecided", "timeout", "not_checked", "no_tests", "bad_problem", "unparsable_gold", "(not judged)")


def figures_of(tally: PublishTally) -> dict[str, str]:
    """Each figure's file name and SVG; those that have something to show."""
    found = {"verdicts.svg": _verdicts(tally)} if tally.by_domain else {}
    if any(tally.pass_rates):
        labels = [f"{100 * place // PASS_BINS}-{100 * (place + 1) // PASS_BINS} %" for place in range(PASS_BINS)]
        found["pass_rates.svg"] = _bars("Share of answers that passed, by problem", labels, tally.pass_rates)
    if any(tally.lengths):
        labels = [f"< {step // 1000}k" for step in LENGTH_STEPS] + [f">= {LENGTH_STEPS[-1] // 1000}k"]
        found["lengths.svg"] = _bars("Answers by length in characters, reasoning included", labels, tally.lengths)
    return found


def _verdicts(tally: PublishTally) -> str:
    shapes = []
    for place, (domain, counts) in enumerate(sorted(tally.by_domain.items())):
        total = sum(counts.values())
        top, left = 40 + place * _ROW, float(_LABEL)
        shapes.append(f'<text x="8" y="{top + 15}">{escape(domain)}</text>')
        for verdict, count in sorted(counts.items(), key=lambda item: (_colours().index(_colour(item[0])), -item[1])):
            wide = (_WIDTH - _LABEL - 80) * count / total
            told = f"<title>{escape(verdict)}: {count:,}</title>"
            shapes.append(
                f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="18" fill="{_colour(verdict)}">{told}</rect>'
            )
            left += wide
        shapes.append(f'<text x="{_WIDTH - 72}" y="{top + 15}">{total:,}</text>')
    height = 40 + len(tally.by_domain) * _ROW + 34
    legend = ((_GREEN, "right"), (_RED, "wrong"), (_GREY, "not known"), (_ORANGE, "a fault of ours"))
    for place, (colour, name) in enumerate(legend):
        left = _LABEL + place * 130
        shapes.append(f'<rect x="{left}" y="{height - 26}" width="12" height="12" fill="{colour}"/>')
        shapes.append(f'<text x="{left + 18}" y="{height - 15}">{name}</text>')
    return _svg("Verdicts by domain", height, shapes)


def _colours() -> tuple[str, ...]:
    return (_GREEN, _RED, _GREY, _ORANGE)


def _colour(verdict: str) -> str:
    if verdict in PASSED:
        return _GREEN
    if is_fault(verdict):
        return _ORANGE
    return _GREY if verdict in _UNDECIDED or verdict in ("no_response", "unsupported_language") else _RED


def _bars(title: str, labels: Sequence[str], counts: Sequence[int]) -> str:
    most = max(counts)
    shapes = []
    for place, (label, count) in enumerate(zip(labels, counts, strict=True)):
        top = 40 + place * _ROW
        wide = (_WIDTH - _LABEL - 90) * count / most
        shapes.append(f'<text x="8" y="{top + 15}">{escape(label)}</text>')
        shapes.append(f'<rect x="{_LABEL}" y="{top}" width="{wide:.1f}" height="18" fill="{_BLUE}"/>')
        shapes.append(f'<text x="{_LABEL + wide + 6:.1f}" y="{top + 15}">{count:,}</text>')
    return _svg(title, 48 + len(labels) * _ROW, shapes)


def _svg(title: str, height: int, shapes: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{title}">'
    frame = f'<style>{_STYLE}</style><rect class="bg" width="100%" height="100%"/>'
    return "\n".join([head, frame, f'<text x="8" y="22" font-weight="bold">{title}</text>', *shapes, "</svg>", ""])
