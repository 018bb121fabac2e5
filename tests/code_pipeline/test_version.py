"""A change of any rule is another version, whether or not anybody thought of it."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

import code_pipeline
import sandbox
from code_pipeline import Judge, Problem, Submission, TestCase, VerdictCache, judge
from code_pipeline.version import digest_of, judge_version

HOMES = [Path(package.__file__).parent for package in (sandbox, code_pipeline)]


@pytest.fixture
def copies(tmp_path):
    """The sources that judge, elsewhere."""
    return [Path(shutil.copytree(home, tmp_path / home.name)) for home in HOMES]


def test_equal_sources_have_the_same_version_wherever_they_lie(copies):
    assert digest_of(copies) == judge_version()


@pytest.mark.parametrize(
    "rule",
    [
        "sandbox/guest/clocks.py",
        "sandbox/languages/native.py",
        "code_pipeline/verdict.py",
        "code_pipeline/checkers/tokens.py",
    ],
)
def test_a_rule_that_changes_is_another_version(copies, rule):
    path = copies[0].parent / rule
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1) + b"\n")
    assert digest_of(copies) != judge_version()


def test_a_module_that_goes_or_moves_is_another_version(copies):
    path = copies[1] / "checkers" / "floats.py"
    path.rename(path.with_name("afloat.py"))
    moved = digest_of(copies)
    path.with_name("afloat.py").unlink()
    assert len({judge_version(), moved, digest_of(copies)}) == 3


def test_a_verdict_of_other_rules_is_not_reused(tmp_path, monkeypatch):
    problem = Problem("one", (TestCase("", "1"),))
    ran = []
    with sandbox.Sandbox(jobs=1) as box, closing(VerdictCache(tmp_path)) as cache:

        def ask():
            with Judge(box, cache=cache) as asked:
                seen = asked.submit(problem, [Submission("s", "one", "print(1)")], observe=lambda *_: ran.append(1))
                assert seen.result()[0].passed

        ask()
        ask()
        assert len(ran) == 1
        monkeypatch.setattr(judge, "judge_version", lambda: "another")
        ask()
        assert len(ran) == 2
