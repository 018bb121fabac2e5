"""LiveCodeBench's rows: packed tests, functional ones, and pickles that are refused unread."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from code_pipeline.checkers import ValuesChecker
from code_pipeline.errors import RowError
from code_pipeline.readers import ProblemRow, ReadOptions, reader_for
from code_pipeline.readers.packed_text import unpacked
from code_pipeline.types import ProblemLimits, Verdict

HUB = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "code" / "hub"
EXPONENT = 20_000


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


def packed_text(text: str, protocol: int = 4) -> str:
    return packed(pickle.dumps(text, protocol))


STDIN = [{"input": "1\n", "output": "2\n", "testtype": "stdin"}]
HIDDEN = [{"input": "3\n", "output": "6\n", "testtype": "stdin"}]
ROW: dict[str, Any] = {
    "question_title": "Double",
    "question_content": "Double it.",
    "platform": "atcoder",
    "question_id": "abc300_a",
    "contest_id": "abc300",
    "contest_date": "2023-05-01T00:00:00",
    "starter_code": "",
    "difficulty": "easy",
    "public_test_cases": json.dumps(STDIN),
    "private_test_cases": packed_text(json.dumps(HIDDEN)),
    "metadata": "{}",
}
CALLS = [{"input": '[1, 2]\n"a"', "output": "[3]", "testtype": "functional"}]
FUNCTIONAL = ROW | {
    "starter_code": "class Solution:\n    def total(self, nums: List[int], name: str) -> List[int]:\n        ",
    "public_test_cases": json.dumps(CALLS),
    "private_test_cases": "[]",
    "metadata": '{"func_name": "total"}',
}


def read(row: dict[str, Any], options: ReadOptions | None = None) -> ProblemRow:
    return reader_for(row.keys(), None).read(row, 3, options or ReadOptions())


class TestPacked:
    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_a_text_of_every_protocol(self, protocol: int) -> None:
        text = 'ä\n"\\' + "x" * 70_000
        assert unpacked(packed_text(text, protocol)) == text

    @pytest.mark.parametrize(
        "value", [print, [1], {"a": 1}, ("a", "b"), ["a"], 7, None, b"bytes", Path("x"), "a".__add__, 3.5, True]
    )
    def test_whatever_is_not_one_plain_text_is_refused(self, value: Any) -> None:
        for protocol in (2, 4):
            with pytest.raises(ValueError, match="pickle"):
                unpacked(packed(pickle.dumps(value, protocol)))

    def test_nothing_is_called(self, tmp_path: Path) -> None:
        touched = tmp_path / "touched"

        class Attack:
            def __reduce__(self) -> Any:
                return touched.touch, ()

        for data in (pickle.dumps(Attack()), pickle.dumps(Attack())[:-1] + b"X\x01\x00\x00\x00a."):
            with pytest.raises(ValueError, match=r"instruction|broken"):
                unpacked(packed(data))
        assert not touched.exists()
        pickle.loads(pickle.dumps(Attack()))
        assert touched.exists()

    @pytest.mark.parametrize("opcode", [b"cos\nsystem\n", b"(", b"]", b"\x85", b"0", b"2", b"i", b"\x82\x01", b"Pid\n"])
    def test_single_instructions_beside_a_text(self, opcode: bytes) -> None:
        text = b"X\x01\x00\x00\x00a"
        for data in (text + opcode + b".", opcode + text + b".", text + text + b"."):
            with pytest.raises(ValueError, match="pickle"):
                unpacked(packed(data))

    def test_a_bomb_is_cut_off(self) -> None:
        bomb = packed(b"\0" * 50_000_000)
        assert len(bomb) < 100_000
        with pytest.raises(ValueError, match="unpacks to more than 1000000 bytes"):
            unpacked(bomb, 1_000_000)

    @pytest.mark.parametrize("text", ["%%", "eJx", packed(b""), packed(b"."), packed(b"\x80\x04"), "", "AAAA"])
    def test_what_is_damaged(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"base64|zlib|pickle|short"):
            unpacked(text)

    def test_a_cut_stream(self) -> None:
        whole = zlib.compress(pickle.dumps("x" * 1000 + "y"))
        with pytest.raises(ValueError, match="cut short"):
            unpacked(base64.b64encode(whole[:-6]).decode())

    @given(st.binary(max_size=40))
    @example(b"I" + b"9" * 5000 + b"\n.")
    @example(b"\x8a\xff" + b"\xff" * 255 + b".")
    def test_any_pickle_is_a_text_or_refused(self, data: bytes) -> None:
        for wrapped in (data, b"\x80\x04" + data, data + b"."):
            with suppress(ValueError):
                assert isinstance(unpacked(packed(wrapped)), str)


class TestRows:
    def test_public_then_private_tests(self) -> None:
        row = read(ROW)
        assert [(test.stdin, test.expected) for test in row.problem.tests] == [("1\n", "2\n"), ("3\n", "6\n")]
        assert (row.problem.id, row.problem.statement, row.problem.function) == ("abc300_a", "Double it.", None)
        assert row.problem.limits == ProblemLimits(6.0)
        assert row.problem.checker is None
        assert row.test_columns == ("public_test_cases", "private_test_cases")

    @pytest.mark.parametrize(
        "private", ["[]", "", None, "null", [], json.dumps(HIDDEN), HIDDEN, json.dumps(json.dumps(HIDDEN))]
    )
    def test_private_tests_in_plain(self, private: Any) -> None:
        wanted = 2 if private and private not in ("[]", "null") else 1
        assert len(read(ROW | {"private_test_cases": private}).problem.tests) == wanted

    def test_cells_of_a_binary_column(self) -> None:
        cells = {column: str(ROW[column]).encode() for column in ("public_test_cases", "private_test_cases")}
        assert read(ROW | cells).problem.tests == read(ROW).problem.tests
        with pytest.raises(RowError, match="`private_test_cases`"):
            read(ROW | {"private_test_cases": b"\xff\xfe"})

    def test_a_struct_of_lists(self) -> None:
        cell = {"input": ["1", "2"], "output": ["2", "4"], "testtype": ["stdin", "stdin"]}
        problem = read(ROW | {"public_test_cases": cell, "private_test_cases": None}).problem
        assert [(test.stdin, test.expected) for test in problem.tests] == [("1", "2"), ("2", "4")]
        with pytest.raises(RowError, match="differ in length"):
            read(ROW | {"public_test_cases": cell | {"output": ["2"]}})

    def test_an_argument_a_line(self) -> None:
        problem = read(FUNCTIONAL).problem
        assert problem.function == "total"
        assert problem.starter_code.startswith("class Solution")
        assert (problem.tests[0].arguments, problem.tests[0].expected) == (([1, 2], "a"), [3])

    def test_a_list_of_one_is_a_list(self) -> None:
        """APPS puts answers into lists of one; here [3] is [3], though every test of the row has one element."""
        assert read(FUNCTIONAL).problem.checker == ValuesChecker(unwrap_single=False)

    def test_dict_keys_stay_text(self) -> None:
        cell = json.dumps([{"input": '{"1": 2}', "output": '{"1": 2}', "testtype": "functional"}])
        assert read(FUNCTIONAL | {"public_test_cases": cell}).problem.tests[0].arguments == ({"1": 2},)

    @pytest.mark.parametrize("metadata", ["{}", "", None, "[]", '{"func_name": null}'])
    def test_the_starter_code_names_the_function_too(self, metadata: Any) -> None:
        assert read(FUNCTIONAL | {"metadata": metadata}).problem.function == "total"
        with pytest.raises(RowError, match="`metadata`: functional tests need the function's name"):
            read(FUNCTIONAL | {"metadata": metadata, "starter_code": ""})

    def test_integers_beyond_what_python_reads_and_nan(self) -> None:
        cell = json.dumps([{"input": "1" * EXPONENT, "output": "NaN", "testtype": "functional"}])
        (test,) = read(FUNCTIONAL | {"public_test_cases": cell}).problem.tests
        assert test.arguments == ((10**EXPONENT - 1) // 9,)
        assert test.expected != test.expected

    @pytest.mark.parametrize(
        ("column", "cell", "reason"),
        [
            ("private_test_cases", packed(pickle.dumps(print)), "its instruction"),
            ("private_test_cases", "nonsense", "neither JSON nor packed"),
            ("public_test_cases", "[{]", "broken JSON"),
            ("public_test_cases", '[{"input": "1"}]', "test 0 has no output"),
            ("public_test_cases", "[7]", "test 0 is int"),
            ("public_test_cases", '[{"input": "1", "output": "1", "testtype": "odd"}]', "testtype must be"),
            ("public_test_cases", json.dumps(CALLS), "some tests are stdin, others functional"),
            ("public_test_cases", 7, "tests are a list"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, column: str, cell: Any, reason: str) -> None:
        with pytest.raises(RowError, match=rf"`{column}`.*{reason}"):
            read(ROW | {column: cell})

    def test_a_line_that_is_no_json(self) -> None:
        cell = json.dumps([{"input": "[1,\n2]", "output": "1", "testtype": "functional"}])
        with pytest.raises(RowError, match="test 0: its input is broken JSON"):
            read(FUNCTIONAL | {"public_test_cases": cell})

    def test_its_runner_s_outputs_are_judged(self) -> None:
        added = {"output_list": ["```python\nprint(1)\n```", "no"], "code_list": ["print(1)", ""]}
        row = read(ROW | added)
        assert row.list_column == "code_list"
        assert [each.submission.response for each in row.candidates] == added["code_list"]
        assert read(ROW | added, ReadOptions(response_column="output_list")).list_column == "output_list"
        assert read(ROW | added | {"code_list": None}).list_column == "output_list"
        assert read(ROW | added | {"candidates": ["x"]}).list_column == "candidates"
        assert read(ROW).candidates[0].verdict is Verdict.NO_RESPONSE

    def test_the_real_row(self) -> None:
        if not HUB.exists():
            pytest.skip("the shared real rows are not on this machine")
        row = read(json.loads((HUB / "livecodebench_row_1873_A.json").read_text(encoding="utf-8")))
        assert len(row.problem.tests) == 5
        assert row.problem.tests[1].stdin == "1\nabc\n"
        assert row.problem.tests[3].expected == "NO\nYES\nYES\nYES\nNO\n"
