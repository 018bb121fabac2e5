"""The unified row, the conversations made of it, and the templates that they are made by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ot_code.errors import InputError, UsageError
from ot_code.parts import table_of
from ot_code.publishing.formats import FORMATS, Format, format_types
from ot_code.publishing.templates import SKY_T1, STYLES, Templates, answer_text, templates_in, templates_of
from ot_code.rows import COLUMNS, answers_in, arrow_types, split_response, unified

THOUGHT = "<|begin_of_thought|>\n\nhm\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\n4\n\n<|end_of_solution|>"
CODE = "Generate an executable Python function generated from the given prompt. "
STDIN = (
    CODE
    + "The function should take stdin as input and print the output. Simply call the function after the definition."
)
CALL = CODE + "Return the function body without invoking it at the final solution."


@pytest.mark.parametrize(
    ("text", "reasoning", "solution"),
    [
        (THOUGHT, "hm", "4"),
        ("<think>\nhm\n</think>\n\n4", "hm", "4"),
        ("hm</think>4", "hm", "4"),  # the chat template wrote the opening tag
        ("<think>\nhm, I never stop", "hm, I never stop", ""),
        ("<think>a</think>b</think>c", "a</think>b", "c"),  # as answers are judged: after the last end
        ("just 4", None, "just 4"),
        ("<|begin_of_solution|>4<|end_of_solution|> bye", None, "4"),
        ("", None, ""),
    ],
)
def test_reasoning_and_solution_are_told_apart(text: str, reasoning: str | None, solution: str) -> None:
    assert split_response(text) == (reasoning, solution)


@given(st.text(max_size=50), st.text(max_size=50), st.sampled_from(["openthoughts", "think"]))
def test_a_rendered_answer_is_split_as_it_was(reasoning: str, solution: str, style: str) -> None:
    reasoning, solution = (text.replace("<", "").strip() for text in (reasoning, solution))
    text = answer_text({"reasoning": reasoning, "solution": solution}, style)
    assert split_response(text) == (reasoning or None, solution)


def row(**more: Any) -> dict[str, Any]:
    plain = {"id": "1", "problem": "Add.", "domain": "math", "source": "own", "candidate": THOUGHT, "answer": "4"}
    return unified({**plain, **more})


def test_every_column_is_there_and_fits_its_type() -> None:
    found = row(
        verdict="correct", passed=True, method="exact", findings=["proof"], limits=None, jail="bubblewrap",
        lineage={"ot_code": "0.1.0", "judge": 2}, sample_count=4, pass_rate=0.25,
    )  # fmt: skip
    assert tuple(found) == COLUMNS == tuple(arrow_types())
    table = table_of([found, row(candidate=None), unified({"id": "2"})], arrow_types())
    assert table.to_pylist()[0]["lineage"] == {
        "ot_code": "0.1.0", "judge": "2", "math": None, "runtime": None, "runtime_hash": None, "jail": "bubblewrap",
        "limits": None,
    }  # fmt: skip
    assert (found["kept"], found["reasoning"], found["solution"], found["ground_truth"]) == (True, "hm", "4", "4")
    assert row()["kept"] is None  # nobody judged it
    assert row(verdict="not_checked", kept=True)["kept"] is True


@given(st.dictionaries(st.sampled_from([*COLUMNS, "candidate", "solutions", "limits", "jail"]), st.from_type(object)))
def test_no_cell_can_stop_it(cells: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(cells, default=str, skipkeys=True))
    assert tuple(unified(plain)) == COLUMNS


def test_objects_of_answers_say_who_and_how() -> None:
    found = row(candidate={"response": "4", "reasoning": "hm", "model": "r1", "language": "cpp"}, domain="code")
    assert (found["reasoning"], found["solution"], found["model"], found["language"]) == ("hm", "4", "r1", "cpp")
    assert row(candidate={"response": None})["solution"] is None


def test_each_candidate_of_a_standard_row_is_a_row() -> None:
    rows = list(answers_in({"id": "1", "candidates": ["a", {"response": "b"}]}))
    assert [(each["candidate"], each["candidate_index"], each["sample_count"]) for each in rows] == [
        ("a", 0, 2), ({"response": "b"}, 1, 2),
    ]  # fmt: skip
    assert [each["candidate"] for each in answers_in({"id": "1", "candidates": []})] == [None]
    assert len(list(answers_in({"id": "1", "problem": "?"}))) == 1


@pytest.mark.parametrize(
    ("more", "prompt"),
    [
        ({}, "Return your final response within \\boxed{}. Add."),
        ({"domain": "code", "test_cases": {"inputs": ["1"], "outputs": ["1"]}}, STDIN + "Add."),
        (
            {"domain": "code", "test_cases": '{"inputs":[],"fn_name":"f"}', "starter_code": "def f(a):"},
            CALL + "Add.\ndef f(a):",
        ),
        ({"domain": "science"}, "Add."),
        ({"domain": "puzzle"}, "Add."),
        ({"domain": "poetry"}, "Add."),
    ],
)
def test_user_prompts_are_those_of_openthoughts(more: dict[str, Any], prompt: str) -> None:
    assert Templates().prompt(row(**more)) == prompt


def test_a_program_in_another_language_is_not_asked_for_in_python() -> None:
    asked = Templates().prompt(row(domain="code", language="cpp"))
    assert "cpp" in asked
    assert "Python" not in asked


def test_templates_are_the_users_to_set(tmp_path: Path) -> None:
    file = tmp_path / "prompts.yaml"
    file.write_text('math: "Solve {problem} (in {language}) {starter_code}!"\nsystem: ""\n')
    templates = templates_in(file)
    asked = templates.prompt(row(problem="{starter_code} + {problem} \\boxed{}", language="en"))
    assert asked == "Solve {starter_code} + {problem} \\boxed{} (in en) !"  # what is filled in is not filled in again
    assert templates.system_for(row(), "openthoughts") == ""
    assert templates.identity() == {"math": templates.math, "system": ""}
    with pytest.raises(UsageError, match="there is no template 'maths'"):
        templates_of({"maths": "{problem}"})
    with pytest.raises(UsageError, match=r"has no \{problem\} in it"):
        templates_of({"math": "Solve."})
    file.write_text("[")
    with pytest.raises(InputError, match=r"prompts\.yaml: templates cannot be read"):
        templates_in(file)


@pytest.mark.parametrize(
    ("style", "answer", "system"),
    [
        ("openthoughts", THOUGHT, SKY_T1),
        ("think", "<think>\nhm\n</think>\n\n4", ""),
        ("plain", "4", ""),
    ],
)
def test_styles_of_answers_and_their_system_prompt(style: str, answer: str, system: str) -> None:
    sharegpt = Format("sharegpt", style, Templates(), "train").row(row(), 0)
    assert sharegpt == {
        "id": "1", "domain": "math", "source": "own", "system": system,
        "conversations": [
            {"from": "user", "value": "Return your final response within \\boxed{}. Add."},
            {"from": "assistant", "value": answer},
        ],
    }  # fmt: skip
    own = Format("messages", style, Templates(), "train").row(row(system="Be brief."), 0)
    assert own is not None
    assert own["messages"][0] == {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_rows_of_each_format_fit_their_types(name: str, style: str) -> None:
    form = Format(name, style, Templates(), "train")
    rows = [form.row(row(test_cases={"inputs": [], "outputs": []}, domain=domain), 0) for domain in ("math", "code")]
    assert None not in rows
    table = table_of([found for found in rows if found], format_types(name))
    assert isinstance(table, pa.Table)
    assert table.num_rows == 2


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_needs_and_a_row_has_not_leaves_it_out(name: str) -> None:
    form = Format(name, "plain", Templates(), "train")
    assert form.row(row(problem=None), 0) is None
    if name == "verl":
        assert form.row(row(answer=None), 0) is None
    else:
        assert form.row(row(candidate=None), 0) is None
        assert form.row(row(candidate=""), 0) is None
