"""Contest packages as inputs: folders, archives, folders of them; judged, and compared with their own labels."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.types import Verdict
from ot_code.agreement import agreement, disagreement_of, label_of
from ot_code.cli import main
from ot_code.inputs import open_input

FILES = {
    "problem.yaml": "name: Double\nvalidator_flags: float_tolerance 1e-6\nlimits: {time_limit: 1}\n",
    "data/sample/1.in": "1\n",
    "data/sample/1.ans": "2.5\n",
    "data/secret/a/2.in": "2\n",
    "data/secret/a/2.ans": "5\n",
    "submissions/accepted/right.py": "print(int(input()) * 2.5)",
    "submissions/accepted/parts/main.cc": "#include <cstdio>\nint f(int);\nint main() { return !f(getchar() - 48); }",
    "submissions/accepted/parts/f.cc": '#include <cstdio>\nint f(int x) { return printf("%.9f", 2.5 * x); }',
    "submissions/wrong_answer/wrong.py": "print(2.5)",
    "submissions/wrong_answer/mistaken.py": "print(int(input()) * 2.5)",
    "submissions/time_limit_exceeded/slow.py": "while True: pass",
    "submissions/run_time_error/crash.py": "1 / 0",
    "submissions/accepted/old.py2": "print input()",
}


def write(folder: Path, files: dict[str, str] = FILES) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def archive(path: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, text in FILES.items():
            file.writestr(prefix + name, text)
    return path


@pytest.mark.parametrize("form", ["folder", "zip", "kpp in a folder"])
def test_the_same_row_from_each_form(tmp_path: Path, form: str) -> None:
    path = {
        "folder": lambda: write(tmp_path / "double"),
        "zip": lambda: archive(tmp_path / "double.zip"),
        "kpp in a folder": lambda: archive(tmp_path / "double.kpp", "double/"),
    }[form]()
    table = open_input(str(path))
    (row,) = table.rows()
    assert row.values is not None
    assert (table.row_count, row.values["package"], row.values["package_error"]) == (1, "double", None)
    assert row.values["test_cases"]["names"] == ["sample/1", "secret/a/2"]
    assert len(row.values["submissions"]) == 7


def test_an_archive_that_ends_early_is_a_row_with_an_error(tmp_path: Path) -> None:
    """Its table says that a file is longer than the archive."""
    whole = archive(tmp_path / "whole.zip").read_bytes()
    entry = whole.rindex(b"PK\x01\x02")  # of the last file, in the table
    sizes = (10_000_000).to_bytes(4, "little") * 2
    (tmp_path / "cut.zip").write_bytes(whole[: entry + 20] + sizes + whole[entry + 28 :])
    (row,) = open_input(str(tmp_path / "cut.zip")).rows()
    assert row.values is None
    assert "cut.zip: cannot be read" in str(row.error)


def test_a_folder_of_packages_is_a_row_each(tmp_path: Path) -> None:
    write(tmp_path / "b")
    archive(tmp_path / "c.zip")
    write(tmp_path / "a", {**FILES, "problem.yaml": "limits: ["})
    (tmp_path / "d.zip").write_bytes(b"no archive")
    write(tmp_path / "unrelated", {"x.txt": ""})
    table = open_input(str(tmp_path))
    rows = list(table.rows())
    assert [row.index for row in rows] == [0, 1, 2, 3]
    assert [row.values and row.values["package"] for row in rows] == ["a", "b", "c", None]
    assert "problem.yaml: broken YAML" in rows[0].values["package_error"]  # type: ignore[index]
    assert "d.zip: cannot be read" in (rows[3].error or "")
    assert [row.values and row.values["package"] for row in table.rows(2)] == ["c", None]


def test_rows_of_a_dataset_beside_packages_come_first(tmp_path: Path) -> None:
    write(tmp_path / "a")
    (tmp_path / "rows.jsonl").write_text('{"id": 1, "test_cases": {}}\n')
    assert "test_cases" in open_input(str(tmp_path)).columns
    assert "package" not in open_input(str(tmp_path)).columns


def test_the_fingerprint_changes_with_names_and_contents(tmp_path: Path) -> None:
    prints = {open_input(str(write(tmp_path / "x"))).fingerprint}
    (tmp_path / "x/data/sample/1.in").write_text("2\n")
    prints.add(open_input(str(tmp_path / "x")).fingerprint)
    (tmp_path / "x/data/sample/1.in").rename(tmp_path / "x/data/sample/3.in")
    prints.add(open_input(str(tmp_path / "x")).fingerprint)
    assert len(prints) == 3


def test_links_lead_nowhere_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.in").write_text("secret")
    folder = write(tmp_path / "x")
    (folder / "data/secret/out.in").symlink_to(tmp_path / "secret.in")
    (folder / "data/secret/out.ans").symlink_to(folder / "data/sample/1.ans")
    (folder / "data/secret/all").symlink_to("/etc")
    (row,) = open_input(str(folder)).rows()
    assert row.values["test_cases"]["names"] == ["sample/1", "secret/a/2"]  # type: ignore[index]


def test_verify_prints_the_agreement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = write(tmp_path / "double"), tmp_path / "out"
    assert main(["verify", str(folder), "--out", str(out), "--format", "jsonl", "--jobs", "2"]) == 0
    said = capsys.readouterr().out
    assert "accepted or not: 5 of 6" in said
    assert "wrong_answer/mistaken.py: labelled wrong_answer, judged accepted" in said
    summary = json.loads((out / "summary.json").read_text())["agreement"]
    assert summary["accept"] == {"agreeing": 5, "compared": 6, "share": 0.833333}
    assert summary["kind"] == summary["accept"]
    assert [one["file"] for one in summary["disagreements"]] == ["wrong_answer/mistaken.py"]
    judged = [json.loads(line) for path in (out / "judged").iterdir() for line in path.read_text().splitlines()]
    verdicts = {row["candidate"]["file"].rsplit("/", 1)[-1]: row["verdict"] for row in judged}
    assert verdicts == {
        "right.py": "accepted", "parts": "accepted", "wrong.py": "wrong_answer", "mistaken.py": "accepted",
        "slow.py": "time_limit", "crash.py": "runtime_error", "old.py2": "unsupported_language",
    }  # fmt: skip
    assert judged[0]["package"] == "double"
    (problem,) = [json.loads(line) for path in (out / "problems").iterdir() for line in path.read_text().splitlines()]
    assert problem["test_cases"]["names"] == ["sample/1", "secret/a/2"]


VERDICTS = st.sampled_from([str(verdict) for verdict in Verdict])
LABELS = st.sampled_from(["accepted", "rejected", "wrong_answer|time_limit", "accepted|wrong_answer", "runtime_error"])


@given(st.dictionaries(LABELS, st.dictionaries(VERDICTS, st.integers(1, 9))))
def test_agreement_adds_up(labels: dict[str, dict[str, int]]) -> None:
    found = agreement(labels, [])
    assert found["labelled"] == sum(sum(verdicts.values()) for verdicts in labels.values())
    for name in ("accept", "kind"):
        assert 0 <= found[name]["agreeing"] <= found[name]["compared"] <= found["labelled"]


@pytest.mark.parametrize(
    ("label", "verdict", "differs"),
    [
        ("accepted", "accepted", False), ("accepted", "wrong_answer", True), ("rejected", "output_limit", False),
        ("rejected", "accepted", True), ("wrong_answer", "time_limit", True), ("accepted", "sandbox_error", False),
        ("WRONG_ANSWER", "wrong_answer", False), ("OK", "accepted", False), ("RTE", "memory_limit", False),
        ("CHECK-MANUALLY", "accepted", None), ("", "accepted", None),
    ],
)  # fmt: skip
def test_what_differs(label: str, verdict: str, differs: bool | None) -> None:
    columns = {"origin": {"label": label}, "verdict": verdict, "reason": "", "candidate": "text", "row_id": "0"}
    assert (label_of(columns) is None) is (differs is None)
    if differs is not None:
        assert (disagreement_of(columns, label) is not None) is differs


def test_the_example_packages_get_the_verdicts_of_their_labels(tmp_path: Path) -> None:
    packages = Path(__file__).resolve().parents[2] / "examples" / "packages"
    assert main(["verify", str(packages), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["rows"], summary["malformed"], summary["undecided"]) == (3, 0, 0)
    assert summary["agreement"]["disagreements"] == []
    assert summary["agreement"]["kind"]["compared"] == summary["read"] == 15
