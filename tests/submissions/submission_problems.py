"""The problems that the submissions in the folders beside this file answer; a file's name begins with one of these."""

from __future__ import annotations

from code_pipeline import Problem, ProblemLimits, TestCase

ADDENDS = [k * k % 977 - 300 for k in range(1000)]
SUM_TESTS = (
    TestCase("3\n1 2 3\n", "6\n"),
    TestCase("1\n-5\n", "-5\n"),
    TestCase(f"1000\n{' '.join(map(str, ADDENDS))}\n", f"{sum(ADDENDS)}\n"),
    TestCase("2\n2000000000 2000000000", "4000000000"),
)
LINES = 800_000  # about 10 MB of output


def seven_to(exponent: int) -> str:
    """7 ** exponent in digits, also where the interpreter refuses to print integers of that length."""
    value, parts = 7**exponent, list[str]()
    while value:
        value, low = divmod(value, 10**1000)
        parts.append(f"{low:01000}")
    return "".join(reversed(parts)).lstrip("0")


def lines(count: int) -> TestCase:
    """A test that wants so many lines."""
    return TestCase(f"{count}\n", "".join(f"line {k}\n" for k in range(count)))


PROBLEMS = {
    problem.id: problem
    for problem in (
        Problem("sum", SUM_TESTS, limits=ProblemLimits(time_limit_s=2, memory_limit_mb=512)),
        Problem("quick", SUM_TESTS, limits=ProblemLimits(time_limit_s=0.5, memory_limit_mb=512)),
        Problem("ready", (TestCase("", "ready\n"), TestCase("not needed\n", "ready\n"))),
        Problem("lines", (lines(3), lines(LINES))),
        Problem("power", (TestCase("3\n", "343\n"), TestCase("6000\n", seven_to(6000)))),
        Problem("depth", (TestCase("5\n", "5\n"), TestCase("1000000\n", "1000000\n"))),
        Problem(
            "echo", (TestCase("Plain\n", "Plain\n"), TestCase("schön ✓ \U0001f600\nABC", "schön ✓ \U0001f600\nABC"))
        ),
    )
}
