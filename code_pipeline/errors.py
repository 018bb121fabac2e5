"""What can go wrong in judging code, apart from the sandbox's own errors.

CodePipelineError
├── RowError           a row cannot be read; the run goes on and the row gets `bad_problem` with this reason
├── SchemaError        the input as a whole has no columns that any reader knows; names them and the mend
└── CheckerSpecError   a checker's description is wrong; names the key
"""

from __future__ import annotations


class CodePipelineError(Exception):
    """Base of the errors of this package."""


class RowError(CodePipelineError):
    """A row cannot be read as a problem. The message names the column and what is wrong with it.

    finding: the name under which code_pipeline.quality counts it, where it has one.
    """

    def __init__(self, message: str, finding: str | None = None) -> None:
        super().__init__(message)
        self.finding = finding


class SchemaError(CodePipelineError):
    """No reader knows these columns. The message names them and how to choose a reader."""


class CheckerSpecError(CodePipelineError):
    """A checker's description is wrong. The message names the key and the allowed values."""
