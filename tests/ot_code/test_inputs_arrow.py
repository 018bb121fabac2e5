"""Parquet and Arrow inputs, those of the real `datasets` library among them."""

from __future__ import annotations

import gc
import json

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from code_pipeline.readers import ReadOptions, reader_for
from ot_code.errors import InputError
from ot_code.inputs import arrow_rows, open_input
from ot_code.inputs.hub import hub_id, table_of

LANGUAGES = ["UNKNOWN_LANGUAGE", "PYTHON", "CPP", "PYTHON3", "JAVA"]
TESTS = {"input": List(Value("string")), "output": List(Value("string"))}
SOLUTIONS = {"language": List(ClassLabel(names=LANGUAGES)), "solution": List(Value("string"))}
FEATURES = Features(
    {
        "name": Value("string"),
        "description": Value("string"),
        "public_tests": TESTS,
        "source": ClassLabel(names=["A", "B"]),
        "solutions": SOLUTIONS,
        "wrong": List({"language": ClassLabel(names=LANGUAGES)}),
        "time_limit": {"seconds": Value("int64"), "nanos": Value("int64")},
    }
)
LABELS = {
    "source": ("A", "B"),
    "solutions.language": tuple(LANGUAGES),
    "wrong.language": tuple(LANGUAGES),
}


@pytest.fixture(autouse=True)
def _quiet():
    datasets.disable_progress_bars()


def rows(count):
    return [
        {
            "name": f"n{n}",
            "description": None if n % 2 else "d",
            "public_tests": {"input": [str(n)], "output": [str(n)]},
            "source": n % 2,
            "solutions": {"language": [3, 2], "solution": ["a", "b"]},
            "wrong": [{"language": 1}],
            "time_limit": {"seconds": 2, "nanos": 0},
        }
        for n in range(count)
    ]


def dataset(count=40):
    return Dataset.from_list(rows(count), features=FEATURES)


def write_parquet(path, table, **options):
    pq.write_table(table, path, **options)
    return str(path)


class TestDatasets:
    def test_parquet_with_class_labels(self, tmp_path):
        dataset().to_parquet(tmp_path / "a.parquet", batch_size=7)
        table = open_input(str(tmp_path / "a.parquet"))
        assert table.class_labels == LABELS
        assert table.columns == tuple(FEATURES)
        assert table.row_count == 40
        assert [row.values for row in table.rows()] == rows(40)
        for start in (0, 1, 6, 7, 20, 39, 40, 50):
            found = list(table.rows(start))
            assert [row.index for row in found] == list(range(start, 40))
            assert [row.values["name"] for row in found] == [f"n{n}" for n in range(start, 40)]

    def test_labels_reach_the_reader(self, tmp_path):
        dataset(1).to_parquet(tmp_path / "a.parquet")
        table = open_input(str(tmp_path / "a.parquet"))
        (row,) = table.rows()
        read = reader_for(table.columns, None).read(row.values, 0, ReadOptions("solutions", table.class_labels))
        assert [c.submission.language for c in read.candidates] == ["python3", "cpp"]
        assert read.problem.limits.time_limit_s == 2.0

    def test_saved_to_disk(self, tmp_path):
        dataset().save_to_disk(tmp_path / "saved", num_shards=3)
        table = open_input(str(tmp_path / "saved"))
        assert [row.values for row in table.rows()] == rows(40)
        assert [row.index for row in table.rows(27)] == list(range(27, 40))
        assert table.class_labels == LABELS

    def test_a_saved_dict_has_splits(self, tmp_path):
        DatasetDict({"train": dataset(3), "test": dataset(2)}).save_to_disk(tmp_path / "saved")
        with pytest.raises(InputError, match="splits test, train; choose one with --split"):
            open_input(str(tmp_path / "saved"))
        assert open_input(str(tmp_path / "saved"), split="test").row_count == 2

    def test_streaming_as_from_the_hub(self, tmp_path):
        dataset().to_parquet(tmp_path / "a.parquet")
        files = str(tmp_path / "a.parquet")
        stream = datasets.load_dataset("parquet", data_files=files, streaming=True, split="train", cache_dir=tmp_path)
        table = table_of("owner/name", stream, "owner/name")
        assert table.class_labels == LABELS
        assert table.columns == tuple(FEATURES)
        assert [row.values for row in table.rows()] == rows(40)
        assert [(row.index, row.values["name"]) for row in table.rows(38)] == [(38, "n38"), (39, "n39")]

    def test_streaming_without_features(self):
        stream = datasets.IterableDataset.from_generator(lambda: iter([{"a": 1, "b": 2}]))
        table = table_of("owner/name", stream, "owner/name")
        assert table.columns == ("a", "b")
        assert [row.values for row in table.rows()] == [{"a": 1, "b": 2}]

    @pytest.mark.parametrize(
        ("spec", "found"),
        [
            ("owner/name", ("owner/name", None, None)),
            ("owner/na.me-2:conf-ig", ("owner/na.me-2", "conf-ig", None)),
            ("owner/name:c@refs/convert/parquet", ("owner/name", "c", "refs/convert/parquet")),
        ],
    )
    def test_names_on_the_hub(self, spec, found):
        known = hub_id(spec)
        assert (known.name, known.config, known.revision) == found


class TestFormats:
    TABLE = pa.table({"a": list(range(100)), "b": [None] * 50 + ["text"] * 50})

    @pytest.mark.parametrize("opened", [pa.ipc.new_file, pa.ipc.new_stream])
    def test_arrow_files_and_streams(self, tmp_path, opened):
        with opened(tmp_path / "a.arrow", self.TABLE.schema) as writer:
            writer.write_table(self.TABLE, max_chunksize=9)
        table = open_input(str(tmp_path / "a.arrow"))
        assert [row.values for row in table.rows()] == self.TABLE.to_pylist()
        assert [row.index for row in table.rows(95)] == [95, 96, 97, 98, 99]
        assert next(table.rows(95)).where == f"{tmp_path}/a.arrow, row 95"
        assert table.schema == self.TABLE.schema

    def test_shards_with_other_columns(self, tmp_path):
        write_parquet(tmp_path / "a.parquet", pa.table({"a": [1], "b": ["x"]}))
        write_parquet(tmp_path / "b.parquet", pa.table({"a": [2.5], "c": ["y"]}))
        table = open_input(str(tmp_path))
        assert table.columns == ("a", "b", "c")
        assert table.schema.field("a").type == pa.float64()
        assert [row.values for row in table.rows()] == [{"a": 1, "b": "x"}, {"a": 2.5, "c": "y"}]
        write_parquet(tmp_path / "c.parquet", pa.table({"a": [[1]]}))
        assert open_input(str(tmp_path)).schema is None

    def test_no_rows(self, tmp_path):
        with pytest.raises(InputError, match="has no rows"):
            open_input(write_parquet(tmp_path / "a.parquet", self.TABLE.slice(0, 0)))

    def test_invalid_utf8_costs_one_row(self, tmp_path):
        texts = pa.array([b"a", b"\xff", b"c"], pa.binary()).cast(pa.string(), safe=False)
        found = list(open_input(write_parquet(tmp_path / "a.parquet", pa.table({"t": texts}))).rows())
        assert [row.values for row in found] == [{"t": "a"}, None, {"t": "c"}]
        assert found[1].error == f"{tmp_path}/a.parquet, row 1: column `t` is not valid UTF-8 (byte 0)"

    def test_a_damaged_file_is_named(self, tmp_path):
        spec = write_parquet(tmp_path / "a.parquet", pa.table({"t": ["x" * 50 + str(n) for n in range(5000)]}))
        data = bytearray((tmp_path / "a.parquet").read_bytes())
        data[100:6000] = b"\xff" * 5900
        (tmp_path / "a.parquet").write_bytes(data)
        with pytest.raises(InputError, match=r"a\.parquet: damaged"):
            list(open_input(spec).rows())

    @pytest.mark.parametrize("form", ["parquet", "arrow"])
    def test_large_rows_come_in_order_too(self, tmp_path, monkeypatch, form):
        for name in ("SLICE_BYTES", "_LARGE", "_HUGE"):
            monkeypatch.setattr(arrow_rows, name, 50_000)
        table = pa.table({"n": list(range(60)), "t": [str(n) * (200 if n % 7 else 40_000) for n in range(60)]})
        if form == "parquet":
            write_parquet(tmp_path / "a.parquet", table, row_group_size=25)
        else:
            with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as writer:
                writer.write_table(table, max_chunksize=9)
        opened = open_input(str(tmp_path / f"a.{form}"))
        for start in (0, 24, 26, 59):
            assert [row.values for row in opened.rows(start)] == table.slice(start).to_pylist()

    def test_memory_stays_flat(self, tmp_path):
        schema = pa.schema({"t": pa.string()})
        cell = json.dumps({"inputs": ["7 " * 100_000] * 10})
        with pq.ParquetWriter(tmp_path / "a.parquet", schema) as writer:
            for _ in range(20):
                writer.write_table(pa.table({"t": [cell] * 10}, schema=schema))
        pool = pa.default_memory_pool()
        gc.collect()
        before = pool.bytes_allocated()  # what other tests have left
        held = []
        for row in open_input(str(tmp_path / "a.parquet")).rows():
            assert len(row.values["t"]) == len(cell)
            held.append(pool.bytes_allocated())
        assert max(held) - before < 20 * len(cell)  # of 200 rows
