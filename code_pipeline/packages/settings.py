"""problem.yaml, domjudge-problem.ini and .timelimit -> one Settings.

The time limit is the first of: `limits: time_limit` of problem.yaml, `timelimit` of domjudge-problem.ini, `.timelimit`;
else 10 s, which is what DOMjudge gives a package that says nothing. (The format derives it from how long the accepted
submissions take, which is not known before they have run.) It binds for every language alike. Memory: `limits: memory`,
else the format's typical 2048 MiB. Output: `limits: output`, else this tool's own limit.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.packages.documents import Files, arguments_of, ini_in, kind_of, mapping_in, text_in

DEFAULT_TIME_LIMIT_S = 10.0
DEFAULT_MEMORY_MB = 2048.0
LEGACY = "legacy"
NEW = "2023-07"

_YAML = "problem.yaml"
_INI = "domjudge-problem.ini"
_VALIDATION = {  # of `limits`: what it is called in the description of a checker program
    "validation_time": "time_limit_s",
    "validation_memory": "memory_limit_mb",
    "validation_output": "output_limit_mb",
}
_REFUSED = {
    "multi-pass": "a submission runs several times over",
    "submit-answer": "a submission is answers, not a program",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a package says of itself.

    format: "legacy" or "2023-07". names: by language code, "" for one without. custom: None where the format leaves it
    to whether there is a validator. scores: the validator gives points. validator_flags: for every test.
    time_limit_from: where it stands. constants: what `{{name}}` is replaced by.
    validator_limits: those that are given, by the keys of a checker program.
    """

    format: str
    names: Mapping[str, str]
    custom: bool | None
    interactive: bool
    scores: bool
    validator_flags: tuple[str, ...]
    time_limit_s: float
    time_limit_from: str
    memory_limit_mb: float
    output_limit_mb: float | None
    license: str
    constants: Mapping[str, str] = field(default_factory=dict)
    validator_limits: Mapping[str, float] = field(default_factory=dict)


def read_settings(files: Files) -> Settings:
    """The package's settings. Raises RowError naming file and key of what cannot be used."""
    content, ini = mapping_in(files, _YAML), ini_in(files, _INI)
    form = _format(content.get("problem_format_version"))
    kinds = _words(content.get("type"), "type")
    for kind in kinds:
        if kind in _REFUSED:
            raise RowError(f"{_YAML}: problems of the type {kind} cannot be judged here ({_REFUSED[kind]})")
    validation = _words(content.get("validation"), "validation")
    if validation and validation[0] not in ("default", "custom"):
        raise RowError(f"{_YAML}: `validation` must begin with default or custom, not {reprlib.repr(validation[0])}")
    if "multi-pass" in validation:
        raise RowError(f"{_YAML}: problems of the type multi-pass cannot be judged here ({_REFUSED['multi-pass']})")
    limits = content.get("limits") or {}
    if not isinstance(limits, dict):
        raise RowError(f"{_YAML}: `limits` must be a mapping, not {kind_of(limits)}")
    time_limit_s, origin = _time_limit(limits, ini, files)
    flags = arguments_of(content.get("validator_flags"), f"{_YAML}: `validator_flags`")
    return Settings(
        format=form,
        names=_names(content.get("name"), ini),
        custom=validation[0] == "custom" if validation else None if form == NEW else False,
        interactive="interactive" in kinds or "interactive" in validation,
        scores="score" in validation,
        validator_flags=flags or arguments_of(ini.get("special_compare_args"), f"{_INI}: `special_compare_args`"),
        time_limit_s=time_limit_s,
        time_limit_from=origin,
        memory_limit_mb=_number(limits, "memory") or DEFAULT_MEMORY_MB,
        output_limit_mb=_number(limits, "output"),
        license=str(content.get("license") or "")[:200] if isinstance(content.get("license"), str) else "",
        constants=_constants(content.get("constants")),
        validator_limits={
            name: value for key, name in _VALIDATION.items() if (value := _number(limits, key)) is not None
        },
    )


def _format(value: Any) -> str:
    if value is None or (isinstance(value, str) and value.strip().lower() in ("", "legacy", "legacy-icpc")):
        return LEGACY
    text = str(value).strip().lower() if isinstance(value, (str, int, float)) else ""
    if text == "draft" or text.startswith("20"):
        return NEW
    raise RowError(f"{_YAML}: `problem_format_version` {reprlib.repr(value)} is not known; use legacy or 2023-07")


def _words(value: Any, key: str) -> tuple[str, ...]:
    """A text of words, or a list of them, in lower case. Raises RowError."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(value.lower().split())
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(item.strip().lower() for item in value)
    raise RowError(f"{_YAML}: `{key}` must be a text or a list of texts, not {reprlib.repr(value)}")


def _names(value: Any, ini: Mapping[str, str]) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(code): str(name)[:500] for code, name in value.items() if isinstance(name, (str, int, float))}
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return {"": str(value)[:500]}
    return {"": ini["name"]} if ini.get("name") else {}


def _time_limit(limits: Mapping[str, Any], ini: Mapping[str, str], files: Files) -> tuple[float, str]:
    given = _number(limits, "time_limit")
    if given is not None:
        return given, f"{_YAML}: limits.time_limit"
    if ini.get("timelimit"):
        return _positive(ini["timelimit"], f"{_INI}: `timelimit`"), f"{_INI}: timelimit"
    if ".timelimit" in files:
        text = text_in(files, ".timelimit").strip()
        if text:
            return _positive(text, ".timelimit"), ".timelimit"
    return DEFAULT_TIME_LIMIT_S, "the default: the package gives none"


def _number(limits: Mapping[str, Any], key: str) -> float | None:
    value = limits.get(key)
    return None if value is None else _positive(value, f"{_YAML}: `limits.{key}`")


def _positive(value: Any, where: str) -> float:
    number = math.nan
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
    if not 0 < number < math.inf:
        raise RowError(f"{where}: must be a number above 0, not {reprlib.repr(value)}")
    return number


def _constants(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    plain = {key: item for key, item in value.items() if isinstance(item, (str, int, float))}
    return {str(key): item if isinstance(item, str) else repr(item) for key, item in plain.items()}
