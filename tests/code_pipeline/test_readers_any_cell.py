"""Whatever stands in a cell, a reader hands back a problem with at least one candidate, or names the column."""

from __future__ import annotations

import base64
import json
import math
import pickle
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_columns import SCHEMAS

from code_pipeline.errors import RowError
from code_pipeline.readers import JUDGED, READERS, ProblemRow, ReadOptions

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=10)
    | st.sampled_from(
        [
            "",
            "assert f(1) == 2",
            "assert f(",
            "def check(c):\n assert not c(*[1], **{'a': -2.5})",
            "null",
            "[]",
            "{}",
            "NaN",
            "...",
            "[[",
            "\ud800",
            "1" * 5000,
            "2 seconds",
            "0",
            "-1",
            "file",
        ]
    )
)
_KEYS = """input output inputs outputs fn_name type testtype language test_cases response solution code from value role
content func_name seconds nanos programmingLanguage ground_truth assert_case"""
keys = st.sampled_from(_KEYS.split()) | st.text(max_size=3)
cells = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=12,
)
CASES = [{"input": "1", "output": "2"}, {"input": "3", "output": "4"}]
# cells that make sense, so that what stands beside a broken one is read too
SENSIBLE: dict[str, Any] = {
    "input_output": json.dumps({"inputs": ["1"], "outputs": ["2"]}),
    "test_cases": CASES,
    "official_tests": CASES,
    "public_tests": {"input": ["1"], "output": ["2"]},
    "public_test_cases": json.dumps([{**case, "testtype": "stdin"} for case in CASES]),
    "private_test_cases": base64.b64encode(zlib.compress(pickle.dumps("[]"))).decode(),
    "verification_info": {"language": "python", "test_cases": [{**case, "type": "stdin_stdout"} for case in CASES]},
    "candidates": ["print(1)", {"language": "cpp", "response": "x"}],
    "code": "print(1)",
    "generation": "```cpp\nx\n```",
    "examples": CASES,
    "time_limit": 2.0,
    "entry_point": "f",
    "prompt": "from math import sqrt\n\n\ndef f(x):\n",
    "canonical_solution": "    return x\n",
    "test": "def check(candidate):\n    assert candidate([1]) == (1, {'a'})\n",
    "test_list": ["assert f(1) == 2", "assert abs(f(2) - 1.5) < 1e-6"],
    "base_input": [[1], [[2]]],
    "reward_model": {"style": "rule", "ground_truth": json.dumps({"inputs": ["1"], "outputs": ["2"]})},
    "conversations": [{"from": "human", "value": "?"}, {"from": "gpt", "value": "print(1)"}],
    "question": "Which?",
    "choices": {"label": ["A"], "text": ["this"]},
}
UNTESTED = ("camel", "riddle_sense")  # judged by a gold answer


def check(row: dict[str, Any], read: ProblemRow) -> None:
    assert read.candidates
    assert len({each.submission.id for each in read.candidates}) == len(read.candidates)
    assert {each.submission.problem_id for each in read.candidates} == {read.problem.id}
    assert all((each.verdict is None) == (each.reason == "") for each in read.candidates)
    assert set(read.test_columns) <= set(row)
    assert read.list_column is None or read.list_column in row
    assert 0 <= read.generated_tests <= len(read.problem.tests)
    assert all(count >= 0 for count in read.findings.values())
    for each in read.candidates:
        each.submission.response.encode()
    read.problem.id.encode()
    for value in (read.problem.limits.time_limit_s, read.problem.limits.memory_limit_mb):
        assert value is None or (value > 0 and math.isfinite(value))
    for test in read.problem.tests:
        if test.arguments is None:
            assert isinstance(test.stdin, str)
            test.stdin.encode()
            test.expected.encode()


def answers(columns: tuple[str, ...]) -> Iterator[str]:
    yield from columns
    yield from ("candidates", "generations", "response", "checker", "language", "code_list")


@pytest.mark.parametrize("schema", SCHEMAS)
@settings(max_examples=150)
@given(data=st.data())
def test_any_cells(schema: str, data: st.DataObject) -> None:
    name, columns = SCHEMAS[schema]
    drawn = data.draw(st.dictionaries(st.sampled_from(list(answers(columns))), cells, max_size=6))
    row = {column: SENSIBLE.get(column) for column in columns} | drawn
    encode = data.draw(st.sampled_from([None, *drawn]))  # one of them as text, as many datasets have it
    if encode is not None:
        row[encode] = repr(row[encode])
    options = ReadOptions(data.draw(st.sampled_from(JUDGED)), response_column=data.draw(st.sampled_from([None, *row])))
    message = ""
    try:
        check(row, READERS[name].read(row, 7, options))
    except RowError as error:
        message = str(error)
    assert not message or "column" in message


@pytest.mark.parametrize("schema", SCHEMAS)
def test_sensible_cells(schema: str) -> None:
    """The rows above can be read at all: else the test of any cells would show nothing."""
    name, columns = SCHEMAS[schema]
    row = {column: SENSIBLE.get(column) for column in columns} | {"candidates": SENSIBLE["candidates"]}
    read = READERS[name].read(row, 7, ReadOptions())
    check(row, read)
    assert len(read.candidates) == 2
    assert len(read.problem.tests) >= (0 if schema in UNTESTED or "cots" in schema or "conversations" in schema else 1)
