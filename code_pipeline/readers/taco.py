"""BAAI/TACO: as APPS, with limits in English that were set for C++."""

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
_TELLING = frozenset(
    {"raw_tags", "skill_types", "Expected Auxiliary Space", "Expected Time Complexity", "picture_num", "time_limit"}
)


class TacoReader:
    """Reads TACO rows."""

    name = "taco"
    needs = ("input_output",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether the tests are where APPS has them, beside a column that only TACO has."""
        return "input_output" in columns and not _TELLING.isdisjoint(columns)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        limits = ProblemLimits(
            time_limit_s(row.get("time_limit"), "time_limit"),
            memory_limit_mb(row.get("memory_limit"), "memory_limit"),
            tuned_for_cpp=True,
        )
        return assemble(
            row,
            index,
            options,
            dataset=self.name,
            ids=("id", "problem_id", "name"),
            statement="question",
            cases=read_cases(row.get("input_output"), "input_output"),
            test_columns=self.needs,
            references=_REFERENCES,
            limits=limits,
            from_contests=True,
        )
