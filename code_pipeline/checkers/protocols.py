"""What a checker program said of an answer, read from how its run ended. A pure function for each protocol.

- kattis: exit 42 accepted, 43 wrong; feedback_dir/judgemessage.txt holds the reason, score.txt points.
- testlib: exit 0 ok; 1 (wrong answer), 2 (presentation), 4 (dirt) and 8 (unexpected end) wrong; 7, and the words
  "partially correct (N)" with the exit code that belongs to N (a checker may begin its words with the candidate's),
  points; 3 its own failure. The reason stands on stderr. Source: testlib.h, resultExitCode.
- score: one number on stdout: 1 or 100 right, others below 100 points of one or of a hundred. Source: open-r1's
  piston scripts, which take 1 and 100 for right.

Everything else is a crash: another exit code, a signal, a limit, no number. What a checker prints may quote the
candidate, so it is only ever shown, cut and on one line; points are read as a number and nothing else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from code_pipeline.checkers.program import JUDGE_MESSAGE, NEXT_PASS, SCORE
from sandbox import Execution, Status

_CUT = 200  # characters of a checker's words in a reason
_READ = 4_000  # bytes of them that are looked at
_NUMBER = re.compile(rb"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_TESTLIB_WRONG = frozenset({1, 2, 4, 8})
_TESTLIB_POINTS = re.compile(rb"points[ \t]+([^\s]+)")
_TESTLIB_PARTLY = re.compile(rb"partially correct \(([0-9]{1,6})\)")


class Word(Enum):
    """What a checker said."""

    RIGHT = "right"
    WRONG = "wrong"
    POINTS = "points"  # right or not, depending on what is full: what the reference output gets
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Said:
    """What one run of a checker said: the word, its reason (one line, cut, perhaps empty), and points it gave."""

    word: Word
    reason: str = ""
    points: float | None = None


def read(protocol: str, execution: Execution) -> Said:
    """What this run of a checker said."""
    if execution.status is not Status.EXITED:
        return Said(Word.CRASHED)
    return _READERS[protocol](execution)


def _kattis(execution: Execution) -> Said:
    reason = one_line(execution.files.get(JUDGE_MESSAGE, b"") or execution.stdout_bytes)
    if execution.exit_code == 43:
        return Said(Word.WRONG, reason)
    if execution.exit_code != 42:
        return Said(Word.CRASHED)
    if NEXT_PASS in execution.files:
        return Said(
            Word.CRASHED, "it asks for another pass of the program, and problems of several passes are not judged"
        )
    written = execution.files.get(SCORE, b"")
    if not written.strip():
        return Said(Word.RIGHT, reason)
    points = _number(written)
    if points is None:
        return Said(Word.CRASHED, f"it wrote {one_line(written)} in place of a score")
    return Said(Word.POINTS, reason, points)


def _testlib(execution: Execution) -> Said:
    said, reason = execution.stderr_bytes[:_READ], one_line(execution.stderr_bytes)
    partly = _TESTLIB_PARTLY.match(said)
    if partly is not None and execution.exit_code in _codes_of(int(partly.group(1))):
        return Said(Word.POINTS, reason, float(partly.group(1)))
    if execution.exit_code == 0:
        return Said(Word.RIGHT, reason)
    if execution.exit_code in _TESTLIB_WRONG:
        return Said(Word.WRONG, reason)
    if execution.exit_code == 7:
        found = _TESTLIB_POINTS.match(said)
        points = _number(found.group(1)) if found else None
        return Said(Word.POINTS, reason, points) if points is not None else Said(Word.CRASHED)
    return Said(Word.CRASHED, reason if execution.exit_code == 3 else "")


def _codes_of(points: int) -> tuple[int, ...]:
    """The exit codes with which testlib says that an answer is partially correct; under its TESTSYS 50 more."""
    return points % 256, (points + 50) % 256


def _score(execution: Execution) -> Said:
    if execution.exit_code != 0:
        return Said(Word.CRASHED)
    score = _number(execution.stdout_bytes)
    if score is None:
        printed = one_line(execution.stdout_bytes) or "nothing"
        return Said(Word.CRASHED, f"it printed {printed} in place of a score")
    if score in (1, 100):
        return Said(Word.RIGHT, points=score)
    if not score < 100:
        return Said(Word.CRASHED, f"it printed {score:g}, and 100 is the most")
    return Said(Word.WRONG, f"score {score:g}", score)


_READERS: Mapping[str, Callable[[Execution], Said]] = {"kattis": _kattis, "testlib": _testlib, "score": _score}


def _number(text: bytes) -> float | None:
    """The finite number that the text is, None where it is something else."""
    found = _NUMBER.fullmatch(text[:_READ].strip()) if len(text) <= _READ else None
    value = float(found.group()) if found else math.inf
    return value if math.isfinite(value) else None


def one_line(text: bytes) -> str:
    """A checker's words as part of a reason: one line without unprintable characters, cut."""
    words = " ".join(text[:_READ].decode("utf-8", "backslashreplace").split())
    shown = "".join(char if char.isprintable() else "?" for char in words)
    return shown if len(shown) <= _CUT else f"{shown[:_CUT]}..."
