"""The steps that judge: `ot-code verify` and `ot-code sample` in a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ot_code.building.base import Context, Done
from ot_code.building.tables import made_table
from ot_code.config import DEFAULT_MAX_FAULTS, ROW_DOMAINS, VerifyConfig
from ot_code.errors import MadeOtherwiseError, SettingError, UsageError
from ot_code.given import Given, is_number, shown
from ot_code.inputs import Table
from ot_code.sampling.settings import DOMAINS, KEEP, SAMPLES, SampleSettings, asked_of, url_without_secrets
from ot_code.stages.base import Outcome
from ot_code.verdicts import PASSED, is_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ot_code.judges import JudgeConfig


@dataclass(frozen=True, slots=True)
class VerifyStep:
    """Judges each candidate. answers: `right` hands on those that are kept, `all` every one with its verdict."""

    config: VerifyConfig
    answers: str

    name = "verify"

    @classmethod
    def of(cls, given: Given) -> VerifyStep:
        """From a recipe's table. Raises SettingError."""
        config, answers = judging_of(given)
        given.finish()
        return cls(config, answers)

    def settings(self) -> Mapping[str, Any]:
        """Those of verify, and which answers go on."""
        return {"answers": self.answers, **self.config.settings()}

    def run(self, table: Table, out: Path, context: Context) -> Done:
        """Raises as verify does."""
        from ot_code.judged import JudgedRows  # noqa: PLC0415 - what a plan does not need

        cache = context.cache if context.engine == "local" else None
        config = replace(
            self.config, input=table.spec, out=out, jobs=context.jobs, jails=context.jails, cache=cache,
            engine=context.engine, ray_address=context.ray_address,
        )  # fmt: skip
        try:
            summary = self._judged(config, table, context)
        except MadeOtherwiseError:
            summary = self._judged(replace(config, overwrite=True), table, context)
        rows = JudgedRows(out)
        every = self.answers == "all"

        def outcomes() -> Iterator[Outcome]:
            return (Outcome(row) for row in rows if every or row["kept"])

        count = summary["read"] if every else summary["kept"]
        fingerprint = f"{rows.fingerprint} {self.answers}"  # the same folder hands on either
        judged = made_table(out.name, fingerprint, outcomes, row_count=count) if count else None
        faults = summary["faults"] > self.config.max_faults * summary["read"]
        return Done({"stage": self.name, **_counts(summary, every=every)}, judged, summary["faults"] if faults else 0)

    def _judged(self, config: VerifyConfig, table: Table, context: Context) -> dict[str, Any]:
        """The summary of the run. Raises as verify does."""
        from ot_code.stages.judging import verify  # noqa: PLC0415 - what a plan does not need

        return verify(config, table=table, quiet=context.quiet)


@dataclass(frozen=True, slots=True)
class SampleStep(VerifyStep):
    """Asks a model for answers and judges them as they come: `ot-code sample`, which stands in place of verify."""

    sampling: SampleSettings

    name = "sample"

    @classmethod
    def of(cls, given: Given) -> SampleStep:
        """From a recipe's table. Raises SettingError."""
        plain = {
            "n": given.whole("n", None, least=1),
            "until": given.whole("until", None, least=1),
            "rounds": given.whole("rounds", None, least=1),
            "top_p": given.number("top_p", None),
            "seed": given.whole("seed", None),
            "system": given.text("system", None),
            "stream": given.flag("stream", default=False),
            "retries": given.whole("retries", None),
            "timeout_s": given.number("timeout_s", None),
            "budget_tokens": given.whole("budget_tokens", None, least=1),
            "keep": given.choice("keep", KEEP, None),
            "band": _band(given),
            "templates": _templates(given.table("templates")),
        }
        asked = {**asked_of(given), **{name: value for name, value in plain.items() if value is not None}}
        config, answers = judging_of(given, response_column=SAMPLES)
        given.finish()
        try:
            return cls(config, answers, SampleSettings(**asked))
        except UsageError as error:
            raise SettingError(given.path, str(error)) from error

    def settings(self) -> Mapping[str, Any]:
        """Those of verify, and of the samples."""
        sampling = self.sampling
        return {**VerifyStep.settings(self), **sampling.identity(), "base_url": sampling.base_url}

    def _judged(self, config: VerifyConfig, table: Table, context: Context) -> dict[str, Any]:
        from ot_code.sampling.run import Sampling  # noqa: PLC0415 - what a plan does not need
        from ot_code.stages.judging import verify  # noqa: PLC0415

        sampling = Sampling(config, self.sampling, quiet=context.quiet, problems=table, cache=context.cache)
        return verify(config, quiet=context.quiet, sampling=sampling)


def _band(given: Given) -> tuple[float, float] | None:
    """Two pass rates, the lower one first."""
    band = given.value("band", None)
    if band is None:
        return None
    if not (isinstance(band, list) and len(band) == 2 and all(map(is_number, band)) and 0 <= band[0] <= band[1] <= 1):
        raise SettingError(given.at("band"), f"must be two pass rates such as [0.1, 0.9], not {shown(band)}")
    return band[0], band[1]


def _templates(given: Given) -> dict[str, str]:
    """What the model is told, by domain."""
    each = {domain: given.text(domain, None) for domain in DOMAINS}
    given.finish()
    found = {domain: text for domain, text in each.items() if text is not None}
    for domain, text in found.items():
        if "{problem}" not in text:
            raise SettingError(given.at(domain), "has no {problem} in it, so the model would not see the problem")
    return found


def judging_of(given: Given, **more: Any) -> tuple[VerifyConfig, str]:
    """How answers are judged, and which go on. more: of VerifyConfig. Raises SettingError."""
    from code_pipeline.limits import ALL  # noqa: PLC0415 - loads the judge
    from code_pipeline.quality.names import Finding  # noqa: PLC0415 - as above
    from sandbox import languages  # noqa: PLC0415 - as above

    factors = given.table("time_factors")
    known = languages()
    for name, value in factors.items():
        if name not in known and name != ALL:
            raise SettingError(factors.at(name), f"must be {ALL}, or one of {', '.join(sorted(known))}")
        if not is_number(value) or value <= 0:
            raise SettingError(factors.at(name), f"must be a positive number, not {shown(value)}")
    share = given.number("max_faults", DEFAULT_MAX_FAULTS)
    if not 0 <= share <= 1:
        raise SettingError(given.at("max_faults"), f"must be a share from 0 to 1, not {shown(share)}")
    settings: dict[str, Any] = {
        "checker": _checker(given),
        "all_tests": given.flag("all_tests", default=False),
        "time_factors": dict(factors.items()),
        "keep_unchecked": frozenset(given.names("keep_unchecked", ROW_DOMAINS)),
        "check_tests": given.whole("check_tests", 0) or None,
        "drop": tuple(sorted(given.names("drop", [finding.value for finding in Finding]))),
        "judge": _judge(given.table("judge")) if "judge" in given else None,
        "max_faults": share,
        **more,
    }
    answers = given.choice("answers", ("right", "all"), "right")
    try:
        return VerifyConfig(input="", out=Path(), **settings), answers
    except UsageError as error:
        raise SettingError(given.path, str(error)) from error


def _counts(summary: Mapping[str, Any], *, every: bool) -> dict[str, Any]:
    """A run's summary as that of a stage: judged answers are its rows."""
    kept = summary["read"] if every else summary["kept"]
    by = {name: _fates(summary[name]) for name in ("by_source", "by_domain")}
    lost = {} if every else _lost(summary)
    return {
        "input_rows": summary["rows"],
        "read": summary["read"],
        "kept": kept,
        "removed": summary["read"] - kept,
        "malformed": summary["malformed"],
        "reasons": lost,
        "verdicts": summary["verdicts"],
        **by,
        "times": summary["times"],
    }


def _lost(summary: Mapping[str, Any]) -> dict[str, int]:
    lost = {name: count for name, count in summary["verdicts"].items() if name not in PASSED}
    found = sum(lost.values()) - (summary["read"] - summary["kept"])
    # keep_unchecked keeps rows that nobody judged; drop removes some that passed.
    if summary["dropped"]:
        lost["right, but left out"] = summary["dropped"]
        found += summary["dropped"]
    if found and "not_checked" in lost:
        lost["not_checked"] -= found
    return {name: count for name, count in lost.items() if count}


def _fates(names: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {
        name: {
            "read": sum(verdicts.values()),
            "passed": sum(verdicts.get(right, 0) for right in sorted(PASSED)),
            "faults": sum(count for verdict, count in verdicts.items() if is_fault(verdict)),
        }
        for name, verdicts in names.items()
    }


def _checker(given: Given) -> Any:
    from code_pipeline.checkers import checker_from_spec  # noqa: PLC0415 - loads the judge
    from code_pipeline.errors import CheckerSpecError  # noqa: PLC0415

    checker = given.value("checker", None)
    try:
        if checker is not None:
            checker_from_spec(checker)
    except CheckerSpecError as error:
        raise SettingError(given.at("checker"), str(error)) from error
    return checker


def _judge(given: Given) -> JudgeConfig:
    from math_pipeline.judge import JudgePolicy, JudgeSettings  # noqa: PLC0415 - what --help does not need
    from ot_code.judges import WORDS, JudgeConfig  # noqa: PLC0415

    plain = {
        "model": given.text("model"),
        "base_url": url_without_secrets(given),
        "key_env": given.text("key_env", None),
        "votes": given.whole("votes", None, least=1),
        "concurrency": given.whole("concurrency", None, least=1),
        "requests_per_minute": given.number("requests_per_minute", None),
    }
    on = given.text("on", "undecided")
    science = given.flag("science", default=False)
    given.finish()
    try:
        settings = JudgeSettings(**{name: value for name, value in plain.items() if value is not None})
        policy = JudgePolicy.parse(on)
    except ValueError as error:
        raise SettingError(given.path, str(error)) from error
    return JudgeConfig(settings, policy, WORDS | {"science"} if science else WORDS)
