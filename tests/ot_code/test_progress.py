"""What is shown while a run goes on."""

from __future__ import annotations

import io

import pytest

from ot_code import progress
from ot_code.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ticking(monkeypatch, step=3.0):
    now = [0.0]

    def monotonic():
        now[0] += step
        return now[0]

    monkeypatch.setattr(progress.time, "monotonic", monotonic)


def test_a_plain_line_every_ten_seconds_elsewhere(monkeypatch):
    ticking(monkeypatch)
    stream = io.StringIO()
    with Progress(total=1000, stream=stream) as shown:
        shown.judged("accepted")
        shown.judged("accepted")
        shown.judged("wrong_answer")
        for done in range(100, 120):
            shown.rows(done)
    lines = stream.getvalue().splitlines()
    assert 3 <= len(lines) <= 6
    assert "of 1,000 rows" in lines[0]
    assert "accepted 2, wrong_answer 1" in lines[0]
    assert lines[-1].endswith("left")
    assert "\x1b" not in stream.getvalue()


def test_rows_of_an_earlier_sitting_are_no_speed(monkeypatch):
    ticking(monkeypatch, 1.0)
    shown = Progress(total=None, stream=io.StringIO())
    shown.rows(5000)
    assert "0.0 rows/s" in shown.line()
    assert "left" not in shown.line()


def test_a_live_line_on_a_terminal_and_nothing_when_quiet():
    terminal, silent = Terminal(), Terminal()
    with Progress(total=10, stream=terminal) as shown:
        shown._said = -1e9
        shown.rows(5)
    assert "5 of 10 rows" in terminal.getvalue()
    with Progress(total=10, quiet=True, stream=silent) as quiet:
        quiet._said = -1e9
        quiet.rows(5)
    assert silent.getvalue() == ""


@pytest.mark.parametrize(("seconds", "shown"), [(-1, "0:00"), (61, "1:01"), (3_725, "1:02:05")])
def test_clock(seconds, shown):
    assert progress._clock(seconds) == shown


def test_tests_move_while_a_row_with_many_is_not_yet_done():
    shown = Progress(total=1, stream=io.StringIO())
    assert "tests" not in shown.line()
    for _ in range(1200):
        shown.tested()
    assert "0 of 1 rows" in shown.line()
    assert "1,200 tests run" in shown.line()
