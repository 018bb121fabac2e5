"""What holds of the rules whatever the texts are."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from code_pipeline.checkers import Actual, AnyOrderChecker, ExactChecker, FloatsChecker, TokensChecker, ValuesChecker
from code_pipeline.checkers.base import Checker
from code_pipeline.types import TestCase

WORDS = st.text("abAB01.-eé", min_size=1, max_size=6)
INTEGERS = st.integers(-(10**12), 10**12).map(str)
FLOATS = st.floats(-1e9, 1e9).map(lambda value: f"{value:.7f}")
TOKEN_LISTS = st.lists(WORDS | INTEGERS | FLOATS, min_size=1, max_size=12)
SPACES = st.sampled_from([" ", "\n", "\t", "  ", "\r\n", " \n\n"])
TEXTS = st.binary(max_size=60) | st.text("01 .\nab", max_size=30).map(str.encode)
RULES: list[Checker] = [TokensChecker(), ExactChecker(), FloatsChecker(), AnyOrderChecker()]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
)


def passes(checker: Checker, expected: str | bytes, got: str | bytes) -> bool:
    return checker.check(
        TestCase(expected=expected), Actual(stdout=got if isinstance(got, bytes) else got.encode())
    ).passed


def returns(expected: Any, returned: Any) -> bool:
    case = TestCase(arguments=(), expected=expected)
    return ValuesChecker().check(case, Actual(returned=returned, has_returned=True)).passed


@given(TEXTS)
def test_every_rule_takes_the_expected_output(text: bytes) -> None:
    assert all(passes(rule, text, text) for rule in RULES)


@given(TOKEN_LISTS, st.data())
def test_whitespace_never_matters_to_tokens(tokens: list[str], data: st.DataObject) -> None:
    got = "".join(token + data.draw(SPACES) for token in tokens)
    assert passes(TokensChecker(), " ".join(tokens), got)


@given(TOKEN_LISTS, st.randoms(use_true_random=False))
def test_an_exchange_never_passes_unless_each_pair_does(tokens: list[str], rng: random.Random) -> None:
    turned = rng.sample(tokens, len(tokens))
    each = all(passes(TokensChecker(), one, other) for one, other in zip(tokens, turned, strict=True))
    assert passes(TokensChecker(), "\n".join(tokens), "\n".join(turned)) == each


@given(st.lists(INTEGERS, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_another_order_of_integers_never_passes(tokens: list[str], rng: random.Random) -> None:
    turned = rng.sample(tokens, len(tokens))
    assume(turned != tokens)
    assert not passes(TokensChecker(), "\n".join(tokens), "\n".join(turned))
    assert passes(AnyOrderChecker(), "\n".join(tokens), "\n".join(turned))


@given(TOKEN_LISTS, st.data())
def test_a_token_too_many_or_too_few_never_passes(tokens: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(tokens) - 1))
    expected = "\n".join(tokens)
    for other in ([*tokens[:place], tokens[place], *tokens[place:]], [*tokens[:place], *tokens[place + 1 :]]):
        for rule in RULES:
            assert not passes(rule, expected, "\n".join(other))


@given(st.integers(), st.integers(), st.sampled_from([None, 0, 1e-6, 1e-3, 0.5, 10.0]))
def test_integers_are_never_within_a_tolerance(one: int, other: int, tolerance: float | None) -> None:
    assert passes(TokensChecker(float_tolerance=tolerance), str(one), str(other)) == (one == other)
    assert returns(one, other) == (one == other)


@given(TEXTS, TEXTS)
def test_tokens_without_tolerance_is_an_equality_of_lists(expected: bytes, got: bytes) -> None:
    assert passes(TokensChecker(float_tolerance=0), expected, got) == (expected.split() == got.split())
    assert passes(ExactChecker(), expected, got) == (expected.removesuffix(b"\n") == got.removesuffix(b"\n"))
    lines = [sorted(line.split() for line in text.split(b"\n") if line.split()) for text in (expected, got)]
    assert passes(AnyOrderChecker(), expected, got) == (lines[0] == lines[1])


def naive(expected: bytes, got: bytes) -> bool:
    """The default rule as one would first write it, with Python's own idea of a number."""
    wanted, found = expected.split(), got.split()
    if len(wanted) != len(found):
        return False
    for one, other in zip(wanted, found, strict=True):
        if one == other:
            continue
        try:
            first, second = float(one), float(other)
        except ValueError:
            return False
        if b"." not in one or abs(first - second) > max(1e-6, 1e-6 * abs(first)):
            return False
    return True


@given(st.lists(FLOATS | INTEGERS, max_size=6), st.lists(st.tuples(st.floats(-2e-6, 2e-6), st.booleans()), max_size=6))
def test_tokens_agrees_with_a_naive_one(tokens: list[str], changes: list[tuple[float, bool]]) -> None:
    changed = [
        f"{float(token) + change:.9f}" if real else token
        for token, (change, real) in zip(tokens, changes, strict=False)
    ] + tokens[len(changes) :]
    expected, got = " ".join(tokens).encode(), " ".join(changed).encode()
    assert passes(TokensChecker(), expected, got) == naive(expected, got)
    assert passes(TokensChecker(), got, expected) == naive(got, expected)


@given(TEXTS, TEXTS)
def test_floats_takes_whatever_tokens_takes(expected: bytes, got: bytes) -> None:
    assert passes(FloatsChecker(), expected, got) or not passes(TokensChecker(), expected, got)


@given(VALUES)
def test_a_value_equals_itself_and_its_trip_through_json(value: Any) -> None:
    assert returns(value, value)
    assert returns(json.loads(json.dumps(value)), value)


@given(VALUES, VALUES)
def test_values_takes_what_python_calls_equal(one: Any, other: Any) -> None:
    assert returns(one, other) or one != other
    if json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True):
        assert returns(one, other)


@given(st.lists(st.integers(), min_size=1, max_size=6), st.integers(0, 5), st.integers())
def test_one_changed_item_never_passes(items: list[int], place: int, item: int) -> None:
    changed = [*items]
    changed[place % len(items)] = item
    assert returns(items, tuple(changed)) == (changed == items)
