"""The face of the project: judge answers, run programs, check mathematics.

    from ot_code import run
    print(run("print(input())", stdin="hi").stdout)

Names are imported when they are first used, so that `import ot_code` and `ot-code --help` cost nothing.
"""

from __future__ import annotations

import importlib
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from code_pipeline import Judge, Judgement, Problem, Submission, TestCase, Verdict
    from sandbox import Execution, Limits, Program, Sandbox, run

__version__: str

_HOMES = {
    "Execution": "sandbox",
    "Judge": "code_pipeline",
    "Judgement": "code_pipeline",
    "Limits": "sandbox",
    "Problem": "code_pipeline",
    "Program": "sandbox",
    "Sandbox": "sandbox",
    "Submission": "code_pipeline",
    "TestCase": "code_pipeline",
    "Verdict": "code_pipeline",
    "run": "sandbox",
}

__all__ = [
    "Execution",
    "Judge",
    "Judgement",
    "Limits",
    "Problem",
    "Program",
    "Sandbox",
    "Submission",
    "TestCase",
    "Verdict",
    "run",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        try:
            return metadata.version("ot-code")
        except metadata.PackageNotFoundError:  # run from a checkout that was never installed
            return "unknown"
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ot_code' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
