"""Which reader a table's columns choose: schemas share columns, so the order of READERS matters."""

from __future__ import annotations

import pytest
from schema_columns import SCHEMAS

from code_pipeline.errors import SchemaError
from code_pipeline.readers import READERS, ReadOptions, domain_of, reader_for

ADDED = ((), ("candidates",), ("responses",), ("response", "language"), ("id", "source", "domain"))


@pytest.mark.parametrize("added", ADDED, ids="+".join)
@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_schema_is_read_by_its_reader_whatever_users_add(schema: str, added: tuple[str, ...]) -> None:
    reader, columns = SCHEMAS[schema]
    assert reader_for((*columns, *added), None).name == reader


@pytest.mark.parametrize("schema", SCHEMAS)
def test_no_reader_of_another_schema_comes_first(schema: str) -> None:
    """Each reader but the right one and those after it declines; so the order can be read off here."""
    wanted, columns = SCHEMAS[schema]
    names = list(READERS)
    early = [name for name in names[: names.index(wanted)] if READERS[name].recognises(columns)]
    assert early == []


@pytest.mark.parametrize(
    ("source", "reader"),
    [
        ("MatrixStudio/Codeforces-Python-Submissions", "codeforcessubmissions"),
        ("open-r1/codeforces", "codeforces"),
        ("open-r1/codeforces-cots", "codeforces"),
        ("open-r1/verifiable-coding-problems-python", "verifiablecode"),
        ("livecodebench/code_generation_lite", "livecodebench"),
        ("LiveCodeBench", "livecodebench"),
        ("codeforces-submissions", "codeforcessubmissions"),
    ],
)
def test_names_for_source(source: str, reader: str) -> None:
    columns = next(columns for name, columns in SCHEMAS.values() if name == reader)
    assert reader_for(columns, source).name == reader
    with pytest.raises(SchemaError, match="has its tests in"):
        reader_for(("question", "answer"), source)


def test_where_answers_are_looked_for() -> None:
    def judged(schema: str, *added: str) -> tuple[str, ...]:
        name, columns = SCHEMAS[schema]
        return READERS[name].judged_columns((*columns, *added), ReadOptions())

    assert judged("codeforces-python-submissions", "candidates") == ("candidates", "code", "response")
    assert judged("codeforces") == ()
    assert judged("codeforces", "responses") == ("responses",)
    assert judged("codeforces-cots solutions") == ("generation", "messages")
    assert judged("livecodebench", "code_list", "output_list") == ("code_list", "output_list")
    assert judged("verifiable-coding-problems-python") == ()


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_row_with_tests_is_code_whatever_answer_stands_beside_them(schema: str) -> None:
    name, columns = SCHEMAS[schema]
    # verl's cell may be either, and a conversation or an answer is no test: they have tests of their own
    aside = ("examples", "reward_model", "conversations", "message_1", "message_2", "choices", "answerKey")
    tests = [column for column in READERS[name].needs if column in columns and column not in aside]
    for column in tests:
        assert domain_of((*columns, "answer"), {**dict.fromkeys(columns), "answer": "x", column: "tests"}) == "code"


def test_names_with_blanks_are_seen_as_they_are() -> None:
    with pytest.raises(SchemaError, match=r"has these columns: '', ' test_cases', id\."):
        reader_for(("id", " test_cases", ""), None)
