"""Answers in a schema's own columns (`generation`, `code`, `code_list`), before or after the usual ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from code_pipeline.readers.base import ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.solutions import References


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Where a schema's answers stand, in order of preference; after these, where every schema's may.

    references: its columns of known solutions.
    """

    preferred: tuple[str, ...]
    references: References = field(default_factory=References)

    def judged(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """Those of the columns that answers are taken from; empty: there is nothing to judge."""
        usual = judged_columns(columns, options, self.references)
        if options.judged != "candidates" or options.response_column is not None:
            return usual
        own = tuple(column for column in self.preferred if column in columns)
        return (*own, *(column for column in usual if column not in own))

    def chosen(self, row: Mapping[str, Any], options: ReadOptions) -> ReadOptions:
        """The options with this row's column as their response_column, where it is one of the preferred."""
        if options.judged != "candidates" or options.response_column is not None:
            return options
        column = next((name for name in self.preferred if row.get(name) is not None), None)
        return options if column is None else replace(options, response_column=column)
