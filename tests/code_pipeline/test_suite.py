"""Tests made ready: duplicates, encodings, digests, windows and the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline import suite as suites
from code_pipeline.errors import RowError
from code_pipeline.order import LARGEST_WINDOW_BYTES, blocks, order_of_tests, window_end
from code_pipeline.suite import Suite
from code_pipeline.types import Problem, TestCase
from sandbox.types import Call, Run


def stdin_suite(*pairs, **more):
    return Suite(Problem("p", tuple(TestCase(given, expected) for given, expected in pairs), **more))


def call_suite(*pairs):
    return Suite(Problem("p", tuple(TestCase(arguments=a, expected=e) for a, e in pairs), function="f"))


def test_duplicated_tests_run_once():
    suite = stdin_suite(("1", "a"), ("1", "b"), ("1", "a"), ("2", "a"), ("1", "a"))
    assert suite.distinct == (0, 1, 3)
    assert suite.duplicates == {0: [2, 4]}


def test_values_of_different_types_are_different_tests():
    suite = call_suite(((1,), 1), ((True,), 1), ((1.0,), 1), ((1,), 1), (([1],), 1), (((1,),), 1), ((10**5_000,), 1))
    assert suite.distinct == (0, 1, 2, 4, 5, 6)


def test_values_that_are_not_plain_data_run_each():
    odd = object()
    suite = call_suite(((odd,), 1), ((odd,), 1))
    assert suite.distinct == (0, 1)
    assert suite.digest() is None


def test_the_digest_tells_what_matters():
    digests = [
        stdin_suite(("1", "a")).digest(),
        stdin_suite(("1a", "")).digest(),
        stdin_suite(("", "1a")).digest(),
        stdin_suite(("1", "a"), ("1", "a")).digest(),
        stdin_suite(("1", "a"), input_file="in.txt").digest(),
        stdin_suite(("1", "a"), output_file="in.txt").digest(),
        call_suite((("1",), "a")).digest(),
    ]
    assert len(set(digests)) == len(digests)
    assert stdin_suite(("1", "a")).digest() == digests[0]


def test_an_input_is_encoded_once_while_there_is_room(monkeypatch):
    suite = stdin_suite(("é", ""), ("x" * 100, ""))
    assert suite.run(0) is suite.run(0)
    assert suite.run(0) == Run(stdin="é".encode())
    monkeypatch.setattr(suites, "KEPT_BYTES", 50)
    cramped = stdin_suite(("x" * 20, ""), ("y" * 100, ""))
    assert cramped.run(0) is cramped.run(0)
    assert cramped.run(1) is not cramped.run(1)
    assert cramped.run(1) == Run(stdin=b"y" * 100)


def test_lone_surrogates_are_the_bytes_that_they_stand_for():
    suite = stdin_suite(("\udcff", ""), ("\ud800", ""))
    assert [suite.run(n) for n in (0, 1)] == [Run(stdin=b"\xff"), Run(stdin=b"\xed\xa0\x80")]


def test_files_in_place_of_stdin_and_stdout():
    suite = stdin_suite(("5", "6"), input_file="in.txt", output_file="out.txt")
    assert suite.run(0) == Run(files={"in.txt": b"5"}, collect=("out.txt",))
    with pytest.raises(RowError, match="relative name"):
        stdin_suite(("5", "6"), output_file="../out.txt").check_files()


def test_a_call_takes_the_arguments_and_nothing_of_the_expected_value():
    assert call_suite((([1, 2], "x"), "secret")).run(0) == Call("f", ([1, 2], "x"))


def test_tests_with_other_right_answers_are_other_tests():
    plain = TestCase("1", "a")
    more = TestCase("1", "a", accepted_outputs=("b",))
    suite = Suite(Problem("p", (plain, more, plain, more)))
    assert suite.duplicates == {0: [2], 1: [3]}
    assert suite.digest() != Suite(Problem("p", (plain,) * 4)).digest()


def test_blocks_of_eight():
    assert blocks(0) == []
    assert blocks(17) == [range(8), range(8, 16), range(16, 17)]


def test_tests_that_failed_most_come_first():
    assert order_of_tests((0, 1, 2, 3), {2: 3, 3: 3, 1: 5, 99: 7}) == (1, 2, 3, 0)


@given(st.lists(st.integers(0, 2 * LARGEST_WINDOW_BYTES), min_size=1), st.integers(1, 16))
def test_windows_cover_every_test_once_and_stay_small(sizes, length):
    order, start = range(len(sizes)), 0
    while start < len(sizes):
        end = window_end(order, start, length, sizes)
        assert start < end <= min(start + length, len(sizes))
        assert end == start + 1 or sum(sizes[start:end]) <= LARGEST_WINDOW_BYTES
        start = end
