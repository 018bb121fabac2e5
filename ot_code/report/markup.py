"""HTML and SVG as text. Whatever is not made here is escaped: answers of models are hostile."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

from ot_code.verdicts import PASSED, is_fault

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]"
)
_WIDTH = 740
_BAR = 'class="bar" viewBox="0 0 200 14" preserveAspectRatio="none"'
_ROWS = (
    "bad_problem",
    "no_tests",
    "unsupported_language",
    "no_response",
    "not_checked",
    "undecided",
    "unparsable_gold",
)
_LIMITS = ("time_limit", "memory_limit", "output_limit", "timeout")


def escaped(text: object) -> str:
    """Text for an element or an attribute."""
    return html.escape(visible(str(text)))


def visible(text: str) -> str:
    """Text in which what cannot be seen, turns text round or steers a terminal is shown as its number."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A table of cells that are markup already. numbers: columns set to the right; the first column heads its row."""
    head = "".join(f'<th scope="col"{_right(at, numbers)}>{escaped(name)}</th>' for at, name in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row"{_right(at, numbers)}>{cell}</th>' if at == 0 else f"<td{_right(at, numbers)}>{cell}</td>"
            for at, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escaped(caption)}"><table>'
        f"<caption>{escaped(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _right(at: int, numbers: Sequence[int]) -> str:
    return ' class="number"' if at in numbers else ""


def kind_of(verdict: str) -> str:
    """The colour of a verdict: right, wrong, limit, fault or row."""
    if verdict in PASSED:
        return "right"
    if verdict in _LIMITS:
        return "limit"
    return "fault" if is_fault(verdict) else "row" if verdict in _ROWS else "wrong"


def shares(counts: Mapping[str, int]) -> str:
    """A bar of verdicts, each as wide as its share, right ones first."""
    total = sum(counts.values()) or 1
    order = ("right", "wrong", "limit", "row", "fault")
    parts, x = [], 0.0
    for verdict, count in sorted(counts.items(), key=lambda item: (order.index(kind_of(item[0])), -item[1])):
        width = 200 * count / total
        title = escaped(f"{verdict}: {count:,} ({count / total:.1%})")
        place = f'x="{x:.2f}" y="0" width="{width:.2f}" height="14"'
        parts.append(f'<rect class="{kind_of(verdict)}" {place}><title>{title}</title></rect>')
        x += width
    said = escaped(", ".join(f"{verdict} {count / total:.1%}" for verdict, count in counts.items()))
    return f'<svg {_BAR} role="img" aria-label="{said}">{"".join(parts)}</svg>'


def meter(verdict: str, share: float) -> str:
    """A bar as long as a share, in the verdict's colour; the share stands beside it in words."""
    rect = f'<rect class="{kind_of(verdict)}" width="{200 * share:.2f}" height="14"/>'
    return f'<svg {_BAR} aria-hidden="true">{rect}</svg>'


def histogram(title: str, names: Sequence[str], counts: Sequence[int]) -> str:
    """Columns with their counts, and the same as a table for whoever cannot see them."""
    top = max(counts, default=0) or 1
    wide = _WIDTH / max(1, len(names))
    parts = []
    for at, (name, count) in enumerate(zip(names, counts, strict=True)):
        height = 120 * count / top
        x, y, middle = at * wide + 4, 144 - height, (at + 0.5) * wide
        parts.append(
            f'<rect class="plain" x="{x:.1f}" y="{y:.1f}" width="{wide - 8:.1f}" height="{height:.1f}"/>'
            f'<text x="{middle:.1f}" y="{y - 5:.1f}">{count:,}</text>'
            f'<text class="soft" x="{middle:.1f}" y="162">{escaped(name)}</text>'
        )
    rows = [(escaped(name), f"{count:,}") for name, count in zip(names, counts, strict=True)]
    return (
        f'<figure><figcaption>{escaped(title)}</figcaption><svg class="chart" viewBox="0 0 {_WIDTH} 170" role="img" '
        f'aria-label="{escaped(title)}"><line x1="0" y1="144.5" x2="{_WIDTH}" y2="144.5"/>{"".join(parts)}</svg>'
        f"{details('As a table', table(title, ('range', 'count'), rows, numbers=(1,)))}</figure>"
    )


def funnel(steps: Sequence[tuple[str, int]]) -> str:
    """Bars that grow shorter, each with its count and its share of the first."""
    top = max((count for _, count in steps), default=0) or 1
    first = (steps[0][1] if steps else 0) or 1
    parts = []
    for at, (name, count) in enumerate(steps):
        y, width = at * 34, 380 * count / top
        parts.append(
            f'<text class="left" x="0" y="{y + 19}">{escaped(name[:34])}</text>'
            f'<rect class="plain" x="230" y="{y + 4}" width="{max(width, 1):.1f}" height="22"/>'
            f'<text class="left" x="{236 + width:.1f}" y="{y + 19}">{count:,} ({count / first:.1%})</text>'
        )
    said = escaped("; ".join(f"{name}: {count:,}" for name, count in steps))
    size = f'class="chart" viewBox="0 0 740 {34 * len(steps) or 1}"'
    return f'<svg {size} role="img" aria-label="{said}">{"".join(parts)}</svg>'


def details(title: str, inner: str, *, is_open: bool = False, kind: str = "") -> str:
    """A part that opens; its title is text."""
    return f'<details{" open" if is_open else ""} class="{kind}"><summary>{escaped(title)}</summary>{inner}</details>'


def block(title: str, text: str) -> str:
    """A text as it is, under its title; it can be reached by keyboard, to be scrolled."""
    return f'<h4>{escaped(title)}</h4><pre tabindex="0" aria-label="{escaped(title)}">{escaped(text)}</pre>'
