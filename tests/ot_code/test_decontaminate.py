"""decontaminate: rows that a benchmark has, nearly or in a run of words, go and say which item of which file."""

from __future__ import annotations

import json
import random

import pytest
from verify_runs import jsonl, rows_of

from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.errors import InputError, SettingError, UsageError
from ot_code.given import Given
from ot_code.stages import decontaminate
from ot_code.stages.decontaminate import Decontaminate

AIME = "Every morning Aya goes for a nine kilometre walk and stops at a coffee shop afterwards. Find the minutes."
OTHER = "Let p be the least prime number for which there is a whole number n so that n^4+1 is divisible by p^2."


@pytest.fixture
def benchmarks(tmp_path):
    one = jsonl(tmp_path / "aime.jsonl", [{"problem": "Short one."}, {"problem": AIME}, {"problem": None}])
    two = tmp_path / "gpqa.csv"
    two.write_text(f'id,Question\n7,"{OTHER}"\n')
    return [str(one), str(two)]


def removals(rows, against, **asked):
    outcomes = list(Decontaminate.of(Given({"against": against, **asked})).apply(rows))
    assert [outcome.row for outcome in outcomes] == rows
    return [outcome.removal for outcome in outcomes], outcomes


def test_the_item_that_a_row_is_nearly_the_same_as(benchmarks):
    near = AIME.replace("nine", "9").replace("Aya", "Ann")
    found, _ = removals([{"problem": near}, {"problem": OTHER}, {"problem": "Something else."}], benchmarks, ngram=0)
    assert (found[0].kind, found[0].matched) == ("fuzzy_match aime.jsonl", "aime.jsonl#1")
    assert found[0].reason.startswith("fuzzy ratio 95.7 with row 1")
    assert AIME in found[0].reason
    assert (found[1].kind, found[1].matched, found[2]) == ("fuzzy_match gpqa.csv", "gpqa.csv#0", None)


def test_a_run_of_words_in_another_text(benchmarks):
    text = "As was asked elsewhere: for which there IS a whole number n, so that n^4 + 1 is divisible? Prove it."
    (found,), _ = removals([{"problem": text}], benchmarks)
    assert (found.kind, found.matched) == ("ngram_match gpqa.csv", "gpqa.csv#0")
    assert "'for which there is a whole number n so that n 4 1'" in found.reason
    assert removals([{"problem": text}], benchmarks, ngram=16)[0] == [None]
    assert removals([{"problem": text}], benchmarks, ngram=15)[0] != [None]
    assert removals([{"problem": text}], benchmarks, ngram=0)[0] == [None]


def test_all_items_that_match_are_named(tmp_path):
    first = jsonl(tmp_path / "a.jsonl", [{"question": f"{AIME} Part {n}."} for n in range(14)])
    (found,), _ = removals([{"problem": f"{AIME} Part 3."}], [str(first)])
    assert found.matched.startswith("a.jsonl#3, a.jsonl#0, a.jsonl#1, a.jsonl#2, a.jsonl#4")
    assert found.matched.endswith(", and 4 more")


def test_rows_without_text_are_kept_and_noted(benchmarks):
    found, outcomes = removals([{"problem": None}, {"x": 1}, {"problem": AIME}, {"problem": ""}], benchmarks)
    assert [removal is None for removal in found] == [True, True, False, True]
    assert [outcome.note for outcome in outcomes] == ["no_text", "no_text", None, None]


def test_many_rows_go_block_by_block(benchmarks, monkeypatch):
    monkeypatch.setattr(decontaminate, "_BLOCK", 7)
    rng = random.Random(1)
    rows = [{"problem": rng.choice([AIME, "", OTHER, None, "no" * rng.randrange(90)])} for _ in range(100)]
    found, _ = removals(rows, benchmarks)
    assert [removal is not None for removal in found] == [row["problem"] in (AIME, OTHER) for row in rows]


def test_what_is_wrong_is_named(benchmarks, tmp_path):
    with pytest.raises(UsageError, match=r"aime.jsonl: has no column Question; it has problem"):
        removals([{"problem": "x"}], benchmarks, against_column="Question")
    with pytest.raises(UsageError, match="no row has a column text"):
        removals([{"problem": "x"}], benchmarks, column="text")
    with pytest.raises(SettingError, match="against"):
        Decontaminate.of(Given({}))
    with pytest.raises(InputError, match="no such file"):
        removals([{"problem": "x"}], [str(tmp_path / "none.jsonl")])
    broken = jsonl(tmp_path / "broken.jsonl", [{"problem": "x"}, "{"])
    with pytest.raises(InputError, match=r"broken\.jsonl, line 2"):
        removals([{"problem": "x"}], [str(broken)])
    empty = jsonl(tmp_path / "empty.jsonl", [{"problem": None}])
    with pytest.raises(InputError, match="holds no text"):
        removals([{"problem": "x"}], [str(empty)])


def test_the_command(benchmarks, tmp_path, capsys):
    path = jsonl(tmp_path / "rows.jsonl", [{"text": AIME}, {"text": "Clean."}, {"text": None}])
    words = ["decontaminate", path, "--out", tmp_path / "out", "--column", "text", "--against", *benchmarks, "--json"]
    assert main([*map(str, words), "--quiet"]) == Exit.DONE
    summary = json.loads(capsys.readouterr().out)
    assert summary["reasons"] == {"fuzzy_match aime.jsonl": 1}
    assert summary["notes"] == {"no_text": 1}
    (removed,) = rows_of(tmp_path / "out/removed")
    assert (removed["kind"], removed["matched"]) == ("fuzzy_match aime.jsonl", "aime.jsonl#1")
    assert [each["column"] for each in summary["settings"]["against"]] == ["problem", "Question"]
    jsonl(tmp_path / "aime.jsonl", [{"problem": "Another."}])  # another benchmark: another output
    assert main([*map(str, words), "--quiet"]) == Exit.USAGE
    assert "fingerprint" in capsys.readouterr().err
