"""Rows in the schema of OpenThoughts-114k's `metadata`: one answer a row, every column a string."""

from __future__ import annotations

import json
from typing import Any

from sources.dress import code, fenced, lines


def rows() -> list[dict[str, Any]]:
    """The rows of openthoughts_metadata.jsonl."""
    return [*_kettles(), *_beads(), *_without_tests()]


def _row(problem: dict[str, Any], expected: str, solution: str, about: str = "", reasoning: str = "") -> dict[str, Any]:
    return {
        "problem": problem["problem"],
        "deepseek_reasoning": reasoning or "Okay, so I need to read the problem again. " * 3,
        "deepseek_solution": solution,
        "ground_truth_solution": problem["truth"],
        "domain": "code",
        "source": problem["source"],
        "test_cases": problem["tests"],
        "starter_code": problem["starter"],
        "expected_verdict": expected,
        "about": about,
    }


KETTLES = code("""
    def main():
        n, t = map(int, input().split())
        done = 0
        for _ in range(n):
            start, minutes = map(int, input().split())
            done += start + minutes <= t
        print("all" if done == n else done)

    main()
""")


def _kettles() -> list[dict[str, Any]]:
    problem = {
        "problem": code("""
            Kettle i is switched on at minute s_i and boils after m_i minutes. How many of the n kettles have boiled by
            minute t? Print `all` if all of them have.

            Input: n and t, then n lines with s_i and m_i. Output: the number, or `all`.
        """),
        "truth": fenced(KETTLES),
        "source": "apps",
        "tests": json.dumps(
            {
                "inputs": [
                    lines([2, 10], [3, 7], [9, 2]),
                    lines([1, 5], [0, 5]),
                    lines([3, 0], [1, 1], [1, 1], [0, 1]),
                ],
                "outputs": ["1\n", "all\n", "0\n"],
            }
        ),
        "starter": "",
    }
    right = (
        f"To solve this, count the kettles.\n\n### Code\n\n{fenced(KETTLES)}\n\n### Explanation\n\n`done` counts them."
    )
    early = KETTLES.replace("<= t", "< t")
    sample_last = f"{fenced(KETTLES)}\n\nA run of it:\n\n```\n2 10\n3 7\n9 2\n```\n"
    crash = KETTLES.replace("range(n)", "range(n + 1)")
    return [
        _row(problem, "accepted", right, "prose before and after"),
        _row(problem, "accepted", sample_last, "the last block is a sample"),
        _row(problem, "accepted", fenced(KETTLES, "py"), "another tag"),
        _row(problem, "wrong_answer", fenced(early), "before became until"),
        _row(problem, "wrong_answer", fenced(KETTLES.replace("\nmain()\n", "\n")), "main is never called"),
        _row(problem, "runtime_error", fenced(crash), "EOFError"),
        _row(problem, "compile_error", fenced(KETTLES.replace("def main():", "def main()")), "a colon is missing"),
        _row(problem, "no_code", "All kettles that were switched on early enough have boiled, so one counts them."),
        _row(problem, "no_code", "", "the answer was cut off while it was thinking"),
    ]


BEADS = code("""
    def string_beads(colours, size):
        found = {}
        for at, colour in enumerate(colours):
            found.setdefault(colour, []).append(at)
        return [[colour, places] for colour, places in found.items() if len(places) >= size]
""")


def _beads() -> list[dict[str, Any]]:
    problem = {
        "problem": code("""
            Given the colours of the beads on a string, return for each colour that occurs at least `size` times, in
            order of its first bead, the colour and the list of its places.
        """),
        "truth": fenced(BEADS),
        "source": "taco",
        "tests": json.dumps(
            {
                "fn_name": "string_beads",
                "inputs": [["aba", 2], ["", 1], ["aéb✓✓", 1]],
                "outputs": [[["a", [0, 2]]], [], [["a", [0]], ["é", [1]], ["b", [2]], ["✓", [3, 4]]]],
            }
        ),
        "starter": "def string_beads(colours, size):\n",
    }
    tuples = BEADS.replace("[[colour, places] for colour", "[(colour, tuple(places)) for colour")
    noisy = BEADS + '\nif __name__ == "__main__":\n    print(string_beads(input(), int(input())))\n'
    return [
        _row(problem, "accepted", fenced(BEADS)),
        _row(problem, "accepted", fenced(tuples), "tuples for lists"),
        _row(problem, "wrong_answer", fenced(BEADS.replace(">= size", "> size")), "at least became more than"),
        _row(
            problem,
            "wrong_answer",
            fenced(BEADS.replace("places] for", "places[::-1]] for")),
            "the wrong places",
        ),
        _row(problem, "runtime_error", fenced(noisy.replace("found = {}", "found = None")), "AttributeError"),
    ]


def _without_tests() -> list[dict[str, Any]]:
    problem = {
        "problem": "Print a greeting of your choice.\n",
        "truth": fenced('print("hello")'),
        "source": "code_contests",
        "tests": "",
        "starter": "",
    }
    broken = {**problem, "tests": '{"inputs": ["1\\n"], "outputs":'}
    return [
        _row(problem, "no_tests", fenced('print("good morning")')),
        _row(broken, "bad_problem", fenced('print("good evening")'), "the JSON in test_cases is cut off"),
    ]
