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
    from code_pipeline.judge import Judge
    from code_pipeline.types import Judgement, Problem, Submission, TestCase, Verdict
    from math_pipeline import MathJudgement, MathVerdict, MathVerifier, verify_math
    from sandbox import AsyncSandbox, Execution, Limits, Program, Sandbox, run

__version__: str

_HOMES = {
    "AsyncSandbox": "sandbox",
    "Execution": "sandbox",
    "Judge": "code_pipeline.judge",
    "Judgement": "code_pipeline.types",
    "Limits": "sandbox",
    "MathJudgement": "math_pipeline",
    "MathVerdict": "math_pipeline",
    "MathVerifier": "math_pipeline",
    "Problem": "code_pipeline.types",
    "Program": "sandbox",
    "Sandbox": "sandbox",
    "Submission": "code_pipeline.types",
    "TestCase": "code_pipeline.types",
    "Verdict": "code_pipeline.types",
    "run": "sandbox",
    "verify_math": "math_pipeline",
}

__all__ = [
    "AsyncSandbox",
    "Execution",
    "Judge",
    "Judgement",
    "Limits",
    "MathJudgement",
    "MathVerdict",
    "MathVerifier",
    "Problem",
    "Program",
    "Sandbox",
    "Submission",
    "TestCase",
    "Verdict",
    "run",
    "verify_math",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        try:
            return metadata.version("ot-code")
        except metadata.PackageNotFoundError:  # run from a checkout that was never installed
            return "unknown"
    if name in _HOMES:
        importlib.import_module("code_pipeline")  # makes sure that `sandbox` is ours
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ot_code' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
