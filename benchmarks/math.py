"""Math answers judged by ours and by Math-Verify, over as many processes, in interleaved rounds.

Math-Verify is used as its users do: each process parses the gold, boxed, and the response, and compares. Its processes
are warm; ours is a new MathVerifier each turn, which knows no verdict, with workers started before the clock.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from multiprocessing.pool import Pool

from math_verify import parse, verify

from benchmarks.math_rows import hard, realistic
from benchmarks.measure import Line, Rounds, Size, compared
from math_pipeline import MathVerifier

Pairs = Sequence[tuple[str, str]]
_CHUNK = 16


def math(size: Size) -> list[Line]:
    """Throughput on a realistic mix and on hard golds without repetition; and one worker beside two."""
    mix, alone = realistic(size.problems), hard(4 * size.problems)
    cpus = len(os.sched_getaffinity(0))
    rounds = min(3, size.rounds)
    with multiprocessing.get_context("spawn").Pool(cpus) as pool:
        pool.map(_by_math_verify, mix[: 2 * cpus], chunksize=1)
        lines = [
            _line(f"math: {len(mix)} responses, 16 a problem", mix, pool, cpus, rounds, wanted=10.0),
            _line(f"math: {len(alone)} hard golds, none twice", alone, pool, cpus, rounds, wanted=2.0),
        ]
    turns = Rounds(rounds).interleave({"1 worker": lambda: _ours(alone, 1), "2 workers": lambda: _ours(alone, 2)})
    return [*lines, compared("math: hard golds, two workers beside one", turns, "2 workers", "1 worker",
                             says="ours/baseline", unit="/s")]  # fmt: skip


def _line(name: str, pairs: Pairs, pool: Pool, cpus: int, rounds: int, *, wanted: float) -> Line:
    turns = Rounds(rounds).interleave({"ours": lambda: _ours(pairs, cpus), "Math-Verify": lambda: _theirs(pairs, pool)})
    return compared(name, turns, "ours", "Math-Verify", says="ours/baseline", unit="/s", wanted=(">=", wanted))


def _ours(pairs: Pairs, workers: int) -> float:
    """Responses a second. What was judged before is forgotten: a new verifier, its workers started before the clock."""
    with MathVerifier(workers=workers) as verifier:
        verifier.verify_many([(f"x+{at}", f"\\boxed{{{at}+x}}") for at in range(32 * workers)])
        begun = time.perf_counter()
        verifier.verify_many(pairs)
        return len(pairs) / (time.perf_counter() - begun)


def _theirs(pairs: Pairs, pool: Pool) -> float:
    begun = time.perf_counter()
    pool.map(_by_math_verify, pairs, chunksize=_CHUNK)
    return len(pairs) / (time.perf_counter() - begun)


def _by_math_verify(pair: tuple[str, str]) -> bool:
    gold, response = pair
    return bool(verify(parse(f"\\boxed{{{gold}}}"), parse(response)))
