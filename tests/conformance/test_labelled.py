"""Verdicts against labelled ground truth: real contest packages, model samples, and a hub's reference solutions.

Each test prints its table and every disagreement with its reason, also where all is well. Submissions that need more
than some seconds for a test, by their labels (18 of 306, two thirds of the time), are judged where OT_LABELLED is
`all`: `make test-labelled`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest

from code_pipeline import Judge
from code_pipeline.quality import check_references
from code_pipeline.readers import ReadOptions, reader_for
from conformance.labelled import DATA, Compared, compare, json_lines, table
from sandbox import Sandbox, languages

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(not DATA.exists(), reason="the labelled submissions are not beside this checkout"),
]
MOST_S = float("inf") if os.environ.get("OT_LABELLED") == "all" else 3.0

# Findings that say why a right solution is not accepted: other answers are right too, or the rule is too strict for it.
EXPLAINS = {
    "any_answer_statement", "several_answers", "maybe_several_answers", "tolerance_needed", "case_differs",
    "final_newline_needed", "interactive_statement", "slow_solutions", "crashing_tests",
}  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """One judge for all of it, on every CPU."""
    with Sandbox() as sandbox, Judge(sandbox) as one:
        yield one


def show(capsys: pytest.CaptureFixture[str], title: str, lines: Sequence[str]) -> None:
    with capsys.disabled():
        print(f"\n\n{title}", *lines, sep="\n", flush=True)


def share(agree: Sequence[bool]) -> float:
    return sum(agree) / len(agree)


def test_contest_packages(judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    labelled = []
    for row in json_lines(DATA / "problems.jsonl"):
        few = [each for each in row["candidates"] if (each["max_cpu_s"] or 0) <= MOST_S]
        about = [
            {
                "label": each["expected"],
                "name": each["file"],
                "witness": each["witness"],
                "cpu_s": each["max_cpu_s"],
                "by_jury": each["expected_source"] == "folder",
            }
            for each in few
        ]
        labelled.append(({**row, "candidates": few}, about))
    found = list(compare(judge, labelled, ReadOptions()))
    differing = [str(each) for each in found if not (each.accept_agrees and each.kind_agrees)]
    helped = [f"{each}: its time limit times {each.scale:.1f}" for each in found if each.scale > 1]
    show(capsys, "submissions of contest packages", [table(found), *differing, *helped])
    assert len(found) == sum(len(about) for _, about in labelled) > 280
    assert {each.language for each in found} <= set(languages())
    assert share([each.accept_agrees for each in found]) >= 0.995
    assert share([each.kind_agrees for each in found if each.by_jury]) >= 0.97
    assert [str(each) for each in found if each.label == "accepted" and not each.accept_agrees] == []


def test_model_samples_on_humaneval(judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    problems = {row["task_id"]: row for row in json_lines(DATA / "hub" / "humaneval.jsonl")}
    samples: dict[str, list[dict[str, str]]] = {}
    for sample in json_lines(DATA / "humaneval_model_samples.jsonl"):
        samples.setdefault(sample["task_id"], []).append(sample)
    labelled = [
        (
            {**problems[task], "candidates": [sample["completion"] for sample in some]},
            [{"label": sample["measured"]} for sample in some],
        )
        for task, some in samples.items()
    ]
    found = list(compare(judge, labelled, ReadOptions()))
    differing = [str(each) for each in found if not (each.accept_agrees and each.kind_agrees)]
    show(capsys, "completions of HumanEval by models", [table(found), *differing])
    assert len(found) == 246
    assert share([each.accept_agrees for each in found]) >= 0.995
    assert [str(each) for each in found if each.label == "accepted" and not each.accept_agrees] == []


def test_reference_solutions_of_codecontests(judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    """Every accepted solution is accepted, or the problem is one that no comparison of tokens can judge.

    Those that a comparison of tokens was measured to reject are for the tests of quality, which name why of each.
    """
    rows = json_lines(DATA / "hub" / "codecontests.jsonl")
    options = ReadOptions(judged="solutions")
    labelled = [(row, [{"label": "accepted", "name": "solution"}] * len(row["solutions"]["solution"])) for row in rows]
    found: list[Compared] = list(compare(judge, labelled, options))
    rejected = {each.row: each for each in found if not each.accept_agrees}
    known = {row["name"] for row in rows if row["measured_exact_match"] != "accepted"}
    named = {}
    for index, row in enumerate(rows):
        read = reader_for(row.keys(), None).read(row, index, options)
        if read.problem.id in rejected and row["name"] not in known:
            solutions = [each.submission for each in read.candidates if each.verdict is None]
            named[read.problem.id] = check_references(judge, read.problem, solutions).findings
    lines = [f"{one}\n    {', '.join(map(str, named.get(name, ['known'])))}" for name, one in rejected.items()]
    show(capsys, "accepted solutions of CodeContests", [table(found), *lines])
    assert len(found) == len(rows)
    unexplained = [name for name in named if not EXPLAINS & {str(finding) for finding in named[name]}]
    assert unexplained == []
