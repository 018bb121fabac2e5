"""What is kept on disk between runs: what goes in comes out, and whatever befalls the file is a miss that is said."""

from __future__ import annotations

import logging
import multiprocessing
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from databases import making
from forks import in_a_fork
from hypothesis import given
from hypothesis import strategies as st

from math_pipeline import MathCache, MathVerdict, MathVerifier
from math_pipeline.judge import VoteCache
from math_pipeline.judge.replies import Vote
from math_pipeline.pool import Reply
from math_pipeline.store import Store

SAME = Reply(True, "rule", "why", cpu_time_s=0.25)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "folder" / "kept.sqlite", "form", 16)
    yield one
    one.close()


def change(path: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute(statement, values)
    connection.close()


def test_what_goes_in_comes_out_also_later(tmp_path: Path) -> None:
    replies, votes = MathCache(tmp_path), VoteCache(tmp_path)
    assert replies.get(("a", "b")) is None
    replies.put(("a", "b"), SAME)
    votes.put(("m", 0), Vote(False, "since \ud800", prompt_tokens=9))
    replies.close()
    votes.close()
    assert MathCache(tmp_path).get(("a", "b")) == SAME
    assert MathCache(tmp_path).get(("a", "c")) is None
    assert VoteCache(tmp_path).get(("m", 0)) == Vote(False, "since \ud800")


@given(st.lists(st.tuples(st.text(), st.text(), st.booleans())))
def test_the_last_of_a_key_counts(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, bool]]) -> None:
    one = Store(tmp_path_factory.mktemp("store") / "kept.sqlite", "form")
    for first, second, value in rows:
        one.put((first, second), [value])
    for key, wanted in {(first, second): [value] for first, second, value in rows}.items():
        assert one.get(key) == wanted
    one.close()


@pytest.mark.parametrize("damage", ["X'00'", "substr(value, 1, length(value) - 1)", "'text'", "NULL", "zeroblob(99)"])
def test_a_damaged_value_is_a_miss_and_is_said(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    store.put(("a",), [True])
    change(tmp_path / "folder" / "kept.sqlite", f"UPDATE kept SET value = {damage}")
    with caplog.at_level(logging.WARNING):
        assert store.get(("a",)) is None
    assert "damaged" in caplog.text
    store.put(("a",), [True])
    assert store.get(("a",)) == [True]


def test_a_value_under_another_key_is_a_miss(store: Store, tmp_path: Path) -> None:
    store.put(("a",), [True])
    store.put(("b",), [False])
    other = "(SELECT value FROM kept AS other WHERE other.key != kept.key)"
    change(tmp_path / "folder" / "kept.sqlite", f"UPDATE kept SET value = {other}")
    assert None in (store.get(("a",)), store.get(("b",)))


def test_a_value_of_another_form_is_a_miss(store: Store, tmp_path: Path) -> None:
    store.put(("a",), [True])
    assert Store(tmp_path / "folder" / "kept.sqlite", "another").get(("a",)) is None


def test_a_file_that_is_no_database_is_replaced_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "math.sqlite").write_bytes(b"not a database at all" * 500)
    cache = MathCache(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert cache.get(("a",)) is None
    assert "starts anew" in caplog.text
    cache.put(("a",), SAME)
    assert cache.get(("a",)) == SAME


def test_a_run_goes_on_without_a_file_that_cannot_be_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "math.sqlite").mkdir()
    with caplog.at_level(logging.WARNING), MathVerifier(workers=1, cache=MathCache(tmp_path)) as verifier:
        for number in range(3):
            judged = verifier.verify(gold=f"x+{number}", response=rf"\boxed{{{number}+x}}")
            assert judged.verdict is MathVerdict.CORRECT
    assert caplog.text.count("goes on without it") == 1


def test_the_least_recently_used_go_when_it_is_full(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    one = Store(path, "form", 0.5)
    for number in range(650):
        one.put((number,), [f"{number:04} " * 160])
        if number == 299:  # a use is noted once an hour
            change(path, "UPDATE kept SET used = 0.0")
            assert one.get((0,)) is not None
    one.close()
    assert path.stat().st_size < 0.8 * 1024 * 1024
    assert [number for number in (0, 1, 649) if one.get((number,)) is not None] == [0, 649]
    one.close()


def _fill(folder: Path, first: int) -> None:
    cache = MathCache(folder)
    for number in range(first, first + 200):
        cache.put((str(number),), SAME)
    cache.close()


def test_processes_threads_and_forks_share_it(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_fill, [(tmp_path, 0), (tmp_path, 1_000)])
    cache = MathCache(tmp_path)
    numbers = [*range(200), *range(1_000, 1_200)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda number: cache.get((str(number),)), numbers)) == [SAME] * 400
    assert in_a_fork(lambda: cache.get(("7",)) == SAME) == "True"
    assert cache.get(("8",)) == SAME
    cache.close()


def test_a_file_that_another_process_is_just_making_is_waited_for(tmp_path: Path) -> None:
    """SQLite tells who changes the journal of such a file that it is locked, at once and whatever it may wait."""
    path = tmp_path / "kept.sqlite"
    with making(path):
        one = Store(path, "form")
        one.put((1,), [1])
    assert one.get((1,)) == [1]
    one.close()


def test_a_fork_while_another_thread_uses_it(store: Store) -> None:
    store.put(("a",), [True])
    with store._lock:
        assert in_a_fork(lambda: store.get(("a",))) == "[True]"
    assert store.get(("a",)) == [True]


@pytest.mark.parametrize("size", [0, -1, float("nan")])
def test_a_size_that_is_not_one(tmp_path: Path, size: float) -> None:
    with pytest.raises(ValueError, match="size"):
        Store(tmp_path / "kept.sqlite", "form", size)
