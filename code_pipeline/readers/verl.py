"""Rows for verl's trainers: `reward_model.ground_truth` holds the tests of a code row, the gold answer of a math row.

Tests come as JSON text or as values, packed or not: {"inputs", "outputs", "fn_name"?}, LiveCodeBench's list of
{"input", "output", "testtype"}, a list of assertions ({"assert_case": [...]}, or text). Math rows go to the math judge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.assertion_rows import Program, assertion_problem, with_answers
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import decoded, read_cases
from code_pipeline.readers.json_text import loads
from code_pipeline.readers.limits import stated_limits
from code_pipeline.readers.livecodebench import LiveCodeBenchReader
from code_pipeline.readers.packed_text import unpacked
from code_pipeline.readers.solutions import References

_REFERENCES = References(right="solutions")
_WHERE = "reward_model.ground_truth"
_LIVECODEBENCH = LiveCodeBenchReader()


class VerlReader:
    """Reads verl's code rows. Limits, checker and interactor count where a row states them as plain rows do."""

    name = "verl"
    needs = ("reward_model",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there is a reward model beside a prompt."""
        return "reward_model" in columns and "prompt" in columns

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        truth = _ground_truth(row)
        plain = {**row, "statement": _statement(row.get("prompt")), "verl_id": _id(row)}
        text = _assertions(truth)
        if text is not None:
            program = Program(text, _WHERE)
            problem = assertion_problem(
                plain, index, options, dataset=self.name, ids=("verl_id",), statement="statement", program=program
            )
            return with_answers(problem, plain, options, _REFERENCES, self.needs)
        if isinstance(truth, (list, tuple)) and any(isinstance(item, Mapping) and "testtype" in item for item in truth):
            read = _LIVECODEBENCH.read(_as_livecodebench(plain, truth), index, options)
            source = replace(read.problem.source, dataset=self.name)
            return replace(read, problem=replace(read.problem, source=source), test_columns=self.needs)
        return assemble(
            plain,
            index,
            options,
            dataset=self.name,
            ids=("verl_id",),
            statement="statement",
            cases=read_cases(_with_values(truth), _WHERE),
            test_columns=self.needs,
            references=_REFERENCES,
            limits=stated_limits(row),
        )


def _ground_truth(row: Mapping[str, Any]) -> Any:
    """What the cell holds, decoded. Raises RowError."""
    reward = decoded(row.get("reward_model"), "reward_model")
    if reward is None:
        return None
    if not isinstance(reward, Mapping):
        raise RowError(f"column `reward_model`: must be an object with ground_truth, not {type(reward).__name__}")
    truth = reward.get("ground_truth")
    if not isinstance(truth, str) or not truth.strip() or truth.lstrip().startswith(_ASSERTION_STARTS):
        return truth
    if truth.lstrip()[0] not in "[{(\"'":
        try:
            truth = unpacked(truth)
        except ValueError as error:
            raise RowError(f"column `{_WHERE}`: neither tests in JSON nor packed tests, {error}") from None
    return decoded(truth, _WHERE)


_ASSERTION_STARTS = ("assert ", "assert(", "import ", "from ", "def ")


def _assertions(truth: Any) -> str | None:
    """The assertion program in a ground truth, None where it is of another kind."""
    if isinstance(truth, str) and truth.lstrip().startswith(_ASSERTION_STARTS):
        return truth
    cases = truth.get("assert_case") if isinstance(truth, Mapping) else None
    if not isinstance(cases, (list, tuple)) or not cases:
        return None
    if not all(isinstance(case, str) for case in cases):
        raise RowError(f"column `{_WHERE}`: assert_case must be a list of texts")
    return "\n".join(cases)


def _with_values(truth: Any) -> Any:
    """Tests that call a function, with the values that their texts say in JSON: an argument a line, as verl reads them.

    Parquet's structs have each key in each row, null where it is not there; those are left out.
    """
    if not isinstance(truth, Mapping):
        return truth
    truth = {key: value for key, value in truth.items() if value is not None}
    if not truth.get("fn_name"):
        return truth
    inputs, outputs = truth.get("inputs"), truth.get("outputs")
    if not isinstance(inputs, (list, tuple)) or not all(isinstance(item, str) for item in inputs):
        return truth
    truth["inputs"] = [_value(item, "inputs", number, lines=True) for number, item in enumerate(inputs)]
    if isinstance(outputs, (list, tuple)) and all(isinstance(item, str) for item in outputs):
        truth["outputs"] = [_value(item, "outputs", number) for number, item in enumerate(outputs)]
    return truth


def _value(text: str, key: str, number: int, *, lines: bool = False) -> Any:
    try:
        return [loads(line) for line in text.split("\n") if line.strip()] if lines else loads(text)
    except ValueError as error:
        raise RowError(f"column `{_WHERE}`: {key} {number} of a call is no JSON, {error}") from None


def _as_livecodebench(row: Mapping[str, Any], truth: Any) -> dict[str, Any]:
    """The row with the columns of LiveCodeBench. The function's name is in the tests, or in extra_info."""
    metadata = row.get("metadata")
    if metadata is None:
        found = next(
            (item.get("metadata") for item in truth if isinstance(item, Mapping) and item.get("metadata")), None
        )
        metadata = found if found is not None else row.get("extra_info")
    tests = [
        {key: item[key] for key in ("input", "output", "testtype") if key in item}
        if isinstance(item, Mapping)
        else item
        for item in truth
    ]
    return {
        **row,
        "public_test_cases": tests,
        "private_test_cases": None,
        "question_content": row["statement"],
        "question_id": row["verl_id"],
        "metadata": metadata,
    }


def _id(row: Mapping[str, Any]) -> Any:
    """What names the row: an id of its own, else its index in the data that verl keeps in extra_info."""
    for column in ("id", "uid", "task_id", "problem_id"):
        if row.get(column) is not None:
            return row[column]
    extra = row.get("extra_info")
    return extra.get("index") if isinstance(extra, Mapping) else None


def _statement(prompt: Any) -> str:
    """The text of the last turn that is the user's."""
    if isinstance(prompt, str):
        return prompt
    if not isinstance(prompt, (list, tuple)):
        return ""
    turns = [turn.get("content") for turn in prompt if isinstance(turn, Mapping) and turn.get("role") == "user"]
    return next((text for text in reversed(turns) if isinstance(text, str)), "")
