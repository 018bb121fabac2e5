"""Each file in a folder named for a verdict gets that verdict, from the real Judge in the real Sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from submission_problems import PROBLEMS

from code_pipeline import Judge, Submission, Verdict
from sandbox import languages

FOLDER = Path(__file__).resolve().parent
VERDICTS = ("accepted", "wrong_answer", "time_limit", "memory_limit", "output_limit", "runtime_error", "compile_error")
LANGUAGES = {ending: language.name for language in languages().values() for ending in language.endings}
IN_ALL = {".py", ".cpp", ".c", ".go", ".rs"}  # languages that have a program for each verdict
FILES = [path for verdict in VERDICTS for path in sorted((FOLDER / verdict).iterdir()) if path.suffix in LANGUAGES]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as opened:
        yield opened


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.name}" for path in FILES])
def test_the_folder_is_the_verdict(path: Path, judge: Judge) -> None:
    problem = PROBLEMS[path.name.split("__")[0]]
    source = path.read_text(encoding="utf-8")
    submission = Submission(path.stem, problem.id, source, language=LANGUAGES[path.suffix])
    [judgement] = judge.judge(problem, [submission])
    assert judgement.verdict == Verdict(path.parent.name), judgement
    assert not judgement.provoked


def test_every_verdict_has_every_language() -> None:
    assert {(path.parent.name, path.suffix) for path in FILES} >= {(v, s) for v in VERDICTS for s in IN_ALL}
