"""riddle_sense and its kin (commonsense_qa, ARC): a question, options, and the label of the right one.

They are of the domain puzzle where the row says nothing else, so that a language model judges their answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.readers.answered import CHOICE_COLUMNS, is_choice
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.math import read_math
from code_pipeline.readers.solutions import References

_REFERENCES = References()


class RiddleSenseReader:
    """Reads rows that are a choice among options."""

    name = "riddlesense"
    needs = CHOICE_COLUMNS

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there is the label of the right option beside a question."""
        return is_choice(columns) and not ("problem" in columns and "answer" in columns)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's question with its options, gold answer and candidates. Raises RowError."""
        return read_math(row, index, options, dataset=self.name)
