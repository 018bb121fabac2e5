"""Small programs as models write them, no two alike, each with inputs of its own.

A family is a text with holes and a maker of inputs. The holes take other constants and names for each program, so that
nothing that was compiled, cached or remembered for one serves another.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.families import Family
from benchmarks.families_other import CPP_FAMILIES, NUMPY_FAMILIES
from benchmarks.families_python import FAMILIES

TESTS = 20
_NAMES = ("data", "values", "items", "arr", "numbers", "seq", "nums", "vals", "lst")


@dataclass(frozen=True)
class Task:
    """A program and the inputs that it is run on."""

    source: str
    inputs: tuple[str, ...]


def python_tasks(seed: int, tests: int = TESTS) -> Iterator[Task]:
    """Python programs without end, distinct; the same seed gives the same ones."""
    return _tasks(FAMILIES, seed, tests)


def numpy_tasks(seed: int, tests: int = TESTS) -> Iterator[Task]:
    """Python programs that import numpy."""
    return _tasks(NUMPY_FAMILIES, seed, tests)


def cpp_tasks(seed: int, tests: int = TESTS) -> Iterator[Task]:
    """C++17 programs that begin with `#include <bits/stdc++.h>`."""
    return _tasks(CPP_FAMILIES, seed, tests)


def _tasks(families: tuple[Family, ...], seed: int, tests: int) -> Iterator[Task]:
    number = 0
    while True:
        family = families[number % len(families)]
        draw = random.Random(f"{seed}/{number}")
        constant = 1_000_003 + 2 * (number + 1000 * seed)
        source = family.source.replace("NAME", draw.choice(_NAMES)).replace("CONSTANT", str(constant))
        yield Task(source.lstrip("\n"), tuple(_distinct(lambda: family.make_input(draw), tests)))  # noqa: B023 - used at once
        number += 1


def _distinct(make: Callable[[], str], count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[make()] = None
    return list(found)
