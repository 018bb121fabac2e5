"""The rules about text: what each takes and refuses, and what it says."""

from __future__ import annotations

import time
from typing import Any

import pytest

from code_pipeline.checkers import (
    CHECKER_NAMES,
    Actual,
    AnyOrderChecker,
    Checker,
    CheckerSpecError,
    ExactChecker,
    FloatsChecker,
    OpenThoughtsChecker,
    TokensChecker,
    ValuesChecker,
    checker_from_spec,
    default_checker,
)
from code_pipeline.checkers.base import Check
from code_pipeline.types import Problem, TestCase


def judged(checker: Checker, expected: Any, got: str | bytes) -> Check:
    stdout = got.encode() if isinstance(got, str) else got
    return checker.check(TestCase(stdin="", expected=expected), Actual(stdout=stdout))


TOKENS_TAKE = [
    # expected, got, rule
    ("1 2 3\n", "1 2 3\n", "tokens"),
    ("1 2 3\n", "1\r\n2\t3", "tokens"),
    ("", "", "tokens"),
    ("", " \n", "tokens"),
    ("0.5", "0.5000004", "tokens: float tolerance 1e-06"),
    ("0.5", ".5", "tokens: float tolerance 1e-06"),
    ("2.0", "2", "tokens: float tolerance 1e-06"),
    ("1e-05", "0.00001", "tokens: float tolerance 1e-06"),
    ("123456789.5", "123456790.0", "tokens: float tolerance 1e-06"),
    ("-0.0", "0.0", "tokens: float tolerance 1e-06"),
    ("nan inf", "nan inf", "tokens"),
]
TOKENS_REFUSE = [
    ("1\n2\n3", "3 2 1"),
    ("1", "11"),
    ("5", "5 5"),
    ("1 0 1", "0 1"),
    ("1 2 3", "1 2"),
    ("1 2 3", ""),
    ("", "0"),
    ("1000000", "1000001"),
    ("1000000", "1000000.0000001"),
    ("1", "1.0"),
    ("7", "07"),
    ("YES", "yes"),
    ("0.5", "0.50001"),
    ("0.5", "nan"),
    ("0.5", "inf"),
    ("nan", "NaN"),
    ("inf", "1e999"),
    ("1e999", "2e999"),
    ("1e999", "5"),
    ("0." + "3" * 500, "0." + "3" * 499),  # longer than a number is written: text
    ("0.5", "0x.8"),
    ("10.0", "1_0.0"),
    ("10.0", "\uff11\uff10.0"),
    ("00e1", "00e2"),
    ("12e4", "120000"),
    ("ab", "a\0b"),
    ("a b", "a\xa0b"),  # a no-break space is no separator
]


@pytest.mark.parametrize(("expected", "got", "rule"), TOKENS_TAKE)
def test_tokens_takes(expected: str, got: str, rule: str) -> None:
    assert judged(TokensChecker(), expected, got) == Check(passed=True, rule=rule)


@pytest.mark.parametrize(("expected", "got"), TOKENS_REFUSE)
def test_tokens_refuses(expected: str, got: str) -> None:
    check = judged(TokensChecker(), expected, got)
    assert not check.passed
    assert check.reason.endswith(".")
    assert check.rule == ""


def test_tokens_case() -> None:
    assert judged(TokensChecker(case_sensitive=False), "Yes no", "YES no") == Check(passed=True, rule="tokens: case")
    assert not judged(TokensChecker(case_sensitive=False), "É", "é").passed  # ASCII letters only


def test_tokens_with_a_tolerance_that_the_problem_states() -> None:
    stated = TokensChecker(float_tolerance=1e-4)
    assert judged(stated, "1.9009", "1.90095").rule == "tokens: float tolerance 0.0001"
    assert judged(stated, "3", "2.99999").passed
    assert not judged(stated, "1000000", "1000001").passed
    assert not judged(TokensChecker(float_tolerance=0), "0.5", "0.50").passed


def test_tokens_says_where() -> None:
    assert judged(TokensChecker(), "1 2 3", "1 5 3").reason == "Token 2 differs: expected '2', got '5'."
    assert (
        judged(TokensChecker(), "1 2 3", "1").reason == "The output ends after 1 tokens, where '2' was expected next."
    )
    assert judged(TokensChecker(), "1", "1 2").reason == "The output goes on after the 1 expected tokens with '2'."
    long = judged(TokensChecker(), "a" * 10_000, "b" * 10_000)
    assert len(long.reason) < 250


def test_text_is_compared_across_blocks() -> None:
    expected = " ".join(map(str, range(200_000)))
    assert judged(TokensChecker(), expected, expected.replace(" ", "\n")).passed
    assert judged(TokensChecker(), expected, expected.replace(" ", "  \r\n")).passed
    assert judged(TokensChecker(), expected, expected.replace("150000", "150001")).reason.startswith("Token 150001 ")
    assert not judged(TokensChecker(), expected, expected + " 7").passed
    assert not judged(TokensChecker(), expected, expected.removesuffix(" 199999")).passed
    assert judged(TokensChecker(), "a" * 3_000_000, b" \n" * 500_000 + b"a" * 3_000_000 + b"\n" * 500_000).passed


@pytest.mark.parametrize("name", CHECKER_NAMES)
@pytest.mark.parametrize("expected", ["1.5 é\n", b"\xff\x00", "\udcff", "x\ud800", "a\0b", "1.5\n\n\n2"])
@pytest.mark.parametrize("got", [b"", b"\0", b"\xff\xfe\x00", b"9" * 5000, b"1." + b"9" * 5000])
def test_no_output_makes_a_rule_raise(name: str, expected: str | bytes, got: bytes) -> None:
    assert not judged(checker_from_spec(name), expected, got).passed


@pytest.mark.parametrize("name", CHECKER_NAMES)
def test_an_expected_output_that_is_no_text_is_our_fault(name: str) -> None:
    with pytest.raises(TypeError, match="expected output must be text, not list"):
        judged(checker_from_spec(name), ["1", "2"], b"1\n2\n")


def test_exact() -> None:
    assert judged(ExactChecker(), "a b\n", "a b\n").rule == "exact"
    assert judged(ExactChecker(), "a b\n", "a b").rule == "exact: final newline"
    assert judged(ExactChecker(), "a b", "a b\n\n").reason == "Line 1 differs at byte 4: expected the end, got '\\n'."
    assert (
        judged(ExactChecker(), "a\nbc\n", "a\nbd\n").reason == "Line 2 differs at byte 2: expected 'c\\n', got 'd\\n'."
    )
    assert not judged(ExactChecker(), "a b\n", "a  b\n").passed
    assert not judged(ExactChecker(), "a\n", "a\r\n").passed


def test_floats() -> None:
    assert judged(FloatsChecker(), "1000000 x", "1000001 x").rule == "floats: absolute 1e-06 or relative 1e-06"
    assert judged(FloatsChecker(), "1 2", "1.0 2").passed
    assert judged(FloatsChecker(absolute_tolerance=0.1, relative_tolerance=0), "0 5", "0.1 5").passed
    assert not judged(FloatsChecker(absolute_tolerance=0, relative_tolerance=1e-9), "100", "100.001").passed
    for expected, got in [("1 2", "2 1"), ("1", "1 1"), ("1", "nan"), ("nan", "NAN"), ("x", "y"), ("1e999", "inf")]:
        assert not judged(FloatsChecker(), expected, got).passed


def test_any_order() -> None:
    assert judged(AnyOrderChecker(), "a b\nc\nc\n", "c\na  b\n\nc").rule == "any_order"
    assert judged(AnyOrderChecker(case_sensitive=False), "A\nb", "B\na").passed
    for expected, got in [("a\na\nb", "a\nb\nb"), ("a\nb", "a b"), ("a b", "b a"), ("a", "a\na"), ("a\nb", "a")]:
        assert not judged(AnyOrderChecker(), expected, got).passed
    assert "has 3 bytes besides whitespace, where 1 were" in judged(AnyOrderChecker(), "a", "a\na\na").reason
    lines = [f"{i} x" for i in range(100_000)]
    assert judged(AnyOrderChecker(), "\n".join(lines), "\n".join(reversed(lines))).passed


OPENTHOUGHTS_TAKES = [
    ("a b\n", " a b", "stripped text"),
    ("1", "11", "sets of characters"),
    ("1\n2\n3", "3 2 1", "sets of characters"),
    ("1\n0\n1", "0 1", "sets of characters"),
    ("5", "5 5", "sets of characters"),
    ("1\n\n 2 \n3", "123", "a digit a line"),
    ("1.0\n", "1\n", "sets of digits"),
]


@pytest.mark.parametrize(("expected", "got", "note"), OPENTHOUGHTS_TAKES)
def test_openthoughts_takes(expected: str, got: str, note: str) -> None:
    assert judged(OpenThoughtsChecker(), expected, got) == Check(passed=True, rule=f"openthoughts: {note}")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("0.33333", "0.3333333"),
        ("1", "1.0"),
        ("10\n20", "20\n10"),
        ("1\n2", "1\n3"),
        ("1", "1 2"),
        ("1", "2"),
        ("a", ""),
        ("a b", "a"),
    ],
)
def test_openthoughts_refuses(expected: str, got: str) -> None:
    assert not judged(OpenThoughtsChecker(), expected, got).passed


def test_a_rule_about_text_compares_calls_by_value() -> None:
    case = TestCase(arguments=(1,), expected=[1.0, 2.0])
    near = Actual(stdout=b"noise", returned=[1.0, 2.0000001], has_returned=True)
    assert {name: checker_from_spec(name).check(case, near).passed for name in CHECKER_NAMES} == {
        "any_order": False,
        "exact": False,
        "floats": True,
        "kattis": False,
        "openthoughts": False,
        "python_equal": False,
        "tokens": True,
        "values": True,
    }
    turned = Actual(returned=(2.0, 1.0), has_returned=True)
    assert AnyOrderChecker().check(case, turned).rule == "values: any order"
    assert OpenThoughtsChecker().check(case, Actual(returned=1, has_returned=True)).rule == (
        "openthoughts: first item of the expected list"
    )
    for name in CHECKER_NAMES:
        assert not checker_from_spec(name).check(case, Actual(stdout=b"[1.0, 2.0]")).passed


def test_values_on_a_stdin_test_compares_tokens() -> None:
    assert judged(ValuesChecker(), "1 2.0", "1 2").rule == "tokens: float tolerance 1e-06"


@pytest.mark.parametrize(
    "spec",
    [
        "tokens",
        "exact",
        "floats",
        "any_order",
        "openthoughts",
        "values",
        {"type": "tokens", "case_sensitive": False, "float_tolerance": 1e-4},
        {"type": "tokens", "float_tolerance": None},
        {"type": "floats", "absolute_tolerance": 0, "relative_tolerance": 1e-9},
        {"type": "any_order", "case_sensitive": False},
        {"type": "values", "float_tolerance": 0, "unwrap_single": False},
    ],
)
def test_a_description_makes_a_checker_that_describes_itself(spec: Any) -> None:
    checker = checker_from_spec(spec)
    assert checker.spec["type"] == (spec if isinstance(spec, str) else spec["type"])
    assert isinstance(spec, str) or spec.items() <= checker.spec.items()
    assert checker_from_spec(checker.spec) == checker
    assert hash(checker_from_spec(checker.spec)) == hash(checker)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("tokenz", "openthoughts, python_equal, tokens, values, program, not 'tokenz'"),
        ({}, "`type` must be one of"),
        ({"type": ["tokens"]}, "`type` must be one of"),
        (None, "a rule's name or an object"),
        (["tokens"], "a rule's name or an object"),
        ({"type": "program", "files": {}}, "`protocol` must be text, not None"),
        ({"type": "tokens", "tolerance": 1}, "no parameter 'tolerance'; allowed: case_sensitive, float_tolerance"),
        ({"type": "exact", "x": 1}, "no parameter 'x'; allowed: none"),
        ({"type": "tokens", "case_sensitive": 0}, "`case_sensitive` must be true or false, not 0"),
        ({"type": "tokens", "float_tolerance": "1e-6"}, "`float_tolerance` must be a number"),
        ({"type": "tokens", "float_tolerance": True}, "`float_tolerance` must be a number"),
        ({"type": "floats", "absolute_tolerance": float("nan")}, "`absolute_tolerance` must be a number"),
        ({"type": "floats", "relative_tolerance": float("inf")}, "`relative_tolerance` must be a number"),
        ({"type": "floats", "relative_tolerance": -1}, "`relative_tolerance` must be a number"),
        ({"type": "values", "float_tolerance": None}, "`float_tolerance` must be a number"),
    ],
)
def test_a_wrong_description_names_the_key(spec: Any, says: str) -> None:
    with pytest.raises(CheckerSpecError) as caught:
        checker_from_spec(spec)
    assert says in str(caught.value)


def test_the_default_is_what_a_contest_would_use() -> None:
    assert default_checker(Problem("p", tests=())) == TokensChecker()
    wrapped = (TestCase(arguments=(1,), expected=[1]), TestCase(arguments=(2,), expected=[[1, 2]]))
    assert default_checker(Problem("p", function="f", tests=wrapped)) == ValuesChecker(unwrap_single=True)
    lists = (*wrapped, TestCase(arguments=(3,), expected=[]))
    assert default_checker(Problem("p", function="f", tests=lists)) == ValuesChecker(unwrap_single=False)


@pytest.mark.parametrize("checker", [TokensChecker(), FloatsChecker(), ExactChecker(), AnyOrderChecker()])
def test_right_output_costs_little_more_than_splitting_it(checker: Checker) -> None:
    expected = b"\n".join(b"%d" % (i * 7919 % 1_000_003) for i in range(1_500_000))  # 10 MB
    same, other = bytes(bytearray(expected)), expected + b"\n"

    def seconds(work: Any) -> float:
        best = 9.0
        for _ in range(3):
            start = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - start)
        return best

    split = seconds(expected.split)
    assert seconds(lambda: judged(checker, expected, same)) < 0.1
    assert isinstance(checker, AnyOrderChecker) or seconds(lambda: judged(checker, expected, other)) < 3 * split + 0.1
