"""Problems in the schema of LiveCodeBench: private tests packed as base64(zlib(pickle(JSON text)))."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from typing import Any

from sources.dress import candidate, code, fenced, lines, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of livecodebench.jsonl."""
    return [_bells(), _peaks(), _forged()]


def packed(text: str) -> str:
    """The text as LiveCodeBench packs it; stored, not compressed, so that every zlib writes the same bytes."""
    return base64.b64encode(zlib.compress(pickle.dumps(text, protocol=4), 0)).decode()


def _row(
    number: int, title: str, content: str, tests: list[tuple[str, str]], candidates: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    kind = "functional" if "function" in more else "stdin"
    cases = [{"input": given, "output": wanted, "testtype": kind} for given, wanted in tests]
    return {
        "question_title": title,
        "question_content": content,
        "platform": "leetcode" if kind == "functional" else "atcoder",
        "question_id": f"example_{number}",
        "contest_id": "examples",
        "contest_date": "2024-01-01T00:00:00",
        "starter_code": more.get("starter", ""),
        "difficulty": "easy",
        "public_test_cases": json.dumps(cases[:1]),
        "private_test_cases": more.get("private") or packed(json.dumps(cases[1:])),
        "metadata": json.dumps({"func_name": more["function"]} if "function" in more else {}),
        "candidates": candidates,
    }


BELLS = code("""
    from math import lcm
    _ = input()
    print(lcm(*map(int, input().split())))
""")


def _bells() -> dict[str, Any]:
    content = code("""
        n bells ring together at minute 0, and bell i then every a_i minutes. When do they all ring together again?

        Input: n, then the n numbers a_i. Output: the minute.
    """)
    tests = [(lines([2], [4, 6]), "12"), (lines([1], [9]), "9"), (lines([3], [2, 3, 5]), "30")]
    product = BELLS.replace("lcm(*", "prod(").replace("import lcm", "import prod")
    answers = [
        candidate("accepted", fenced(BELLS)),
        candidate("wrong_answer", fenced(product), about="passes all tests but the public one"),
        candidate("wrong_answer", fenced(BELLS.replace("lcm(*", "max(")), about="passes a private test"),
    ]
    return _row(1, "Bells", content, tests, answers)


STARTER = "class Solution:\n    def peaks(self, heights: List[int], name: str) -> List[int]:\n        "
PEAKS = code("""
    class Solution:
        def peaks(self, heights: List[int], name: str) -> List[int]:
            ends = [float("-inf"), *heights, float("-inf")]
            found = [i for i in range(len(heights)) if ends[i] < ends[i + 1] > ends[i + 2]]
            return found[::-1] if name == "east" else found
""")


def _peaks() -> dict[str, Any]:
    content = (
        "Return the positions in `heights` that are higher than their neighbours, as one sees them going west to east, "
        'or in reverse if `name` is "east".\n'
    )
    tests = [('[3]\n"west"', "[0]"), ('[1, 5, 2]\n"west"', "[1]"), ('[1, 5, 2]\n"east"', "[1]")]
    answers = [
        candidate("accepted", thinking(PEAKS, thoughts="Put walls at the ends.", prose="Compare with the neighbours.")),
        candidate("accepted", fenced(PEAKS.replace("return found[", "return tuple(found)[")), about="a tuple"),
        candidate(
            "wrong_answer",
            fenced(PEAKS.replace("found[::-1] if", "found[-1] if").replace("else found", "else found[0]")),
            about="a number, where each test expects a list of one: it counts as itself here, unlike in APPS",
        ),
        candidate("runtime_error", fenced(PEAKS.replace("ends[i + 2]", "ends[i + 3]")), about="IndexError"),
    ]
    return _row(2, "Peaks", content, tests, answers, function="peaks", starter=STARTER)


def _forged() -> dict[str, Any]:
    """A pickle that would call a function when it is loaded: it is refused, not loaded."""
    calls = b"\x80\x04\x8c\x08builtins\x94\x8c\x05print\x94\x93\x94\x8c\x05hello\x85R."
    private = base64.b64encode(zlib.compress(calls, 0)).decode()
    answers = [candidate("bad_problem", "print(1)\n", about="the row's private tests are a program, not a text")]
    return _row(3, "Forged", "Print 1.\n", [("", "1")], answers, private=private)
