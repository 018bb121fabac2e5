"""CSV and TSV inputs: cells as text, one row in is one row out, and messages that name the row."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ot_code.errors import InputError
from ot_code.inputs import open_input


def _write(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def test_cells_are_text_as_they_stand(tmp_path: Path) -> None:
    data = 'id,tests,note\r\n007,"{""inputs"": [""1\n2""], ""outputs"": [""3""]}",\r\n8,"a,b",é\r\n'.encode()
    table = open_input(_write(tmp_path / "rows.csv", b"\xef\xbb\xbf" + data))
    assert table.columns == ("id", "tests", "note")
    first, second = table.rows()
    assert first.values == {"id": "007", "tests": '{"inputs": ["1\n2"], "outputs": ["3"]}', "note": ""}
    assert second.values == {"id": "8", "tests": "a,b", "note": "é"}
    assert second.where.endswith("rows.csv, row 2 (line 4)")


def test_reading_goes_on_from_any_row(tmp_path: Path) -> None:
    spec = _write(tmp_path / "rows.csv", b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(50)))
    table = open_input(spec)
    for start in (0, 1, 49, 50):
        assert [(row.index, row.values["a"]) for row in table.rows(start) if row.values] == [
            (number, str(number)) for number in range(start, 50)
        ]


def test_tabs_and_compression(tmp_path: Path) -> None:
    spec = _write(tmp_path / "rows.tsv.gz", gzip.compress(b'a\tb\n1,5\t"x\ty"\n'))
    assert [row.values for row in open_input(spec).rows()] == [{"a": "1,5", "b": "x\ty"}]


def test_a_cell_larger_than_the_modules_own_limit(tmp_path: Path) -> None:
    spec = _write(tmp_path / "rows.csv", b"a,b\n" + b"x" * 300_000 + b",2\n")
    (row,) = open_input(spec).rows()
    assert row.values is not None
    assert len(row.values["a"]) == 300_000


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1,2,3", "row 2 (line 3): has 3 cells, and the header 2"),
        (b"1", "has 1 cells, and the header 2"),
        (b'"1"x,2', "row 2 (line 3): broken CSV"),
        (b"\xff,2", "column `a` is not valid UTF-8"),
    ],
)
def test_a_broken_row_is_a_row_with_a_reason(tmp_path: Path, line: bytes, reason: str) -> None:
    rows = list(open_input(_write(tmp_path / "rows.csv", b"a,b\n1,2\n" + line + b"\n5,6\n")).rows())
    assert [row.index for row in rows] == [0, 1, 2]
    assert rows[1].values is None
    assert reason in str(rows[1].error)
    assert rows[2].values == {"a": "5", "b": "6"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,a\n1,2\n", "two columns 'a'"),
        (b"Unnamed: 1,\n1,2\n", "two columns 'Unnamed: 1'"),
        (b"\xff,b\n1,2\n", "cannot be read"),
        (b"a,b\n", "has no rows"),
    ],
)
def test_a_header_that_names_no_columns(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        open_input(_write(tmp_path / "rows.csv", data))


def test_an_index_that_pandas_wrote_has_the_name_that_pandas_gives_it(tmp_path: Path) -> None:
    spec = _write(tmp_path / "rows.csv", b",a,\n0,x,y\n")
    assert [row.values for row in open_input(spec).rows()] == [{"Unnamed: 0": "0", "a": "x", "Unnamed: 2": "y"}]


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=8))
def test_what_the_standard_writer_wrote_comes_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    spec = _write(tmp_path / "rows.csv", text.getvalue().encode())
    assert [row.values for row in open_input(spec).rows()] == [{"a": a, "b": b} for a, b in rows]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_sentence(tmp_path: Path, data: bytes) -> None:
    spec = _write(tmp_path / "rows.csv", b"a,b\n1,2\n" + data)
    rows = list(open_input(spec).rows())
    assert [row.index for row in rows] == list(range(len(rows)))
    assert all((row.values is None) == (row.error is not None) for row in rows)
