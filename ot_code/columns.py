"""The columns that verify adds to a row: a Judgement as columns, and back again from a journal.

`limits` are those the programs ran under; `origin` is where the candidate stood in its row, and what the dataset says
of it where it is one of the dataset's own solutions (`accepted` or `incorrect`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from code_pipeline.types import Failure, Judgement, Verdict
from ot_code.shapes import clean_name, clean_text

if TYPE_CHECKING:
    import pyarrow as pa

ROW_ID = "row_id"
CANDIDATE = "candidate"
PLACE = (ROW_ID, "candidate_index", "origin")
PLAIN = (
    "verdict", "passed", "reason", "accepted_by", "tests_passed", "tests_run", "tests_total", "first_failure",
    "marginal", "provoked", "missing_module", "limits", "jail", "cpu_time_s", "wall_time_s", "memory_mb",
)  # fmt: skip
# Of the row, not of the candidate. verifiable: what can check a math row: symbolic, judge_only or none.
QUALITY = ("findings", "findings_detail", "verifiable")
# Of rows with a gold answer: what decided, the two answers' normal forms, and what a language model said of them.
MATH = ("method", "gold_answer", "extracted_answer", "judge")
OURS = (*PLACE, *PLAIN, *MATH, *QUALITY)
UNSTABLE = ("cpu_time_s", "wall_time_s", "memory_mb")  # what two runs over the same rows may differ in

_LIMITS = ("cpu_time_s", "wall_time_s", "memory_mb", "output_bytes")


def arrow_types() -> dict[str, pa.DataType]:
    """The Arrow type of each column of OURS, in order. All of them may be null."""
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s that `ot-code --help` does not need

    text, whole, number = pa.string(), pa.int64(), pa.float64()
    texts = ("input", "expected", "got", "stderr")
    special = {
        "candidate_index": whole,
        "origin": pa.struct([("column", text), ("index", whole), ("label", text)]),
        "passed": pa.bool_(),
        "tests_passed": whole,
        "tests_run": whole,
        "tests_total": whole,
        "first_failure": pa.struct([("index", whole), *((name, text) for name in texts)]),
        "marginal": pa.bool_(),
        "provoked": pa.bool_(),
        "limits": pa.struct([(name, whole if name == "output_bytes" else number) for name in _LIMITS]),
        **dict.fromkeys(UNSTABLE, number),
        "findings": pa.list_(text),
        "judge": pa.struct(
            [
                ("verdict", text),
                ("before", text),
                ("right", whole),
                ("wrong", whole),
                ("reasoning", text),
                ("prompt_tokens", whole),
                ("completion_tokens", whole),
                ("cost", number),
            ]
        ),
    }
    return {name: special.get(name, text) for name in OURS}


def columns_of(judgement: Judgement) -> dict[str, Any]:
    """The columns of PLAIN for a judgement: plain JSON data, the same after a way through a journal."""
    columns = {name: _clean(getattr(judgement, name)) for name in PLAIN if name not in ("limits", "jail")}
    columns["verdict"] = str(judgement.verdict)
    limits = judgement.provenance.get("limits")
    columns["limits"] = {name: limits.get(name) for name in _LIMITS} if isinstance(limits, Mapping) else None
    columns["jail"] = judgement.provenance.get("jail")
    columns.update(dict.fromkeys(MATH))
    return columns


def without_verdict() -> dict[str, Any]:
    """All columns of PLAIN and MATH, empty, for a judge of another kind to fill in."""
    return {**dict.fromkeys((*PLAIN, *MATH)), "marginal": False, "provoked": False}


def _clean(value: Any) -> Any:
    # Two lone surrogates side by side come out of JSON as one character.
    if isinstance(value, Failure):
        return {name: _clean(item) for name, item in asdict(value).items()}
    return clean_text(value) if isinstance(value, str) else value


def judgement_of(columns: Mapping[str, Any], submission_id: str) -> Judgement:
    """The judgement whose columns these are; its cases are gone."""
    failure = columns["first_failure"]
    plain = {
        name: columns[name] for name in PLAIN if name not in ("verdict", "passed", "first_failure", "limits", "jail")
    }
    return Judgement(
        submission_id=submission_id,
        verdict=Verdict(columns["verdict"]),
        first_failure=Failure(**failure) if failure else None,
        provenance={"limits": columns["limits"], "jail": columns["jail"]},
        **plain,
    )


def unjudged(verdict: Verdict, reason: str) -> dict[str, Any]:
    """The columns of PLAIN for what never came before the judge."""
    return columns_of(Judgement(submission_id="", verdict=verdict, reason=reason, marginal=False))


def row_id(index: int) -> str:
    """The `row_id` of the input's row `index` (from 0): stable, unique, and sorted as the input is."""
    return f"{index:08d}"


def origin_of(origin: Mapping[str, Any]) -> dict[str, Any] | None:
    """The `origin` column."""
    return {name: origin.get(name) for name in ("column", "index", "label")} if origin else None


_RESERVED = frozenset((*OURS, CANDIDATE))


def own_name(name: str, columns: Collection[str], *, has_candidate: bool) -> str:
    """The name under which an input column is written: one of ours becomes `input_<name>`.

    columns: all columns of the row, so that an `input_verdict` beside a `verdict` makes room once more. has_candidate:
    whether the row's list is replaced by `candidate`, so that this name is taken too.
    """
    stem = name
    while stem.startswith("input_"):
        stem = stem[len("input_") :]
        taken = stem in _RESERVED and (has_candidate or stem != CANDIDATE)
        if taken and stem in columns:
            return f"input_{name}"
    taken = name in _RESERVED and (has_candidate or name != CANDIDATE)
    return f"input_{name}" if taken else clean_name(name)
