"""Conversations without a ground truth: OpenThoughts2-1M, OpenThoughts3-1.2M, and any rows of turns.

There is nothing in them to judge an answer by, and nothing is made up: each row is `no_tests`, with the reason. Where
the tests stand elsewhere they are joined: `ot-code verify INPUT --problems TESTS --on KEY --response-column
conversations`; the assistant's last turn is the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns, read_answers
from code_pipeline.readers.fields import id_of
from code_pipeline.readers.solutions import References
from code_pipeline.readers.turns import TURN_COLUMNS, exchange_of, turns_of
from code_pipeline.types import Problem, Source, Verdict

_REFERENCES = References()
_REASON = (
    "the row has no tests and no gold answer; where another file has them, join it with --problems FILE --on KEY "
    "--response-column COLUMN"
)


class ConversationsReader:
    """Reads rows that are conversations and nothing else."""

    name = "conversations"
    needs = TURN_COLUMNS

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there are turns. It is asked last, where nothing to judge by was found."""
        return any(column in columns for column in TURN_COLUMNS)

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from."""
        return judged_columns(columns, options, _REFERENCES)

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's answers, none of which can be judged. Raises RowError."""
        identity = id_of(row, ("id", "problem_id", "uuid"), self.name, index)
        answers = read_answers(row, options, _REFERENCES, identity)
        candidates = tuple(
            each if each.verdict is not None else replace(each, verdict=Verdict.NO_TESTS, reason=_REASON)
            for each in answers.candidates
        )
        problem = Problem(identity, (), Source(self.name, options.split, index), statement=_question(row))
        moved = tuple(column for column in answers.more_list_columns if column in row)
        return ProblemRow(problem, candidates, answers.list_column, moved)


def _question(row: Mapping[str, Any]) -> str:
    """What the row's last answer answers. Raises RowError for a cell that holds no turns."""
    column = next((name for name in TURN_COLUMNS if row.get(name) is not None), None)
    return "" if column is None else exchange_of(turns_of(row[column], column)).question
