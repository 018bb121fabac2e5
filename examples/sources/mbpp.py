"""Problems in the schema of MBPP: assertions that call functions by name."""

from __future__ import annotations

from typing import Any

from sources.dress import candidate, fenced

SPLIT = (
    "def split_bill(total, guests):\r\n    return [total // guests + (n < total % guests) for n in range(guests)]\r\n"
)
STACK = (
    "class Stack:\r\n    def __init__(self):\r\n        self.items = []\r\n\r\n"
    "    def push(self, item):\r\n        self.items.append(item)\r\n\r\n\r\n"
    "def height(stack):\r\n    return len(stack.items)\r\n"
)


def rows() -> list[dict[str, Any]]:
    """The rows of mbpp.jsonl."""
    return [
        {
            "task_id": 1,
            "text": "Write a function to split a bill into whole parts, the larger ones first.",
            "code": SPLIT,
            "test_list": [
                "assert split_bill(10, 4) == [3, 3, 2, 2]",
                "assert split_bill(0, 2) == [0, 0]",
                "assert sorted(split_bill(7, 3)) == [2, 2, 3]",
            ],
            "test_setup_code": "",
            "challenge_test_list": ["assert split_bill(5, 1) == [5]"],
            "candidates": [
                candidate("accepted", SPLIT, about="lines end as they do in the dataset"),
                candidate("accepted", fenced(SPLIT.replace("\r", ""))),
                candidate("wrong_answer", SPLIT.replace("n < ", "n >= guests - "), about="the larger ones last"),
                candidate("runtime_error", SPLIT.replace("split_bill", "split"), about="another name"),
            ],
        },
        {
            "task_id": 2,
            "text": "Write a class Stack with push, and a function for its height.",
            "code": STACK,
            "test_list": ["assert height(filled) == 2", "assert height(Stack()) == 0"],
            "test_setup_code": "filled = Stack()\r\nfilled.push(1)\r\nfilled.push(2)",
            "challenge_test_list": [],
            "candidates": [
                candidate("accepted", STACK, about="an object is no literal: run as an assertion program"),
                candidate("wrong_answer", STACK.replace("append(item)", "append(item)\r\n        self.items.sort()")
                          .replace("return len(stack.items)", "return len(stack.items) + 1")),
            ],
        },
        {
            "task_id": 3,
            "text": "A row whose assertions are broken.",
            "code": "",
            "test_list": ["assert nothing( == 1"],
            "test_setup_code": "",
            "challenge_test_list": [],
            "candidates": [candidate("bad_problem", "nothing = print", about="said of the row, not of the answer")],
        },
    ]  # fmt: skip
