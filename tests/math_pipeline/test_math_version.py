"""A change of any rule is another version, and what was found under another one is not taken for it."""

import shutil
from contextlib import closing
from pathlib import Path

import math_pipeline
from math_pipeline import verifier
from math_pipeline.cache import MathCache
from math_pipeline.verifier import MathVerifier
from math_pipeline.version import digest_of, math_versions

HOME = Path(math_pipeline.__file__).parent


def test_a_rule_that_changes_is_another_version(tmp_path):
    copy = Path(shutil.copytree(HOME, tmp_path / "copy"))
    assert digest_of(copy) == math_versions()["math"]
    rule = shutil.copytree(HOME, tmp_path / "changed") / "units.py"
    rule.write_bytes(rule.read_bytes() + b"\n")
    assert digest_of(rule.parent) != digest_of(copy)


def test_a_comparison_of_other_rules_is_not_reused(tmp_path, monkeypatch):
    asked = []

    def verdict():
        with closing(MathCache(tmp_path)) as cache, MathVerifier(workers=1, cache=cache) as one:
            compare = one._pool.compare
            monkeypatch.setattr(one._pool, "compare", lambda *pair: (asked.append(pair), compare(*pair))[1])
            return one.verify(gold=r"\sqrt{2}+\pi", response=r"\boxed{\pi+\sqrt2}").verdict.value

    assert [verdict(), verdict()] == ["correct", "correct"]
    assert len(asked) == 1
    monkeypatch.setattr(verifier, "math_versions", lambda: {"math": "another"})
    assert verdict() == "correct"
    assert len(asked) == 2
