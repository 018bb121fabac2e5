"""Rows in the schema of Codeforces-Python-Submissions: each is one submission, with the tests of its problem."""

from __future__ import annotations

from typing import Any

from sources.dress import code, fenced, lines

ALL_CUT = "the source cut each test of the row"


def rows() -> list[dict[str, Any]]:
    """The rows of codeforces_submissions.jsonl."""
    return [*_stamps(), *_lanterns()]


def _row(problem: dict[str, Any], expected: str, source: str, verdict: str, about: str = "") -> dict[str, Any]:
    language = "Python 2" if "raw_input" in source else "Python 3"
    return {
        "domain": "Codeforces",
        "contestId": 99001,
        "index": problem["index"],
        "name": problem["name"],
        "type": "PROGRAMMING",
        "rating": 800,
        "tags": ["implementation"],
        "title": f"{problem['index']}. {problem['name']}",
        "time-limit": "1 second",
        "memory-limit": "256 megabytes",
        "problem-description": problem["text"],
        "input-specification": problem["input"],
        "output-specification": problem["output"],
        "demo-input": [problem["tests"][0][0]],
        "demo-output": [problem["tests"][0][1]],
        "note": None,
        "points": 0.0,
        "test_cases": [{"input": given, "output": wanted} for given, wanted in problem["tests"]],
        "creationTimeSeconds": 1_600_000_000,
        "relativeTimeSeconds": 2_147_483_647,
        "programmingLanguage": language,
        "verdict": verdict,
        "testset": "TESTS",
        "passedTestCount": len(problem["tests"]) if verdict == "OK" else 1,
        "timeConsumedMillis": 46,
        "memoryConsumedBytes": 0,
        "code": source,
        "prompt": f"Write a program in {language}.\n\n{problem['text']}",
        "response": fenced(source, "python3"),
        "expected_verdict": expected,
        "about": about,
    }


STAMPS = code("""
    n, postage = map(int, input().split())
    stamps = sorted(map(int, input().split()), reverse=True)
    used = 0
    while postage > 0 and used < n:
        postage -= stamps[used]
        used += 1
    print("YES" if postage <= 0 else "NO")
    if postage <= 0:
        print(used)
""")


def _cut(numbers: list[int]) -> str:
    """As Codeforces shows a long test: its beginning, and dots."""
    return lines([len(numbers), 10**9], numbers)[:255] + "..."


def _stamps() -> list[dict[str, Any]]:
    problem = {
        "index": "A",
        "name": "Stamps",
        "text": code("""
            A letter needs stamps worth at least p. From the n stamps on your desk, use as few as you can.
        """),
        "input": "n and p, then the values of the n stamps.",
        "output": (
            "`YES` and the least number of stamps, or `NO` if they do not suffice. You may print each letter of YES "
            "and NO in any case (upper or lower)."
        ),
        "tests": [
            (lines([3, 5], [1, 4, 2]), "YES\r\n2\r\n"),
            (lines([2, 9], [4, 4]), "NO\r\n"),
            (lines([1, 7], [7]), "YES\r\n1\r\n"),
            (_cut([*range(1, 200)]), "NO\r\n"),
        ],
    }
    python_2 = STAMPS.replace("input()", "raw_input()").replace("print(used)", "print used")
    return [
        _row(problem, "accepted", STAMPS, "OK", "of four tests one was cut, and is left out"),
        _row(problem, "accepted", STAMPS.replace('"YES"', '"Yes"'), "OK", "letters in any case, says the statement"),
        _row(problem, "wrong_answer", STAMPS.replace(", reverse=True", ""), "WRONG_ANSWER", "small stamps first"),
        _row(problem, "wrong_answer", STAMPS.replace('"YES"', '"Y"'), "WRONG_ANSWER", "no letter of the word but one"),
        _row(problem, "runtime_error", STAMPS.replace(" and used < n", ""), "RUNTIME_ERROR", "IndexError"),
        _row(problem, "unsupported_language", python_2, "OK", "Python 2"),
    ]


LANTERNS = code("""
    from itertools import groupby
    row = input().strip()
    print(max((len(list(run)) for mark, run in groupby(row) if mark == "."), default=0))
""")


def _lanterns() -> list[dict[str, Any]]:
    problem = {
        "index": "B",
        "name": "Lanterns",
        "text": "A street has lanterns that are lit (`#`) or dark (`.`). How long is the longest dark stretch?\n",
        "input": "The street as one line.",
        "output": "The number of lanterns in the longest dark stretch.",
        "tests": [("#..#.\n", "2\n"), ("###...\n", "3\n"), ("...\n", "3\n"), ("#\n", "0\n")],
    }
    hidden = {**problem, "index": "C", "tests": [("#." * 120 + "...", "4\n"), (".#" * 120 + "...", "1\n")]}
    ends = LANTERNS.replace("input().strip()", 'input().strip().rstrip(".")')
    return [
        _row(problem, "accepted", LANTERNS, "OK", "a drawing that ends in dots was not cut"),
        _row(problem, "wrong_answer", ends, "WRONG_ANSWER", "passes only the tests that do not end in dots"),
        _row(hidden, "no_tests", LANTERNS, "OK", ALL_CUT),
    ]
