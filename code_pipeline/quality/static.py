"""What can be found of a problem without running anything: one look at its statement and at its tests."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from code_pipeline.checkers import default_checker
from code_pipeline.checkers.base import Actual, Checker
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.comparison import check_all
from code_pipeline.encoding import encoded
from code_pipeline.failure import show
from code_pipeline.quality import statement as said
from code_pipeline.quality.names import Finding, Quality, in_order
from code_pipeline.suite import plain_bytes
from code_pipeline.types import Problem, TestCase

MOST_INDEXES = 200  # of tests that a detail names
_ONE_ANSWER = frozenset({"tokens", "exact", "floats", "values", "kattis"})  # rules that know no other right answer
_CUT_MARKS = ("...", "…")
_LONGEST_STATEMENT = 200_000  # characters that are looked at
_LONG = 200  # characters; Codeforces cuts at 250 to 400


def static_quality(problem: Problem, *, lacks_solutions: bool = False) -> Quality:
    """What is found in the problem as it stands. lacks_solutions: its row has columns for solutions, all empty."""
    found = dict.fromkeys(_in_statement(problem))
    if lacks_solutions:
        found[Finding.NO_SOLUTIONS] = None
    if not problem.tests:
        found[Finding.NO_TESTS] = None
    detail = {finding: indexes for finding, indexes in _in_tests(problem) if indexes}
    shown = {str(finding): detail[finding][:MOST_INDEXES] for finding in in_order(detail)}
    return Quality(in_order({*found, *detail}), shown)


def _in_statement(problem: Problem) -> Iterator[Finding]:
    text = problem.statement[:_LONGEST_STATEMENT]
    looks = {
        Finding.SHORT_STATEMENT: said.is_short,
        Finding.IMAGE_STATEMENT: said.has_image,
        Finding.LINK_IN_STATEMENT: said.has_link,
        Finding.UNTRANSLATED_STATEMENT: said.is_foreign,
    }
    for finding, is_so in looks.items():
        if is_so(text):
            yield finding
    if problem.interactor is not None:
        return
    if said.is_interactive(text):
        yield Finding.INTERACTIVE_STATEMENT
    if (problem.checker is None or problem.checker.name in _ONE_ANSWER) and said.takes_any_answer(text):
        yield Finding.ANY_ANSWER_STATEMENT
    if problem.checker is None and said.stated_tolerance(text) is not None:
        yield Finding.TOLERANCE_STATEMENT


def _in_tests(problem: Problem) -> Iterator[tuple[Finding, list[int]]]:
    tests = list(enumerate(problem.tests))
    is_stdin = problem.function is None
    if is_stdin and problem.interactor is None:
        yield Finding.EMPTY_OUTPUTS, [index for index, test in tests if _is_blank(test.expected)]
    yield Finding.TRUNCATED_TESTS, [index for index, test in tests if _is_cut_test(test)]
    yield Finding.CONTRADICTORY_TESTS, sorted(_contradictory(problem))


def _is_blank(expected: Any) -> bool:
    return isinstance(expected, (str, bytes)) and (not expected or expected.isspace())


def _is_cut_test(test: TestCase) -> bool:
    return is_cut(test.stdin) or is_cut(test.expected)


def is_cut(text: Any) -> bool:
    """Whether a test's text was cut and ends in "...", as scraped tests of Codeforces do.

    Grids of dots end so too: where two dots stand together elsewhere, or the three follow another dot or a sign, it is
    none. A letter or an empty line before them is proof only in a text of more than 200 characters.
    """
    if isinstance(text, bytes):
        text = text[-4 * _LONG :].decode("utf-8", "replace") if text[-8:].rstrip().endswith((b"...", b"\xa6")) else ""
    if not isinstance(text, str):
        return False
    mark = next((mark for mark in _CUT_MARKS if text[-8:].rstrip().endswith(mark)), None)
    if mark is None:
        return False
    rest = text.rstrip()[: -len(mark)]
    if not rest or (mark == "..." and ".." in rest):
        return False
    last = rest[-1]
    if last in " \t" or last.isdigit():
        return True
    return len(rest) > _LONG and (last.isalnum() or last == "\n")


def _contradictory(problem: Problem) -> set[int]:
    """Tests whose input another test has too, with an expected output that the problem's rule tells from theirs."""
    checker = problem.checker or default_checker(problem)
    if isinstance(checker, ProgramChecker) or problem.interactor is not None:
        return set()  # such a checker knows several right answers, and the tests may hold any of them
    first: dict[Any, int] = {}
    found: set[int] = set()
    for index, test in enumerate(problem.tests):
        earlier = first.setdefault(test.stdin if problem.function is None else _key(index, test.arguments), index)
        if earlier != index and not _agree(checker, problem, earlier, index):
            found |= {earlier, index}
    return found


def _key(index: int, arguments: Any) -> Any:
    data = plain_bytes(arguments)
    return index if data is None else blake2b(data, digest_size=16).digest()


def _agree(checker: Checker, problem: Problem, one: int, other: int) -> bool:
    """Whether the rule takes either test's expected output for the other's; so does what it cannot compare."""
    tests = problem.tests
    if tests[one].expected == tests[other].expected:
        return True
    try:
        pairs = ((one, other), (other, one))
        return any(check_all(checker, tests[a], _as_answer(problem, tests[b].expected)).passed for a, b in pairs)
    except TypeError:  # an expected value of the wrong kind; the judge says so
        return True


def _as_answer(problem: Problem, expected: Any) -> Actual:
    if problem.function is not None:
        return Actual(returned=expected, has_returned=True)
    if isinstance(expected, bytes):
        return Actual(expected)
    return Actual(encoded(expected) if isinstance(expected, str) else show(expected).encode())
