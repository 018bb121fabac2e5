"""deepmind/code_contests: tests in three structs of parallel lists, solutions with languages by number.

A row that has its tests in one such struct named `tests` is read too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.assemble import assemble
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import Cases, read_cases
from code_pipeline.readers.limits import memory_limit_mb, time_limit_s
from code_pipeline.readers.solutions import References
from code_pipeline.types import ProblemLimits

_REFERENCES = References()
_GENERATED = "generated_tests"


class CodeContestsReader:
    """Reads CodeContests rows. Its limits were set for C++."""

    name = "codecontests"
    needs = ("public_tests", "private_tests", _GENERATED, "tests")

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether one of its columns of tests is there."""
        own = any(column in columns for column in self.needs[:3])
        return own or ("tests" in columns and "description" in columns and "test_cases" not in columns)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates: the contest's own tests, then the generated ones. Raises RowError."""
        own = [(column, read_cases(row.get(column), column)) for column in self.needs if column != _GENERATED]
        generated = read_cases(row.get(_GENERATED), _GENERATED)
        limits = ProblemLimits(
            time_limit_s(row.get("time_limit"), "time_limit"),
            memory_limit_mb(row.get("memory_limit_bytes"), "memory_limit_bytes", unit_mb=2.0**-20),
            tuned_for_cpp=True,
        )
        return assemble(
            row,
            index,
            options,
            dataset=self.name,
            ids=("name", "id", "problem_id"),
            statement="description",
            cases=_joined([*own, (_GENERATED, generated)]),
            test_columns=self.needs,
            references=_REFERENCES,
            limits=limits,
            generated_tests=len(generated.tests),
            from_contests=True,
        )


def _joined(parts: list[tuple[str, Cases]]) -> Cases:
    filled = [(column, cases) for column, cases in parts if cases.tests]
    functions = {cases.function for _, cases in filled}
    if len(functions) > 1:
        raise RowError(
            f"columns {', '.join(f'`{column}`' for column, _ in filled)}: their tests call different functions"
        )
    return Cases(tuple(test for _, cases in filled for test in cases.tests), next(iter(functions), None))
