"""Plain rows, where answers are looked for, and how a reader is chosen."""

from __future__ import annotations

import pytest

from code_pipeline.errors import RowError, SchemaError
from code_pipeline.readers import READERS, ReadOptions, domain_of, reader_for
from code_pipeline.types import ProblemLimits, Verdict

CANDIDATES = ReadOptions()
PLAIN = {"id": "a", "problem": "p", "test_cases": {"inputs": ["1"], "outputs": ["2"]}}


def read(row, options=CANDIDATES, source=None):
    return reader_for(row.keys(), source).read(row, 5, options)


class TestPlain:
    def test_limits_and_checker(self):
        row = PLAIN | {"time_limit_s": 2.5, "memory_limit_mb": 64, "checker": {"type": "exact", "files": None}}
        problem = read(row | {"candidates": ["x"]}).problem
        assert problem.limits == ProblemLimits(2.5, 64.0)
        assert problem.checker.name == "exact"

    def test_a_wrong_checker_is_named(self):
        with pytest.raises(RowError, match="`checker`"):
            read(PLAIN | {"checker": "sharp"})

    def test_order_of_answer_columns(self):
        columns = ["candidates", "generations", "responses", "response", "deepseek_solution"]
        row = dict(PLAIN, **{name: name for name in columns})
        row["conversations"] = [{"from": "human", "value": "?"}, {"from": "gpt", "value": "conversations"}]
        for name in [*columns, "conversations"]:
            read_row = reader_for(row.keys(), "plain").read(row, 0, CANDIDATES)
            assert read_row.candidates[0].submission.response == name
            row.pop(name)
        assert reader_for(row.keys(), "plain").judged_columns(row.keys(), CANDIDATES) == ()

    @pytest.mark.parametrize(
        "turns",
        [
            [{"role": "assistant", "content": "old"}, {"role": "assistant", "content": "code"}, {"role": "user"}],
            {"role": ["user", "assistant"], "content": ["q", "code"]},
            [{"role": "assistant", "content": [{"type": "text", "text": "co"}, {"type": "text", "text": "de"}]}],
            '[{"role": "user", "content": "q"}, {"role": "assistant", "content": "code"}]',
            "[{'from': 'human', 'value': 'q'}, {'from': 'gpt', 'value': 'code'}]",
        ],
    )
    def test_the_assistants_last_turn(self, turns):
        row = PLAIN | {"messages": turns}
        assert read(row).candidates[0].submission.response == "code"
        if not isinstance(turns, dict):
            assert read(row, ReadOptions(response_column="messages")).candidates[0].submission.response == "code"

    def test_turns_that_are_none(self):
        assert read(PLAIN | {"messages": ""}).candidates[0].verdict is Verdict.NO_RESPONSE
        with pytest.raises(RowError, match="`messages`: broken JSON"):
            read(PLAIN | {"messages": "hello"})
        spoken = read(PLAIN | {"messages": "[print(1)]"}, ReadOptions(response_column="messages"))
        assert spoken.candidates[0].submission.response == "[print(1)]"

    @pytest.mark.parametrize(("cell", "verdict"), [(None, "no_response"), (3, "no_response"), ("", None)])
    def test_null_and_empty_answers(self, cell, verdict):
        row = read(PLAIN | {"candidates": ["a", cell]})
        assert row.candidates[1].verdict == verdict
        assert len(row.candidates) == 2

    def test_an_empty_list_still_leaves_a_row(self):
        (only,) = read(PLAIN | {"candidates": []}).candidates
        assert only.verdict is Verdict.NO_RESPONSE
        assert "empty list" in only.reason

    def test_a_column_of_ones_choice(self):
        row = PLAIN | {"text": ["a", "b"], "candidates": ["x"]}
        read_row = read(row, ReadOptions(response_column="text"))
        assert [c.submission.response for c in read_row.candidates] == ["a", "b"]
        assert read_row.list_column == "text"

    @pytest.mark.parametrize(
        ("name", "ours"),
        [
            ("Python 3", "python3"),
            ("PyPy 3-64", "pypy3"),
            ("GNU C++17", "cpp"),
            ("C++20 (GCC 13-64)", "cpp20"),
            ("c", "c"),
            ("node.js", "javascript"),
            ("Java 21", "java"),
            ("golang", "go"),
            ("Python 2", None),
            ("cobol", None),
        ],
    )
    def test_names_of_languages(self, name, ours):
        (only,) = read(PLAIN | {"response": "x", "language": name}).candidates
        assert only.submission.language == (ours or name)
        assert only.verdict == (None if ours else Verdict.UNSUPPORTED_LANGUAGE)

    def test_lone_surrogates_in_an_answer_are_replaced(self):
        assert read(PLAIN | {"response": "a\ud800b"}).candidates[0].submission.response == "a\ufffdb"

    def test_a_math_row_is_told(self):
        row = {"id": 1, "problem": "1+1", "answer": "2", "generations": ["2"]}
        assert reader_for(row.keys(), None).name == "math"
        assert domain_of(row.keys(), row) == "math"
        assert domain_of(PLAIN.keys(), PLAIN) == "code"
        assert domain_of(row.keys(), {**row, "answer": None}) == "math"
        assert domain_of((), {**PLAIN, "test_cases": None, "answer": None}) == "code"


class TestChoice:
    def test_unknown_columns(self):
        with pytest.raises(SchemaError, match=r"bar, foo.*test_cases.*--source"):
            reader_for({"foo", "bar"}, None)

    def test_unknown_source(self):
        with pytest.raises(SchemaError, match=r"'nope'.*apps"):
            reader_for({"foo"}, "nope")

    def test_a_source_without_its_tests(self):
        with pytest.raises(SchemaError, match="input_output"):
            reader_for({"test_cases"}, "apps")

    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("codeparrot/apps", "apps"),
            ("BAAI/TACO", "taco"),
            ("deepmind/code_contests", "codecontests"),
            ("open-thoughts/OpenThoughts-114k", "openthoughts"),
            ("plain", "plain"),
        ],
    )
    def test_sources_by_the_hubs_name(self, source, name):
        assert reader_for(READERS[name].needs, source).name == name

    def test_judged_must_be_known(self):
        with pytest.raises(ValueError, match="judged"):
            ReadOptions(judged="all")


class TestSolutions:
    def test_a_list_of_structs(self):
        solutions = [{"language": "PYTHON3", "solution": "a"}, {"language": None, "code": "b"}, "c", 4, {"x": 1}]
        row = read(PLAIN | {"solutions": solutions}, ReadOptions("solutions"))
        assert [c.submission.response for c in row.candidates] == ["a", "b", "c", "", ""]
        assert [c.verdict for c in row.candidates] == [None, None, None, "no_response", "no_response"]

    def test_one_text(self):
        row = read(PLAIN | {"solutions": "print(1)"}, ReadOptions("solutions"))
        assert (row.list_column, row.candidates[0].submission.response) == (None, "print(1)")

    @pytest.mark.parametrize("nothing", [None, "", " ", [], {}, {"language": [], "solution": []}])
    def test_none(self, nothing):
        (only,) = read(PLAIN | {"solutions": nothing}, ReadOptions("solutions")).candidates
        assert only.verdict is Verdict.NO_RESPONSE

    @pytest.mark.parametrize("wrong", [3, {"a": 1}, {"language": 3, "solution": ["x"]}, "[broken"])
    def test_wrong_ones_are_named(self, wrong):
        with pytest.raises(RowError, match="`solutions`"):
            read(PLAIN | {"solutions": wrong}, ReadOptions("solutions"))


class TestAnswers:
    def test_a_list_as_json_text(self):
        assert len(read(PLAIN | {"candidates": '["a", "b"]'}).candidates) == 2
        assert read(PLAIN | {"response": '["a", "b"]'}).candidates[0].submission.response == '["a", "b"]'

    def test_an_object_without_response(self):
        (only,) = read(PLAIN | {"candidates": [{"text": "a"}]}).candidates
        assert only.verdict is Verdict.NO_RESPONSE
        assert "its keys are text" in only.reason

    @pytest.mark.parametrize("turns", [[], [{"role": "user", "content": "a"}], [{"role": "assistant", "content": 3}]])
    def test_no_turn_of_the_assistant(self, turns):
        (only,) = read(PLAIN | {"messages": turns}).candidates
        assert only.verdict is Verdict.NO_RESPONSE

    @pytest.mark.parametrize("turns", ["text", 3, {"role": "x"}])
    def test_turns_that_are_none(self, turns):
        with pytest.raises(RowError, match="`messages`"):
            read(PLAIN | {"messages": turns})

    def test_fields_of_the_wrong_type(self):
        for column, value in (("problem", 3), ("language", 3), ("checker", 3), ("starter_code", [])):
            with pytest.raises(RowError, match=f"`{column}`"):
                read(PLAIN | {"response": "x", column: value})

    @pytest.mark.parametrize(("value", "name"), [("x", "x"), (7, "7"), (7.0, "7"), (True, "plain-5"), ("", "plain-5")])
    def test_ids(self, value, name):
        assert read(PLAIN | {"id": value}).problem.id == name
