"""Any stage over any input: nothing lost, one schema, the reasons, and the same after being killed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from verify_runs import jsonl, rows_of

from ot_code import shards
from ot_code.cli import main
from ot_code.errors import InputError, OutputError, UsageError
from ot_code.inputs import open_input
from ot_code.stages.base import Outcome, Removal
from ot_code.stages.folder import run_stage

THIRDS = """
import os, sys
from pathlib import Path
import ot_code.shards as s
from ot_code.inputs import open_input
from ot_code.stages.base import Outcome, Removal
from ot_code.stages.folder import run_stage
s.SHARD_ROWS = 7
class Thirds:
    name = "thirds"
    def settings(self):
        return {"version": 1}
    def apply(self, rows):
        for number, row in enumerate(rows):
            yield Outcome(row, Removal("third", "it is a third", str(number)) if number % 3 == 0 else None)
if __name__ == "__main__":
    run_stage(Thirds(), open_input(sys.argv[1]), Path(sys.argv[2]), form=sys.argv[3], quiet=True)
"""


class Odd:
    """Removes odd numbers, after reading all rows twice."""

    name = "odd"

    def __init__(self, size=1):
        self.size = size

    def settings(self):
        return {"version": 1, "size": self.size}

    def apply(self, rows):
        total = sum(1 for _ in rows)
        for row in rows:
            odd = row["n"] % 2
            yield Outcome(row, Removal("odd", f"{row['n']} of {total} is odd", "2") if odd else None)


def numbers(count, **more):
    return [{"n": number, "source": "ab"[number % 2], "domain": "math", **more} for number in range(count)]


def test_each_row_is_kept_or_removed_with_why(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", numbers(5))
    summary = run_stage(Odd(), open_input(str(path)), tmp_path / "out", quiet=True)
    assert [row["n"] for row in rows_of(tmp_path / "out/kept")] == [0, 2, 4]
    assert rows_of(tmp_path / "out/removed") == [
        {**numbers(5)[n], "kind": "odd", "reason": f"{n} of 5 is odd", "matched": "2"} for n in (1, 3)
    ]
    elapsed = summary.pop("times")
    assert elapsed["elapsed_s"] >= 0
    assert summary == {
        "stage": "odd",
        "settings": {"version": 1, "size": 1},
        "read": 5,
        "kept": 3,
        "removed": 2,
        "malformed": 0,
        "reasons": {"odd": 2},
        "by_source": {"a": {"read": 3, "kept": 3, "removed": 0}, "b": {"read": 2, "kept": 0, "removed": 2}},
        "by_domain": {"math": {"read": 5, "kept": 3, "removed": 2}},
    }


def test_rows_that_cannot_be_read_are_removed_in_their_place(tmp_path):
    rows = numbers(4)
    path = jsonl(tmp_path / "rows.jsonl", ["{", rows[0], rows[1], "[1]", rows[2], rows[3], "nonsense"])
    summary = run_stage(Odd(), open_input(str(path)), tmp_path / "out", quiet=True)
    removed = rows_of(tmp_path / "out/removed")
    assert [(row["kind"], row["n"]) for row in removed] == [
        ("malformed", None), ("odd", 1), ("malformed", None), ("odd", 3), ("malformed", None),
    ]  # fmt: skip
    assert "rows.jsonl, line 4: a row must be a JSON object" in removed[2]["reason"]
    assert (summary["read"], summary["kept"], summary["removed"], summary["malformed"]) == (7, 2, 5, 3)


def test_an_input_of_rows_that_cannot_be_read_but_one(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", [numbers(1)[0], *["{"] * 50])
    summary = run_stage(Odd(), open_input(str(path)), tmp_path / "out", quiet=True)
    assert summary["reasons"] == {"malformed": 50}
    assert len(rows_of(tmp_path / "out/removed")) == 50


def test_columns_of_our_names_are_kept_beside_ours(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", numbers(2, reason="theirs", kind=7, input_kind=8))
    run_stage(Odd(), open_input(str(path)), tmp_path / "out", quiet=True)
    (row,) = rows_of(tmp_path / "out/removed")
    assert (row["input_reason"], row["input_kind"], row["input_input_kind"]) == ("theirs", 7, 8)
    assert (row["kind"], row["matched"]) == ("odd", "2")
    assert rows_of(tmp_path / "out/kept")[0]["reason"] == "theirs"


def test_shards_have_one_schema_whatever_the_rows_hold(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 3)
    rows = [
        {**row, "any": value} for row, value in zip(numbers(24), [None, None, 1, 2, "x", {"a": 1}] * 4, strict=True)
    ]
    run_stage(Odd(), open_input(str(jsonl(tmp_path / "rows.jsonl", rows))), tmp_path / "out", quiet=True)
    for folder in ("kept", "removed"):
        parts = sorted((tmp_path / "out" / folder).iterdir())
        assert len(parts) > 1
        assert len({str(pq.read_schema(part)) for part in parts}) == 1


def test_columns_of_mixed_types_are_read_back_as_what_they_were(tmp_path):
    values = [[{"a": 1}, "x"], {"b": [1.5, None]}, "text", "[1]", 7, None, True, 10**30]
    rows = [{"n": 2 * number, "any": value} for number, value in enumerate(values)]
    run_stage(Odd(), open_input(str(jsonl(tmp_path / "rows.jsonl", rows))), tmp_path / "out", quiet=True)
    assert isinstance(rows_of(tmp_path / "out/kept")[0]["any"], str)
    table = open_input(str(tmp_path / "out/kept"))
    assert [row.values for row in table.rows()] == rows
    run_stage(Odd(), table, tmp_path / "again", quiet=True)
    assert [row.values for row in open_input(str(tmp_path / "again/kept")).rows()] == rows


def test_types_of_the_input_stay(tmp_path):
    table = pa.table({"n": pa.array([0, 1], pa.int8()), "when": pa.array([1, 2], pa.timestamp("ms"))})
    pq.write_table(table, tmp_path / "rows.parquet")
    run_stage(Odd(), open_input(str(tmp_path / "rows.parquet")), tmp_path / "out", quiet=True)
    for folder, ours in (("kept", 0), ("removed", 3)):
        schema = pq.read_schema(tmp_path / "out" / folder / "part-00000.parquet")
        assert schema.types[: len(schema) - ours] == [pa.int8(), pa.timestamp("ms")]


def test_what_is_complete_is_not_done_again_and_what_was_made_otherwise_is_not_touched(tmp_path):
    path = jsonl(tmp_path / "rows.jsonl", numbers(5))
    table = open_input(str(path))
    first = run_stage(Odd(), table, tmp_path / "out", quiet=True)
    made = (tmp_path / "out/kept/part-00000.parquet").stat().st_mtime_ns
    assert run_stage(Odd(), table, tmp_path / "out", quiet=True) == first
    assert (tmp_path / "out/kept/part-00000.parquet").stat().st_mtime_ns == made
    with pytest.raises(UsageError, match=r"settings\.size was 1 and is now 2"):
        run_stage(Odd(2), table, tmp_path / "out", quiet=True)
    with pytest.raises(UsageError, match=r"input\.limit was null and is now 3"):
        run_stage(Odd(), table, tmp_path / "out", limit=3, quiet=True)
    assert run_stage(Odd(2), table, tmp_path / "out", limit=3, overwrite=True, quiet=True)["read"] == 3
    assert [row["n"] for row in rows_of(tmp_path / "out/kept")] == [0, 2]


def test_a_stage_that_loses_a_row_fails_the_run(tmp_path):
    class Loses(Odd):
        def apply(self, rows):
            yield from list(super().apply(rows))[1:]

    path = jsonl(tmp_path / "rows.jsonl", numbers(5))
    with pytest.raises(OutputError, match="5 rows were read, 2 kept and 2 removed"):
        run_stage(Loses(), open_input(str(path)), tmp_path / "out", quiet=True)
    assert not (tmp_path / "out/summary.json").exists()


def test_a_stage_that_does_not_read_to_the_end_fails_the_run(tmp_path):
    class Stops(Odd):
        def apply(self, rows):
            for row in rows:
                yield Outcome(row)
                return

    path = jsonl(tmp_path / "rows.jsonl", numbers(5))
    with pytest.raises(OutputError, match="not all rows were read"):
        run_stage(Stops(), open_input(str(path)), tmp_path / "out", quiet=True)


def test_an_input_that_breaks_leaves_a_run_that_can_be_done_again(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(numbers(5000)), path, row_group_size=100)
    whole = path.read_bytes()
    table = open_input(str(path))
    path.write_bytes(whole[:1000] + bytes(len(whole) - 2000) + whole[-1000:])
    with pytest.raises(InputError):
        run_stage(Odd(), table, tmp_path / "out", quiet=True)
    path.write_bytes(whole)
    assert run_stage(Odd(), table, tmp_path / "out", quiet=True)["kept"] == 2500


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_killed_at_random_instants_it_gives_the_same(tmp_path, form):
    rows = [{**row, "any": value} for row, value in zip(numbers(600), [None, 1, "x", [1], {"a": 1}] * 120, strict=True)]
    path = jsonl(tmp_path / "rows.jsonl", rows)
    command = [sys.executable, "-c", THIRDS, str(path)]
    began = time.monotonic()
    subprocess.run([*command, str(tmp_path / "whole"), form], check=True)
    took = time.monotonic() - began
    rng = random.Random(form)
    kills = 0
    for _ in range(30):
        began = time.monotonic()
        process = subprocess.Popen([*command, str(tmp_path / "out"), form])
        try:
            assert process.wait((0.4 if not kills else rng.uniform(0.4, 0.9) * 1.05**kills) * took) == 0
            if kills:
                break
            took = time.monotonic() - began  # the first one met a busy machine: once more, killed sooner
            shutil.rmtree(tmp_path / "out")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    else:
        pytest.fail("it never came to its end")
    assert kills
    for folder in ("kept", "removed"):
        files = [sorted((tmp_path / root / folder).iterdir()) for root in ("whole", "out")]
        assert [file.name for file in files[0]] == [file.name for file in files[1]]
        assert [file.read_bytes() for file in files[0]] == [file.read_bytes() for file in files[1]]
    said = [json.loads((tmp_path / root / "summary.json").read_text()) for root in ("whole", "out")]
    assert {**said[0], "times": None} == {**said[1], "times": None}
    assert not [entry for entry in (tmp_path / "out").iterdir() if entry.name in (".staging", ".widened")]


@pytest.mark.parametrize("spec", ["out", "out/kept", "out/kept/part-*.jsonl"])
def test_an_input_is_not_written_over(tmp_path, capsys, monkeypatch, spec):
    monkeypatch.chdir(tmp_path)
    jsonl(tmp_path / "rows.jsonl", [{"a": 1}, {"a": 2}])
    given = ["--where", "a: {min: 1}", "--out", "out", "--format", "jsonl", "--quiet"]
    assert main(["filter", "rows.jsonl", *given]) == 0
    before = sorted((tmp_path / "out").rglob("*"))
    assert main(["filter", spec, *given, "--overwrite"]) == 2
    assert "lies in out, which this run writes over" in capsys.readouterr().err
    assert sorted((tmp_path / "out").rglob("*")) == before
