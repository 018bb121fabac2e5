"""Problems in the schema of verl's training data: tests as JSON text in reward_model.ground_truth."""

from __future__ import annotations

import json
from typing import Any

from sources.dress import fenced, lines, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of verl.parquet."""
    ferry = "n, seats = map(int, input().split())\nprint(-(-n // seats))\n"
    gaps = "def gaps(marks):\n    return [b - a for a, b in zip(marks, marks[1:])]\n"
    return [
        _row(
            0,
            "A ferry with s seats carries n people. How often must it go? One line: n and s.",
            {"inputs": [lines((10, 4)), lines((8, 4)), lines((0, 3))], "outputs": ["3\n", "2\n", "0\n"]},
            [
                (thinking(ferry, thoughts="Round up.", prose="Round the quotient up:"), "accepted"),
                (fenced(ferry.replace("-(-n // seats)", "n // seats + 1")), "wrong_answer"),
                ("I would divide and round up.", "no_code"),
            ],
        ),
        _row(
            1,
            "Write gaps(marks): the differences of neighbours.",
            {"inputs": ["[1, 4, 9]", "[]"], "outputs": ["[3, 5]", "[]"], "fn_name": "gaps"},
            [(fenced(gaps), "accepted"), (fenced(gaps.replace("b - a", "a - b")), "wrong_answer")],
        ),
        _row(
            2,
            "Double the number on the line.",
            [{"input": "4", "output": "8", "testtype": "stdin"}, {"input": "-1", "output": "-2", "testtype": "stdin"}],
            [("print(2 * int(input()))", "accepted")],
        ),
        _row(
            3,
            "Write twice(x).",
            {"assert_case": ["assert twice(2) == 4", "assert twice('a') == 'aa'"]},
            [
                ("def twice(x):\n    return x + x\n", "accepted"),
                ("def twice(x):\n    return 2 ** x\n", "runtime_error"),
            ],
        ),
    ]


def _row(number: int, statement: str, truth: Any, answers: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "data_source": "ot-code/own",
        "prompt": [{"role": "user", "content": statement}],
        "ability": "code",
        "reward_model": {"style": "rule", "ground_truth": json.dumps(truth)},
        "extra_info": {"index": number, "split": "train"},
        "responses": [answer for answer, _ in answers],
        "expected_verdicts": [verdict for _, verdict in answers],
    }
