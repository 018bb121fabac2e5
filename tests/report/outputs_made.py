"""An output of verify with hostile answers in it, made without running them: the rows as verify writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ot_code.columns import OURS

HOSTILE = '</pre><script>document.title="evil"</script><img src=x onerror="document.title=1"><b id=evil>'
VERDICTS = ("accepted", "wrong_answer", "runtime_error", "time_limit", "sandbox_error")


def judged_row(problem: int, candidate: int, verdict: str, **more: Any) -> dict[str, Any]:
    passed = {"accepted": True, "sandbox_error": None}.get(verdict, False)
    failure = {"index": candidate % 2, "input": "1 2\n", "expected": "3", "got": HOSTILE, "stderr": "\x1b[31mred\u202e"}
    return {
        **dict.fromkeys(OURS),
        "problem": f"Add numbers {problem}. {HOSTILE}",
        "source": f"source {problem % 3} <b id=evil>",
        "difficulty": (800, 1200, 1600)[problem % 3],
        "candidate": f"print('answer {problem}.{candidate}')\n" * (candidate + 1) + HOSTILE,
        "row_id": f"{problem:08d}",
        "candidate_index": candidate,
        "verdict": verdict,
        "passed": passed,
        "reason": "" if passed else f"test {problem}: got {HOSTILE}",
        "first_failure": None if passed else failure,
        "cpu_time_s": 0.001 * (problem + 1) * (candidate + 1),
        "limits": {"cpu_time_s": 4.0, "wall_time_s": 14.0, "memory_mb": 512.0, "output_bytes": 1},
        "marginal": problem == 5,
        "provoked": False,
        "findings": ["several_answers"] if problem == 6 else [],
        **more,
    }


def verify_output(path: Path, problems: int = 12, candidates: int = 5) -> Path:
    """A folder as verify leaves it, in JSON lines."""
    rows = [
        judged_row(problem, at, VERDICTS[(problem * 2 + at) % 5] if problem % 4 else "wrong_answer")
        for problem in range(problems)
        for at in range(candidates)
    ]
    (path / "judged").mkdir(parents=True)
    (path / "judged" / "part-00000.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    verdicts = {name: sum(row["verdict"] == name for row in rows) for name in VERDICTS}
    summary = {
        "rows": problems, "read": len(rows), "kept": verdicts["accepted"], "rejected": len(rows) - verdicts["accepted"],
        "dropped": 0, "undecided": 0, "malformed": 0, "faults": verdicts["sandbox_error"], "verdicts": verdicts,
        "findings": {}, "reference_faults": 0, "marginal": 0, "provoked": 0,
        "by_source": {"source 0 <b id=evil>": verdicts}, "by_domain": {"code": verdicts},
        "by_language": {"python3": verdicts}, "times": {"elapsed_s": 2.5, "rows_per_s": 1.0},
    }  # fmt: skip
    (path / "summary.json").write_text(json.dumps(summary))
    run = {
        "input": {"spec": f"rows.jsonl {HOSTILE}"},
        "settings": {"response_column": None},
        "started_at": "2026-01-01",
    }
    (path / "run.json").write_text(json.dumps(run))
    return path
