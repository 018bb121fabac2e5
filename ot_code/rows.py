"""The unified row: a problem, one answer to it, and what was decided of it, whatever dataset and domain it came from.

`unified` makes it of a judged row (`ot_code.judged`), or of a standard row and one of its candidates; `COLUMNS` are its
columns, which are those of the published config `metadata`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from code_pipeline.errors import RowError
from code_pipeline.readers.json_text import loads
from code_pipeline.readers.limits import memory_limit_mb, time_limit_s
from code_pipeline.readers.solutions import reference_items
from ot_code.columns import CANDIDATE
from ot_code.shapes import clean_text, json_text
from ot_code.stages.base import Row

if TYPE_CHECKING:
    import pyarrow as pa

# What tests are run and compared by, as standard rows have it: who has the tests alone would judge otherwise.
BESIDE_TESTS = (
    "time_limit_s", "memory_limit_mb", "limits_for_cpp", "checker", "interactor", "input_file", "output_file",
    "judged_as",
)  # fmt: skip
NUMBERS = ("candidate_index", "tests_run", "tests_total", "sample_count")
LIMITS = ("cpu_time_s", "wall_time_s", "memory_mb", "output_bytes")
LINEAGE = ("ot_code", "judge", "math", "runtime", "runtime_hash", "jail")
COLUMNS = (
    "id", "candidate_index", "problem", "reasoning", "solution", "ground_truth", "domain", "source", "subset",
    "language", "test_cases", *BESIDE_TESTS, "starter_code", "system", "model", "verdict", "passed", "kept", "method",
    "accepted_by", "reason", "tests_run", "tests_total", "sample_count", "pass_rate", "findings", "lineage",
)  # fmt: skip

_THOUGHT = ("<|begin_of_thought|>", "<|end_of_thought|>")
_SOLUTION = ("<|begin_of_solution|>", "<|end_of_solution|>")
_THINK = ("<think>", "</think>")
_REASONING = ("reasoning", "reasoning_content", "thinking")  # where objects of answers have it
_GOLD = ("answer", "ground_truth_solution", "solution", "canonical_solution")


def arrow_types() -> dict[str, pa.DataType]:
    """The Arrow type of each of COLUMNS, in order. All but the id may be null."""
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s that `ot-code --help` does not need

    text, whole, number = pa.string(), pa.int64(), pa.float64()
    limits = pa.struct([(name, whole if name == "output_bytes" else number) for name in LIMITS])
    lineage = [(name, text) for name in LINEAGE]  # versions of judges are hashes
    special = {
        **dict.fromkeys(NUMBERS, whole),
        "passed": pa.bool_(),
        "kept": pa.bool_(),
        "pass_rate": number,
        "findings": pa.list_(text),
        **beside_types(),
        "lineage": pa.struct([*lineage, ("limits", limits)]),
    }
    return {name: special.get(name, text) for name in COLUMNS}


def beside_types() -> dict[str, pa.DataType]:
    """The Arrow types of BESIDE_TESTS."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    numbers = dict.fromkeys(("time_limit_s", "memory_limit_mb"), pa.float64())
    return {name: numbers.get(name, pa.string()) for name in BESIDE_TESTS} | {"limits_for_cpp": pa.bool_()}


def answers_in(row: Row) -> Iterator[Row]:
    """The row once for each of its answers, as `candidate`: a judged row is one already; of a standard row, each."""
    if CANDIDATE in row or "candidates" not in row:
        yield row
        return
    rest = {name: value for name, value in row.items() if name != "candidates"}
    answers = row["candidates"] or [None]
    for index, answer in enumerate(answers):
        count = len(answers) if row["candidates"] else 0
        yield {**rest, CANDIDATE: answer, "candidate_index": index, "sample_count": count}


def unified(row: Mapping[str, Any]) -> dict[str, Any]:
    """The unified row, with each of COLUMNS. `kept` is whether it passed, where the row does not say it."""
    reasoning, solution, model = _answer(row.get(CANDIDATE))
    passed = row.get("passed")
    kept = row.get("kept")
    tests_run = row.get("tests_run")
    found: dict[str, Any] = {
        "candidate_index": row.get("candidate_index"),
        "reasoning": reasoning,
        "solution": solution,
        "ground_truth": _ground_truth(row),
        "language": _language(row),
        "test_cases": _as_text(row.get("test_cases")),
        "time_limit_s": _limit(time_limit_s, row, "time_limit_s"),
        "memory_limit_mb": _limit(memory_limit_mb, row, "memory_limit_mb"),
        "limits_for_cpp": True if row.get("limits_for_cpp") is True else None,
        "model": model,
        "passed": passed,
        "kept": (passed is True) if kept is None and row.get("verdict") is not None else kept,
        "method": row.get("method") or ("tests" if tests_run else None),
        "tests_run": tests_run,
        "tests_total": row.get("tests_total"),
        "sample_count": row.get("sample_count"),
        "pass_rate": row.get("pass_rate"),
        "findings": _texts(row.get("findings")),
        "lineage": _lineage(row),
    }
    return {name: found[name] if name in found else _as_text(row.get(name)) for name in COLUMNS}


def split_response(text: str) -> tuple[str | None, str]:
    """Reasoning and solution of a model's whole answer; the reasoning is None where nothing marks it.

    As answers are judged: the solution is what follows the last end of thinking, and of it the last section that is
    marked as the solution. Where thinking never ends, all of it is reasoning.
    """
    for begin, end in (_THOUGHT, _THINK):
        place = text.rfind(end)
        if place >= 0:
            thought = text[:place].lstrip().removeprefix(begin)
            return thought.strip(), _section(text[place + len(end) :])
        if text.lstrip().startswith(begin):
            return text.lstrip().removeprefix(begin).strip(), ""
    return None, _section(text)


def _section(text: str) -> str:
    begin, end = _SOLUTION
    place = text.rfind(begin)
    return (text if place < 0 else text[place + len(begin) :].split(end, 1)[0]).strip()


def _answer(answer: Any) -> tuple[str | None, str | None, str | None]:
    """Reasoning, solution and model of an answer; no solution where there is no answer."""
    known = answer if isinstance(answer, Mapping) else {"response": answer}
    text = known.get("response")
    if not isinstance(text, str):
        return None, None, None
    reasoning, solution = split_response(clean_text(text))
    told = next((known[name] for name in _REASONING if isinstance(known.get(name), str) and known[name]), None)
    return (reasoning if told is None else clean_text(told).strip()), solution, _as_text(known.get("model"))


def _ground_truth(row: Mapping[str, Any]) -> str | None:
    """The gold answer, else a worked or reference solution."""
    for name in _GOLD:
        value = row.get(name)
        if value is not None and (text := _as_text(value)) and text.strip():
            return text
    if row.get("solutions") is None:
        return None
    try:
        items, _ = reference_items(row["solutions"], "solutions", None, "python3")
    except RowError:
        return None  # a reference that cannot be read is none
    python = [
        item.text for item in items if item.text and item.language.lower().replace(" ", "") in ("python3", "python")
    ]
    return next((clean_text(text) for text in (*python, *(item.text for item in items)) if text), None)


def _language(row: Mapping[str, Any]) -> str | None:
    answer = row.get(CANDIDATE)
    own = answer.get("language") if isinstance(answer, Mapping) else None
    if own or row.get("language"):
        return str(own or row["language"])
    return "python3" if row.get("domain") == "code" else None


def _limit(read: Callable[[Any, str], float | None], row: Mapping[str, Any], column: str) -> float | None:
    try:
        return read(row.get(column), column)
    except RowError:
        return None  # such a row has no verdict


def _lineage(row: Mapping[str, Any]) -> dict[str, Any] | None:
    told = _object(row.get("lineage"))
    limits = _object(row.get("limits")) or (told or {}).get("limits")
    jail = row.get("jail") or (told or {}).get("jail")
    if told is None and limits is None and jail is None:
        return None
    found = {name: _as_text((told or {}).get(name)) for name in LINEAGE}
    return {
        **found,
        "jail": _as_text(jail),
        "limits": None if limits is None else {name: limits.get(name) for name in LIMITS},
    }


def _object(value: Any) -> Mapping[str, Any] | None:
    """An object, also one that a column of mixed types left as JSON text."""
    if isinstance(value, str) and value[:1] == "{":
        try:
            value = loads(value)
        except ValueError:
            return None
    return value if isinstance(value, Mapping) else None


def _texts(value: Any) -> list[str] | None:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else None


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else clean_text(value)
    return json_text(value)
