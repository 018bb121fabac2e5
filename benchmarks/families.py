"""What a family of programs is, and makers of small inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Family:
    """source: a program with holes. make_input: one input, drawn."""

    source: str
    make_input: Callable[[Random], str]


def integers(draw: Random) -> str:
    """A count and that many integers."""
    count = draw.randint(20, 60)
    return f"{count}\n{' '.join(str(draw.randint(-999, 999)) for _ in range(count))}\n"


def word(draw: Random) -> str:
    """A word of a few letters."""
    return "".join(draw.choice("abcdefgh") for _ in range(draw.randint(15, 50))) + "\n"


def graph(draw: Random) -> str:
    """Nodes, edges, and the edges with weights."""
    nodes = draw.randint(8, 20)
    edges = [(draw.randint(1, nodes), draw.randint(1, nodes), draw.randint(1, 99)) for _ in range(2 * nodes)]
    return f"{nodes} {len(edges)}\n" + "".join(f"{a} {b} {w}\n" for a, b, w in edges)


def queries(draw: Random) -> str:
    """A count and that many pairs."""
    count = draw.randint(5, 12)
    return f"{count}\n" + "".join(f"{draw.randint(1, 10**6)} {draw.randint(1, 10**6)}\n" for _ in range(count))


def grid(draw: Random) -> str:
    """A grid of dots and walls."""
    rows, columns = draw.randint(5, 9), draw.randint(5, 9)
    lines = ["".join(draw.choice("..#") for _ in range(columns)) for _ in range(rows)]
    return f"{rows} {columns}\n" + "\n".join(lines) + "\n"
