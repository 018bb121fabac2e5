"""The generated tests of open-r1/codeforces: where they are found, and that they decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from verify_runs import jsonl, rows_of, verdicts, verify

from code_pipeline.errors import RowError
from ot_code.cli.exits import Exit
from ot_code.errors import UsageError
from ot_code.inputs.generated_tests import VARIABLE, GeneratedTests, generated_tests_for

RIGHT = "print(int(input()) * 2)"
SMALL = "n = int(input())\nprint(n * 2 if n < 100 else 0)"
CPP = '```cpp\n#include <cstdio>\nint main() { int n; scanf("%d", &n); printf("%d", 2 * n); }\n```'
ROW: dict[str, Any] = {
    "id": "7/A",
    "contest_id": "7",
    "input_format": "A number.",
    "time_limit": 2.0,
    "memory_limit": 256.0,
    "description": "Double it.",
    "examples": [{"input": "1", "output": "2"}],
    "testset_size": 3,
    "official_tests": [{"input": "1\n", "output": "2\n"}],
    "official_tests_complete": False,
    "input_mode": "stdio",
    "generated_checker": None,
    "generated_tests": 2,
    "candidates": [RIGHT, SMALL],
}
TESTS = [
    {"problem_id": "7/A", "input": "500", "output": "1000", "test_case_i": 2},
    {"problem_id": "7/B", "input": "1", "output": "1", "test_case_i": 0},
    {"problem_id": "7/A", "input": "5", "output": "10", "test_case_i": 1},
]


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def write(folder: Path, rows: list[dict[str, Any]] = TESTS, name: str = "test_cases_0007.parquet") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / name)
    return folder


def run(tmp_path: Path, rows: list[dict[str, Any]], folder: str = "data") -> list[str]:
    (tmp_path / folder).mkdir(exist_ok=True)
    assert verify(jsonl(tmp_path / folder / "train.jsonl", rows), "--out", tmp_path / "out", "--overwrite") == Exit.DONE
    return verdicts(tmp_path / "out")


class TestWhereTheyAre:
    def test_beside_the_input_or_above_it(self, tmp_path: Path) -> None:
        wanted = write(tmp_path / "generated_tests")
        for place in ("", "data", "data/parts"):
            (tmp_path / place).mkdir(exist_ok=True)
            file = jsonl(tmp_path / place / "rows.jsonl", [ROW])
            assert generated_tests_for("codeforces", str(file)) == GeneratedTests(wanted)
            assert generated_tests_for("codeforces", str(file.parent)) == GeneratedTests(wanted)
        assert generated_tests_for("apps", str(file)) is None

    def test_there_are_none(self, tmp_path: Path) -> None:
        (tmp_path / "generated_tests").mkdir()
        assert generated_tests_for("codeforces", str(jsonl(tmp_path / "rows.jsonl", [ROW]))) is None
        assert generated_tests_for("codeforces", "open-r1/codeforces") is None

    @pytest.mark.parametrize("inner", ["", "generated_tests"])
    def test_where_the_variable_says(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inner: str) -> None:
        write(tmp_path / "generated_tests")
        wanted = write(tmp_path / "elsewhere" / inner)
        monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere"))
        assert generated_tests_for("codeforces", str(jsonl(tmp_path / "rows.jsonl", [ROW]))) == GeneratedTests(wanted)

    def test_a_variable_that_names_none_is_an_error(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, str(tmp_path))
        with pytest.raises(UsageError, match=f"{VARIABLE}=.*test_cases_"):
            generated_tests_for("codeforces", "open-r1/codeforces")


class TestWhatIsInThem:
    def test_a_problem_s_own_in_their_order(self, tmp_path: Path) -> None:
        tests = GeneratedTests(write(tmp_path))
        assert tests("7/A") == [{"input": "5", "output": "10"}, {"input": "500", "output": "1000"}]
        assert tests("7/C") == []
        assert tests("8/A") is None

    @pytest.mark.parametrize("problem_id", ["", "/", "../7/A", "..", "7\0", "\u0667/A", "0000000007/A", "x" * 300])
    def test_odd_names(self, tmp_path: Path, problem_id: str) -> None:
        found = GeneratedTests(write(tmp_path))(problem_id)
        assert found is None or (problem_id.startswith("0") and found == [])

    def test_without_numbers_they_stand_as_they_are(self, tmp_path: Path) -> None:
        rows = [{name: row[name] for name in ("problem_id", "input", "output")} for row in TESTS]
        assert [test["input"] for test in GeneratedTests(write(tmp_path, rows))("7/A") or []] == ["500", "5"]

    def test_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "test_cases_0007.parquet").write_bytes(b"PAR1 no")
        with pytest.raises(RowError, match=r"test_cases_0007.parquet: its tests cannot be read"):
            GeneratedTests(tmp_path)("7/A")
        write(tmp_path, [{"problem_id": "7/A", "stdin": "1"}])
        with pytest.raises(RowError, match="has no column input, output"):
            GeneratedTests(tmp_path)("7/A")


def test_they_decide_where_they_are(tmp_path: Path) -> None:
    assert run(tmp_path, [ROW]) == ["accepted", "accepted"]
    write(tmp_path / "generated_tests")
    assert run(tmp_path, [ROW]) == ["accepted", "wrong_answer"]
    first = rows_of(tmp_path / "out" / "judged")[0]
    assert first["tests_total"] == 3
    stands = json.loads((tmp_path / "out" / "run.json").read_text())
    assert "generated_tests_fingerprint" in json.dumps(stands)


def test_other_tests_are_another_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, [ROW])
    write(tmp_path / "generated_tests")
    assert verify(tmp_path / "data" / "train.jsonl", "--out", tmp_path / "out") == Exit.USAGE
    assert "generated_tests" in capsys.readouterr().err


def test_a_row_whose_tests_cannot_be_read_is_bad(tmp_path: Path) -> None:
    write(tmp_path / "generated_tests", [{"problem_id": "7/A", "stdin": "1"}])
    assert run(tmp_path, [ROW, ROW | {"id": "8/A"}]) == ["bad_problem", "accepted", "accepted"]


def test_chains_of_thought_are_joined_with_their_problems(tmp_path: Path) -> None:
    write(tmp_path / "generated_tests")
    problems = jsonl(tmp_path / "problems.jsonl", [{name: ROW[name] for name in ROW if name != "candidates"}])
    rows = [
        {"id": "7/A", "generation": f"```python\n{RIGHT}\n```"},
        {"id": "7/A", "generation": CPP},
        {"id": "7/A", "generation": f"```python\n{SMALL}\n```"},
    ]
    cots = jsonl(tmp_path / "cots.jsonl", rows)
    words = ["--problems", problems, "--on", "id", "--response-column", "generation", "--out", tmp_path / "out"]
    assert verify(cots, *words) == Exit.DONE
    assert verdicts(tmp_path / "out") == ["accepted", "accepted", "wrong_answer"]
