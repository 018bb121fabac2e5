"""Plain rows, our own schema: `test_cases`, `candidates`, and, each optional, limits, checker and language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import read_cases
from code_pipeline.readers.limits import memory_limit_mb, time_limit_s
from code_pipeline.readers.solutions import References
from code_pipeline.types import ProblemLimits

_REFERENCES = References()


class PlainReader:
    """Reads plain rows. Limits bind as the row says them."""

    name = "plain"
    needs = ("test_cases",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there are tests, or a gold answer beside a problem (a math row, which another judge takes)."""
        return "test_cases" in columns or ("problem" in columns and "answer" in columns)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        limits = ProblemLimits(
            time_limit_s(row.get("time_limit_s"), "time_limit_s"),
            memory_limit_mb(row.get("memory_limit_mb"), "memory_limit_mb"),
        )
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
            limits=limits,
        )
