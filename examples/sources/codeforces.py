"""Problems in the schema of open-r1/codeforces: checkers as Python programs, files in place of streams."""

from __future__ import annotations

from typing import Any

from sources.dress import candidate, code, lines, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of codeforces.jsonl."""
    return [_split(), _ferry(), _guess()]


def _row(index: str, title: str, parts: dict[str, str], tests: list[tuple[str, str]], **more: Any) -> dict[str, Any]:
    cases = [{"input": given, "output": wanted} for given, wanted in tests]
    return {
        "id": f"99002/{index}",
        "aliases": None,
        "contest_id": "99002",
        "contest_name": "Examples",
        "contest_type": "CF",
        "contest_start": 1_600_000_000,
        "contest_start_year": 2020,
        "index": index,
        "time_limit": 1.0,
        "memory_limit": 256.0,
        "title": title,
        "description": parts["text"],
        "input_format": parts["input"],
        "output_format": parts["output"],
        "interaction_format": more.get("interaction"),
        "note": None,
        "examples": cases[:1],
        "editorial": None,
        "rating": 900,
        "tags": ["implementation"],
        "testset_size": len(cases) + more.get("missing", 0),
        "official_tests": cases,
        "official_tests_complete": not more.get("missing", 0),
        "input_mode": more.get("mode", "stdio"),
        "generated_checker": more.get("checker"),
        "executable": True,
        "generated_tests": 0,
        "candidates": more["candidates"],
    }


SPLIT_CHECKER = code('''
    """checker.py input correct_output solution_output: prints 1 where two numbers greater than 0 add up, else 0."""
    import sys

    given, correct, solution = (open(path).read().split() for path in sys.argv[1:4])

    def is_right():
        total = int(given[0])
        if correct == ["-1"]:
            return solution == ["-1"]
        parts = [int(part) for part in solution]
        return len(parts) == 2 and min(parts) > 0 and sum(parts) == total

    try:
        print(int(is_right()))
    except ValueError:
        print(0)
''')
SPLIT = code("""
    total = int(input())
    print(f"{total - 1} 1" if total > 1 else -1)
""")
SPLIT_CPP = code("""
    #include <iostream>

    int main() {
        long long total;
        std::cin >> total;
        if (total < 2) std::cout << -1;
        else std::cout << total / 2 << '\\n' << total - total / 2;
    }
""")


def _split() -> dict[str, Any]:
    parts = {
        "text": "Split a bill of n coins between two people, so that each pays at least one coin.\n",
        "input": "The number n, from 1 to 10^18.",
        "output": "What each of them pays, or -1 if there is no way. If there are several answers, print any.",
    }
    tests = [("5\n", "2 3\n"), ("1\n", "-1\n"), ("2\n", "1 1\n"), ("1000000000000000000\n", "1 999999999999999999\n")]
    answers = [
        candidate("accepted", SPLIT, about="another answer than the expected one, which the checker takes"),
        candidate("accepted", SPLIT_CPP, language="cpp", about="two lines"),
        candidate(
            "accepted",
            thinking(SPLIT, thoughts="One person pays a single coin.", prose="One pays one coin, the other the rest."),
        ),
        candidate("wrong_answer", SPLIT.replace("total > 1", "total > 0"), about="0 coins where n is 1"),
        candidate("wrong_answer", SPLIT.replace("total - 1} 1", "total} 0"), about="adds up, but one pays nothing"),
        candidate("wrong_answer", "print(1)\n", about="1 is what the checker prints for right answers"),
        candidate("runtime_error", SPLIT.replace("-1)", "[][0])"), about="IndexError"),
    ]
    return _row("A", "The bill", parts, tests, checker=SPLIT_CHECKER, candidates=answers)


FERRY = code("""
    with open("input.txt") as given:
        room, *cars = map(int, given.read().split())
    trips, left = 0, 0
    for car in cars[1:]:
        if car > left:
            trips, left = trips + 1, room
        left -= car
    with open("output.txt", "w") as written:
        print(trips, file=written)
""")


def _ferry() -> dict[str, Any]:
    parts = {
        "text": "A ferry has room for cars of r metres in all. Cars drive on in order; when the next does not fit, the "
        "ferry leaves and comes back empty. How many trips does it make?\n",
        "input": "In input.txt: r and n, then the lengths of the n cars, each at most r.",
        "output": "In output.txt: the number of trips.",
    }
    tests = [
        (lines([10, 4], [4, 5, 3, 7]), "2\n"),
        (lines([5, 3], [5, 5, 5]), "3\n"),
        (lines([8, 0], []), "0\n"),
    ]
    streams = FERRY.replace('open("input.txt")', "open(0)").replace('open("output.txt", "w")', "open(1, 'w')")
    answers = [
        candidate("accepted", FERRY, about="reads input.txt, writes output.txt"),
        candidate("wrong_answer", FERRY.replace("car > left", "car >= left"), about="a full ferry would do"),
        candidate("runtime_error", streams, about="stdin is empty where there is a file"),
    ]
    return _row("B", "The ferry", parts, tests, mode="file", missing=2, candidates=answers)


def _guess() -> dict[str, Any]:
    parts = {
        "text": "Guess a number from 1 to 100.\n",
        "input": "Nothing.",
        "output": "`! x` when you know the number.",
    }
    said = "Print `? x`, and read whether the number is less than x."
    answers = [candidate("bad_problem", "print('! 50')\n", about="interactive, and the row has no interactor")]
    return _row("C", "The number", parts, [("50\n", "50\n")], interaction=said, candidates=answers)
