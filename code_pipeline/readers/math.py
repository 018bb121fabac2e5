"""Math rows: a gold answer and candidates, in the columns of Numina, OpenR1, OpenThoughts, verl and plain rows.

The gold answer is the first of GOLD_COLUMNS that is not empty; a worked solution serves where it boxes its answer.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.readers.answered import answered
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns, read_answers
from code_pipeline.readers.domain import TEST_COLUMNS
from code_pipeline.readers.fields import id_of
from code_pipeline.readers.json_text import without_lone_surrogates
from code_pipeline.readers.solutions import References
from code_pipeline.types import Problem, Source

GOLD_COLUMNS = ("answer", "gold", "final_answer", "expected_answer", "ground_truth", "target")
WORKED_COLUMNS = ("ground_truth_solution", "solution")
_STATEMENTS = ("problem", "question", "prompt")
_IDS = ("id", "uuid", "problem_id", "unique_id")
_REFERENCES = References()


class MathReader:
    """Reads rows with a gold answer or a worked solution, and no tests."""

    name = "math"
    needs = (*GOLD_COLUMNS, *WORKED_COLUMNS, "reward_model")

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there is a statement with a gold answer, and nothing that a program could be tested by."""
        if any(column in columns for column in TEST_COLUMNS):
            return False
        stated = any(column in columns for column in _STATEMENTS)
        return stated and any(column in columns for column in self.needs)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's gold answer and candidates. Raises RowError."""
        return read_math(row, index, options, dataset=self.name)


def read_math(row: Mapping[str, Any], index: int, options: ReadOptions, *, dataset: str) -> ProblemRow:
    """A row with a gold answer, of any schema; `gold` is None where no column has one. Raises RowError."""
    seen = answered(row)
    statement = next((seen[column] for column in _STATEMENTS if isinstance(seen.get(column), str)), "")
    problem = Problem(
        id=id_of(row, _IDS, dataset, index),
        tests=(),
        source=Source(dataset, options.split, index),
        statement=without_lone_surrogates(statement),
    )
    answers = read_answers(row, options, _REFERENCES, problem.id)
    moved = tuple(column for column in answers.more_list_columns if column in row)
    return ProblemRow(problem, answers.candidates, answers.list_column, moved, gold=gold_answer(seen))


def gold_answer(row: Mapping[str, Any]) -> str | None:
    """The row's gold answer as text, None without one."""
    for column in GOLD_COLUMNS:
        text = _text(row.get(column))
        if text is not None:
            return text
    reward = row.get("reward_model")
    if isinstance(reward, Mapping) and (text := _text(reward.get("ground_truth"))) is not None:
        return text
    for column in WORKED_COLUMNS:
        text = _text(row.get(column))
        if text is not None:
            return text
    return None


def _text(value: Any) -> str | None:
    """A cell that can be a gold answer, as text: a number as written, one text of a list; None for others."""
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return (
            None if math.isnan(value) else str(int(value)) if value.is_integer() and abs(value) < 2**53 else str(value)
        )
    return without_lone_surrogates(value) if isinstance(value, str) and value.strip() else None
