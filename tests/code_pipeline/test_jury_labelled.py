"""Problems whose jury wrote a checker, against the jury's own labels, where the data is at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from code_pipeline import Judge, Verdict
from code_pipeline.checkers import ProgramChecker
from code_pipeline.readers import ReadOptions, reader_for
from sandbox import languages

PROBLEMS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "code" / "problems.jsonl"
SETTLED = ("accepted", "wrong_answer")  # labels that no other machine's speed can change


def rows():
    if not PROBLEMS.is_file():
        return []
    every = map(json.loads, PROBLEMS.read_text("utf-8").splitlines())
    return [row for row in every if row["checker"]["type"] == "program"]


@pytest.fixture(scope="module")
def judge():
    with Judge() as shared:
        yield shared


@pytest.mark.skipif(not PROBLEMS.is_file(), reason=f"the labelled problems are not at hand: {PROBLEMS}")
@pytest.mark.slow
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_the_jurys_checker_gives_the_jurys_verdicts(judge, row):
    read = reader_for(list(row), None).read(row, 0, ReadOptions())
    assert isinstance(read.problem.checker, ProgramChecker)
    candidates = [
        (candidate["expected"], one.submission)
        for candidate, one in zip(row["candidates"], read.candidates, strict=True)
        if candidate["expected"] in SETTLED and not candidate["near_limit"]
        if candidate["language"] in languages()
    ]
    judgements = judge.judge(read.problem, [submission for _, submission in candidates])
    for (expected, _), judgement in zip(candidates, judgements, strict=True):
        assert (judgement.verdict is Verdict.ACCEPTED) == (expected == "accepted"), judgement.reason
        assert not judgement.verdict.is_fault
