"""The same verdicts with one job and many, beside a CPU burner, killed and resumed: all columns but times and memory.

Three hundred candidates: a third at 54 to 122 % of their CPU limit, a third that fail differently on different tests, a
third that do what most candidates do. CPU-bound ones are calibrated on the machine in its quickest moment, and stand a
fifth below the edges where a verdict or flag is defined by the last percent of a noisy clock (0.70, 1.00 and 1.50 of
the limit): a machine's speed drifts that much from minute to minute, for all that runs on it alike.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.dataset as pads
import pytest

from sandbox import Limits, Sandbox

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(1500)]

LIMIT_S = 0.2
BURN = "def burn(n):\n    s = 0\n    for i in range(n):\n        s += i * i % 7\n    return s\n"
NOT_COMPARED = {"cpu_time_s", "wall_time_s", "memory_mb"}
SHARES = [0.54, 0.55, 0.56, 0.57, 0.58, 0.79, 0.8, 0.81, 0.82, 0.83, 1.16, 1.18, 1.19, 1.2, 1.22]


@pytest.fixture(scope="module")
def per_second() -> float:
    """Loop turns a second of CPU time, the best of a few."""
    with Sandbox(jobs=1) as sandbox:
        runs = []
        for _ in range(20):  # over some seconds, since machines drift
            runs.append(sandbox.run(BURN + "burn(3_000_000)", limits=Limits(cpu_time_s=20)))
            time.sleep(0.6)
    return 3_000_000 / min(run.cpu_time_s for run in runs)


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


@pytest.fixture(scope="module")
def rows_file(per_second: float, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = near_limit(per_second) + failing_differently() + usual()
    assert sum(len(row["candidates"]) for row in rows) == 300
    path = tmp_path_factory.mktemp("stability") / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


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


@pytest.fixture(scope="module")
def with_one_job(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    out = tmp_path_factory.mktemp("one") / "out"
    subprocess.run(command(rows_file, out, 1), check=True)
    rows = judged(out)
    verdicts = {row["verdict"] for row in rows}
    wanted = {"accepted", "wrong_answer", "time_limit", "runtime_error", "no_code", "compile_error"}
    assert len(rows) == 300
    assert verdicts == wanted
    assert sum(row["marginal"] for row in rows) > 50
    return rows


def assert_same(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert [row["row_id"] for row in rows] == [row["row_id"] for row in expected]
    different = [
        (one["id"], one["candidate_index"], name, one[name], other[name])
        for one, other in zip(expected, rows, strict=True)
        for name in one
        if one[name] != other[name]
    ]
    assert not different


def test_eight_jobs(rows_file: Path, with_one_job: list[dict[str, Any]], tmp_path: Path) -> None:
    subprocess.run(command(rows_file, tmp_path / "out", 8), check=True)
    assert_same(judged(tmp_path / "out"), with_one_job)


def test_beside_a_burner(rows_file: Path, with_one_job: list[dict[str, Any]], tmp_path: Path) -> None:
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        subprocess.run(command(rows_file, tmp_path / "out", 2), check=True)
    finally:
        burner.kill()
        burner.wait()
    assert_same(judged(tmp_path / "out"), with_one_job)


def test_killed_and_resumed(rows_file: Path, with_one_job: list[dict[str, Any]], tmp_path: Path) -> None:
    out = tmp_path / "out"
    kills = 0
    for wait_s in (3, 7, 11, 15, 19):
        process = subprocess.Popen(command(rows_file, out, 2))
        time.sleep(wait_s)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills >= 3
    subprocess.run(command(rows_file, out, 2), check=True)
    assert_same(judged(out), with_one_job)
