"""Pairs of every kind, right and wrong, either way round, and whatever the worker has done before."""

import random
import re
from pathlib import Path

import pytest

from math_pipeline import MathJudgement, MathVerifier

NAMES = ("pairs.txt", "pairs_look_alikes.txt", "pairs_fresh.txt", "pairs_exams.txt", "pairs_told.txt")
FILES = [Path(__file__).with_name(name) for name in NAMES]
LINE = re.compile(r"(.*?) (===|=/=|=\?=) (.*)")
WANTED = {"===": {True}, "=/=": {False}, "=?=": {False, None}}
# A letter's case, a plus of the right side: what reads otherwise when gold and answer change places.
pytestmark = pytest.mark.timeout(300)


def pairs() -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    kind = ""
    for line in (line for file in FILES for line in file.read_text().splitlines()):
        if line.startswith("[") and line.endswith("]") and line[1:-1].replace("-", "").isalpha():
            kind = line[1:-1]
        elif line and not line.startswith("#"):
            match = LINE.fullmatch(line)
            assert match is not None, line
            found.setdefault(kind, []).append((match[1], match[2], match[3]))
    return found


PAIRS = pairs()


def judged(verifier: MathVerifier, asked: list[tuple[str, str, str]]) -> list[MathJudgement]:
    return verifier.verify_many([(gold, f"So it is $\\boxed{{{answer}}}$.") for gold, _, answer in asked])


@pytest.mark.parametrize("kind", PAIRS)
def test_pairs(verifier: MathVerifier, kind: str) -> None:
    found = judged(verifier, PAIRS[kind])
    wrong = [
        (*pair, judgement.verdict.value, judgement.rule)
        for pair, judgement in zip(PAIRS[kind], found, strict=True)
        if judgement.passed not in WANTED[pair[1]]
    ]
    assert not wrong


@pytest.mark.parametrize("kind", PAIRS)
def test_the_other_way_round(verifier: MathVerifier, kind: str) -> None:
    turned = [(answer, sign, gold) for gold, sign, answer in PAIRS[kind]]
    for pair, judgement in zip(turned, judged(verifier, turned), strict=True):
        wrong = {"===": False, "=/=": True, "=?=": True}[pair[1]]
        assert judgement.passed is not wrong, pair


def test_what_a_worker_did_before_decides_nothing() -> None:
    asked = [pair for kind in PAIRS for pair in PAIRS[kind]][::3]
    order = list(range(len(asked)))
    random.Random(6).shuffle(order)
    with MathVerifier(workers=1) as one, MathVerifier(workers=1) as other:
        first = [judgement.verdict for judgement in judged(one, asked)]
        second = dict(zip(order, judged(other, [asked[at] for at in order]), strict=True))
    assert first == [second[at].verdict for at in range(len(asked))]
