"""Plain rows, our own schema: `test_cases`, `candidates`, and, each optional, limits, checker and language.

What a row of another schema says that these cannot is carried in `judged_as`: the whole problem, as `wire` writes it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.errors import CheckerSpecError, RowError
from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.assertion_rows import with_answers
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import decoded, read_cases
from code_pipeline.readers.limits import stated_limits
from code_pipeline.readers.solutions import References
from code_pipeline.types import Source
from code_pipeline.wire import problem_from

JUDGED_AS = "judged_as"
SOURCE_SCHEMA = "source_schema"  # marks standard rows: the schema that they were read by, in place of which is this one
_REFERENCES = References()


class PlainReader:
    """Reads plain rows. Limits bind as the row says them, unless `limits_for_cpp` says that they were set for C++."""

    name = "plain"
    needs = ("test_cases",)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there are tests, or a gold answer beside a problem (a math row, which another judge takes)."""
        return "test_cases" in columns or JUDGED_AS in columns or ("problem" in columns and "answer" in columns)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        if row.get(JUDGED_AS):
            return _as_carried(row, index, options)
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
            limits=stated_limits(row),
        )


def _as_carried(row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
    shown = decoded(row[JUDGED_AS], JUDGED_AS)
    if not isinstance(shown, Mapping):
        raise RowError(f"column `{JUDGED_AS}`: must be a problem as an object, not {type(shown).__name__}")
    try:
        problem = problem_from(shown)
    except (RowError, CheckerSpecError, TypeError) as error:  # TypeError: a field that is missing
        raise RowError(f"column `{JUDGED_AS}`: {error}") from error
    problem = replace(problem, source=Source(PlainReader.name, options.split, index))
    return with_answers(problem, row, options, _REFERENCES, ("test_cases", JUDGED_AS))
