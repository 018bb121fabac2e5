"""Rewards asked by eight trainers at once, beside `ot-code verify` on the same rows: completions a second.

Programs and answers are mixed, and every tenth completion attacks its jail. Each turn has completions of its own, and a
pool that is warm; `verify` is a command that starts anew, as it is used.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

from benchmarks.measure import Line, Rounds, Size, compared
from benchmarks.programs import python_tasks
from ot_code import rewards as ours
from sandbox import Program, Run, Sandbox

TRAINERS = 8
_TESTS = 5
_HOSTILE = "import os, signal\nos.kill(-1, signal.SIGKILL)\nos.kill(1, signal.SIGKILL)\nprint({})"


def rewards(size: Size) -> list[Line]:
    """1,024 completions of 128 problems, half code and half mathematics, from eight processes."""
    problems = min(128, 4 * size.problems)
    turns = _rows(problems)
    with multiprocessing.get_context("spawn").Pool(TRAINERS) as trainers:
        trainers.map(_reward, [_warm()] * TRAINERS, chunksize=1)
        rounds = Rounds(min(3, size.rounds)).interleave(
            {"rewards": lambda: _by_trainers(trainers, next(turns)), "verify": lambda: _by_verify(next(turns))}
        )
    name = f"rewards: {8 * problems} completions from {TRAINERS} processes"
    return [compared(name, rounds, "rewards", "verify", says="ours/baseline", unit="/s", wanted=(">=", 0.8))]


def _warm() -> list[dict[str, Any]]:
    tests = {"inputs": ["1\n"], "outputs": ["1\n"]}
    answers = [rf"\boxed{{{at}+x}}" for at in range(8)]
    return [
        {"problem": "?", "test_cases": tests, "answer": None, "candidates": ["print(input())"]},
        {"problem": "?", "test_cases": None, "answer": "x+1", "candidates": answers},
    ]


def _rows(problems: int) -> Iterator[list[dict[str, Any]]]:
    """New rows each turn: eight candidates a problem."""
    tasks = python_tasks(11, _TESTS)
    for turn in itertools.count():
        rows: list[dict[str, Any]] = []
        with Sandbox() as sandbox:
            for number, task in enumerate(itertools.islice(tasks, problems // 2)):
                with sandbox.open(Program(task.source)) as session:
                    outputs = [done.stdout for done in session.run([Run(text) for text in task.inputs])]
                said = [f"{task.source}\n# {at}\n" if at % 2 else f"{task.source}\nprint({at})\n" for at in range(7)]
                tests = {"inputs": task.inputs, "outputs": outputs}
                hostile = _HOSTILE.format(turn * problems + number)
                rows.append({"problem": "?", "test_cases": tests, "answer": None, "candidates": [*said, hostile]})
        for number in range(problems - problems // 2):
            seed = turn * problems + number + 2
            said = [rf"So it is \boxed{{(x+{seed})(x+{at})}}." for at in range(1, 8)]
            rows.append({"problem": "?", "test_cases": None, "answer": f"x^2+{seed + 3}x+{3 * seed}",
                         "candidates": [*said, r"\boxed{" + "(" * 400 + "x" * 400]})  # fmt: skip
        yield rows


def _by_trainers(trainers: Pool, rows: list[dict[str, Any]]) -> float:
    begun = time.perf_counter()
    shares = [rows[at::TRAINERS] for at in range(TRAINERS)]
    found = [score for scores in trainers.map(_reward, shares, chunksize=1) for score in scores]
    spent = time.perf_counter() - begun
    wanted = sum(len(row["candidates"]) for row in rows)
    if len(found) != wanted or sum(score is None for score in found) > wanted // 10:
        raise RuntimeError(f"{found.count(None)} of {wanted} completions have no reward")
    return wanted / spent


def _reward(rows: list[dict[str, Any]]) -> list[float | None]:
    """What one trainer asks: a batch as TRL hands it over."""
    each = [(row, said) for row in rows for said in row["candidates"]]
    columns = {name: [row[name] for row, _ in each] for name in ("test_cases", "answer")}
    return ours.trl([said for _, said in each], prompts=[row["problem"] for row, _ in each], **columns)


def _by_verify(rows: list[dict[str, Any]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        words = ["verify", str(path), "--out", f"{folder}/out", "--quiet"]
        begun = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "ot_code", *words], env={**os.environ}, check=False)
        spent = time.perf_counter() - begun
        summary = json.loads((Path(folder) / "out" / "summary.json").read_text())
    wanted = sum(len(row["candidates"]) for row in rows)
    if done.returncode or summary["read"] != wanted or summary["faults"]:
        raise RuntimeError(f"verify ended with {done.returncode}: {summary}")
    return wanted / spent
