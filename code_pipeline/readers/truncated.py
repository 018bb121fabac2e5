"""Tests that their source cut: Codeforces shows the beginning of a long text and "..."."""

from __future__ import annotations

from collections.abc import Sequence

from code_pipeline.types import TestCase

CUT_MARKS = ("...", "…")
LONG = 200  # characters; Codeforces cuts at 250 and more, so a shorter text that ends in dots may be a drawing


def is_cut(text: str) -> bool:
    """Whether a test's text ends where its source cut it.

    A short text whose last line is a line of a drawing is whole: one without letters and digits (`#.#...`), or one as
    long as the line above it. In doubt it is cut: a test too few is said in the row, a test that is wrong is not.
    """
    body = text.rstrip()
    if not body.endswith(CUT_MARKS):
        return False
    if len(body) >= LONG:
        return True
    above, _, last = body.rpartition("\n")
    if not any(letter.isalnum() or letter == " " for letter in last):
        return False
    above = above.rpartition("\n")[2].rstrip()
    return not (len(above) == len(last) and " " not in last)


def whole_tests(tests: Sequence[TestCase]) -> tuple[TestCase, ...]:
    """The tests of which neither the input nor the expected output was cut."""
    return tuple(test for test in tests if not (_text_is_cut(test.stdin) or _text_is_cut(test.expected)))


def _text_is_cut(text: object) -> bool:
    return isinstance(text, str) and is_cut(text)
