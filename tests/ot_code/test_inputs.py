"""Text inputs: JSON lines and documents, broken in every way, and what a spec can mean."""

from __future__ import annotations

import gzip
import io
import json
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ot_code.errors import InputError, MissingExtraError
from ot_code.inputs import document, open_input, records, text
from ot_code.inputs.document import elements

ROWS = [{"id": n, "problem": "é\n" * n, "test_cases": {"inputs": [str(n)], "outputs": ['}]"\\']}} for n in range(7)]
SCALAR = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
OBJECTS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.recursive(SCALAR, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text("ab", max_size=2), x, max_size=3)),
    max_size=4,
)


def write(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def lines_of(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def values(spec, start=0, **options):
    return [row.values for row in open_input(spec, **options).rows(start)]


def read_bytes(data, name, tmp_path):
    return list(open_input(write(tmp_path / name, data)).rows())


class TestForms:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.jsonl", lines_of(ROWS)),
            ("a.jsonl", "\ufeff" + lines_of(ROWS)),
            ("a.ndjson", lines_of(ROWS).replace("\n", "\r\n") + "\n \n"),
            ("a.jsonl", lines_of(ROWS).strip()),
            ("a.json", lines_of(ROWS)),
            ("a.json", json.dumps(ROWS)),
            ("a.json", "\ufeff \n" + json.dumps(ROWS, indent=2, ensure_ascii=False)),
            ("a.json", "\n".join(json.dumps(row, indent=1) for row in ROWS)),
            ("a.json", "".join(json.dumps(row) for row in ROWS)),
            ("a.json", json.dumps({"data": ROWS, "version": [{"x": 1}]})),
            ("a.json", json.dumps({"rows": ROWS}, indent=4)),
        ],
    )
    def test_the_same_rows_from_each(self, tmp_path, name, data):
        table = open_input(write(tmp_path / name, data))
        assert table.columns == ("id", "problem", "test_cases")
        for start in (0, 3, 6, 7, 9):
            rows = list(table.rows(start))
            assert [row.values for row in rows] == ROWS[start:]
            assert [row.index for row in rows] == list(range(start, 7))
        assert (table.schema, table.class_labels, table.row_count) == (None, {}, None)

    def test_compressed(self, tmp_path):
        data = lines_of(ROWS).encode()
        assert values(write(tmp_path / "a.jsonl.gz", gzip.compress(data))) == ROWS
        assert values(write(tmp_path / "a.jsonl.zst", pa.compress(data, "zstd", asbytes=True))) == ROWS
        assert values(write(tmp_path / "b.json.gz", gzip.compress(json.dumps(ROWS).encode()))) == ROWS

    def test_a_truncated_archive_is_named(self, tmp_path):
        data = gzip.compress(lines_of(ROWS * 2000).encode())
        table = open_input(write(tmp_path / "a.jsonl.gz", data[:-9]))
        with pytest.raises(InputError, match=r"a\.jsonl\.gz: cannot be read to its end"):
            list(table.rows())

    def test_a_single_object_is_one_row(self, tmp_path):
        assert values(write(tmp_path / "a.json", json.dumps(ROWS[1], indent=1))) == ROWS[1:2]

    @given(st.lists(OBJECTS, max_size=5), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
    def test_elements_whatever_the_chunks(self, rows, size, indent, in_array):
        whole = (
            json.dumps(rows, indent=indent) if in_array else " ".join(json.dumps(row, indent=indent) for row in rows)
        )
        splitter = document._Splitter(in_array=in_array)
        data = whole.encode()[1:] if in_array else whole.encode()
        pieces = [p for at in range(0, len(data), size) for p in splitter.feed(data[at : at + size])]
        assert [json.loads(piece) for piece in pieces] == rows
        assert not splitter.inside

    @given(st.binary(max_size=60))
    def test_no_bytes_make_it_fail(self, data):
        for _, raw in elements(io.BytesIO(data)):
            found = None
            try:
                found = records.parse_object(raw)
            except ValueError as error:
                found = {"error": str(error)}
            assert isinstance(found, dict)


class TestLargeRecords:
    @pytest.fixture(autouse=True)
    def _small_threshold(self, monkeypatch):
        for module in (records, text, document):
            monkeypatch.setattr(module, "LARGE", 64)
        monkeypatch.setattr(records, "_STEP", 7)

    @pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
    def test_they_read_the_same(self, tmp_path, name):
        rows = [{"t": 'é😀\\"' * 50, "n": n} for n in range(3)]
        data = "".join(json.dumps(row, ensure_ascii=n % 2 == 0) + "\n" for n, row in enumerate(rows))
        assert values(write(tmp_path / name, data)) == rows
        assert values(write(tmp_path / name, data), 2) == rows[2:]

    def test_invalid_utf8_in_one(self, tmp_path):
        data = json.dumps({"a": "x" * 200}).encode()
        rows = read_bytes(data + b"\n" + data.replace(b"xxx", b"\xff\xfe\xfd") + b"\n" + data, "a.jsonl", tmp_path)
        assert [row.values is None for row in rows] == [False, True, False]
        assert "not valid UTF-8" in rows[1].error


class TestBrokenRows:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b'{"id": 1', "broken JSON"),
            (b"\0\0\0\0", "broken JSON"),
            (b'{"id": "\xff"}', "not valid UTF-8 (byte 8)"),
            (b"[1, 2]", "not an array"),
            (b"null", "not null"),
            (b'"text"', "not a string"),
            (b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
            (b'{"id": ' + b"[" * 300 + b"]" * 300 + b"}", "nested deeper than 200"),
            (b'{"id": ' + b"1" * 200_000 + b"}", "200000 digits"),
        ],
    )
    def test_one_line_is_lost_and_no_other(self, tmp_path, line, reason):
        rows = read_bytes(b'{"id": 0}\n' + line + b'\n{"id": 2}\n', "a.jsonl", tmp_path)
        assert [row.values for row in rows] == [{"id": 0}, None, {"id": 2}]
        assert [row.index for row in rows] == [0, 1, 2]
        assert rows[1].error.startswith(f"{tmp_path}/a.jsonl, line 2: ")
        assert reason in rows[1].error

    def test_an_element_of_an_array(self, tmp_path):
        rows = read_bytes(b'[{"id": 0}, {"id": tru}, 17, {"id": 3}, {"id": 4', "a.json", tmp_path)
        assert [row.values for row in rows] == [{"id": 0}, None, None, {"id": 3}, None]
        assert "element 2" in rows[1].error

    def test_values_that_json_has_not(self, tmp_path):
        data = (
            b'{"a": NaN, "b": '
            + b"9" * 5000
            + b', "c": "\\ud800x\\ud83d\\ude00", "d": "\\u0000", "e": [18446744073709551617]}'
        )
        (row,) = read_bytes(data, "a.jsonl", tmp_path)
        assert row.values["a"] != row.values["a"]
        assert row.values["b"] % 10 == 9
        assert row.values["c"] == "\ufffdx😀"
        assert (row.values["d"], row.values["e"]) == ("\0", [18446744073709551617])

    def test_surrogates_deep_inside_and_in_keys(self, tmp_path):
        (row,) = read_bytes(b'{"k\\udfff": [{"x": ["\\ud800"]}, 1, null]}', "a.jsonl", tmp_path)
        assert row.values == {"k\ufffd": [{"x": ["\ufffd"]}, 1, None]}


class TestSpecs:
    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("a.jsonl", b"", "is empty"),
            ("a.jsonl", b"\n \n", "has no rows"),
            ("a.json", b"[]", "has no rows"),
            ("a.parquet", b"nonsense", "not a readable Parquet file"),
            ("a.arrow", b"nonsense", "not a readable Arrow file"),
            ("a.txt", b"a,b\n1,2\n", "must end in one of"),
            ("a.jsonl", b"a,b\n1,2\n", "none of the first rows can be read"),
            ("a.jsonl", json.dumps(ROWS, indent=1).encode(), "name it .json"),
            ("a.jsonl", b"{}\n{}\n", "none of the first rows can be read"),
        ],
    )
    def test_inputs_that_are_none(self, tmp_path, name, data, reason):
        with pytest.raises(InputError) as caught:
            open_input(write(tmp_path / name, data))
        assert reason in str(caught.value)
        assert name in str(caught.value)

    @pytest.mark.parametrize("spec", ["no/such.jsonl", "nosuch", "a/b/c", "/tmp/nosuch/x", "owner/data.parquet"])
    def test_what_is_neither_file_nor_dataset(self, spec):
        with pytest.raises(InputError, match="no such file or folder"):
            open_input(spec)

    def test_the_hub_without_its_extra(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "datasets", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'ot-code\[hub\]'"):
            open_input("owner/name:config")

    def test_a_folder_is_read_in_order(self, tmp_path):
        for n, name in enumerate(["b.jsonl", "a.jsonl.gz", "c.jsonl"]):
            data = lines_of([{"n": n}, {"n": n}]).encode()
            write(tmp_path / name, gzip.compress(data) if name.endswith("gz") else data)
        write(tmp_path / ".hidden.jsonl", "nonsense")
        write(tmp_path / "README.md", "# rows")
        write(tmp_path / "d.jsonl", "")
        table = open_input(str(tmp_path))
        assert [row.values["n"] for row in table.rows()] == [1, 1, 0, 0, 2, 2]
        assert [(row.index, row.values["n"]) for row in table.rows(3)] == [(3, 0), (4, 2), (5, 2)]
        assert [row.values["n"] for row in open_input(f"{tmp_path}/[bc].jsonl").rows()] == [0, 0, 2, 2]

    def test_files_of_two_kinds(self, tmp_path):
        write(tmp_path / "a.jsonl", lines_of(ROWS))
        write(tmp_path / "b.json", "[]")
        with pytest.raises(InputError, match=r"several kinds \(json, jsonl\)"):
            open_input(str(tmp_path))

    def test_a_folder_without_rows_points_below(self, tmp_path):
        (tmp_path / "data").mkdir()
        write(tmp_path / "data" / "a.jsonl", lines_of(ROWS))
        with pytest.raises(InputError, match="give one of these") as caught:
            open_input(str(tmp_path))
        assert "data" in str(caught.value)

    def test_a_glob_that_matches_nothing(self, tmp_path):
        with pytest.raises(InputError, match="no file with rows"):
            open_input(f"{tmp_path}/*.jsonl")

    def test_a_split_by_name(self, tmp_path):
        write(tmp_path / "train-0.jsonl", lines_of([{"n": 0}]))
        write(tmp_path / "test-0.jsonl", lines_of([{"n": 1}]))
        assert values(str(tmp_path), split="test") == [{"n": 1}]
        with pytest.raises(InputError, match="'dev'"):
            open_input(str(tmp_path), split="dev")

    def test_a_fingerprint_is_of_the_data(self, tmp_path):
        spec = write(tmp_path / "a.jsonl", lines_of(ROWS))
        first = open_input(spec).fingerprint
        (tmp_path / "b").mkdir()
        assert open_input(write(tmp_path / "b" / "a.jsonl", lines_of(ROWS))).fingerprint == first
        assert open_input(write(tmp_path / "a.jsonl", lines_of(ROWS).replace("3", "4"))).fingerprint != first
        assert open_input(write(tmp_path / "c.jsonl", lines_of(ROWS))).fingerprint != first
