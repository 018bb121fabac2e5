"""What is found of a problem by looking at it: each finding where it holds, and not where it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.checkers import checker_from_spec
from code_pipeline.checkers.base import Actual
from code_pipeline.quality import MEANINGS, Finding, Quality, in_order, is_cut, stated_tolerance, static_quality
from code_pipeline.quality.answers import Difference, difference, digest
from code_pipeline.types import Problem, TestCase

LONG = "Read two whole numbers from one line and print their sum on a line of its own."
SOUND = Problem("p", (TestCase("1 2\n", "3\n"), TestCase("3 4\n", "7\n")), statement=LONG)


def found(problem: Problem = SOUND, **changes: object) -> list[str]:
    return [str(finding) for finding in static_quality(replace(problem, **changes)).findings]


def saying(words: str) -> list[str]:
    return found(statement=f"{LONG} {words}")


def cases_of(*pairs: tuple[str, str]) -> tuple[TestCase, ...]:
    return tuple(TestCase(stdin, expected) for stdin, expected in pairs)


def test_a_sound_problem_has_no_findings() -> None:
    assert static_quality(SOUND) == Quality()


def test_each_name_has_a_meaning_and_is_listed_in_order() -> None:
    assert set(MEANINGS) == set(Finding)
    assert list(MEANINGS) == list(Finding)
    assert in_order(set(Finding)) == tuple(Finding)
    running = [finding.needs_runs for finding in Finding]
    assert running == sorted(running)
    assert len({finding.value for finding in Finding}) == len(Finding)


@pytest.mark.parametrize("statement", ["", "Add.", " " * 80 + "Add.", "x" * 49])
def test_short_statement(statement: str) -> None:
    assert found(statement=statement) == ["short_statement"]
    assert found(statement="x" * 50) == []


@pytest.mark.parametrize(
    "words", ["<image>", "[Image]", "![a tree](x)", '<img src="x">', "see figure1.png", "<image >"]
)
def test_image_statement(words: str) -> None:
    assert saying(words) == ["image_statement"]
    assert saying("The image of f is the range of its values; [0] is its index.") == []


@pytest.mark.parametrize("words", ["See http://x.org/a", "at https://en.wikipedia.org", "www.x.com", '<a href="x">'])
def test_link_in_statement(words: str) -> None:
    assert saying(words) == ["link_in_statement"]
    assert saying("httpserver and wwwx are names") == []


def test_untranslated_statement() -> None:
    assert found(statement="\u0414\u0430\u043d\u044b \u0447\u0438\u0441\u043b\u0430. " * 5) == [
        "untranslated_statement"
    ]
    assert saying("\u03b1 \u2264 \u03b2, na\u00efve fa\u00e7ade, 1 \u2264 n") == []


def test_no_tests_and_no_solutions() -> None:
    assert found(tests=()) == ["no_tests"]
    assert static_quality(SOUND, lacks_solutions=True).findings == (Finding.NO_SOLUTIONS,)


ANY = [
    "If there are multiple answers, print any of them.",
    "If there are several possible answers, output any.",
    "If there is more than one solution, you may print any of them.",
    "Print any valid array.",
    "You can print the indices in any order.",
    "The order of the edges in the output doesn't matter.",
    "There is no requirement for the points to be arranged in any special order.",
    "Any correct answer will be accepted.",
]


@pytest.mark.parametrize("words", ANY)
def test_any_answer_statement_is_a_hint_where_there_is_no_checker(words: str) -> None:
    assert saying(words) == ["any_answer_statement"]
    assert found(statement=f"{LONG} {words}", checker=checker_from_spec("any_order")) == []
    tolerant = checker_from_spec({"type": "tokens", "float_tolerance": 1e-3})  # it knows one right answer, too
    assert found(statement=f"{LONG} {words}", checker=tolerant) == ["any_answer_statement"]


@pytest.mark.parametrize(
    "words", ["There are many trees.", "Print the number of ways.", "No two are equal in any way.", "Do it in order."]
)
def test_no_such_hint_is_seen_where_there_is_none(words: str) -> None:
    assert saying(words) == []


@pytest.mark.parametrize(
    ("words", "tolerance"),
    [
        ("The answer is correct if its absolute or relative error does not exceed 10 - 9.", 1e-9),
        ("accepted if it has absolute or relative error not exceeding 10^{-6}", 1e-6),
        ("the relative error must be at most 1e-4", 1e-4),
        ("with a precision of 10^-3", 1e-3),
        ("Small absolute errors are fine.", 1e-6),
        ("The absolute value of the sum.", None),
        ("It is an error to print more.", None),
    ],
)
def test_tolerance_statement(words: str, tolerance: float | None) -> None:
    assert stated_tolerance(words) == pytest.approx(tolerance) if tolerance else stated_tolerance(words) is None
    assert saying(words) == (["tolerance_statement"] if tolerance else [])


def test_interactive_statement() -> None:
    assert saying("This is an interactive problem.") == ["interactive_statement"]
    assert saying("The player interacts with the world.") == []


# ---- tests ----


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("1 2 3 ...", True),
        ("12 34 5...", True),
        ("1 2 3 ...\n", True),
        ("1 2 3 …", True),
        ("ab" * 150 + "...", True),
        ("7\n" * 150 + "...", True),
        ("", False),
        ("...", False),
        ("3 4\n#...", False),
        ("2 6\n..#...\n#..#..", False),
        ("4 4\n....\n.##.\n....", False),
        ("Wait...", False),
        ("1....", False),
        ("1 2 3", False),
        ("3\n...\n...\n" * 40 + "...", False),
    ],
)
def test_truncated_tests(text: str, cut: bool) -> None:
    assert is_cut(text) is cut
    assert is_cut(text.encode()) is cut
    expected = ["truncated_tests"] if cut else []
    assert found(tests=cases_of((text, "1"))) == expected
    assert [name for name in found(tests=cases_of(("1", text))) if name != "empty_outputs"] == expected


def test_truncated_tests_names_which() -> None:
    quality = static_quality(replace(SOUND, tests=(*SOUND.tests, TestCase("1 2 ...", "3"))))
    assert quality.detail == {"truncated_tests": [2]}


def test_contradictory_tests_are_those_that_the_rule_tells_apart() -> None:
    twice = cases_of(("1", "2"), ("3", "4"), ("1", "5"))
    assert static_quality(replace(SOUND, tests=twice)).detail == {"contradictory_tests": [0, 2]}
    assert found(tests=cases_of(("1", "2 3"), ("1", "2\n3\n"))) == []  # the same tokens
    assert found(tests=cases_of(("1", "0.5"), ("1", "0.5000000001"))) == []
    assert found(tests=cases_of(("1", "2 3"), ("1", "3 2"))) == ["contradictory_tests"]
    both = (TestCase("1", "2 3", accepted_outputs=("3 2",)), TestCase("1", "3 2"))
    assert found(tests=both) == []
    assert found(tests=cases_of(("1", "2\n3"), ("1", "3\n2")), checker=checker_from_spec("any_order")) == []


def test_contradictory_calls() -> None:
    def calls(*pairs: tuple[object, object]) -> Problem:
        cases = tuple(TestCase(arguments=(given,), expected=wanted) for given, wanted in pairs)
        return replace(SOUND, function="f", tests=cases)

    assert found(calls(([1], 2), ([1], 3))) == ["contradictory_tests"]
    assert found(calls(([1], 2), ([True], 3), (1, 3), ("1", 4), ([10**5000], 5), ([10**5000], 5))) == []
    assert found(calls(([1], None), ([2], ""))) == []  # nothing and "" are values like others


def test_empty_outputs() -> None:
    quality = static_quality(replace(SOUND, tests=cases_of(("1", ""), ("2", " \n"), ("3", "0"))))
    assert quality.detail == {"empty_outputs": [0, 1]}


token_lists = st.lists(st.text(alphabet="ab1", min_size=1), max_size=5)
cells = st.one_of(st.text(), st.binary(), st.text(alphabet="1 .…#\n"), st.text(alphabet=".#\n", max_size=400))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


@given(st.text(), st.lists(st.tuples(cells, st.one_of(cells, values)), max_size=6), st.booleans())
def test_any_problem_can_be_looked_at_and_gives_the_same_each_time(
    statement: str, pairs: list[tuple[str, object]], lacks: bool
) -> None:
    problem = Problem("p", tuple(TestCase(*pair) for pair in pairs), statement=statement)
    quality = static_quality(problem, lacks_solutions=lacks)
    assert quality == static_quality(problem, lacks_solutions=lacks)
    assert quality.findings == in_order(set(quality.findings))
    assert all(not finding.needs_runs for finding in quality.findings)
    for name, indexes in quality.detail.items():
        assert Finding(name) in quality.findings
        assert indexes == sorted(set(indexes))
        assert set(indexes) <= set(range(len(pairs)))


@given(st.lists(st.tuples(st.lists(values, max_size=3), values), max_size=6))
def test_any_call_can_be_looked_at(pairs: list[tuple[list[object], object]]) -> None:
    cases = tuple(TestCase(arguments=tuple(given), expected=wanted) for given, wanted in pairs)
    quality = static_quality(Problem("p", cases, statement=LONG, function="f"))
    assert set(quality.findings) <= {Finding.NO_TESTS, Finding.CONTRADICTORY_TESTS}


@given(st.text(alphabet="abc 123\n", min_size=1), st.lists(st.text(alphabet="abc 123\n"), max_size=5))
def test_tests_with_inputs_of_their_own_never_contradict(first: str, more: list[str]) -> None:
    inputs = list(dict.fromkeys([first, *more]))
    cases = tuple(TestCase(stdin, str(index)) for index, stdin in enumerate(inputs))
    assert "contradictory_tests" not in found(tests=cases)


@given(st.lists(st.integers(), min_size=1, max_size=80), st.integers(min_value=0, max_value=3))
def test_a_list_of_numbers_that_was_cut_is_seen_wherever_it_was_cut(numbers: list[int], keep: int) -> None:
    text = " ".join(map(str, numbers))
    whole = max(text.rfind(" ") + 1 + keep, 1)
    beginning = text[: min(whole, len(text))]
    if beginning[-1] != "-":
        assert is_cut(beginning + "...")
    assert not is_cut(text)


# ---- how answers differ ----


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        ("YES", "yes", Difference.CASE),
        ("1", "1.0000000", Difference.TOLERANCE),
        ("1 2 3", "3 1 2", Difference.ORDER),
        ("YES\n1 2", "YES\n2 2", Difference.SIMILAR),
        ("1 2", "1 3", Difference.SIMILAR),
        ("42", "24", Difference.OTHER),
        ("YES", "NO", Difference.OTHER),
        ("1 2", "1 x", Difference.OTHER),
        ("1 2", "1 2 3", Difference.OTHER),
        ("1 2", "", Difference.OTHER),
        ("1 2", "1\n3", Difference.OTHER),
    ],
)
def test_how_a_rejected_output_differs(expected: str, got: str, kind: Difference) -> None:
    assert difference(TestCase("1", expected), Actual(got.encode()), 1e-6) is kind


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        ([1, 2], [2, 1], Difference.ORDER),
        ([1, 2], [1, 3], Difference.SIMILAR),
        ([[1], [2]], [[1, 2], []], Difference.OTHER),
        (1, 2, Difference.OTHER),
        ([1], [2], Difference.OTHER),
        ("ab", "ba", Difference.OTHER),
        (1.0, 1.00005, Difference.TOLERANCE),
    ],
)
def test_how_a_rejected_value_differs(expected: object, got: object, kind: Difference) -> None:
    case = TestCase(arguments=(), expected=expected)
    assert difference(case, Actual(returned=got, has_returned=True), 1e-3) is kind


@given(
    st.lists(st.text(alphabet="ab1", min_size=1), max_size=5), st.lists(st.text(alphabet="ab1", min_size=1), max_size=5)
)
def test_answers_have_one_digest_exactly_where_their_tokens_are_the_same(one: list[str], other: list[str]) -> None:
    case = TestCase("", "")
    digests = [digest(case, Actual(space.join(tokens).encode())) for tokens, space in ((one, " "), (other, "\n"))]
    assert (digests[0] == digests[1]) is (one == other)


@given(cells, st.binary())
def test_any_output_can_be_compared(expected: str | bytes, got: bytes) -> None:
    case = TestCase("", expected)
    assert difference(case, Actual(got), 1e-6) in Difference
    assert digest(case, Actual(got)) == digest(case, Actual(got))


@given(values, values)
def test_any_values_can_be_compared(expected: object, got: object) -> None:
    case = TestCase(arguments=(), expected=expected)
    assert difference(case, Actual(returned=got, has_returned=True), 1e-6) in Difference


def test_the_documentation_lists_each_finding_with_its_meaning() -> None:
    told = (Path(__file__).resolve().parents[2] / "docs" / "datasets.md").read_text(encoding="utf-8")
    assert [name for name, meaning in MEANINGS.items() if f"| `{name}` | {meaning} |" not in told] == []
