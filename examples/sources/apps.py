"""Problems in the schema of APPS: JSON text in `solutions` and `input_output`, "" where there is none."""

from __future__ import annotations

import json
from typing import Any

from sources.dress import candidate, code, fenced, lines, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of apps.jsonl."""
    return [_gaps(), _strip(), _tally(), _calm(), _untested(), _broken()]


def _row(
    number: int, level: str, question: str, tests: str, answers: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    return {
        "problem_id": number,
        "question": code(question),
        "solutions": json.dumps(more["solutions"]) if "solutions" in more else "",
        "input_output": tests,
        "difficulty": level,
        "url": "",
        "starter_code": more.get("starter_code", ""),
        "candidates": answers,
    }


GAPS = code("""
    n = int(input())
    numbers = list(map(int, input().split()))
    print(max(numbers) - min(numbers) + 1 - len(set(numbers)))
""")
GAPS_CPP = code("""
    #include <bits/stdc++.h>
    using namespace std;
    int main() {
        int n;
        cin >> n;
        set<long long> seen;
        for (int i = 0; i < n; i++) { long long x; cin >> x; seen.insert(x); }
        cout << *seen.rbegin() - *seen.begin() + 1 - (long long)seen.size() << endl;
    }
""")
GAPS_NUMPY = code("""
    import sys
    import numpy as np

    data = np.array(sys.stdin.read().split(), dtype=np.int64)[1:]
    print(int(data.max() - data.min() + 1 - np.unique(data).size))
""")


def _gaps() -> dict[str, Any]:
    question = """
        The volumes of an encyclopaedia are numbered. A library holds n volumes, some of them twice. How many volumes
        are missing between the lowest and the highest number that it holds?

        -----Input-----
        The first line holds n (1 <= n <= 1000), the second n integers between -10^9 and 10^9.

        -----Output-----
        Print one integer: how many numbers are missing.

        -----Examples-----
        Input
        5
        3 9 4 4 7

        Output
        3
    """
    # the third input is a list of lines, as in some rows of the hub
    tests = {
        "inputs": [
            lines(5, [3, 9, 4, 4, 7]),
            lines(1, [42]),
            ["3", "-2 2 0"],
            lines(4, [10**9, -(10**9), 0, 0]).rstrip(),
            lines(6, [5, 5, 5, 5, 5, 6]),
        ],
        "outputs": ["3\n", "0\n", ["2"], "1999999998", "0\n"],
    }
    whole = thinking(
        GAPS,
        thoughts="Duplicates matter, so a set. First try:\n```python\nprint(max(a) - min(a) + 1 - n)\n```\nNo, 4 4.",
        prose="Count the distinct numbers and compare with the width of the range.",
    )
    answers = [
        candidate("accepted", GAPS, about="bare code"),
        candidate("accepted", whole, about="thoughts with a wrong draft in them, then prose and code"),
        candidate("accepted", GAPS_CPP, language="cpp", about="C++ with bits/stdc++.h"),
        candidate("accepted", GAPS_NUMPY, about="numpy"),
        candidate("wrong_answer", GAPS.replace("set(numbers)", "numbers"), about="forgets the volumes held twice"),
        candidate("wrong_answer", 'print("3")\n', about="prints the example's answer"),
        candidate("runtime_error", GAPS.replace("max(numbers)", "sorted(numbers)[n]"), about="IndexError"),
        candidate("compile_error", fenced(GAPS.replace("print(", "print((")), about="a bracket is never closed"),
        candidate(
            "compile_error", GAPS_CPP.replace("set<long long>", "sett<long long>"), language="cpp", about="no such type"
        ),
        candidate(
            "no_code",
            "One should sort the volumes, walk over neighbours and add up the gaps. I hope that this helps you!",
            about="prose only",
        ),
        candidate("no_code", "", about="an empty answer"),
        candidate("no_response", None, about="no answer at all"),
    ]
    return _row(1, "introductory", question, json.dumps(tests), answers, solutions=[GAPS])


STRIP = code("""
    def ways(n):
        a, b = 1, 1
        for _ in range(n - 1):
            a, b = b, a + b
        return b

    print(ways(int(input())))
""")


def _strip() -> dict[str, Any]:
    question = """
        In how many ways can a strip of n fields be covered by tiles that cover one or two fields each?

        -----Input-----
        One line with n (1 <= n <= 30000).

        -----Output-----
        Print the number of ways, exactly.
    """
    small = [1, 2, 3, 10]
    tests = {"inputs": [f"{n}\n" for n in [*small, 24000]], "outputs": [f"{_ways(n)}\n" for n in small]}
    with_modulus = _decimal(24000)  # 5,016 digits
    tests["outputs"].append(with_modulus + "\n")
    float_formula = code("""
        n = int(input())
        if n > 1000:
            n = 1000
        print(round(((1 + 5 ** 0.5) / 2) ** (n + 1) / 5 ** 0.5))
    """)
    all_tilings = code("""
        n = int(input())
        tilings = [b"1" * (700 << 20), b"2" * (700 << 20)]  # room for every tiling, held at once
        print(len(tilings[0]))
    """)
    chatty = code("""
        import sys
        n = int(input())
        for step in range(70):
            sys.stdout.write("debug: still counting\\n" * (1 << 16))
        print(n)
    """)
    answers = [
        candidate("accepted", STRIP, about="prints an integer of more than 5,000 digits"),
        candidate("accepted", STRIP + "\nimport sys\nsys.exit(0)\n", about="leaves through sys.exit(0)"),
        candidate("wrong_answer", float_formula, about="floats lose the digits"),
        candidate("memory_limit", all_tilings, about="more than a gigabyte"),
        candidate("output_limit", chatty, about="more than 64 MiB of debug output"),
        candidate("runtime_error", STRIP + "raise SystemExit(124)\n", about="right output, exit code 124"),
    ]
    return _row(2, "interview", question, json.dumps(tests), answers, solutions=[STRIP])


def _ways(n: int) -> int:
    a, b = 1, 1
    for _ in range(n - 1):
        a, b = b, a + b
    return b


def _decimal(n: int) -> str:
    """The digits of _ways(n), also where the interpreter refuses to print so long an integer."""
    value, parts = _ways(n), []
    while value:
        value, low = divmod(value, 10**1000)
        parts.append(f"{low:01000}")
    return "".join(reversed(parts)).lstrip("0")


TALLY = code("""
    def tally(votes):
        counts = {}
        for vote in votes:
            counts[vote] = counts.get(vote, 0) + 1
        return counts
""")


def _tally() -> dict[str, Any]:
    question = """
        Write a function `tally(votes)`. It is given the list of the numbers of the candidates voted for, and returns a
        dictionary: for each candidate with a vote, how many there were.
    """
    # JSON has made strings of the integer keys; every output stands in a list of one
    tests = {
        "fn_name": "tally",
        "inputs": [[[3, 1, 3, 3]], [[]], [[7]], [[0, -1, 0]]],
        "outputs": [[{"3": 3, "1": 1}], [{}], [{"7": 1}], [{"0": 2, "-1": 1}]],
    }
    counter = code("""
        from collections import Counter

        def tally(votes):
            print("counting", votes)
            return Counter(votes)
    """)
    answers = [
        candidate("accepted", TALLY, about="a dictionary with integer keys"),
        candidate("accepted", counter, about="a subclass of dict, and it prints while at it"),
        candidate("wrong_answer", TALLY.replace("0) + 1", "1) + 1"), about="counts one too many"),
        candidate("wrong_answer", TALLY.replace("return counts", "print(counts)"), about="prints instead of returning"),
        candidate("runtime_error", TALLY.replace("return counts", "return object()"), about="not plain data"),
        candidate("runtime_error", TALLY.replace("def tally", "def count"), about="the function has another name"),
        candidate("runtime_error", TALLY.replace(".get(vote, 0)", "[vote]"), about="KeyError"),
    ]
    starter = "def tally(votes):\n\t"
    return _row(3, "introductory", question, json.dumps(tests), answers, solutions=[TALLY], starter_code=starter)


CALM = code("""
    from collections import deque
    from typing import List

    class Solution:
        def longestCalm(self, heights: List[int], k: int) -> List[int]:
            low, high, left, best = deque(), deque(), 0, [0, 0]
            for right, h in enumerate(heights):
                while low and heights[low[-1]] >= h:
                    low.pop()
                while high and heights[high[-1]] <= h:
                    high.pop()
                low.append(right)
                high.append(right)
                while heights[high[0]] - heights[low[0]] > k:
                    left += 1
                    if low[0] < left:
                        low.popleft()
                    if high[0] < left:
                        high.popleft()
                if right - left + 1 > best[1]:
                    best = [left, right - left + 1]
            return best
""")


def _calm() -> dict[str, Any]:
    question = """
        A hiker notes the height at each hour. A stretch of hours is calm if its highest and lowest heights differ by at
        most k. Return the start and the length of the longest calm stretch, the first one if there are several.
    """
    tests = {
        "fn_name": "longestCalm",
        "inputs": [[[1, 5, 6, 4, 9], 2], [[7], 0], [[4, 4, 4], 0], [[1, 9, 1, 9], 3]],
        "outputs": [[[1, 3]], [[0, 1]], [[0, 3]], [[0, 1]]],
    }
    as_tuple = CALM.replace("return best", "return tuple(best)")
    whole = thinking(CALM, thoughts="Two monotone queues.", prose="This runs in O(n):", tag="python3")
    answers = [
        candidate("accepted", whole, about="a LeetCode class in a whole answer"),
        candidate("accepted", as_tuple, about="a tuple for a list"),
        candidate(
            "accepted",
            "Example of use:\n\n" + fenced("print([1, 5, 6, 4, 9])") + "\n\nThe solution:\n\n" + fenced(CALM),
            about="two blocks",
        ),
        candidate(
            "wrong_answer",
            CALM.replace("> k:", ">= k:").replace("while heights[high", "while low and high and heights[high"),
            about="at most became less than",
        ),
        candidate("runtime_error", CALM.replace("deque(), deque()", "deque(), None"), about="AttributeError"),
    ]
    starter = "class Solution:\n    def longestCalm(self, heights: List[int], k: int) -> List[int]:\n        "
    return _row(4, "interview", question, json.dumps(tests), answers, solutions=[as_tuple], starter_code=starter)


def _untested() -> dict[str, Any]:
    question = "Print the word `ready`. (Nobody has written tests for this one, as for some rows of the hub.)\n"
    return _row(5, "introductory", question, "", [candidate("no_tests", 'print("ready")\n')])


def _broken() -> dict[str, Any]:
    question = "Print the sum of two integers. (The cell with the tests was cut off in the middle.)\n"
    answers = [candidate("bad_problem", "print(sum(map(int, input().split())))\n")]
    return _row(6, "competition", question, '{"inputs": ["1 2\\n", "3 4\\n"], "outputs": ["3\\n", "7', answers)
