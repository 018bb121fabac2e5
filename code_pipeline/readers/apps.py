"""codeparrot/apps: `input_output` is JSON text ("" for none), `solutions` a JSON list in text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import read_cases
from code_pipeline.readers.solutions import References

_REFERENCES = References()


class AppsReader:
    """Reads APPS rows. They state no limits."""

    name = "apps"
    needs = ("input_output",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether the tests are where APPS has them."""
        return "input_output" in columns

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
            ids=("problem_id", "id", "name"),
            statement="question",
            cases=read_cases(row.get("input_output"), "input_output"),
            test_columns=self.needs,
            references=_REFERENCES,
            from_contests=True,
        )
