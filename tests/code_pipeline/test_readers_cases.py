"""Cells with tests and limits, in every encoding, and the traps in them."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.errors import RowError
from code_pipeline.readers import READERS, ReadOptions
from code_pipeline.readers.base import JUDGED
from code_pipeline.readers.cases import read_cases
from code_pipeline.readers.limits import memory_limit_mb, time_limit_s
from code_pipeline.readers.literals import literal

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def stdin_pairs(cell):
    return [(case.stdin, case.expected) for case in read_cases(cell, "c").tests]


def further(cell):
    return [case.accepted_outputs for case in read_cases(cell, "c").tests]


def test_further_right_answers_of_each_test():
    cell = {"inputs": ["1", "2"], "outputs": ["a", "b"], "accepted_outputs": [["x", ["y", "z"], 3], None]}
    assert further(cell) == further(json.dumps(cell)) == [("x", "y\nz", "3"), ()]
    assert stdin_pairs(cell) == [("1", "a"), ("2", "b")]
    items = [{"input": "1", "output": "a", "accepted_outputs": ["x"]}, {"input": "2", "output": "b"}]
    assert further(items) == [("x",), ()]
    assert further({"inputs": ["1"], "outputs": ["a"], "accepted_outputs": None}) == [()]
    call = {"inputs": [[1]], "outputs": [[2]], "fn_name": "f", "accepted_outputs": [[[3], "4"]]}
    assert further(call) == [([3], "4")]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([], "accepted_outputs must be a list of a list for each of the outputs, not 0 lists"),
        ([["x"], ["y"]], "not 2 lists"),
        ("x", "accepted_outputs must be a list of a list for each of the outputs, not text"),
        (["x"], "test 0: its accepted_outputs is text, not a list"),
        ([[None]], "test 0: its accepted output is null"),
    ],
)
def test_further_right_answers_that_cannot_be_read(answers, words):
    with pytest.raises(RowError, match=words):
        read_cases({"inputs": ["1"], "outputs": ["a"], "accepted_outputs": answers}, "c")


@given(JSON)
def test_any_further_right_answers_are_read_or_refused(cell):
    try:
        cases = read_cases({"inputs": ["1"], "outputs": ["a"], "accepted_outputs": cell}, "c")
    except RowError:
        return
    assert all(isinstance(answer, str) for answer in cases.tests[0].accepted_outputs)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_every_encoding_says_the_same(pairs):
    inputs, outputs = [i for i, _ in pairs], [o for _, o in pairs]
    both = {"inputs": inputs, "outputs": outputs}
    structs = [{"input": i, "output": o} for i, o in pairs]
    encodings = [
        both,
        {"input": inputs, "output": outputs},
        structs,
        json.dumps(both),
        json.dumps(both).encode(),
        json.dumps(json.dumps(both)),
        json.dumps(both, ensure_ascii=False, indent=1),
        json.dumps(structs),
        repr(both),
        {"inputs": [i.split("\n") for i in inputs], "outputs": outputs, "fn_name": None},
    ]
    for encoding in encodings:
        assert stdin_pairs(encoding) == pairs


@given(st.lists(st.tuples(st.lists(st.integers() | TEXT, max_size=3), JSON), max_size=4))
def test_calls_come_back_as_they_are(pairs):
    cell = {"fn_name": "f", "inputs": [a for a, _ in pairs], "outputs": [o for _, o in pairs]}
    cases = read_cases(cell, "c").tests
    assert [(case.arguments, case.expected) for case in cases] == [(tuple(a), o) for a, o in pairs]


@given(
    st.sampled_from(sorted(READERS)),
    st.sampled_from(JUDGED),
    st.dictionaries(
        st.sampled_from(
            [
                *("input_output", "test_cases", "public_tests", "generated_tests", "tests", "solutions", "candidates"),
                *("incorrect_solutions", "messages", "response", "conversations", "time_limit", "memory_limit", "name"),
                *("memory_limit_bytes", "checker", "language", "starter_code", "input_file", "question", "problem_id"),
                *("time_limit_s", "memory_limit_mb", "deepseek_solution", "problem", "description", "id"),
            ]
        ),
        JSON | st.text() | JSON.map(json.dumps) | JSON.map(repr) | st.binary(max_size=8),
        max_size=8,
    ),
)
def test_whatever_a_row_holds_only_row_errors_come_out(name, judged, row):
    said = ""
    try:
        said = str(READERS[name].read(row, 0, ReadOptions(judged)).candidates)
    except RowError as error:
        said = str(error)
    assert "column" in said or "Candidate" in said


@given(st.text(alphabet="[](){}'\",:+-.0123456789eEjTrueNone \\\n", max_size=40))
def test_literals_never_raise_anything_else(text):
    try:
        value = literal(text)
    except ValueError:
        return
    assert repr(value) is not None


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" + "-" * 100_000 + "1]",
        "[" + "+".join(["1"] * 50_000) + "]",
        "[a" + "()" * 50_000 + "]",
        "[x" + "[0]" * 50_000 + "]",
        "[" + "a." * 50_000 + "b]",
        "[f'{1}']",
        "[__import__('os')]",
        "[lambda: 0]",
        "[1 if 2 else 3]",
        "{'a': " * 5_000,
        "[" + "'" * 99_999,
        "[" + "9" * 100_000 + "]",
        "['a' 'b']",
    ],
)
def test_hostile_literals_are_refused(text):
    with pytest.raises(ValueError, match=r"literal|nested"):
        literal(text)
    with pytest.raises(RowError, match="`c`"):
        read_cases(text, "c")


def test_literals_as_str_leaves_them():
    value = {"inputs": ["((((' \" $\n", "é\\"], "outputs": [["-1", "+"], (1, -2.5e-7)], "x": {True, None}, "y": b"\0"}
    assert literal(repr(value)) == value


class TestTraps:
    def test_integers_of_any_length(self):
        digits = "7" * 5_000
        cell = f'{{"fn_name": "f", "inputs": [[{digits}]], "outputs": [-{digits}]}}'
        (case,) = read_cases(cell, "c").tests
        assert case.arguments[0] % 10**9 == 777_777_777
        assert case.expected == -case.arguments[0]
        with pytest.raises(RowError, match="200000 digits"):
            read_cases(cell.replace(digits, "7" * 200_000), "c")
        with pytest.raises(RowError, match="too long to print"):
            read_cases(f'{{"inputs": ["1"], "outputs": [{digits}]}}', "c")

    def test_integers_beyond_64_bits_stay_exact(self):
        (case,) = read_cases('{"fn_name": "f", "inputs": [[1]], "outputs": [123456789012345678901]}', "c").tests
        assert case.expected == 123456789012345678901

    @pytest.mark.parametrize("name", ["f", "Solution.f", "Solution().f"])
    def test_a_method_of_solution_is_found_by_its_own_name(self, name):
        assert read_cases({"fn_name": name, "inputs": [[1]], "outputs": [1]}, "c").function == "f"

    def test_nan_and_infinity(self):
        cases = read_cases('{"fn_name": "f", "inputs": [[NaN]], "outputs": [-Infinity]}', "c").tests
        assert math.isnan(cases[0].arguments[0])
        assert cases[0].expected == -math.inf

    @pytest.mark.parametrize("opening", ["[", '{"a":', '{"inputs": ['])
    def test_deep_nesting(self, opening):
        with pytest.raises(RowError, match="nested"):
            read_cases(opening * 100_000 + "1", "c")

    def test_deep_nesting_of_values(self):
        value: list = []
        for _ in range(5_000):
            value = [value]
        with pytest.raises(RowError, match="test 0: its output is nested deeper than 200"):
            read_cases({"fn_name": "f", "inputs": [[1]], "outputs": [value]}, "c")

    def test_ten_thousand_tests(self):
        inputs = [str(n) for n in range(10_000)]
        assert len(read_cases(json.dumps({"inputs": inputs, "outputs": inputs}), "c").tests) == 10_000

    def test_numbers_and_null_bytes_as_text(self):
        assert stdin_pairs({"inputs": [1, "a\0b"], "outputs": [0.5, ["1", 2]]}) == [("1", "0.5"), ("a\0b", "1\n2")]

    def test_texts_are_not_copied(self):
        big = "x" * 1_000_000
        (case,) = read_cases({"inputs": [big], "outputs": [big]}, "c").tests
        assert case.stdin is big

    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            ("{", "broken JSON"),
            ('{"inputs": ["1"]', "broken JSON"),
            ("nonsense", "broken JSON"),
            ("17", "not a number"),
            ({"stdin": ["1"]}, "needs the keys inputs and outputs, has stdin"),
            ({"inputs": "1", "outputs": ["1"]}, "inputs must be a list, not text"),
            ({"inputs": ["1"], "outputs": None}, "1 inputs and 0 outputs"),
            ([{"input": "1"}], "test 0 needs the keys input and output, has input"),
            (["1"], "test 0 is text"),
            ({"inputs": [None], "outputs": [""]}, "test 0: its input is null"),
            ({"inputs": ["1"], "outputs": [True]}, "test 0: its output is a boolean"),
            ({"inputs": ["1"], "outputs": [{"a": 1}]}, "test 0: its output is an object"),
            ({"inputs": ["\ud800"], "outputs": ["1"]}, "lone surrogate"),
            ('{"inputs": ["\\ud800"], "outputs": ["1"]}', "lone surrogate"),
            ({"inputs": ["1"], "outputs": ["1"], "fn_name": 3}, "fn_name"),
            ({"inputs": ["1"], "outputs": ["1"], "fn_name": "f()"}, "fn_name"),
            ({"inputs": [[1]], "outputs": ["1"], "fn_name": "Other.f"}, "fn_name"),
            ({"inputs": ["1"], "outputs": ["1"], "fn_name": "f"}, "not the list of arguments"),
            ([{"input": [1], "output": 1, "fn_name": "f"}, {"input": [1], "output": 1}], "calls None"),
            (b"\xff", "not valid UTF-8"),
            (object(), "not a object"),
        ],
    )
    def test_what_is_wrong_is_named(self, cell, reason):
        with pytest.raises(RowError) as caught:
            read_cases(cell, "c")
        assert "column `c`" in str(caught.value)
        assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("", None), (0, None), (math.nan, None), (2, 2.0), (0.25, 0.25),
        ("2 seconds", 2.0), ("2.0 seconds", 2.0), ("1 second", 1.0), ("1.5 s", 1.5), ("1.5s", 1.5), ("500 ms", 0.5),
        ("1 - 2 sec.", 2.0), ("1 minute", 60.0), ("3", 3.0), (" 2  Seconds ", 2.0), (".5 s", 0.5),
        ({"seconds": 2, "nanos": 500_000_000}, 2.5), ({"seconds": None, "nanos": None}, None), ({}, None),
        (dt.timedelta(seconds=3), 3.0),
        (Decimal("1.50"), 1.5),
    ],
)  # fmt: skip
def test_time_limits(value, seconds):
    assert time_limit_s(value, "t") == (seconds if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("value", "megabytes"),
    [
        (None, None), ("", None), (0, None), (256, 256.0), ("256 megabytes", 256.0), ("256.0 megabytes", 256.0),
        ("64 MB", 64.0), ("1 GB", 1024.0), ("1024 kilobytes", 1.0), ("1048576 bytes", 1.0), ("512MiB", 512.0),
    ],
)  # fmt: skip
def test_memory_limits(value, megabytes):
    assert memory_limit_mb(value, "m") == megabytes


@pytest.mark.parametrize(
    "value", [-1, math.inf, True, [], "soon", "2 parsecs", "-2 seconds", 10**400, {"seconds": "2"}, "1e9", "9" * 90]
)
def test_limits_that_are_none(value):
    with pytest.raises(RowError, match="`t`"):
        time_limit_s(value, "t")


def test_bytes_as_the_unit():
    assert memory_limit_mb(256 * 2**20, "m", unit_mb=2.0**-20) == 256.0
