"""What `ot-code verify` was asked to do: one frozen value, parsed and checked once, before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ot_code.engines import ENGINES
from ot_code.errors import UsageError
from ot_code.jails import options_of
from ot_code.judges import JudgeConfig

DEFAULT_MAX_FAULTS = 0.001
ROW_DOMAINS = ("code", "math", "science", "puzzle")
MOST_SOLUTIONS = 5  # of a row, that are run to judge its tests


@dataclass(frozen=True, slots=True)
class VerifyConfig:
    """The settings of one run.

    input: file, folder, glob or hub id. columns: of the rows with tests: column, or path into one, to the field that it
    holds. judged: what is judged, as code_pipeline.readers.ReadOptions has it. checker:
    a rule's name or an object, None: as each row says. problems, on: where tests stand if not in the input, and the
    column that joins. time_factors: by language. keep_unchecked: domains whose rows are kept though nobody judged
    them. check_tests: how many reference solutions a row are run to judge its tests, None: none. drop: findings whose
    rows are not kept. max_faults: the share of judged rows that may have a fault of ours. limit: input rows.
    jails: how programs are jailed, as keywords of Sandbox. judge: a language model for what nothing else can judge.
    engine: where programs run, one of ot_code.engines.ENGINES. ray_address: of the cluster, None: of this machine.
    """

    input: str
    out: Path
    source: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    split: str | None = None
    limit: int | None = None
    judged: str = "candidates"
    response_column: str | None = None
    problems: str | None = None
    on: str | None = None
    checker: str | Mapping[str, Any] | None = None
    all_tests: bool = False
    time_factors: Mapping[str, float] = field(default_factory=dict)
    keep_unchecked: frozenset[str] = frozenset()
    check_tests: int | None = None
    drop: tuple[str, ...] = ()
    form: str = "parquet"
    jobs: int | None = None
    pin: bool = False
    jails: Mapping[str, Any] = field(default_factory=dict)
    cache: Path | None = None
    judge: JudgeConfig | None = None
    endpoints: tuple[str, ...] = ()
    engine: str = "local"
    ray_address: str | None = None
    max_faults: float = DEFAULT_MAX_FAULTS
    overwrite: bool = False
    rejudge: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises UsageError for settings that make no sense together."""
        if (self.problems is None) != (self.on is None):
            raise UsageError(
                "--problems and --on go together: the file with the tests, and the column that joins the two"
            )
        if self.problems is not None and self.response_column is None:
            raise UsageError("--problems needs --response-column, the column of INPUT that holds the responses")
        if self.problems is not None and self.judged != "candidates":
            raise UsageError("--problems judges the responses in INPUT, so --solutions has no meaning beside it")
        if self.response_column is not None and self.judged != "candidates":
            raise UsageError("--response-column and --solutions both say what is judged: give one of them")
        if self.drop and self.check_tests is None:
            from code_pipeline.quality.names import Finding  # noqa: PLC0415  what --help does not need

            unsought = [name for name in self.drop if Finding(name).needs_runs]
            if unsought:
                raise UsageError(f"--drop {','.join(unsought)}: only --check-tests looks for that; add it")
        unknown = self.keep_unchecked.difference(ROW_DOMAINS)
        if unknown:
            raise UsageError(f"--keep-unchecked {','.join(sorted(unknown))}: the domains are {', '.join(ROW_DOMAINS)}")
        self._check_place()
        for option, given in (
            ("--check-tests", self.check_tests),
            ("--cache", self.cache),
            ("--pin", self.pin or None),
        ):
            elsewhere = "--endpoints" if self.endpoints else "--engine ray" if self.engine == "ray" else None
            if elsewhere and given is not None:
                raise UsageError(f"{option} is about programs that run here, so not beside {elsewhere}: leave one out")
        if self.endpoints and self.jails:
            said = ", ".join(options_of(self.jails))
            raise UsageError(f"{said}: about programs that run here, so not beside --endpoints: leave one out")
        if self.overwrite and self.rejudge:
            raise UsageError("--overwrite starts anew, so --rejudge has nothing to keep: give one of them")

    def _check_place(self) -> None:
        """Raises UsageError for settings of where programs run that make no sense together."""
        if self.engine not in ENGINES:
            raise UsageError(f"--engine: must be one of {', '.join(ENGINES)}, not {self.engine!r}")
        if self.ray_address is not None and self.engine != "ray":
            raise UsageError("--ray-address is about --engine ray: add it, or leave this out")
        if self.endpoints and self.engine == "ray":
            raise UsageError("--engine ray and --endpoints both say where programs run: give one of them")

    def settings(self) -> dict[str, Any]:
        """Those settings that an output depends on, as plain JSON: an output made under others is another output."""
        return {
            "source": self.source,
            **({"map": dict(sorted(self.columns.items()))} if self.columns else {}),
            "split": self.split,
            "limit": self.limit,
            "judged": self.judged,
            "response_column": self.response_column,
            "on": self.on,
            "checker": dict(self.checker) if isinstance(self.checker, Mapping) else self.checker,
            "all_tests": self.all_tests,
            "time_factors": dict(sorted(self.time_factors.items())),
            "keep_unchecked": sorted(self.keep_unchecked),
            "check_tests": self.check_tests,
            "drop": list(self.drop),
            "format": self.form,
            **({"jails": dict(sorted(self.jails.items()))} if self.jails else {}),
            **({"judge": self.judge.identity()} if self.judge is not None else {}),
        }
