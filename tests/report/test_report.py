"""What a report gathers and shows, and `ot-code show`; how the page looks is tested in test_report_page.py."""

from __future__ import annotations

import json
import tracemalloc
from html.parser import HTMLParser

import pytest
from outputs_made import HOSTILE, verify_output
from verify_rows import small_run

from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.report.gathered import gather
from ot_code.report.markup import escaped, kind_of
from ot_code.report.page import page
from ot_code.report.reading import open_output
from ot_code.verdicts import NAMES


@pytest.fixture
def made(tmp_path):
    return verify_output(tmp_path / "out <x>")


class Reader(HTMLParser):
    """The elements of a page, and whether each that was opened is closed in its turn."""

    def __init__(self):
        super().__init__()
        self.names, self.attributes, self.open, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.names.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_counts_of_rows_problems_and_times(made):
    found = gather(open_output(made), sample=3)
    assert (found.rows, found.problems) == (60, 12)
    assert sum(found.rates.values()) == 12
    assert found.rates[0] == 3  # every fourth problem has wrong answers alone
    assert sum(found.times.values()) == sum(found.tokens.values()) == 60
    assert {name: sum(counts.values()) for name, counts in found.by_difficulty.items()} == dict.fromkeys(
        ("800", "1200", "1600"), 20
    )
    assert [round(entry[0], 3) for entry in found.slowest[:3]] == [0.06, 0.055, 0.05]
    assert len(found.slowest) == 20
    assert found.suspects == {"unpassed": 3, "marginal": 1, "several_answers": 1}
    assert found.suspect_rows["marginal"] == ["00000005"]
    assert {verdict: len(rows) for verdict, rows in found.samples.items()} == dict.fromkeys(
        ("runtime_error", "sandbox_error", "time_limit", "wrong_answer"), 3
    )
    assert all("test #" in reason for _, reason in found.failures)


def test_all_answers_failing_one_test_is_told_apart(made):
    file = made / "judged/part-00000.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    for row in rows:
        if row["row_id"] == "00000004":
            row["first_failure"]["index"] = 7
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = gather(open_output(made), sample=1)
    assert (found.suspects["same_test"], found.suspects["unpassed"]) == (1, 2)
    assert found.suspect_rows["same_test"] == ["00000004"]


def test_the_sample_is_the_same_every_time_and_no_larger(made):
    assert gather(open_output(made), sample=2).samples == gather(open_output(made), sample=2).samples
    assert all(len(rows) == 2 for rows in gather(open_output(made), sample=2).samples.values())


def test_nothing_of_an_answer_is_markup(made):
    output = open_output(made)
    reader = Reader()
    reader.feed(page(output, gather(output, sample=5)))
    assert reader.open == []
    assert not {"script", "img", "b"} & set(reader.names)
    assert not [name for name in reader.attributes if name.startswith("on") or name in {"src", "style"}]
    assert HOSTILE in "".join(reader.text)
    assert "[U+001B][31mred[U+202E]" in "".join(reader.text)


def test_every_verdict_has_a_colour():
    assert {kind_of(name) for name in NAMES} == {"right", "wrong", "limit", "fault", "row"}
    assert escaped("<&'\"\x00\ud800") == "&lt;&amp;&#x27;&quot;[U+0000][U+D800]"


def test_a_real_run_in_parquet(tmp_path, capsys):
    out = small_run(tmp_path)
    assert main(["report", str(out), "--sample", "4"]) == Exit.DONE
    assert capsys.readouterr().out.strip() == str(out / "report.html")
    text = (out / "report.html").read_text("utf-8")
    for word in ("Funnel", "By source", "By language", "By difficulty", "wrong_answer", "Add these.", "print(0)"):
        assert word.lower() in text.lower()
    assert main(["show", str(out), "0"]) == Exit.DONE
    said = capsys.readouterr().out
    assert "row 00000000, answer 0: accepted" in said
    assert "row 00000000, answer 1: wrong_answer" in said
    assert main(["show", str(out), "0", "--candidate", "1", "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["verdict"] == "wrong_answer"
    assert main(["show", str(out)]) == Exit.DONE
    assert "2 judged rows of 1 input rows" in capsys.readouterr().out
    assert main(["show", str(out), "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["read"] == 2


def test_show_takes_nothing_for_markup_and_steers_no_terminal(made, capsys):
    assert main(["show", str(made), "1", "--candidate", "4"]) == Exit.DONE
    said = capsys.readouterr().out
    assert HOSTILE.split("<img", maxsplit=1)[0] in said
    assert "\x1b" not in said
    assert "[U+001B][31mred" in said


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["99"], Exit.FAILED, "there is no row 99"),
        (["0", "--candidate", "9"], Exit.FAILED, "there is no row 0 with an answer 9"),
        (["first"], Exit.USAGE, "a number from 0"),
        (["--candidate", "1"], Exit.USAGE, "give ROW"),
    ],
)
def test_show_says_what_is_wrong(made, capsys, words, code, says):
    assert main(["show", str(made), *words]) == code
    assert says in capsys.readouterr().err


def test_a_folder_that_is_no_finished_output(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == Exit.FAILED
    assert "has no summary.json" in capsys.readouterr().err
    (tmp_path / "summary.json").write_text("{")
    assert main(["show", str(tmp_path)]) == Exit.FAILED
    assert "cannot be read" in capsys.readouterr().err


def test_a_build_has_its_own_funnel_and_the_verdicts_of_its_verify(made, tmp_path, capsys):
    build = tmp_path / "build"
    (build / "stages").mkdir(parents=True)
    made.rename(build / "stages/3-verify")
    steps = [
        {"step": "sources/apps", "read": 100, "kept": 90, "reasons": {"malformed": 10}},
        {"step": "1-filter", "read": 90, "kept": 80, "reasons": {"where x": 10}},
        {"step": "3-verify", "read": 60, "kept": 9, "rejected": 51},
    ]
    (build / "summary.json").write_text(json.dumps({"recipe": "r", "read": 100, "kept": 9, "funnel": steps}))
    assert main(["report", str(build), "--quiet"]) == Exit.DONE
    text = (build / "report.html").read_text("utf-8")
    for word in ("source rows", "80 (80.0%)", "where x 10", "rejected 51", "By language", "Slowest tests"):
        assert word in text
    assert main(["show", str(build), "3", "--candidate", "0"]) == Exit.DONE


def test_a_stage_has_what_it_removed(tmp_path):
    summary = {"stage": "deduplicate", "read": 10, "kept": 7, "removed": 3, "reasons": {"near_duplicate": 3}}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    assert main(["report", str(tmp_path), "--quiet"]) == Exit.DONE
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "near_duplicate" in text
    assert "Slowest tests" not in text
    assert main(["show", str(tmp_path)]) == Exit.DONE


def test_memory_does_not_grow_with_the_rows(made):
    output, peaks = open_output(made), []
    file = made / "judged/part-00000.jsonl"
    text = file.read_text()
    for times in (25, 75):
        file.write_text(text * times)
        tracemalloc.start()
        gather(output, sample=2)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
