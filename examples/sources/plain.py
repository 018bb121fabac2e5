"""Problems as plain rows, the project's own schema, with limits, checkers and languages of their own."""

from __future__ import annotations

import json
from typing import Any

from sources.dress import candidate, code, fenced, lines, numbers, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of plain.jsonl."""
    return [_pairs(), _balance(), _guests(), _mobile(), _shout(), *_unusable(), *_doubtful()]


PAIRS = code("""
    import sys
    from collections import Counter

    def main():
        n, k, *numbers = map(int, sys.stdin.buffer.read().split())
        seen, pairs = Counter(), 0
        for number in numbers:
            pairs += seen[-number % k]
            seen[number % k] += 1
        print(pairs)

    main()
""")
PAIRS_CPP = code("""
    #include <bits/stdc++.h>
    using namespace std;

    int main() {
        int n, k;
        cin >> n >> k;
        vector<long long> seen(k);
        long long pairs = 0;
        for (int i = 0; i < n; i++) {
            int x;
            cin >> x;
            pairs += seen[(k - x % k) % k];
            seen[x % k]++;
        }
        cout << pairs << endl;
    }
""")


def _pairs() -> dict[str, Any]:
    many = numbers(12_000, 100, 11)
    residues = [sum(x % 7 == r for x in many) for r in range(7)]
    total = residues[0] * (residues[0] - 1) // 2 + sum(residues[r] * residues[7 - r] for r in (1, 2, 3))
    tests = {
        "inputs": [lines([4, 3], [1, 2, 3, 6]), lines([1, 1], [5]), lines([12_000, 7], many)],
        "outputs": ["2\n", "0\n", f"{total}\n"],
    }
    quadratic = code("""
        n, k = map(int, input().split())
        numbers = list(map(int, input().split()))
        print(sum((numbers[i] + numbers[j]) % k == 0 and i < j for i in range(n) for j in range(n)))
    """)
    forever = PAIRS_CPP.replace("i < n; i++", "i < n; i += 0").replace("cin >> x;", "if (!(cin >> x)) x = 0;")
    hoard = PAIRS.replace(
        "n, k, *numbers", "hoard = [bytes([i]) * (100 << 20) for i in range(1, 12)]\n    n, k, *numbers"
    )
    return {
        "id": "pairs",
        "problem": "Count the pairs among n numbers whose sum k divides. Input: n, k, the numbers. Output: the count.",
        "test_cases": tests,
        "time_limit_s": 1.0,
        "memory_limit_mb": 256,
        "candidates": [
            candidate("accepted", PAIRS),
            candidate("accepted", PAIRS_CPP, language="cpp"),
            candidate("wrong_answer", PAIRS.replace("-number % k", "number % k"), about="counts equal remainders"),
            candidate("time_limit", quadratic, about="right, and quadratic"),
            candidate("time_limit", "while True:\n    pass\n", about="never ends, reads nothing"),
            candidate("time_limit", forever, language="cpp", about="C++ that never ends"),
            candidate("memory_limit", hoard, about="1.1 GB, and then the right answer"),
            candidate(
                "output_limit",
                'import os\nwhile os.write(1, b"more " * (1 << 20)):\n    pass\n',
                about="prints without end",
            ),
        ],
    }


def _balance() -> dict[str, Any]:
    tests = {"inputs": [lines(3, [1, 2, 3], [1, 1, 2]), lines(1, [0.5], [4])], "outputs": ["2.2500000000\n", "0.5\n"]}
    right = code("""
        input()
        places = [float(word) for word in input().split()]
        weights = [float(word) for word in input().split()]
        print(sum(p * w for p, w in zip(places, weights)) / sum(weights))
    """)

    def rounded(form: str) -> str:
        return right.replace("print(", f"print({form!r} % (").replace("sum(weights))", "sum(weights)))")

    return {
        "id": "balance",
        "problem": "Weights hang on a rod at given places. Where does it balance? An error of 1e-6 is allowed.",
        "test_cases": json.dumps(tests),
        "checker": {"type": "tokens", "float_tolerance": 1e-6},
        "candidates": [
            candidate("accepted", right),
            candidate("accepted", rounded("%.7f"), about="rounded, within the tolerance"),
            candidate("wrong_answer", rounded("%.1f"), about="rounded too much"),
            candidate(
                "runtime_error", right.replace("sum(weights))", "int(weights[0] / 10))"), about="ZeroDivisionError"
            ),
        ],
    }


def _guests() -> dict[str, Any]:
    tests = {"inputs": ["4\nzoe\nadam\nzoe\nmia\n", "2\nx\nx\n"], "outputs": ["adam\nmia\n", "\n"]}
    right = code("""
        from collections import Counter
        names = Counter(input() for _ in range(int(input())))
        for name in {name for name, times in names.items() if times == 1}:
            print(name)
    """)
    return {
        "id": "guests",
        "problem": "Print the names that stand on the guest list exactly once, in any order.",
        "test_cases": tests,
        "checker": "any_order",
        "candidates": [
            candidate("accepted", right, about="in the order of a set"),
            candidate(
                "accepted",
                right.replace("in {name", "in sorted([name").replace("== 1}", "== 1], reverse=True)"),
                about="backwards",
            ),
            candidate("wrong_answer", right.replace("times == 1", "times"), about="each name once"),
            candidate("wrong_answer", right + "print('adam')\n", about="one name too many"),
        ],
    }


MOBILE = code("""
    def weigh(mobile):
        if mobile is None:
            return {"weight": 0.0, "balanced": True}
        if isinstance(mobile, (int, float)):
            return {"weight": float(mobile), "balanced": True}
        left, right = (weigh(side) for side in mobile)
        even = abs(left["weight"] - right["weight"]) < 1e-9
        return {"weight": left["weight"] + right["weight"], "balanced": even and left["balanced"] and right["balanced"]}
""")


def _mobile() -> dict[str, Any]:
    tests = {
        "fn_name": "weigh",
        "inputs": [[[0.3, [0.1, 0.2]]], [None], [[[1, 1], 2]], [[2, [0.5, 1.5]]]],
        "outputs": [
            {"weight": 0.6, "balanced": False},
            {"weight": 0, "balanced": True},
            {"weight": 4, "balanced": True},
            {"weight": 4.0, "balanced": False},
        ],
    }
    forged = MOBILE.replace("def weigh(mobile)", "def heaviness(mobile)").replace(
        "weigh(side)", "heaviness(side)"
    ) + code("""

        class Same(dict):
            def __eq__(self, other):
                return True

        def weigh(mobile):
            return Same(weight=1.0)
    """)
    return {
        "id": "mobile",
        "problem": "A mobile is null, a weight, or a list of two mobiles. Return its weight and whether it balances.",
        "test_cases": tests,
        "starter_code": "def weigh(mobile):\n    ...",
        "candidates": [
            candidate(
                "accepted", thinking(MOBILE, thoughts="Recursion.", prose="Thus:"), about="0.1 + 0.2, as floats do"
            ),
            candidate(
                "wrong_answer", MOBILE.replace("even and left", "even or left"), about="a wrong flag in a right dict"
            ),
            candidate("runtime_error", MOBILE.replace("mobile is None", "mobile == ()"), about="TypeError for null"),
            candidate("wrong_answer", forged, about="an __eq__ that says yes to everything"),
        ],
    }


def _shout() -> dict[str, Any]:
    right = code("""
        #include <iostream>
        #include <string>
        int main() {
            for (std::string line; std::getline(std::cin, line);) {
                for (char& c : line) c = std::toupper(c);
                std::cout << line << '\\n';
            }
        }
    """)
    python = "import sys\nprint(sys.stdin.read().upper(), end='')\n"
    wordless = "Use `toupper` from <cctype> for each letter of each line, and mind the end of the input."
    return {
        "id": "shout",
        "problem": "Print the input with all letters as capitals.",
        "test_cases": {"inputs": ["so it\nis\n", "\n", "no newline"], "outputs": ["SO IT\nIS\n", "\n", "NO NEWLINE\n"]},
        "language": "cpp",
        "candidates": [
            candidate("accepted", right, about="the row says cpp"),
            candidate("accepted", f"First the include, then:\n\n{fenced(right, 'cpp')}", about="fenced"),
            candidate("accepted", python, language="python3", about="the candidate says python3, the row cpp"),
            candidate("compile_error", fenced(python, "cpp"), about="Python, handed in as C++"),
            candidate("no_code", wordless),
            candidate(
                "runtime_error",
                right.replace("for (std::string", "std::abort();\n    for (std::string"),
                about="abort()",
            ),
            candidate("unsupported_language", "DISPLAY 'SO IT'.", language="cobol"),
        ],
    }


def _unusable() -> list[dict[str, Any]]:
    answer = 'print("hello")\n'
    return [
        {
            "id": "empty",
            "problem": "Nobody wrote tests.",
            "test_cases": {"inputs": [], "outputs": []},
            "candidates": [candidate("no_tests", answer)],
        },
        {
            "id": "broken",
            "problem": "The cell is broken.",
            "test_cases": '{"inputs": [',
            "candidates": [candidate("bad_problem", answer)],
        },
        {
            "id": "strings",
            "problem": "Print hello. (Candidates may also be plain strings.)",
            "test_cases": {"inputs": [""], "outputs": ["hello\n"]},
            "candidates": [answer, "print('hullo')\n", "I would print hello.", None],
            "expected_verdicts": ["accepted", "wrong_answer", "no_code", "no_response"],
        },
    ]


def _doubtful() -> list[dict[str, Any]]:
    """Rows with findings about the problem: its verdicts stand, but `--check-tests --drop` keeps them out of kept/."""
    halves = "n = int(input())\nprint(n // 2, n - n // 2)\n"
    ends = "n = int(input())\nprint(1, n - 1)\n"
    total = "print(sum(map(int, input().split())))\n"
    return [
        {
            "id": "split",
            "problem": "Read a number of at least 2 and print two positive numbers whose sum it is. If there are "
            "several answers, print any of them.",
            "test_cases": {"inputs": ["4\n", "9\n"], "outputs": ["2 2\n", "4 5\n"]},
            "solutions": [halves, ends],
            "candidates": [
                candidate("accepted", halves, about="prints what the tests hold"),
                candidate("wrong_answer", ends, about="right, and rejected: no checker knows the other right answers"),
            ],
            "expected_findings": ["any_answer_statement", "some_solutions_rejected", "several_answers"],
        },
        {
            "id": "sum",
            "problem": "Read some numbers from one line, with blanks between them, and print their sum.",
            "test_cases": {
                "inputs": ["1 2\n", "5 5\n", "1 2 3 4 ...\n", "7\n", "7\n"],
                "outputs": ["3\n", "11\n", "10\n", "7\n", "8\n"],
            },
            "solutions": [total],
            "candidates": [candidate("wrong_answer", total, about="right, and rejected by a test that is wrong")],
            "expected_findings": [
                "truncated_tests", "contradictory_tests", "rejected_solutions", "unpassed_tests", "crashing_tests",
            ],
        },
    ]  # fmt: skip
