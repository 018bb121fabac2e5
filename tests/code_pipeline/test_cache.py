"""The verdict cache: what it keeps, what it never keeps, and that damage is a miss."""

import logging
import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from databases import making
from forks import in_a_fork

from code_pipeline.cache import VerdictCache, cacheable
from code_pipeline.types import CaseResult, Failure, Judgement, Verdict

FAILURE = Failure(1, "in", "1", "2", "")
CASES = (
    CaseResult(0, Verdict.ACCEPTED, "", "tokens", cpu_time_s=0.25, memory_mb=9.5),
    CaseResult(1, Verdict.WRONG_ANSWER, "differs", failure=FAILURE),
)
WRONG = Judgement(
    "s1", Verdict.WRONG_ANSWER, "test 1: differs", tests_run=2, tests_total=3, first_failure=FAILURE, cases=CASES
)
RIGHT = Judgement("s1", Verdict.ACCEPTED, accepted_by="tokens", tests_passed=1, tests_run=1, tests_total=1)


@pytest.fixture
def cache(tmp_path):
    with_file = VerdictCache(tmp_path / "cache", 16)
    yield with_file
    with_file.close()


def key(number):
    return number.to_bytes(32, "big")


def test_what_goes_in_comes_out_as_the_askers_own(cache):
    assert cache.get(key(1), "s2", {}) is None
    assert cache.put(key(1), WRONG)
    found = cache.get(key(1), "s2", {"jail": "x"})
    assert found == replace(WRONG, submission_id="s2", provenance={"jail": "x"})
    assert cache.get(key(2), "s2", {}) is None


def test_it_outlives_the_process_that_wrote_it(tmp_path):
    first = VerdictCache(tmp_path)
    first.put(key(1), RIGHT)
    first.close()
    second = VerdictCache(tmp_path)
    assert second.get(key(1), "s1", {}) == RIGHT
    second.close()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_faults_and_time_limits_are_never_kept(cache, verdict):
    kept = {"accepted", "wrong_answer", "memory_limit", "output_limit", "runtime_error", "compile_error"}
    judgement = replace(WRONG, verdict=verdict)
    assert cache.put(key(1), judgement) == cacheable(judgement) == (verdict in kept)
    assert (cache.get(key(1), "s", {}) is not None) == (verdict in kept)


@pytest.mark.parametrize("flag", ["marginal", "provoked"])
def test_what_was_close_or_provoked_is_never_kept(cache, flag):
    assert not cache.put(key(1), replace(RIGHT, **{flag: True}))


def change(path, statement, *values):
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("damage", ["X'00'", "substr(value, 1, length(value) - 1)", "'text'", "NULL"])
def test_a_damaged_entry_is_a_miss_and_is_said(tmp_path, caplog, damage):
    cache = VerdictCache(tmp_path)
    cache.put(key(1), RIGHT)
    change(tmp_path / "verdicts.sqlite3", f"UPDATE verdicts SET value = {damage}")
    with caplog.at_level(logging.WARNING):
        assert cache.get(key(1), "s", {}) is None
    assert "damaged" in caplog.text
    assert cache.put(key(1), RIGHT)
    assert cache.get(key(1), "s1", {}) == RIGHT
    cache.close()


def test_an_entry_under_another_key_is_a_miss(tmp_path):
    cache = VerdictCache(tmp_path)
    cache.put(key(1), RIGHT)
    change(tmp_path / "verdicts.sqlite3", "UPDATE verdicts SET key = ?", key(2))
    assert cache.get(key(2), "s", {}) is None
    cache.close()


def test_a_file_that_is_no_database_is_replaced_and_said(tmp_path, caplog):
    (tmp_path / "verdicts.sqlite3").write_bytes(b"not a database at all" * 500)
    cache = VerdictCache(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert cache.get(key(1), "s", {}) is None
    assert "starts anew" in caplog.text
    assert cache.put(key(1), RIGHT)
    cache.close()


def test_a_store_that_cannot_be_opened_never_raises(tmp_path, caplog):
    (tmp_path / "verdicts.sqlite3").mkdir()
    cache = VerdictCache(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert cache.get(key(1), "s", {}) is None
        assert not cache.put(key(1), RIGHT)
    assert "goes on without it" in caplog.text


def test_the_least_recently_used_go_when_it_is_full(tmp_path):
    cache = VerdictCache(tmp_path, 0.5)
    noise = "".join(chr(33 + (7 * n * n + n // 3) % 90) for n in range(900))
    for number in range(1_500):
        text = f"{number * 7919 % 104729}{noise[number % 300 :]}{hash(str(number))}"
        cache.put(key(number), replace(WRONG, reason=text))
        cache.get(key(0), "s", {})
    size = sum(file.stat().st_size for file in tmp_path.iterdir() if not file.name.endswith(("-wal", "-shm")))
    assert size < 0.8 * 1024 * 1024
    assert cache.get(key(0), "s", {}) is not None
    assert cache.get(key(1), "s", {}) is None
    assert cache.get(key(1_499), "s", {}) is not None
    cache.close()


def _fill(folder, first):
    cache = VerdictCache(folder)
    stored = sum(cache.put(key(number), RIGHT) for number in range(first, first + 200))
    cache.close()
    return stored


def test_processes_and_threads_share_it(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.starmap(_fill, [(tmp_path, 0), (tmp_path, 1_000)]) == [200, 200]
    cache = VerdictCache(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda number: cache.get(key(number), "s1", {}), [*range(200), *range(1_000, 1_200)]))
    assert found == [RIGHT] * 400
    cache.close()


def test_a_file_that_another_process_is_just_making_is_waited_for(cache):
    """SQLite tells who changes the journal of such a file that it is locked, at once and whatever it may wait."""
    with making(cache._path):
        assert cache.put(key(1), RIGHT)
    assert cache.get(key(1), "s1", {}) == RIGHT


def test_a_fork_while_another_thread_uses_it(cache):
    cache.put(key(1), RIGHT)
    with cache._lock:
        assert in_a_fork(lambda: cache.get(key(1), "s1", {}) == RIGHT) == "True"
    assert cache.get(key(1), "s1", {}) == RIGHT


def test_a_size_that_is_not_one(tmp_path):
    for size in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="size"):
            VerdictCache(tmp_path, size)
