"""Source rows of every schema as standard rows: judged as their source is, and nothing of them lost."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from verify_runs import jsonl, rows_of, summary, verify

from code_pipeline.errors import RowError
from code_pipeline.readers import READERS, ReadOptions, reader_for
from ot_code.errors import UsageError
from ot_code.inputs import open_input
from ot_code.sources import open_source, standard_rows

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TABLES = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".jsonl", ".parquet"))

NUMINA = {
    "source": "olympiads",
    "problem": "What is 1/2 + 1/2?",
    "solution": r"It is $\boxed{1}$.",
    "messages": [
        {"role": "user", "content": "What is 1/2 + 1/2?"},
        {"role": "assistant", "content": r"It is $\boxed{1}$."},
    ],
}
OPENR1 = {
    "problem": "What is 2 + 2?",
    "solution": "Count.",
    "answer": "4",
    "problem_type": "Algebra",
    "source": "amc_aime",
    "uuid": "u-1",
    "generations": [r"\boxed{4}", r"\boxed{5}", r"\boxed{04}"],
    "correctness_math_verify": [True, False],
    "correctness_llama": None,
    "is_reasoning_complete": [True, True, False, True],
    "finish_reasons": ["stop", None, "length"],
    "messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": r"\boxed{4}"}],
}
CAMEL = {
    "role_1": "Physicist_RoleType.ASSISTANT",
    "topic;": "Optics",
    "sub_topic": "Mirrors",
    "message_1": "Where does a plane mirror put the image?",
    "message_2": "As far behind it as the object stands before it.",
}
RIDDLE = {
    "answerKey": "B",
    "question": "What has hands but cannot clap?",
    "choices": {"label": ["A", "B"], "text": ["a child", "a clock"]},
}
SHAREGPT = {
    "system": "Be brief.",
    "conversations": [
        {"from": "human", "value": "What is 3 + 3?"},
        {"from": "gpt", "value": "<think>\n6\n</think>\n\nIt is 6."},
    ],
}


def standard(tmp_path: Path, *rows: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    return list(open_source(str(jsonl(tmp_path / "rows.jsonl", list(rows))), **options))


@pytest.mark.parametrize("name", TABLES)
def test_a_standard_row_is_the_problem_and_the_answers_of_its_source(name: str) -> None:
    path = str(EXAMPLES / name)
    table = open_input(path)
    reader, plain = reader_for(table.columns, None), READERS["plain"]
    options = ReadOptions(class_labels=table.class_labels)
    compared = 0
    for row, outcome in zip(table.rows(), open_source(path).outcomes(), strict=True):
        assert row.values is not None
        if outcome.removal is not None:
            assert outcome.removal.kind == "malformed"
            with pytest.raises(RowError) as found:
                reader.read(row.values, row.index, options)
            assert str(found.value) in outcome.removal.reason
            continue
        read = reader.read(row.values, row.index, options)
        carried = json.loads(json.dumps(outcome.row, default=str))
        assert reader_for(carried.keys(), None) is plain
        again = plain.read(carried, row.index, ReadOptions())
        for part in ("tests", "limits", "function", "checker", "starter_code", "epilogue", "completes", "defines"):
            assert getattr(again.problem, part) == getattr(read.problem, part), part
        assert again.problem.input_file == read.problem.input_file
        judged = [
            [
                (each.submission.response, each.submission.language, each.verdict if read.problem.tests else None)
                for each in one.candidates
            ]
            for one in (again, read)
        ]
        assert judged[0] == judged[1]
        compared += 1
    assert compared


def test_numinas_own_solution_is_no_candidate(tmp_path: Path) -> None:
    (row,) = standard(tmp_path, NUMINA)
    assert row == {
        "id": "math-0",
        "problem": NUMINA["problem"],
        "domain": "math",
        "source": "olympiads",
        "source_schema": "math",
        "solution": NUMINA["solution"],
    }
    (row,) = standard(tmp_path, NUMINA, source="numina")
    assert (row["id"], row["source"], row["subset"]) == ("numina-0", "numina", "olympiads")


def test_what_was_said_of_each_generation_is_aligned_and_null_where_nothing_was(tmp_path: Path) -> None:
    (row,) = standard(tmp_path, OPENR1)
    assert (row["id"], row["answer"], row["solution"]) == ("u-1", "4", "Count.")
    assert row["candidates"] == [
        {"response": text, "correctness_math_verify": verified, "correctness_llama": None, "finish_reason": end}
        for text, verified, end in (
            (r"\boxed{4}", True, "stop"),
            (r"\boxed{5}", False, None),
            (r"\boxed{04}", None, "length"),
        )
    ]
    assert row["is_reasoning_complete"] == [True, True, False, True]  # longer than the answers: of others
    assert not {"generations", "messages", "correctness_math_verify"} & row.keys()


def test_camel_and_riddles_have_question_and_gold_answer(tmp_path: Path) -> None:
    (camel,) = standard(tmp_path, CAMEL, domain="physics")
    assert (camel["problem"], camel["answer"], camel["domain"]) == (CAMEL["message_1"], CAMEL["message_2"], "science")
    assert (camel["topic"], camel["sub_topic"]) == ("Optics", "Mirrors")
    (riddle,) = standard(tmp_path, RIDDLE)
    assert riddle["problem"] == "What has hands but cannot clap?\n\nA. a child\nB. a clock"
    assert (riddle["answer"], riddle["domain"]) == ("B", "puzzle")
    (stem,) = standard(
        tmp_path, {**RIDDLE, "question": {"stem": "Why?", "choices": [{"label": "A", "text": "so"}]}, "choices": None}
    )
    assert stem["problem"] == "Why?\n\nA. so"


def test_conversations_of_either_spelling(tmp_path: Path) -> None:
    messages = [
        {"role": turn["from"].replace("human", "user").replace("gpt", "assistant"), "content": turn["value"]}
        for turn in SHAREGPT["conversations"]
    ]
    rows = standard(tmp_path, SHAREGPT, {"messages": [{"role": "system", "content": "Be brief."}, *messages]})
    for row in rows:
        assert row["problem"] == "What is 3 + 3?"
        assert row["candidates"] == ["<think>\n6\n</think>\n\nIt is 6."]
        assert row["system"] == "Be brief."
        assert not {"conversations", "messages"} & {name for name, value in row.items() if value is not None}
    long = [*SHAREGPT["conversations"], {"from": "user", "value": "And 4 + 4?"}, {"from": "model", "value": "8"}]
    (row,) = standard(tmp_path, {"conversations": long})
    assert (row["problem"], row["candidates"], row["conversations"]) == ("And 4 + 4?", ["8"], long)


def test_openthoughts_prompts_are_taken_off_again(tmp_path: Path) -> None:
    (row,) = standard(
        tmp_path,
        {"conversations": [{"from": "user", "value": "Return your final response within \\boxed{}. Add 1 and 1."}]},
    )
    assert row["problem"] == "Add 1 and 1."


def test_what_cannot_be_read_is_removed_with_its_place(tmp_path: Path) -> None:
    rows = open_source(str(jsonl(tmp_path / "rows.jsonl", [RIDDLE, "{broken", {**RIDDLE, "choices": 3}])))
    kinds = [None if outcome.removal is None else outcome.removal.kind for outcome in rows.outcomes()]
    reasons = [outcome.removal.reason for outcome in rows.outcomes() if outcome.removal]
    assert kinds == [None, "malformed", "malformed"]
    assert "rows.jsonl, line 2" in reasons[0]
    assert "column `choices`" in reasons[1]
    assert len(list(rows)) == 1


def test_the_fingerprint_tells_how_rows_are_read(tmp_path: Path) -> None:
    table = open_input(str(jsonl(tmp_path / "rows.jsonl", [NUMINA])))
    prints = {standard_rows(table, **options).fingerprint for options in ({}, {"domain": "math"}, {"source": "x"})}
    assert len(prints) == 3
    with pytest.raises(UsageError, match="domain: must be one of"):
        standard_rows(table, domain="maths?")
    with pytest.raises(UsageError, match="packages are judged as they are"):
        open_source(str(EXAMPLES / "packages"))


@pytest.fixture
def camel_zip(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "physics.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3):
            archive.writestr(f"physics/{number:03d}.json", json.dumps({**CAMEL, "sub_topic": str(number)}, indent=1))
        archive.writestr("physics/003.json", "{broken")
        archive.writestr("__MACOSX/physics/._000.json", b"\0")
    return path


@pytest.mark.parametrize("form", ["file", "folder"])
def test_an_archive_of_json_files_is_an_input(camel_zip: Path, form: str) -> None:
    table = open_input(str(camel_zip if form == "file" else camel_zip.parent))
    rows = list(table.rows())
    assert [row.index for row in rows] == [0, 1, 2, 3]
    assert [row.values and row.values["sub_topic"] for row in rows] == ["0", "1", "2", None]
    assert "physics/003.json" in (rows[3].error or "")
    assert [row.index for row in table.rows(2)] == [2, 3]
    before = table.fingerprint
    with zipfile.ZipFile(camel_zip, "a") as archive:
        archive.writestr("physics/004.json", json.dumps(CAMEL))
    assert open_input(str(camel_zip)).fingerprint != before


def test_verify_judges_standard_rows_of_all_domains_in_one_table(tmp_path: Path, camel_zip: Path) -> None:
    rows: list[dict[str, Any]] = []
    for name in ("apps.jsonl", "codeforces.jsonl", "mbpp.jsonl"):
        rows += list(open_source(str(EXAMPLES / name)))[:1]
    rows += [{**row, "candidates": [r"\boxed{1}", r"\boxed{2}"]} for row in standard(tmp_path, NUMINA)]
    rows += standard(tmp_path, OPENR1)
    rows += [{**row, "candidates": ["a clock"]} for row in standard(tmp_path, RIDDLE)]
    rows += [{**row, "candidates": ["behind"]} for row in list(open_source(str(camel_zip)))[:1]]
    out = tmp_path / "out"
    assert verify(jsonl(tmp_path / "all.jsonl", json.loads(json.dumps(rows, default=str))), "--out", out) == 0
    judged = rows_of(out / "judged")
    verdicts = [row["verdict"] for row in judged if row["domain"] != "code"]
    assert verdicts == ["correct", "incorrect", "correct", "incorrect", "correct", "not_checked", "not_checked"]
    expected = [
        json.loads(row["candidate"]) if isinstance(row["candidate"], str) else row["candidate"]
        for row in judged
        if row["domain"] == "code"
    ]
    expected = [each["expected_verdict"] for each in expected if "expected_verdict" in each]
    assert [row["verdict"] for row in judged if row["domain"] == "code"][: len(expected)] == expected
    assert {*summary(out)["by_domain"]} == {"code", "math", "puzzle", "science"}


def test_raw_rows_of_science_and_puzzles_go_to_their_domain(tmp_path: Path) -> None:
    rows = [{**RIDDLE, "candidates": ["a clock"]}]
    assert verify(jsonl(tmp_path / "riddles.jsonl", rows), "--out", tmp_path / "riddles") == 0
    assert summary(tmp_path / "riddles")["by_domain"] == {"puzzle": {"not_checked": 1}}
    rows = [{**CAMEL, "candidates": ["behind"]}]
    assert verify(jsonl(tmp_path / "camel.jsonl", rows), "--out", tmp_path / "camel") == 0
    assert summary(tmp_path / "camel")["by_domain"] == {"science": {"not_checked": 1}}
