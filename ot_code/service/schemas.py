"""The bodies of the native routes, as OpenAPI shows them."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sandbox import languages

_NAMES = sorted({name for known in languages().values() for name in (known.name, *known.aliases)})
Language = Enum("Language", {name: name for name in _NAMES}, type=str)  # type: ignore[misc]  # made of the table
Language.__doc__ = "A language's name, or one of its other names."
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")]
Seconds = Annotated[float, Field(ge=0.001, le=3600, allow_inf_nan=False)]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=\s]*$")]


class Strict(BaseModel):
    """A body whose unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid")


class Problem503(BaseModel):
    """Why a request was not served."""

    detail: Any = None
    message: str | None = None


class LimitsIn(Strict):
    """What one run may use; what is left out is the server's default."""

    cpu_time_s: Seconds | None = None
    wall_time_s: Seconds | None = None
    memory_mb: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    output_bytes: Annotated[int, Field(ge=1, le=1 << 30)] | None = None
    scratch_mb: Annotated[int, Field(ge=1, le=4_096)] | None = None
    processes: Annotated[int, Field(ge=1, le=4_096)] | None = None
    open_files: Annotated[int, Field(ge=16, le=65_536)] | None = None


class RunIn(Strict):
    """A program and its inputs: one of `stdin`, `stdin_base64`, or `inputs` for several runs of it."""

    source: str = Field(examples=["print(sum(map(int, input().split())))"])
    language: Language = Field(default=Language.python3, validate_default=True)  # type: ignore[attr-defined]
    stdin: str = Field(default="", examples=["40 2\n"])
    stdin_base64: Base64 | None = None
    inputs: Annotated[list[str], Field(max_length=10_000)] | None = None
    files: dict[Name, str] = Field(default_factory=dict, description="further files beside the program, as text")
    files_base64: dict[Name, Base64] = Field(default_factory=dict, description="the same, as bytes")
    arguments: list[str] = Field(default_factory=list, description="what follows the program's name in argv")
    collect: list[Name] = Field(default_factory=list, description="files that it leaves which are wanted back")
    limits: LimitsIn = LimitsIn()
    deadline_s: Seconds | None = Field(default=None, description="the answer's latest time, from arrival; past it: 503")


class ExecutionOut(BaseModel):
    """What one run did. Text that is no UTF-8 shows as U+FFFD, and whole in the field with `_base64`."""

    status: str
    exit_code: int | None
    signal: int | None
    cpu_time_s: float
    wall_time_s: float
    memory_mb: float | None
    stdout: str
    stderr: str
    stdout_base64: str | None = None
    stderr_base64: str | None = None
    truncated: bool
    marginal: bool
    files_base64: dict[str, str] = {}


class RunOut(BaseModel):
    """The first run, and all of them where several were asked for. build_failed: the compiler's words on stderr."""

    execution: ExecutionOut
    executions: list[ExecutionOut] | None = None
    build_failed: bool = False
    build_s: float = 0.0
    limits: dict[str, Any]
    jail: str


class SubmissionIn(Strict):
    """A candidate: source code, or a model's whole answer with the code somewhere in it."""

    id: str = "0"
    response: str | dict[str, Any] = Field(examples=["print(sum(map(int, input().split())))"], description="text")
    language: str = "python3"
    entry: str | None = None
    files: dict[str, Any] = Field(default_factory=dict)
    sources: list[str] = Field(default_factory=list)


class JudgeIn(Strict):
    """A problem, whole or by the digest under which it was sent, and the candidates."""

    problem: dict[str, Any] | None = Field(
        default=None,
        examples=[
            {"id": "add", "tests": [{"stdin": "1 2\n", "expected": "3\n"}, {"stdin": "5 5\n", "expected": "10\n"}]}
        ],
    )
    problem_id: str | None = None
    submissions: Annotated[list[SubmissionIn], Field(min_length=1, max_length=10_000)]
    order: list[int] | None = Field(default=None, description="the order in which tests run")
    all_tests: bool = Field(default=False, description="run every test instead of stopping at the first failure")
    checker: str | dict[str, Any] | None = Field(default=None, examples=["tokens"])
    time_factors: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    deadline_s: Seconds | None = None


class JudgementsOut(BaseModel):
    """One judgement a submission, in their order."""

    judgements: list[dict[str, Any]]


class Pair(Strict):
    """A gold answer and a response."""

    gold: str = Field(examples=["1/2"])
    response: str = Field(examples=["So the answer is \\boxed{0.5}."])


class MathIn(Strict):
    """One pair, or many."""

    pairs: Annotated[list[Pair], Field(min_length=1, max_length=10_000)]
    deadline_s: Seconds | None = None


class MathOut(BaseModel):
    """One judgement a pair, in their order."""

    judgements: list[dict[str, Any]]


class ProblemOut(BaseModel):
    """A problem that is kept here."""

    problem_id: str
    tests: int
