"""Assertion programs: what is taken out of them, and what is left whole."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.checkers import Actual, PythonEqualChecker
from code_pipeline.checkers.python_equal import AssertionsChecker, Near
from code_pipeline.readers.assertions import Taken, take_out
from code_pipeline.readers.python_text import parse
from code_pipeline.types import TestCase


def taken(source: str, entry_point: str | None = None) -> Taken | None:
    tree = parse(source)
    assert tree is not None
    return take_out(tree, entry_point=entry_point)


def only(source: str, entry_point: str | None = None) -> TestCase:
    found = taken(source, entry_point)
    assert found is not None
    (test,) = found.tests
    return test


@pytest.mark.parametrize(
    ("source", "arguments", "expected"),
    [
        ("assert f(1, [2], 'x') == (1, 2)", (1, [2], "x"), (1, 2)),
        ("assert {'a': {1}} == f(-1.5)", (-1.5,), {"a": {1}}),
        ("assert f() is None, 'a message'", (), None),
        ("assert f(2) is True", (2,), (True, True)),
        ("assert f(2)", (2,), True),
        ("assert not f(2)", (2,), False),
        ("x = [1]\nassert f(*x) == set()", (1,), set()),
        ("assert f(3 * 5) == 3 + 4", (15,), 7),
        ("assert sorted(f(1)) == [1]", (1,), [1]),
        ("assert abs(f(1) - 2.5) < 1e-6", (1,), Near(2.5, "abs<", 1e-6)),
        ("import math\nassert math.isclose(f(1), 2.5, rel_tol=0.1)", (1,), Near(2.5, "isclose", 0.0, 0.1)),
        ("'''text'''\nassert f(1) == 2\n", (1,), 2),
    ],
)
def test_what_is_taken_out(source: str, arguments: tuple[Any, ...], expected: Any) -> None:
    test = only(source)
    assert (test.arguments, test.expected) == (arguments, expected)
    assert type(test.expected) is type(expected)


@pytest.mark.parametrize(
    "source",
    [
        "assert f(1) != 2",
        "assert f(1) < 2",
        "assert f(1) == g(1)",
        "assert f(f(1)) == 1",
        "assert f(int) == 1",
        "assert (f(1) == 2, 'always true')",
        "assert f(1) == 2 or f(1) == 3",
        "assert f(1).x == 2",
        "for x in [1]:\n    assert f(x) == 1",
        "try:\n    f(1)\nexcept ValueError:\n    pass",
        "x = [3, 1]\nassert f(x) == 1\nassert x == [1, 3]",
        "x = [3, 1]\nassert f(x) == 1\nassert f(x) == 2",
        "x = f(1)\nassert x == 2",
        "assert len([1]) == 1",
        "assert f(10 ** 100) == 1",
        "",
    ],
)
def test_what_is_left_whole(source: str) -> None:
    assert taken(source) is None


def test_check_functions_and_instances() -> None:
    source = "METADATA = {'author': 'x'}\n\n\ndef check(candidate):\n    assert candidate(1) == 2\n\n\ncheck(f)\n"
    assert only(source, "f").arguments == (1,)
    found = taken("s = Solution()\nt = {'a': 1}\nassert s.go(**t) == 2\nt = {'a': 2}\nassert s.go(**t) == 3")
    assert found is not None
    assert [test.arguments for test in found.tests] == [(0, [], {"a": 1}), (0, [], {"a": 2})]
    assert found.names == ("go",)
    assert taken("def check(candidate):\n    assert candidate(1) == 2\nassert f(2) == 3\n", "f") is None


def test_expected_values_never_stand_in_what_the_jail_gets() -> None:
    found = taken("assert f('given') == 'wanted'")
    assert found is not None
    assert "wanted" not in found.epilogue
    assert "given" not in found.epilogue


EVALPLUS = """
import numpy as np

def is_floats(x) -> bool:
    # a comment
    if isinstance(x, float):
        return True
    if isinstance(x, (list, tuple)):
        return all(isinstance(i, float) for i in x)
    if isinstance(x, np.ndarray):
        return x.dtype == np.float64 or x.dtype == np.float32
    return False

def assertion(out, exp, atol):
    {body}

inputs = [[1, 'a'], [2, 'b']]
results = [{results}]
for i, (inp, exp) in enumerate(zip(inputs, results)):
    assertion(f(*inp), exp, 0)
"""
KNOWN = """if atol == 0 and is_floats(exp):
        atol = 1e-6
    if out != exp and atol != 0:
        assert np.allclose(out, exp, rtol=1e-07, atol=atol)
    else:
        assert out == exp, f"out: {out}, exp: {exp}"
"""


def test_the_loop_of_evalplus() -> None:
    found = taken(EVALPLUS.replace("{body}", KNOWN).replace("{results}", "1.5, 'x'"))
    assert found is not None
    assert [(test.arguments, test.expected) for test in found.tests] == [
        ((1, "a"), Near(1.5, "allclose", 1e-6, 1e-7)),
        ((2, "b"), "x"),
    ]


def test_another_comparison_than_its_own_is_left_whole() -> None:
    assert taken(EVALPLUS.replace("{body}", "assert set(out) == set(exp)").replace("{results}", "1.5, 'x'")) is None
    assert taken(EVALPLUS.replace("{body}", KNOWN).replace("{results}", "1.5, g()")) is None


@pytest.mark.parametrize(
    "text",
    ["1" + "+1" * 5000, "-" * 5000 + "1", "(" * 100 + ")" * 100, "lambda:" * 100 + "1", "f" + "(1, 2)" * 500,
     "(1+\n" * 500 + "1" + ")" * 500, "f'{1 + 1}'", "'''\"''' " + "+ 1" * 600 + " '''\"'''",
     "x = 1 # '\n" + "+1" * 600],
)  # fmt: skip
def test_what_could_exhaust_the_parser_is_never_parsed(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("piece", ['\\\\"""', '"""', "f'{a", "'", "r'", '"\\\\', "f(", "a.", "{", "#", "not "])
def test_the_look_before_it_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    try:
        parse(piece * (400_000 // len(piece)))
    except ValueError:
        pass
    assert time.process_time() - began < 5


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["assert", "f", "(", ")", "[", "]", ",", "1", "'a'", "==", "not", "is", "None", "+", "\n", "def"]
        )
    )
)
def test_any_text_is_a_tree_or_refused(text: str | list[str]) -> None:
    source = text if isinstance(text, str) else " ".join(text)
    try:
        tree = parse(source)
    except ValueError:
        return
    if tree is not None:
        take_out(tree, entry_point=None)
        take_out(tree, entry_point="f")


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@given(_PLAIN, _PLAIN)
def test_python_equal_is_pythons_own(wanted: Any, got: Any) -> None:
    case = TestCase(arguments=(), expected=wanted)
    checker = PythonEqualChecker()
    assert checker.check(case, Actual(returned=got, has_returned=True)).passed is (wanted == got)
    assert checker.check(case, Actual(returned=wanted, has_returned=True)).passed
    assert not checker.check(case, Actual()).passed


@pytest.mark.parametrize(
    ("wanted", "got", "passes"),
    [
        ((1, 2), [1, 2], False),
        (1, True, True),
        (0.3, 0.1 + 0.2, False),
        ([1.0], [1], True),
        (Near(1.0, "abs<", 0.5), 1.5, False),
        (Near(1.0, "abs<", 0.5), 1.49, True),
        (Near(1.0, "abs<", 0.5), "1", False),
        (Near(1.0, "isclose", 0.0, 0.1), 1.1, True),
        (Near(1.0, "isclose", 0.0, 0.1), 1.2, False),
        (Near([1.0, 2.0], "allclose", 1e-6, 1e-7), (1.0000001, 2), True),
        (Near([1.0, 2.0], "allclose", 1e-6, 1e-7), [1.0], False),
        (Near([1.0, 2.0], "allclose", 1e-6, 1e-7), [1.0, 2.1], False),
        (Near([1.0], "allclose", 1e-6, 1e-7), float("inf"), False),
        (Near(1.0, "abs<", 0.5), 10**400, False),
    ],
)
def test_python_equal(wanted: Any, got: Any, passes: bool) -> None:
    case = TestCase(arguments=(), expected=wanted)
    assert PythonEqualChecker().check(case, Actual(returned=got, has_returned=True)).passed is passes


def test_an_assertion_program_passes_only_by_coming_to_its_end() -> None:
    case, checker = TestCase(arguments=(), expected=True), AssertionsChecker()
    found = checker.check(case, Actual(returned=True, has_returned=True))
    assert (found.passed, found.rule) == (True, "assertions (can be gamed)")
    for got in (1, False, None, [True]):
        assert not checker.check(case, Actual(returned=got, has_returned=True)).passed
    assert not checker.check(case, Actual(returned=True)).passed
    with pytest.raises(TypeError, match="cannot be run"):
        checker.check(case, Actual(returned="invalid syntax", has_returned=True))
