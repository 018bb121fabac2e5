"""Returned values: what equals what."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from code_pipeline.checkers import Actual, AnyOrderChecker, Check, ValuesChecker
from code_pipeline.checkers.plain import describe
from code_pipeline.failure import show
from code_pipeline.types import TestCase
from sandbox.guest.wire import dump_plain

HUGE = 10**20_000  # more digits than Python prints


def judged(expected: Any, returned: Any, checker: ValuesChecker | AnyOrderChecker | None = None) -> Check:
    case = TestCase(arguments=(), expected=expected)
    return (checker or ValuesChecker()).check(case, Actual(returned=returned, has_returned=True))


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


TAKES = [
    (5, 5, "values"),
    (None, None, "values"),
    ("", "", "values"),
    (True, True, "values"),
    ([1, [2, "x"]], (1, (2, "x")), "values"),
    ({"a": [1, (2,)]}, {"a": [1, [2]]}, "values"),
    ({1: 2}, {1: 2}, "values"),
    ({1, 2}, {2, 1}, "values"),
    ({(1, 2)}, frozenset({(1, 2)}), "values"),
    (math.nan, float("nan"), "values"),
    ([math.nan, 1], [float("nan"), 1], "values"),
    ({math.nan}, {float("nan")}, "values"),
    (math.inf, math.inf, "values"),
    (2, 2.0, "values"),
    (2.0, 2, "values"),
    (HUGE, 10**20_000, "values"),
    ([HUGE, 1], (10**20_000, 1), "values"),
    (b"x", b"x", "values"),
    (0.5, 0.5000001, "values: float tolerance 1e-06"),
    ([1, 0.5], [1, 0.5000001], "values: float tolerance 1e-06"),
    (1e12, 1e12 + 1000, "values: float tolerance 1e-06"),
    (True, 1, "values: a bool for a number"),
    ([1, 0], [True, False], "values: a bool for a number"),
    ([5], 5, "values: one-element list unwrapped"),
    ([[1, 2]], (1, 2), "values: one-element list unwrapped"),
    ([[]], [], "values: one-element list unwrapped"),
    ([None], None, "values: one-element list unwrapped"),
    ([0.5], 0.5000001, "values: one-element list unwrapped, float tolerance 1e-06"),
    ({"1": "a", "2": "b"}, {1: "a", 2: "b"}, "values: JSON string keys"),
    ({"1.5": 1, "true": 2, "null": 3}, {1.5: 1, True: 2, None: 3}, "values: JSON string keys"),
    ([{"1": {"2": 3}}], {1: {2: 3}}, "values: one-element list unwrapped, JSON string keys"),
]
REFUSES = [
    (5, 6),
    (1000000, 1000000.0000001),
    (1000000, 1000001),
    (5, "5"),
    ("5", 5),
    ("a", b"a"),
    (b"a", "a"),
    (None, 0),
    (0, None),
    (False, None),
    ("", None),
    ([], None),
    ([], {}),
    ([1, 2], {1, 2}),
    ([1, 2], [2, 1]),
    ([1, 2], [1]),
    ([1], [1, 1]),
    ([1, 2], 1),  # only a list of exactly one is unwrapped
    (5, [5]),  # what was returned never is
    ([[5]], 5),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": 1, "b": 2}, {"a": 1}),
    ({"a": 1}, {"b": 1}),
    ({1: 2}, {"1": 2}),
    ({"1": "a", "2": "b"}, {1: "a", "1": "b"}),  # two keys that fall together
    ({str(1): 1}, {HUGE: 1}),
    ({1, 2}, {1}),
    (math.inf, -math.inf),
    (math.inf, 1e308),
    (1.0, math.inf),
    (1.0, math.nan),
    (math.nan, 1.0),
    (1.0, HUGE),
    (1e308, 10**308 * 2),
    (HUGE, 10**20_000 + 1),
    (HUGE, 1.0),
    (1.0, 1.00001),
    (0.999999999, True),
    ("a" * 100, "a" * 99 + "b"),
]


@pytest.mark.parametrize(("expected", "returned", "rule"), TAKES, ids=describe)
def test_takes(expected: Any, returned: Any, rule: str) -> None:
    assert judged(expected, returned) == Check(passed=True, rule=rule)


@pytest.mark.parametrize(("expected", "returned"), REFUSES, ids=describe)
def test_refuses(expected: Any, returned: Any) -> None:
    check = judged(expected, returned)
    assert not check.passed
    assert check.reason.endswith(".")
    assert len(check.reason) < 300


def test_nothing_returned_is_never_a_pass() -> None:
    case = TestCase(arguments=(), expected=None)
    assert ValuesChecker().check(case, Actual(stdout=b"None")).reason == "Nothing was returned."


def test_options() -> None:
    assert not judged([5], 5, ValuesChecker(unwrap_single=False)).passed
    assert not judged(0.5, 0.5000001, ValuesChecker(float_tolerance=0)).passed
    assert judged(0.5, 0.51, ValuesChecker(float_tolerance=0.1)).passed


def test_any_order() -> None:
    rule = AnyOrderChecker()
    assert judged([[1, 2], {"a": 1}, [1, 2]], ([1, 2], (1, 2), {"a": 1}), rule).rule == "values: any order"
    assert judged([[2, 1]], [1, 2], rule).rule == "values: any order, one-element list unwrapped"
    for expected, returned in [([1, 1, 2], [1, 2, 2]), ([1], [1, 1]), ([[1, 2]], [[2, 1]]), (["a"], [b"a"]), ([1], 2)]:
        assert not judged(expected, returned, rule).passed


def test_a_foreign_object_decides_nothing() -> None:
    class Liar:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("asked")

        def __hash__(self) -> int:
            return hash(1)

        def __repr__(self) -> str:
            raise AssertionError("printed")

    class LyingInt(int):
        def __eq__(self, other: object) -> bool:
            raise AssertionError("asked")

        __hash__ = int.__hash__

    for expected, returned in [(1, Liar()), (1, LyingInt(1)), ([1], [Liar()]), ({1: 1}, {Liar(): 1}), ({1}, {Liar()})]:
        assert not judged(expected, returned).passed
        assert not judged([expected, 2], [returned, 2], AnyOrderChecker()).passed
    with pytest.raises(TypeError, match="holds a complex, which is not plain data"):
        judged(1j, 1)


def test_depth_does_not_matter() -> None:
    assert judged(nested(200_000), nested(200_000)).passed
    check = judged(nested(200_000), nested(200_001))
    assert not check.passed
    assert len(check.reason) < 300
    deep: Any = ()
    for _ in range(100):
        deep = (deep,)
    assert not judged({deep}, {deep}).passed  # too deep to compare by hash: refused, not believed


def test_the_reason_names_the_place() -> None:
    assert judged({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}).reason == (
        "The value differs at ['a'][1]['b']: expected 2, got 3."
    )
    assert judged([1, 2, 3], [1, 9, 8]).reason == "The value differs at [1]: expected 2, got 9."
    assert judged("a", b"a").reason == "The value differs: expected 'a', got b'a'."
    assert judged([7], 8).reason == "The value differs: expected 7, got 8."


def test_describing_is_short_and_cheap() -> None:
    assert describe(HUGE) == "an integer of 66439 bits"
    assert describe({HUGE: {"x": [[1]]}}).startswith("{an integer of 66439 bits: {'x': a list of 1}}")
    assert describe(object()) == "a object, which is not plain data"
    for value in ["x" * 10**6, list(range(10**6)), [["y" * 1000] * 1000] * 1000, {i: i for i in range(1000)}, {1, 2}]:
        assert len(describe(value)) < 120


def test_sets_are_shown_in_the_same_order_in_every_process() -> None:
    letters = set("qwertzuiop")
    assert describe(letters) == "{'e', 'i', 'o', 'p', 'q', 'r', 't', 'u', ...} (10 items)"
    assert describe({1, "a", (2, "b"), frozenset({"c", 3}), None, 1.5}) == ("{None, 1.5, {3, 'c'}, 1, 'a', (2, 'b')}")
    assert show(letters) == "{'e', 'i', 'o', 'p', 'q', 'r', 't', 'u', 'w', 'z'}"
    many = set(map(str, range(20_000)))
    assert (describe(many), show(many)) == ("a set of 20000", "<a set of 20,000 members>")
    assert dump_plain(letters) == b'{"s":["e","i","o","p","q","r","t","u","w","z"]}'  # what a jail gets


def test_big_values_are_fast() -> None:
    expected = [[i, str(i), i / 7] for i in range(50_000)]
    returned = [tuple(item) for item in expected]
    start = time.process_time()
    assert judged(expected, returned).passed
    assert judged(list(range(10**6)), tuple(range(10**6))).passed
    assert time.process_time() - start < 3
