"""verl's rows, and conversations: where the tests are, and what has none."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from typing import Any

import pytest

from code_pipeline import TestCase, Verdict
from code_pipeline.errors import RowError
from code_pipeline.readers import READERS, ProblemRow, ReadOptions, domain_of, reader_for

STDIN = {"inputs": ["1 2\n"], "outputs": ["3\n"]}
LISTED = [{"input": "1 2", "output": "3", "testtype": "stdin"}]
CALLED = [{"input": "[1, 2]\n3", "output": "6", "testtype": "functional", "metadata": {"func_name": "total"}}]


def row(truth: Any, **more: Any) -> dict[str, Any]:
    return {
        "data_source": "own",
        "prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Add."}],
        "ability": "code",
        "reward_model": {"style": "rule", "ground_truth": truth},
        "extra_info": {"index": 17, "split": "train"},
        "responses": ["print(3)", "print(4)"],
        **more,
    }


def read(truth: Any, **more: Any) -> ProblemRow:
    values = row(truth, **more)
    reader = reader_for(list(values), None)
    assert reader.name == "verl"
    return reader.read(values, 0, ReadOptions())


def packed(value: Any) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(json.dumps(value)))).decode()


@pytest.mark.parametrize("truth", [STDIN, json.dumps(STDIN), packed(STDIN), {**STDIN, "fn_name": None}])
def test_inputs_and_outputs(truth: Any) -> None:
    found = read(truth)
    assert found.problem.tests == (TestCase("1 2\n", "3\n"),)
    assert (found.problem.id, found.problem.statement, found.problem.source.dataset) == ("17", "Add.", "verl")
    assert [each.submission.response for each in found.candidates] == ["print(3)", "print(4)"]
    assert (found.list_column, found.test_columns) == ("responses", ("reward_model",))


@pytest.mark.parametrize("truth", [LISTED, json.dumps(LISTED), packed(LISTED)])
def test_livecodebenchs_list(truth: Any) -> None:
    found = read(truth)
    assert [(test.stdin, test.expected) for test in found.problem.tests] == [("1 2", "3")]
    assert (found.problem.id, found.problem.source.dataset) == ("17", "verl")
    assert found.test_columns == ("reward_model",)


def test_a_function_of_livecodebenchs_list() -> None:
    found = read(json.dumps(CALLED))
    assert found.problem.function == "total"
    assert [(test.arguments, test.expected) for test in found.problem.tests] == [(([1, 2], 3), 6)]


@pytest.mark.parametrize(("inputs", "outputs"), [([[[1, 2], 3]], [6]), (["[1, 2]\n3"], ["6"]), (["[1, 2]\n3"], [6])])
def test_a_function_named_beside_the_inputs(inputs: list[Any], outputs: list[Any]) -> None:
    found = read(json.dumps({"inputs": inputs, "outputs": outputs, "fn_name": "total"}))
    assert [(test.arguments, test.expected) for test in found.problem.tests] == [(([1, 2], 3), 6)]


@pytest.mark.parametrize("truth", [{"assert_case": ["assert f(1) == 2"]}, "assert f(1) == 2\n"])
def test_assertions(truth: Any) -> None:
    found = read(truth)
    assert [(test.arguments, test.expected) for test in found.problem.tests] == [((1,), 2)]
    assert found.problem.checker is not None
    assert (found.problem.checker.name, found.problem.defines) == ("python_equal", "f")


@pytest.mark.parametrize(
    ("truth", "says"),
    [
        ("{", "broken JSON"),
        ("no tests", "neither tests in JSON nor packed tests"),
        (packed(STDIN)[:-9] + "A", "neither tests in JSON nor packed tests"),
        ({"inputs": ["1"], "outputs": []}, "1 inputs and 0 outputs"),
        ({"assert_case": [1]}, "must be a list of texts"),
        ({"inputs": ["{"], "outputs": ["1"], "fn_name": "f"}, "is no JSON"),
    ],
)
def test_rows_that_cannot_be_read(truth: Any, says: str) -> None:
    with pytest.raises(RowError) as caught:
        read(truth)
    assert says in str(caught.value)
    assert "reward_model.ground_truth" in str(caught.value)


def test_a_row_without_ground_truth_has_no_tests() -> None:
    assert read(None).problem.tests == ()
    assert read(STDIN, reward_model=None).problem.tests == ()


@pytest.mark.parametrize(
    ("truth", "ability", "domain"),
    [
        (json.dumps(STDIN), "code", "code"),
        (json.dumps(STDIN), None, "code"),
        (STDIN, None, "code"),
        (json.dumps(LISTED), None, "code"),
        (LISTED, "", "code"),
        ("assert f(1) == 2", None, "code"),
        ("42", "MATH", "math"),
        ("42", None, "math"),
        ("\\frac{1}{2}", None, "math"),
        (["42"], None, "math"),
        ("A", "science", "science"),
    ],
)
def test_the_domain(truth: Any, ability: str | None, domain: str) -> None:
    values = row(truth, ability=ability)
    assert domain_of(list(values), values) == domain
    as_text = {**values, "reward_model": json.dumps(values["reward_model"])}  # a cell of a CSV
    assert domain_of(list(as_text), as_text) == domain


@pytest.mark.parametrize(
    "turns",
    [
        [{"from": "human", "value": "?"}, {"from": "gpt", "value": "print(1)"}],
        [{"from": "user", "value": "?"}, {"from": "assistant", "value": "print(1)"}],
        {"from": ["user", "assistant"], "value": ["?", "print(1)"]},
    ],
)
def test_conversations_have_nothing_to_judge_by(turns: Any) -> None:
    values = {"difficulty": 3, "source": "own", "domain": "code", "conversations": turns}
    reader = reader_for(list(values), None)
    assert reader is READERS["conversations"] is reader_for(list(values), "open-thoughts/OpenThoughts3-1.2M")
    (candidate,) = reader.read(values, 4, ReadOptions()).candidates
    assert (candidate.verdict, candidate.submission.response) == (Verdict.NO_TESTS, "print(1)")
    assert "--problems" in candidate.reason
    (empty,) = reader.read({**values, "conversations": []}, 4, ReadOptions()).candidates
    assert empty.verdict is Verdict.NO_RESPONSE
