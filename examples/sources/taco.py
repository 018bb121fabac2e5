"""Problems in the schema of TACO: JSON text, Python literals and limits in English, all in columns of strings."""

from __future__ import annotations

import json
from typing import Any

from sources.dress import candidate, code, fenced, lines, numbers, sections, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of taco.jsonl."""
    return [_lanterns(), _loads(), _whisper()]


def _row(
    name: str, level: str, question: str, tests: dict[str, Any], answers: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    return {
        "question": code(question),
        "solutions": json.dumps(more["solutions"]),
        "starter_code": more.get("starter_code", ""),
        "input_output": json.dumps(tests),
        "difficulty": level,
        "raw_tags": repr(more["tags"]),
        "name": name,
        "source": more["source"],
        "tags": repr(more["tags"]),
        "skill_types": repr(more.get("skills", [])),
        "url": "",
        "Expected Auxiliary Space": more.get("space"),
        "time_limit": more.get("time_limit"),
        "date": None,
        "picture_num": more.get("pictures"),
        "memory_limit": more.get("memory_limit"),
        "Expected Time Complexity": more.get("time"),
        "candidates": answers,
    }


LANTERNS = code("""
    import sys

    def main():
        data = list(map(int, sys.stdin.buffer.read().split()))
        n, length = data[0], data[1]
        change = [0] * (length + 2)
        for i in range(n):
            at, reach = data[2 + 2 * i], data[3 + 2 * i]
            change[max(at - reach, 0)] += 1
            change[min(at + reach, length) + 1] -= 1
        dark = lit = 0
        for step in change[:-1]:
            lit += step
            dark += not lit
        print(dark)

    if __name__ == "__main__":
        main()
""")
LANTERNS_CPP = code("""
    #include <bits/stdc++.h>
    using namespace std;

    int main() {
        ios::sync_with_stdio(false);
        cin.tie(nullptr);
        int n, length;
        cin >> n >> length;
        vector<int> change(length + 2);
        for (int i = 0; i < n; i++) {
            int at, reach;
            cin >> at >> reach;
            change[max(at - reach, 0)]++;
            change[min(at + reach, length) + 1]--;
        }
        int dark = 0, lit = 0;
        for (int i = 0; i <= length; i++) {
            lit += change[i];
            dark += !lit;
        }
        cout << dark << "\\n";
    }
""")


def _lanterns() -> dict[str, Any]:
    question = """
        A path has the fields 0 to L. On some of them stands a lantern; one with reach r at field p lights the fields
        from p - r to p + r. How many fields stay dark?

        Input: n and L (1 <= n <= 10^5, 0 <= L <= 10^5), then n lines with p and r (0 <= p <= L, 0 <= r <= 10^9).
        Output: the number of dark fields.
    """
    length = 5000
    lanterns = list(zip(numbers(300, length, 7), numbers(300, 12, 8), strict=True))
    dark = sum(all(abs(field - at) > reach for at, reach in lanterns) for field in range(length + 1))
    tests = {
        "inputs": [
            lines([2, 9], [1, 1], [7, 0]),
            lines([1, 0], [0, 0]),
            lines([1, 4], [2, 10**9]),
            lines([300, length], *lanterns),
        ],
        "outputs": ["6\n", "0\n", "0\n", f"{dark}\n"],
    }
    lying = code("""
        import sys
        print("MemoryError: Killed, time limit exceeded", file=sys.stderr)
        sys.exit(137)
    """)
    naive_reach = LANTERNS.replace("min(at + reach, length) + 1", "at + reach + 1")
    answers = [
        candidate("accepted", LANTERNS, about="sys.stdin.buffer, main() behind __name__"),
        candidate("accepted", LANTERNS_CPP, language="cpp", about="C++ with bits/stdc++.h"),
        candidate(
            "accepted",
            thinking(LANTERNS_CPP, thoughts="A difference array.", prose="In C++:", tag="cpp"),
            language="cpp",
            about="C++ in a whole answer",
        ),
        candidate("wrong_answer", LANTERNS.replace("change[:-1]", "change[:-2]"), about="the last field is left out"),
        candidate("runtime_error", naive_reach, about="IndexError for a great reach"),
        candidate("runtime_error", lying, about="exit code 137 and a lie on stderr"),
        candidate("unsupported_language", "IDENTIFICATION DIVISION.\nPROGRAM-ID. LANTERNS.\n", language="cobol"),
    ]
    return _row(
        "Lanterns",
        "EASY",
        question,
        tests,
        answers,
        solutions=[LANTERNS, LANTERNS_CPP],
        source="codeforces",
        tags=["Prefix sums"],
        skills=["Prefix sum"],
        time_limit="1.0 seconds",
        memory_limit="256.0 megabytes",
        pictures="0",
    )


LOADS = code("""
    class Solution:
        def mergeLoads(self, loads, limit):
            trips = []
            for load in loads:
                if trips and trips[-1] + load <= limit:
                    trips[-1] += load
                else:
                    trips.append(load)
            return trips
""")


def _loads() -> dict[str, Any]:
    question = """
        Crates stand in a line, and a cart that carries at most `limit` takes them in this order, on each trip as many
        as it can. Return the list of the loads of its trips. No crate is heavier than the limit.

        You only need to complete the function mergeLoads().
    """
    tests = {
        "fn_name": "mergeLoads",
        "inputs": [[[2, 3, 4], 5], [[], 3], [[1, 1, 1], 10]],
        "outputs": [[5, 4], [], [3]],
    }
    generator = LOADS.replace("return trips", "yield from trips")
    answers = [
        candidate("accepted", LOADS, about="a class as the starter code has it"),
        candidate(
            "accepted",
            sections(LOADS, thoughts="Greedy: it takes as many as it can.", prose="**Greedy.**"),
            about="OpenThoughts' section marks",
        ),
        candidate("wrong_answer", LOADS.replace("<= limit", "< limit"), about="never fills the cart"),
        candidate(
            "wrong_answer", LOADS.replace("return trips", "return trips[::-1]"), about="the right trips, backwards"
        ),
        candidate("runtime_error", generator, about="returns a generator, which is not plain data"),
        candidate("runtime_error", LOADS.replace("trips = []", "trips = ()"), about="AttributeError"),
        candidate(
            "compile_error", LOADS.replace("trips.append(load)", "trips.append(load"), about="a bracket is never closed"
        ),
    ]
    return _row(
        "Merge the loads",
        "MEDIUM",
        question,
        tests,
        answers,
        solutions=[LOADS],
        source="geeksforgeeks",
        tags=["Greedy", "Arrays"],
        skills=["Greedy algorithms"],
        space="O(N)",
        time="O(N)",
        starter_code=code("""
            #User function Template for python3

            class Solution:
                def mergeLoads(self, loads, limit):
                    # code here
        """),
    )


WHISPER = code("""
    t = int(input())
    for _ in range(t):
        word, shift = input().rsplit(" ", 1)
        shift = int(shift) % len(word)
        print(word[shift:] + word[:shift])
""")


def _whisper() -> dict[str, Any]:
    question = """
        A word is whispered from ear to ear; each child moves its first letter to the end. Which word arrives after k
        children?

        The first line holds the number of cases, each following line a word of capital letters and k (0 <= k <= 10^18).
        Print one word a case.
    """
    # written on Windows: the lines end with \r\n, and no newline stands after the last
    tests = {
        "inputs": ["3\r\nABC 1\r\nA 5\r\nHELLO 7", "1\r\nXY 1000000000000000000"],
        "outputs": ["BCA\r\nA\r\nLLOHE", "XY"],
    }
    first_only = code("""
        input()
        word, shift = input().split()
        shift = int(shift) % len(word)
        print(word[shift:] + word[:shift])
    """)
    glued = WHISPER.replace("word[:shift])", 'word[:shift], end="")')
    cpp = code("""
        #include <iostream>
        #include <string>
        int main() {
            int t;
            std::cin >> t;
            while (t--) {
                std::string word;
                long long shift;
                std::cin >> word >> shift;
                shift %= word.size();
                std::cout << word.substr(shift) << word.substr(0, shift) << '\\n';
            }
        }
    """)
    with_sample = (
        "Here is the program:\n\n"
        + fenced(WHISPER)
        + "\n\nOn the sample it prints:\n\n"
        + fenced("BCA\nA\nLLOHE", "text")
    )
    answers = [
        candidate("accepted", WHISPER, about="bare code; expected output with carriage returns"),
        candidate("accepted", with_sample, about="the last block is output, not code"),
        candidate("accepted", cpp, language="cpp", about="C++ without bits/stdc++.h"),
        candidate("wrong_answer", first_only, about="answers only the first case"),
        candidate("wrong_answer", glued, about="the right letters without the newlines"),
        candidate(
            "wrong_answer",
            WHISPER.replace("print(", "print((").replace("word[:shift])", "word[:shift]).lower())"),
            about="small letters",
        ),
        candidate(
            "compile_error",
            cpp.replace("std::string word;", "string word;"),
            language="cpp",
            about="a namespace is missing",
        ),
        candidate(
            "runtime_error",
            cpp.replace("shift %= word.size();", "word.at(word.size());"),
            language="cpp",
            about="an exception that nobody catches",
        ),
    ]
    return _row(
        "Whispers",
        "UNKNOWN_DIFFICULTY",
        question,
        tests,
        answers,
        solutions=[WHISPER],
        source="kattis",
        tags=[],
        time_limit="2 seconds",
        memory_limit=None,
    )
