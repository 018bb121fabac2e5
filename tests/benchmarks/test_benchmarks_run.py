"""Every benchmark runs and gives lines that a table can show. No figure is asserted: the machine may be busy."""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
import subprocess
import sys

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.measure import Line, Rounds, compared
from benchmarks.programs import cpp_tasks, numpy_tasks, python_tasks
from sandbox.jails.docker_images import tag_of

NEEDS = {"cpp": "g++"}


def _docker_can() -> bool:
    asked = ["docker", "image", "inspect", tag_of("python")]
    return (
        shutil.which("docker") is not None and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_runs(name):
    if name in NEEDS and shutil.which(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    if name == "docker" and not _docker_can() and not os.environ.get("OT_REQUIRE_DOCKER"):
        pytest.skip("no Docker engine with the image of Python jails")
    # A process of its own: one of them waits for every child, and pytest may have some.
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--tiny", "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr  # 1: a figure is not as wanted, which a busy machine may well show
    lines = json.loads(done.stdout)["lines"]
    assert lines
    for line in lines:
        assert math.isfinite(line["ours"])
        assert line["ratio"] is None or line["ratio"] > 0


@pytest.mark.parametrize("make", [python_tasks, numpy_tasks, cpp_tasks])
def test_no_two_programs_or_inputs_are_alike(make):
    tasks = [task for seed in (1, 2) for task in itertools.islice(make(seed), 60)]
    assert len({task.source for task in tasks}) == len(tasks)
    assert all(len(set(task.inputs)) == 20 for task in tasks)
    assert not any("NAME" in task.source or "CONSTANT" in task.source for task in tasks)


@pytest.mark.parametrize("make", [python_tasks, numpy_tasks])
def test_programs_are_as_long_as_those_of_models(make):
    assert all(8 <= len(task.source.splitlines()) <= 45 for task in itertools.islice(make(1), 30))


def test_the_same_seed_gives_the_same_tasks():
    assert list(itertools.islice(python_tasks(3), 12)) == list(itertools.islice(python_tasks(3), 12))


def test_rounds_alternate_and_ratios_are_taken_round_by_round():
    order = []

    def turn(name, value):
        return lambda: (order.append(name), value)[1]

    samples = Rounds(3).interleave({"ours": turn("a", 2.0), "theirs": turn("b", 6.0)})
    assert order == ["a", "b", "b", "a", "a", "b"]
    line = compared("x", samples, "ours", "theirs", says="baseline/ours", wanted=(">=", 3.0))
    assert (line.ratio, line.met) == (3.0, True)
    assert compared("x", samples, "ours", "theirs", says="ours/baseline", wanted=("<=", 0.3)).met is False
    assert Line("x", 5.0, "ms", wanted=("<=", 4.0)).met is False
    assert Line("x", 5.0, "ms").met is None
