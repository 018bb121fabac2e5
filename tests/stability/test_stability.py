"""The same verdicts with one job and many, beside a CPU burner, killed and resumed: all columns but times and memory.

Three hundred candidates: a third at 54 to 122 % of their CPU limit, a third that fail differently on different tests, a
third that do what most candidates do. CPU-bound ones are calibrated on the machine in its quickest moment, and stand
away from the edges where a verdict or flag is defined by the last percent of a noisy clock (0.70, 1.00 and 1.50 of the
limit). Where the machine changes its own speed (neighbours on the same host), CPU time is no constant and less must
hold: see `assert_same`.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.dataset as pads
import pytest

from sandbox import Limits, Sandbox

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(900)]

LIMIT_S = 0.2
STEADY = 1.06  # quickest to slowest; programs stand at least a tenth from where something changes
BURN = "def burn(n):\n    s = 0\n    for i in range(n):\n        s += i * i % 7\n    return s\n"
NOT_COMPARED = {"cpu_time_s", "wall_time_s", "memory_mb"}
SHARES = [0.54, 0.55, 0.56, 0.57, 0.58, 0.79, 0.8, 0.81, 0.82, 0.83, 1.16, 1.18, 1.19, 1.2, 1.22]


@dataclass(frozen=True)
class Speed:
    """Loop turns a second of CPU time, over a few seconds in which nothing else runs."""

    best: float
    median: float

    @classmethod
    def now(cls) -> Speed:
        found = []
        with Sandbox(jobs=1) as sandbox:
            for _ in range(12):
                run = sandbox.run(BURN + "burn(2_000_000)", limits=Limits(cpu_time_s=20))
                found.append(2_000_000 / run.cpu_time_s)
                time.sleep(0.3)
        return cls(max(found), statistics.median(found))


def near_limit(per_second: float) -> list[dict[str, Any]]:
    rows = []
    for number in range(25):
        turns = [int(SHARES[(number * 4 + k) % len(SHARES)] * (LIMIT_S - 0.001) * per_second) for k in range(4)]
        rows.append(
            {
                "id": f"near-{number}",
                "problem": "",
                "time_limit_s": LIMIT_S,
                "test_cases": {"inputs": ["1\n"], "outputs": ["1\n"]},
                "candidates": [f"{BURN}x = input()\nburn({n})\nprint(x)\n" for n in turns],
            }
        )
    return rows


def failing_differently() -> list[dict[str, Any]]:
    rows = []
    ways = [
        "print(n + 1)",
        "raise ValueError(object())",
        "import sys; sys.exit(3)",
        "print(n); 1 / 0",
        "while True: pass",
    ]
    for number in range(10):
        inputs = [f"{n}\n" for n in range(12)]
        candidates = []
        for k in range(10):
            wrong_at = sorted({(number + 3 * k) % 12, (5 * k) % 12})
            way = ways[k % 4] if k != 7 else ways[4]
            candidates.append(f"n = int(input())\n# {k}\nif n in {wrong_at}:\n    {way}\nelse:\n    print(n)\n")
        rows.append(
            {
                "id": f"different-{number}",
                "problem": "",
                "time_limit_s": LIMIT_S,
                "test_cases": {"inputs": inputs, "outputs": inputs},
                "candidates": candidates,
            }
        )
    return rows


def usual() -> list[dict[str, Any]]:
    rows = []
    for number in range(20):
        inputs = [f"{n} {number}\n" for n in range(6)]
        outputs = [f"{n * number}\n" for n in range(6)]
        body = "a, b = map(int, input().split())\n"
        candidates = [
            body + "print(a * b)\n",
            f"Some thought.\n\n```python\n{body}print(a * b)\n```\n",
            body + "print(a + b)\n",
            "I do not know.",
            body + "print(a * b\n",
        ]
        rows.append(
            {"id": f"usual-{number}", "problem": "", "test_cases": {"inputs": inputs, "outputs": outputs},
             "candidates": candidates}
        )  # fmt: skip
    return rows


def command(rows_file: Path, out: Path, jobs: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "ot_code",
        "verify",
        str(rows_file),
        "--out",
        str(out),
        "--jobs",
        str(jobs),
        "--quiet",
    ]


def judged(out: Path) -> list[dict[str, Any]]:
    rows = pads.dataset(out / "judged").to_table().to_pylist()
    return [{name: value for name, value in row.items() if name not in NOT_COMPARED} for row in rows]


class Reference:
    """Rows for this machine's speed, and what one job says of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._times = 0
        self.speeds = [Speed.now()]
        rows = near_limit(self.speeds[0].best) + failing_differently() + usual()
        assert sum(len(row["candidates"]) for row in rows) == 300
        self.rows = folder / "rows.jsonl"
        self.rows.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.judge()

    def judge(self) -> None:
        out = self._folder / f"out-{self._times}"
        self._times += 1
        _done(command(self.rows, out, 1))
        self.speeds.append(Speed.now())
        self.judged = judged(out)
        wanted = {"accepted", "wrong_answer", "time_limit", "runtime_error", "no_code", "compile_error"}
        assert len(self.judged) == 300
        assert {row["verdict"] for row in self.judged} == wanted

    def steady(self, now: Speed) -> bool:
        """Whether the machine had one speed from the calibration until now, as far as can be seen."""
        seen = [speed for one in (*self.speeds, now) for speed in (one.best, one.median)]
        return max(seen) < STEADY * min(seen)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return Reference(tmp_path_factory.mktemp("reference"))


def assert_same(reference: Reference, run: Callable[[Path, Path], None], folder: Path) -> None:
    """run: judges the rows of a file into a folder.

    What is not near its limit is the same. What is near is the same as well on a machine of one speed; on one of many,
    no verdict may turn that is not marked by both as one that might. As neighbours come and go between two looks at
    the speed, one job and the run have a second turn.
    """
    for turn in range(2):
        if turn:
            reference.judge()
        run(reference.rows, folder / str(turn))
        rows, expected = judged(folder / str(turn)), reference.judged
        assert [row["row_id"] for row in rows] == [row["row_id"] for row in expected]
        different = [(one, other) for one, other in zip(expected, rows, strict=True) if one != other]
        assert [pair for pair in different if not pair[0]["id"].startswith("near-")] == []
        if different and not reference.steady(Speed.now()):
            different = [
                (one, other)
                for one, other in different
                if one["verdict"] != other["verdict"] and not (one["marginal"] and other["marginal"])
            ]
        if not different:
            return
    assert different == []


def test_eight_jobs(reference: Reference, tmp_path: Path) -> None:
    assert_same(reference, lambda rows, out: _done(command(rows, out, 8)), tmp_path)


def test_beside_a_burner(reference: Reference, tmp_path: Path) -> None:
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        assert_same(reference, lambda rows, out: _done(command(rows, out, 2)), tmp_path)
    finally:
        burner.kill()
        burner.wait()


def test_killed_and_resumed(reference: Reference, tmp_path: Path) -> None:
    def killed(rows: Path, out: Path) -> None:
        kills = 0
        for wait_s in (2, 4, 6, 8, 10):
            process = subprocess.Popen(command(rows, out, 2))
            time.sleep(wait_s)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            process.wait()
        assert kills >= 3
        _done(command(rows, out, 2))

    assert_same(reference, killed, tmp_path)


def _done(words: list[str]) -> None:
    subprocess.run(words, check=True)
