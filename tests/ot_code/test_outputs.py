"""Shards: whatever the rows hold, in whatever order, under one schema that the real `datasets` loads."""

from __future__ import annotations

import json
import math
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ot_code import parts as parts_module
from ot_code import shards as shards_module
from ot_code.columns import OURS, arrow_types, own_name
from ot_code.errors import OutputError, UsageError
from ot_code.journal import Journal
from ot_code.outputs import OutputFolder
from ot_code.parts import settled
from ot_code.shapes import fitted, join, shape_of
from ot_code.shards import Shards, weight

LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.integers(-5, 5) | st.floats() | st.text(max_size=8)
    | st.text(st.characters(categories=["Cs", "L"]), max_size=4)
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "c", "sp ace", "x.y", "", "_type", "nul\0", "\ud800"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["one", "two", "x.y", "", "nul\\x00"]), VALUES, max_size=3), max_size=8)


def write(root, rows, *, form="parquet", schema=None, shard_rows=None, chosen=None) -> Shards:
    """Writes rows as verify does, in shards of `shard_rows`."""
    journal = Journal(root / ".journal")
    shards = Shards(
        root, journal, folder="judged", form=form, subset="kept",
        settled=settled(schema), last={"row_id": pa.string()},
    )  # fmt: skip
    for index, row in enumerate(rows):
        shards.add(index, dict(row), [{"row_id": str(index)}], [bool(chosen and chosen(index))])
        if shard_rows and (index + 1) % shard_rows == 0:
            shards.cut()
    shards.cut()
    shards.stage_widened()
    shards.place_widened()
    journal.close()
    return shards


def load(folder) -> list[dict[str, Any]]:
    cache = folder.parent / ".hf"
    return list(datasets.load_dataset("parquet", data_files=f"{folder}/*.parquet", split="train", cache_dir=str(cache)))


def same(one: Any, other: Any) -> bool:
    """Equality under which NaN is itself, 1 is not True, and 1 is 1.0 (an integer may have stood among floats)."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    return isinstance(one, bool) == isinstance(other, bool) and one == other


@pytest.fixture(autouse=True)
def quiet_datasets():
    datasets.disable_progress_bars()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=ROWS, shard_rows=st.sampled_from([None, 1, 2]), form=st.sampled_from(["parquet", "jsonl"]))
def test_any_json_survives_shards_and_one_schema(tmp_path_factory, rows, shard_rows, form):
    root = tmp_path_factory.mktemp("out")
    shards = write(root, rows, form=form, shard_rows=shard_rows)
    assert shards.counted() == {"judged": len(rows), "kept": 0}
    files = sorted((root / "judged").iterdir())
    if form == "parquet":
        assert len({pq.read_schema(path) for path in files}) <= 1
        back = [row for path in files for row in pq.read_table(path).to_pylist()]
    else:
        back = [json.loads(line) for path in files for line in path.read_bytes().splitlines()]
        assert len({tuple(row) for row in back}) <= 1
    for row, written in zip(rows, back, strict=True):
        for name in {*written} - {"row_id"}:
            check_value(row.get(name), written[name], shards._shapes[name])
        assert {*row} <= {*written}


def check_value(value, written, shape):
    if value is None:
        assert written is None
    elif shape == "json":
        assert same(json.loads(written), json.loads(json.dumps(value)))
    elif shape == "float":
        assert same(float(value), float(written))
    elif "\\u" not in repr(value) and "\\\\" not in repr(written) and "nan" not in repr(value):
        assert fitted(value, shape) == written


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=ROWS.filter(bool))
def test_any_json_loads_with_datasets(tmp_path_factory, rows):
    root = tmp_path_factory.mktemp("out")
    write(root, rows, shard_rows=2)
    assert [row["row_id"] for row in load(root / "judged")] == [str(index) for index in range(len(rows))]


@given(VALUES, VALUES, VALUES)
def test_join_does_not_depend_on_order(one, two, three):
    a, b, c = shape_of(one), shape_of(two), shape_of(three)
    assert join(a, b) == join(b, a)
    assert join(a, a) == a
    assert join(join(a, b), c) == join(a, join(b, c))


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([None, "x"], "text"),
        ([1, 2.5], "float"),
        ([2**53 + 1, 2.5], "json"),
        ([2**63], "json"),
        ([2**60, 1], "long"),
        ([True, 1], "json"),
        ([{"a": 1}, {"b": 1}], "json"),
        ([{"a": 1}, {"a": None}], {"a": "int"}),
        ([[], ["x"]], ["text"]),
        ([[1], "x"], "json"),
        ([{}], "json"),
        ([[[[[[[[[[1]]]]]]]]]], "json"),
    ],
)
def test_columns_of_mixed_types_become_one_type(values, shape):
    found = "null"
    for value in values:
        found = join(found, shape_of(value))
    assert found == shape


def test_a_column_that_is_null_for_50000_rows_and_then_text(tmp_path):
    rows = [{"n": index, "late": None} for index in range(50_000)] + [{"n": 0.5, "late": "here", "new": [1]}]
    write(tmp_path, rows)
    assert len(list((tmp_path / "judged").iterdir())) == 3
    back = load(tmp_path / "judged")
    assert len(back) == 50_001
    assert back[-1] == {"n": 0.5, "late": "here", "new": [1], "row_id": "50000"}
    assert back[0] == {"n": 0.0, "late": None, "new": None, "row_id": "0"}


def test_an_arrow_input_keeps_its_types(tmp_path):
    schema = pa.schema(
        [("small", pa.int8()), ("when", pa.timestamp("ms")), ("none", pa.null()), ("big", pa.large_string())]
    )
    table = pa.table({"small": [1, None], "when": [0, 5], "none": [None, None], "big": ["a", "b"]}, schema=schema)
    write(tmp_path, table.to_pylist(), schema=schema)
    written = pq.read_schema(tmp_path / "judged" / "part-00000.parquet")
    assert [written.field(name).type for name in ("small", "when", "none", "big")] == [
        pa.int8(), pa.timestamp("ms"), pa.string(), pa.large_string(),
    ]  # fmt: skip


def test_the_subset_has_its_own_files_and_none_where_it_is_empty(tmp_path):
    write(tmp_path, [{"n": index} for index in range(6)], shard_rows=2, chosen=lambda index: index >= 3)
    assert [path.name for path in sorted((tmp_path / "kept").iterdir())] == ["part-00001.parquet", "part-00002.parquet"]
    assert [row["n"] for row in load(tmp_path / "kept")] == [3, 4, 5]


def test_shards_end_where_the_rows_say_also_after_a_restart(tmp_path, monkeypatch):
    monkeypatch.setattr(shards_module, "SHARD_BYTES", 400)
    rows = [{"text": "x" * (37 * index % 150)} for index in range(40)]
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    for root in (whole, parted):
        root.mkdir()
    write(whole, rows)
    for stop in (7, 19, 40):  # each time a new process that adds from where the shards end
        journal = Journal(parted / ".journal")
        shards = Shards(parted, journal, folder="judged", form="parquet", subset="kept", last={"row_id": pa.string()})
        for index in range(shards.next_row, stop):
            shards.add(index, dict(rows[index]), [{"row_id": str(index)}], [False])
        if stop == 40:
            shards.cut()
        journal.close()
    files = [sorted(path.name for path in (root / "judged").iterdir()) for root in (whole, parted)]
    assert files[0] == files[1]
    for name in files[0]:
        assert pq.read_table(whole / "judged" / name).equals(pq.read_table(parted / "judged" / name))


def test_a_shard_that_is_gone_is_said(tmp_path):
    write(tmp_path, [{"n": 1}])
    (tmp_path / "judged" / "part-00000.parquet").unlink()
    with Journal(tmp_path / ".journal") as journal, pytest.raises(OutputError, match=r"parquet is gone.*--overwrite"):
        Shards(tmp_path, journal, folder="judged", form="parquet")


def test_widening_may_be_repeated_after_each_step(tmp_path):
    journal = Journal(tmp_path / ".journal")
    shards = Shards(tmp_path, journal, folder="judged", form="jsonl")
    for index, value in enumerate(["text", 1, None]):
        shards.add(index, {"value": value}, [{}])
        shards.cut()
    for _ in range(2):
        shards.stage_widened()
    for _ in range(2):
        shards.place_widened()
    lines = [path.read_text() for path in sorted((tmp_path / "judged").iterdir())]
    assert [json.loads(line) for line in lines] == [{"value": '"text"'}, {"value": "1"}, {"value": None}]
    journal.close()


def test_a_giant_text_stands_alone_and_comes_back_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(parts_module, "GIANT", 1000)
    monkeypatch.setattr(shards_module, "SHARD_BYTES", 1000)
    texts = ["small", "a" * 5000, "ä" * 5000, "\ud800" * 5000, "small", "b" * 900]
    write(tmp_path, [{"text": text} for text in texts])
    back = [row["text"] for row in load(tmp_path / "judged")]
    assert back == [text.encode("utf-8", "backslashreplace").decode() for text in texts]
    sizes = [pq.read_metadata(path).num_rows for path in sorted((tmp_path / "judged").iterdir())]
    assert sizes == [1, 1, 1, 1, 2]


def test_names_of_ours_make_way_for_the_inputs():
    columns = ["verdict", "input_verdict", "input_reason", "candidate", "nul\0"]
    renamed = [own_name(name, columns, has_candidate=True) for name in columns]
    assert renamed == ["input_verdict", "input_input_verdict", "input_reason", "input_candidate", "nul\\x00"]
    assert own_name("candidate", columns, has_candidate=False) == "candidate"
    assert len({own_name(name, OURS, has_candidate=True) for name in OURS}) == len(OURS)
    assert tuple(arrow_types()) == OURS


@given(VALUES)
def test_weight_is_of_the_value_alone(value):
    assert weight(value) == weight(value) >= 0


IDENTITY = {"settings": {"checker": "tokens", "limit": None}, "versions": {"ot-code": "1"}}


def test_a_folder_of_another_run_is_refused_with_each_difference(tmp_path):
    with OutputFolder(tmp_path / "out") as out:
        out.claim(IDENTITY)
    other = {"settings": {"checker": "floats", "limit": None}, "versions": {"ot-code": "2"}}
    with OutputFolder(tmp_path / "out") as out:
        out.claim(IDENTITY)
        with pytest.raises(UsageError) as caught:
            out.claim(other)
        assert 'settings.checker was "tokens" and is now "floats"' in str(caught.value)
        assert 'versions.ot-code was "1" and is now "2"' in str(caught.value)
        assert "--overwrite" in str(caught.value)
        out.claim(other, overwrite=True)
        out.claim(other)


def test_overwrite_takes_away_what_was_ours_and_nothing_else(tmp_path):
    root = tmp_path / "out"
    with OutputFolder(root) as out:
        out.claim(IDENTITY)
        write(root, [{"n": 1}])
        (root / "notes.txt").write_text("mine")
        out.claim(IDENTITY, overwrite=True)
    assert sorted(path.name for path in root.iterdir()) == [".lock", "notes.txt", "run.json"]


def test_a_run_that_was_killed_while_it_wrote_its_first_file_goes_on(tmp_path):
    (tmp_path / ".run.json.new").write_text('{"format": 1, "inp')
    with OutputFolder(tmp_path) as folder:
        folder.claim({"input": "x"})
    assert json.loads((tmp_path / "run.json").read_text())["input"] == "x"
    assert not (tmp_path / ".run.json.new").exists()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with OutputFolder(tmp_path) as out, pytest.raises(UsageError, match="is not empty"):
        out.claim(IDENTITY, overwrite=True)


def test_a_second_process_is_kept_out_and_told_by_whom(tmp_path):
    import os

    with OutputFolder(tmp_path), pytest.raises(OutputError, match=f"process {os.getpid()}"):
        OutputFolder(tmp_path)
    OutputFolder(tmp_path).close()
