"""The journal: what is read back is what was written, wherever the writer was killed."""

from __future__ import annotations

import errno
import json
import os
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from code_pipeline.types import Failure, Judgement, Verdict
from ot_code.columns import columns_of, judgement_of
from ot_code.errors import OutputError
from ot_code.journal import Journal, Part, lines_of


def columns(verdict=Verdict.ACCEPTED, reason="") -> dict:
    return columns_of(Judgement("s", verdict, reason, cpu_time_s=0.25))


def part(number: int, end: int, folder="judged") -> Part:
    return Part(folder, number, 0, end, {folder: end}, {"a": "int", "b": None, "c": [{"x": "text"}]}, {"read": end})


def test_candidates_come_back_by_row(tmp_path):
    path = tmp_path / ".journal"
    journal = Journal(path)
    for row in (2, 0, 1):
        for candidate in (1, 0):
            journal.append(row, candidate, columns(reason=f"{row}/{candidate}"))
    journal.close()
    journal = Journal(path)
    assert {index: found["reason"] for index, found in journal.judged(1).items()} == {0: "1/0", 1: "1/1"}
    assert journal.judged(3) == {}
    journal.close()


def test_the_last_line_of_a_candidate_counts(tmp_path):
    journal = Journal(tmp_path / ".journal")
    journal.append(0, 0, columns(Verdict.SANDBOX_ERROR))
    journal.append(0, 0, columns(Verdict.ACCEPTED))
    journal.close()
    with Journal(tmp_path / ".journal") as back:
        assert back.judged(0)[0]["verdict"] == "accepted"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cut=st.integers(0, 4000))
def test_a_torn_last_line_is_dropped_wherever_it_tore(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("journal") / ".journal"
    journal = Journal(path)
    for row in range(4):
        journal.append(row, 0, columns(reason="x" * 300))
        journal.part(part(row, row))
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    journal = Journal(path)
    journal.append(9, 0, columns())
    journal.close()
    kept = whole[:cut].rfind(b"\n") + 1
    assert path.read_bytes()[:kept] == whole[:kept]
    assert len(list(lines_of(path))) == whole[:cut].count(b"\n") + 1


def test_shards_and_marks_come_back(tmp_path):
    journal = Journal(tmp_path / ".journal")
    journal.part(part(0, 5))
    journal.part(part(0, 7, "problems"))
    journal.mark("widened")
    journal.mark("finished")
    journal.close()
    back = Journal(tmp_path / ".journal")
    assert back.parts == {"judged": [part(0, 5)], "problems": [part(0, 7, "problems")]}
    assert (back.next_row("judged"), back.next_row("problems"), back.next_row("other")) == (5, 7, 0)
    assert back.widened
    assert back.finished
    back.part(part(1, 9))
    back.close()
    with Journal(tmp_path / ".journal") as again:
        assert not again.finished


def test_rows_that_stand_in_shards_are_not_held(tmp_path):
    journal = Journal(tmp_path / ".journal")
    for row in range(6):
        journal.append(row, 0, columns())
    journal.part(part(0, 4))
    journal.close()
    back = Journal(tmp_path / ".journal")
    assert back.judged(3) == {}
    assert back.judged(4)
    back.close()


def test_rejudge_undoes_those_verdicts_and_all_shards_but_not_what_comes_later(tmp_path):
    path = tmp_path / ".journal"
    journal = Journal(path)
    journal.append(0, 0, columns(Verdict.TIME_LIMIT))
    journal.append(1, 0, columns(Verdict.ACCEPTED))
    journal.append(2, 0, columns(Verdict.TIME_LIMIT))
    journal.part(part(0, 3))
    journal.mark("finished")
    journal.rejudge(["time_limit"])
    journal.append(2, 0, columns(Verdict.TIME_LIMIT, "again"))
    journal.close()
    back = Journal(path)
    assert back.parts == {}
    assert not back.finished
    assert back.judged(0) == {}
    assert back.judged(1)[0]["verdict"] == "accepted"
    assert back.judged(2)[0]["reason"] == "again"
    back.close()


def test_nothing_is_noted_after_stop(tmp_path):
    journal = Journal(tmp_path / ".journal")
    journal.stop()
    journal.append(0, 0, columns())
    journal.mark("finished")
    journal.close()
    assert (tmp_path / ".journal").read_bytes() == b""


def test_a_disk_that_fills_within_a_line_says_that_it_is_full(tmp_path, monkeypatch):
    journal = Journal(tmp_path / ".journal")
    journal.append(0, 0, columns())
    file = journal._file

    class Filling:
        """Takes ten more bytes."""

        left = 10

        def write(self, data):
            if not self.left:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            taken, self.left = self.left, 0
            return file.write(data[:taken])

    monkeypatch.setattr(journal, "_file", Filling())
    with pytest.raises(OSError, match=r"No space left on device.*\.journal") as raised:
        journal.append(1, 0, columns())
    assert raised.value.errno == errno.ENOSPC
    journal.append(2, 0, columns())  # nothing comes after the torn line
    file.close()
    back = Journal(tmp_path / ".journal")
    assert [bool(back.judged(row)) for row in range(3)] == [True, False, False]
    back.close()


def test_threads_do_not_tear_each_others_lines(tmp_path):
    journal = Journal(tmp_path / ".journal")

    def work(row):
        for candidate in range(50):
            journal.append(row, candidate, columns(reason="y" * 500))

    threads = [threading.Thread(target=work, args=(row,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    back = Journal(tmp_path / ".journal")
    assert all(len(back.judged(row)) == 50 for row in range(8))
    back.close()


@pytest.mark.parametrize(
    "line",
    [
     "[1, 2]", '{"x": 1}', '"a"', "null", '[1, "a", "b", {}]', "[1, 0, 5, {}]", '{"part": {"a": 1}}',
     '[1e99, 0, "a", {}]',
     '{"part": 5}', '{"rejudge": 5}', '[99999999999999999999, 0, "a", {}]', "[]", "5"],
)  # fmt: skip
def test_a_line_that_no_journal_holds_is_damage(tmp_path, line):
    (tmp_path / ".journal").write_text(line + "\n")
    with pytest.raises(OutputError, match=r"\.journal is damaged .*--overwrite"):
        Journal(tmp_path / ".journal")


def test_a_damaged_journal_is_said(tmp_path):
    (tmp_path / ".journal").write_bytes(b"not json\n")
    with pytest.raises(OutputError, match=r"damaged.*--overwrite"):
        Journal(tmp_path / ".journal")


TEXT = st.text(max_size=20) | st.text(st.characters(categories=["Cs"]), max_size=3)


@given(
    st.builds(
        Judgement,
        submission_id=st.just("s"),
        verdict=st.sampled_from(Verdict),
        reason=TEXT,
        accepted_by=st.none() | TEXT,
        tests_passed=st.none() | st.integers(0, 9),
        tests_run=st.integers(0, 9),
        tests_total=st.integers(0, 9),
        first_failure=st.none() | st.builds(Failure, st.integers(0, 9), TEXT, TEXT, TEXT, TEXT),
        marginal=st.booleans(),
        provoked=st.booleans(),
        missing_module=st.none() | TEXT,
        cpu_time_s=st.none() | st.floats(0, 9),
    )
)
def test_a_judgement_comes_back_from_its_columns(judgement):
    read_back = json.loads(json.dumps(columns_of(judgement)))
    assert columns_of(judgement_of(read_back, "s")) == columns_of(judgement) == read_back
    assert read_back["verdict"] == judgement.verdict.value
