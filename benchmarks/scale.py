"""What each stage but execution costs a row, and what memory: python -m benchmarks.scale [ROWS] [FOLDER].

Synthetic rows of math and code, 1,300 characters each, pass through every stage that a recipe can name, each in a
process of its own. The baseline of the same run is reading the rows and writing them again.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LETTERS = random.Random(0)
WORDS = ["".join(_LETTERS.choices("etaoinshrdlucmfwypvbgk", k=_LETTERS.randint(2, 9))) for _ in range(20_000)]
STAGES: dict[str, list[str]] = {
    "read and write (baseline)": ["filter", "{rows}", "--where", "id: {missing: false}"],
    "filter like openthoughts": ["filter", "{rows}", "--like", "openthoughts"],
    "filter with a draw": ["filter", "{rows}", "--where", "domain: math", "--take", "1000", "--per", "source"],
    "mix": ["mix", "{rows}", "--by", "domain", "--shares", "math: 0.5, code: 0.5"],
    "deduplicate": ["deduplicate", "{rows}"],
    "deduplicate, approximate": ["deduplicate", "{rows}", "--approximate"],
    "decontaminate": ["decontaminate", "{rows}", "--against", "{benchmark}"],
    "publish": ["publish", "{rows}"],
}
COMMAND = "import sys; from ot_code.cli import main; sys.exit(main(sys.argv[1:]))"


def rows(count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """The rows, the same each time; every hundredth is nearly an earlier one."""
    rng = random.Random(seed)
    last = ""
    for number in range(count):
        text = " ".join(rng.choices(WORDS, k=rng.randint(20, 120)))
        if number % 100 == 99:
            text = last + " " + rng.choice(WORDS)
        last = text
        row: dict[str, Any] = {"id": f"r{number}", "problem": f"Find the value: {text}", "source": f"s{number % 7}"}
        answer = "<think>\n" + " ".join(rng.choices(WORDS, k=150)) + f"\n</think>\n\\boxed{{{number}}}"
        if number % 2:
            row |= {"domain": "math", "answer": str(number), "test_cases": None}
        else:
            tests = {"inputs": [f"{number}\n", "1\n"], "outputs": [f"{number}\n", "1\n"]}
            row |= {"domain": "code", "answer": None, "test_cases": json.dumps(tests)}
        yield {**row, "source_schema": "plain", "candidates": [answer]}


def main(count: int, folder: Path) -> None:
    """Prints a line a stage."""
    source = folder / "rows.jsonl"
    with source.open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows(count))
    benchmark = folder / "benchmark.jsonl"
    benchmark.write_text("".join(json.dumps(row) + "\n" for row in rows(500, seed=1)))
    size = source.stat().st_size
    print(f"{count:,} rows, {size / count:,.0f} bytes of JSON each", flush=True)
    base = 0.0
    for name, words in STAGES.items():
        out = folder / "out"
        command = [word.replace("{rows}", str(source)).replace("{benchmark}", str(benchmark)) for word in words]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        said = subprocess.run(
            [sys.executable, "-c", f"{COMMAND}", *command, "--out", str(out), "--quiet", "--overwrite"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        took = time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if said.returncode:
            print(f"{name:28} {said.stderr.strip()[:200]}", flush=True)
            continue
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        base = base or cpu
        written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        print(
            f"{name:28} {1e6 * cpu / count:8.0f} us of CPU a row, {cpu / base:5.2f} times the baseline, "
            f"{1e6 * took / count:8.0f} us on the clock, largest process so far {after.ru_maxrss / 1024:,.0f} MB, "
            f"{written / count:,.0f} bytes written a row",
            flush=True,
        )
        subprocess.run(["rm", "-rf", str(out)], check=True)


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    if len(sys.argv) > 2:
        main(asked, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory(prefix="ot-code-scale-") as scratch:
            main(asked, Path(scratch))
