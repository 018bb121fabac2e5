"""open-thoughts/OpenThoughts-114k, config `metadata`: `test_cases` is JSON text, the answer `deepseek_solution`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import read_cases
from code_pipeline.readers.solutions import References

_REFERENCES = References(right="ground_truth_solution")
_TELLING = ("deepseek_solution", "deepseek_reasoning", "ground_truth_solution")


class OpenThoughtsReader:
    """Reads the code rows of OpenThoughts-114k's metadata. They state no limits."""

    name = "openthoughts"
    needs = ("test_cases",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether tests stand beside a column that only this dataset has."""
        return "test_cases" in columns and any(column in columns for column in _TELLING)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        return assemble(
            row,
            index,
            options,
            dataset=self.name,
            ids=("id", "problem_id", "name"),
            statement="problem",
            cases=read_cases(row.get("test_cases"), "test_cases"),
            test_columns=self.needs,
            references=_REFERENCES,
        )
