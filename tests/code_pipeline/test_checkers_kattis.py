"""The default validator of contest packages: rule for rule what its C++ original accepts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.checkers import KattisChecker, checker_from_spec
from code_pipeline.checkers.base import Actual
from code_pipeline.errors import CheckerSpecError
from code_pipeline.types import TestCase


def passes(expected: str, got: str, *args: str) -> bool:
    return KattisChecker().check(TestCase("", expected, None, args), Actual(got.encode())).passed


@pytest.mark.parametrize(
    ("expected", "got", "args", "right"),
    [
        ("Hello World", " hello\n\nWORLD", "", True),
        ("Hello", "hello", "case_sensitive", False),
        ("a b", "a", "", False),
        ("a", "a b", "", False),
        ("a", "", "", False),
        ("", " \n", "", True),
        ("0.5", "0.50", "", False),  # no tolerance set: text
        ("0.0314", "3.14000000e-2", "float_tolerance 1e-9", True),
        ("1000000", "1000001", "float_relative_tolerance 1e-6", True),  # integers have the tolerance too
        ("1000000", "1000002", "float_relative_tolerance 1e-6", False),
        ("1000000", "1000001", "float_absolute_tolerance 0.5", False),
        ("100", "100.5", "float_absolute_tolerance 0.5", True),
        ("100", "100.50001", "float_absolute_tolerance 0.5", False),
        ("0", "1e-7", "float_relative_tolerance 1e-6", False),  # relative to nought is nought
        ("-2", "-2.000001", "float_relative_tolerance 1e-6", True),
        ("1", "one", "float_tolerance 1", False),
        ("one", "1", "float_tolerance 1", False),
        ("1", "1x", "float_tolerance 1", False),
        ("1", "1e", "float_tolerance 1", False),
        ("16", "0x10", "float_tolerance 0", True),
        ("inf", "INFINITY", "float_tolerance 1", True),
        ("inf", "1e999", "float_tolerance 1", True),
        ("inf", "-inf", "float_tolerance 1", False),
        ("1", "nan", "float_tolerance 1", False),
        ("1", "inf", "float_tolerance 1", False),
        ("nan", "1", "float_tolerance 1", False),
        ("1", "1.5", "float_tolerance 1 float_tolerance -1", False),  # a negative one is none
        ("YES 0.5", "yes 0.5000001", "float_tolerance 1e-6", True),
        ("YES 0.5", "yes 0.5", "float_tolerance 1e-6 case_sensitive", False),
        ("a  b\n", "a  b\n", "space_change_sensitive", True),
        ("a  b\n", "A  b\n", "space_change_sensitive", True),
        ("a  b\n", "a b\n", "space_change_sensitive", False),
        ("a b\n", "a b", "space_change_sensitive", False),
        ("a b", "a b\n", "space_change_sensitive", False),
        ("a b\n", "a\tb\n", "space_change_sensitive", False),
        ("a b\n", "a b\nc", "space_change_sensitive", False),
        ("a b\nc", "a b\n", "space_change_sensitive", False),
        (" a", "a", "space_change_sensitive", False),
        ("a b", "a b", "space_change_sensitive", True),
        ("", "", "space_change_sensitive", True),
        ("a 0.5\n", "a 0.50\n", "space_change_sensitive float_tolerance 1e-9", True),
    ],
)
def test_as_the_original(expected: str, got: str, args: str, right: bool) -> None:
    assert passes(expected, got, *args.split()) is right


@pytest.mark.parametrize("digits", ["1", "0x1", "1.1", "0x.1", "nan("])
@pytest.mark.parametrize("end", ["x", ".", "e", "p"])
def test_a_long_token_that_is_no_number_takes_linear_time(digits: str, end: str) -> None:
    began = time.process_time()
    assert not passes("9", digits + "1" * 99_000 + end, "float_absolute_tolerance", "1")
    assert time.process_time() - began < 5  # a quadratic step would take minutes


@pytest.mark.parametrize("args", [["fuzzy"], ["float_tolerance"], ["float_tolerance", "x"], ["float_tolerance", "nan"]])
def test_an_unknown_argument_is_named(args: list[str]) -> None:
    with pytest.raises(CheckerSpecError, match="default validator"):
        KattisChecker().with_args(args)


def test_spec_goes_there_and_back() -> None:
    rule = KattisChecker().with_args(["case_sensitive", "float_tolerance", "1e-4"])
    assert checker_from_spec(rule.spec) == rule
    assert (rule.float_absolute_tolerance, rule.float_relative_tolerance) == (1e-4, 1e-4)


def test_says_what_it_overlooked() -> None:
    case = TestCase("", "Yes 0.5", None, ("float_absolute_tolerance", "0.1"))
    assert KattisChecker().check(case, Actual(b"yes 0.55")).rule == "kattis: absolute float tolerance 0.1, case"


TEXTS = st.text(st.sampled_from("aB1.5e-x \n\t"), max_size=12)
ARGS = st.sampled_from(
    [(), ("case_sensitive",), ("space_change_sensitive",), ("float_tolerance", "0"), ("float_tolerance", "0.1")]
)


@given(TEXTS, ARGS)
def test_reflexive(text: str, args: tuple[str, ...]) -> None:
    assert passes(text, text, *args)


@given(TEXTS, TEXTS, ARGS)
def test_more_or_fewer_tokens_never_pass(text: str, more: str, args: tuple[str, ...]) -> None:
    if more.split():
        assert not passes(text, f"{text} {more}", *args)
        assert not passes(f"{text} {more}", text, *args)


@given(st.binary(max_size=40), st.binary(max_size=40), ARGS)
def test_nothing_printed_makes_it_raise(expected: bytes, got: bytes, args: tuple[str, ...]) -> None:
    KattisChecker().check(TestCase(b"", expected, None, args), Actual(got))


@given(TEXTS, TEXTS)
def test_stricter_rules_accept_no_more(expected: str, got: str) -> None:
    if passes(expected, got, "space_change_sensitive") or passes(expected, got, "case_sensitive"):
        assert passes(expected, got)
