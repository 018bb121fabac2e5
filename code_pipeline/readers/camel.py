"""camel-ai/physics, chemistry, biology: `message_1` is a question, `message_2` the answer of the model that was asked.

The hub has them as archives of JSON files, a row a file. They are of the domain science where the row says nothing
else, so that a language model judges answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.readers.answered import MESSAGE_COLUMNS, is_message_pair
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.math import read_math
from code_pipeline.readers.solutions import References

_REFERENCES = References()


class CamelReader:
    """Reads rows that are a question and its answer as messages."""

    name = "camel"
    needs = MESSAGE_COLUMNS

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether both messages are there."""
        return is_message_pair(columns) and not ("problem" in columns and "answer" in columns)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's question, gold answer and candidates. Raises RowError."""
        return read_math(row, index, options, dataset=self.name)
