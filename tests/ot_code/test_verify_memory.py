"""Memory: what is held is bounded, by rows and by bytes, whatever the input's size."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import pytest

from ot_code.stages.window import ClosedError, Window

MB = 1024 * 1024
PEAK = """
import sys
from ot_code.cli import main
code = main(sys.argv[1:])
print(code, next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def test_the_window_holds_a_producer_back_by_rows_and_by_bytes():
    for limits, size, most in (((3, 10**9), 1, 3), ((100, 10), 6, 2)):
        window: Window[int] = Window(*limits)
        made = []

        def produce(window=window, made=made, size=size):
            for number in range(20):
                window.wait_for_room()
                made.append(number)
                window.put(number, size)
            window.end()

        thread = threading.Thread(target=produce)
        thread.start()
        taken = []
        while True:
            time.sleep(0.002)
            assert len(made) - len(taken) <= most
            try:
                item = window.take(1)
            except StopIteration:
                break
            assert len(made) - len(taken) <= most
            taken.append(item[0])
            window.release(item[1])
        thread.join()
        assert taken == list(range(20))


def test_an_item_larger_than_the_window_goes_through_alone():
    window: Window[str] = Window(10, 100)
    window.wait_for_room()
    window.put("giant", 10_000)
    assert not window._has_room()
    assert window.take(0) == ("giant", 10_000)
    window.release(10_000)
    window.wait_for_room()


def test_a_failure_of_the_producer_comes_after_its_items():
    window: Window[str] = Window()
    window.put("first", 1)
    window.end(ValueError("broken"))
    assert window.take(0) == ("first", 1)
    with pytest.raises(ValueError, match="broken"):
        window.take(0)


def test_closing_lets_the_producer_go():
    window: Window[str] = Window(1, 1)
    window.put("x", 1)
    window.close()
    with pytest.raises(ClosedError):
        window.wait_for_room()
    assert Window().take(0) is None


def peak_mb(*words) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "verify", *map(str, words), "--quiet"], check=True, capture_output=True, text=True
    )
    code, peak = done.stdout.split()
    assert code == "0", done.stderr
    return int(peak) / 1024


@pytest.mark.slow
def test_rows_of_5_mb_are_not_held_together(tmp_path):
    path = tmp_path / "rows.jsonl"
    tests = json.dumps({"inputs": ["7 " * (5 * MB // 20)] * 10, "outputs": ["1"] * 10})
    with path.open("w") as file:
        for number in range(120):  # 600 MB
            row = {"id": f"p{number}", "problem": "x", "test_cases": tests, "candidates": ["words only"]}
            file.write(json.dumps(row) + "\n")
    assert peak_mb(path, "--out", tmp_path / "out") < 600


@pytest.mark.slow
@pytest.mark.parametrize("as_text", [True, False])
def test_a_giant_row_is_held_about_three_times_at_most(tmp_path, as_text):
    path = tmp_path / "rows.jsonl"
    tests = {"inputs": ["7 " * (5 * MB)] * 15, "outputs": ["1"] * 15}  # 150 MB
    row = {"problem": "x", "test_cases": json.dumps(tests) if as_text else tests, "candidates": ["print(1)"]}
    path.write_text(json.dumps(row) + "\n")
    assert peak_mb(path, "--out", tmp_path / "out") < 5 * 150 + 250
