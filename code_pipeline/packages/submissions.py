"""submissions/ -> the package's own programs, each with the label that its jury gives it.

The label is what a program says of itself (`@EXPECTED_RESULTS@: ...`, as DOMjudge reads it), else what the rules of
`submissions.yaml` and of its folder come to: verdicts of ours joined by `|`, any of which is as expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from code_pipeline.labels import NOT_ACCEPTED, verdicts_of
from code_pipeline.packages.documents import Files, mapping_in
from code_pipeline.packages.programs import PackageProgram, ending_language, read_program, source_text
from code_pipeline.packages.settings import Settings
from code_pipeline.types import Verdict

_ROOT = "submissions/"
_EXPECTED = re.compile(r"@EXPECTED_RESULTS@:([^\n\r]*)")
_SCANNED = 1_000_000  # characters of a source that the comment is looked for in
_SHORT = {"AC": "accepted", "WA": "wrong_answer", "TLE": "time_limit_exceeded", "RTE": "run_time_error"}
_ALL = frozenset(_SHORT)


@dataclass(frozen=True, slots=True)
class PackageSubmission:
    """One of the jury's own submissions. file: its name below submissions/; label: "" where nothing is said."""

    file: str
    program: PackageProgram
    label: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """What submissions.yaml says of the submissions that a pattern matches."""

    pattern: re.Pattern[str]
    about: Mapping[str, Any]


def find_submissions(files: Files, settings: Settings) -> list[PackageSubmission]:
    """The submissions in the order of their names. Raises RowError for a submissions.yaml that cannot be read."""
    rules = _rules(mapping_in(files, f"{_ROOT}submissions.yaml"))
    found = []
    for file, inside in sorted(_programs(files).items()):
        sources = {name: source_text(files, path, settings.constants) for name, path in inside.items()}
        about: dict[str, Any] = {}
        for rule in rules:
            if _matches(rule, file):
                about |= rule.about
        language, entry = about.get("language"), about.get("entrypoint")
        program = read_program(
            file,
            sources,
            language=language if isinstance(language, str) and language else None,
            entry=entry if isinstance(entry, str) and entry else None,
        )
        program = _with_included(files, program, settings)
        label = _label(file, program, rules)
        if settings.scores and label == "rejected":  # of a validator that gives points, even a poor answer is accepted
            label = ""
        found.append(PackageSubmission(file, program, label))
    return found


def _programs(files: Files) -> dict[str, dict[str, str]]:
    """Each submission: its files by their names in it. Files that are no source of any language are none."""
    found: dict[str, dict[str, str]] = {}
    for name in sorted(files):
        parts = name.split("/")
        if parts[0] != "submissions" or len(parts) < 3 or any(part.startswith((".", "__pycache__")) for part in parts):
            continue
        if len(parts) == 3:
            if ending_language(parts[2]) is not None:
                found[f"{parts[1]}/{parts[2]}"] = {parts[2]: name}
        else:
            found.setdefault(f"{parts[1]}/{parts[2]}", {})["/".join(parts[3:])] = name
    return {file: inside for file, inside in found.items() if any(ending_language(name) is not None for name in inside)}


def _with_included(files: Files, program: PackageProgram, settings: Settings) -> PackageProgram:
    """The program with the package's included files beside it; they replace its own of the same name."""
    if not any(name.startswith("include/") for name in files):
        return program
    sources = dict(program.files)
    for folder in ("include/default/", f"include/{program.language}/"):
        for name in sorted(files):
            if name.startswith(folder) and not name.rsplit("/", 1)[-1].startswith("."):
                sources[name.removeprefix(folder)] = source_text(files, name, settings.constants)
    if sources.keys() == program.files.keys():
        return program
    return read_program(program.name, sources, language=program.language if not program.trouble else None)


def _rules(content: Mapping[str, Any]) -> list[_Rule]:
    return [_Rule(_glob(pattern), about) for pattern, about in content.items() if isinstance(about, dict)]


def _glob(pattern: str) -> re.Pattern[str]:
    """`*` within a name, `{a,b}` for either; a folder's pattern matches all that is in it."""
    translated = ""
    depth = 0
    for character in pattern[:300].strip("/"):
        if character == "{":
            depth += 1
            translated += "(?:"
        elif character == "}" and depth:
            depth -= 1
            translated += ")"
        elif character == "," and depth:
            translated += "|"
        else:
            translated += "[^/]*" if character == "*" else re.escape(character)
    return re.compile(re.sub(r"(?:\[\^/\]\*)+", "[^/]*", translated) + ")" * depth + "(?:/.*)?")


def _matches(rule: _Rule, file: str) -> bool:
    return rule.pattern.fullmatch(file) is not None


def _label(file: str, program: PackageProgram, rules: Iterable[_Rule]) -> str:
    for name in (program.entry, *program.files):
        match = _EXPECTED.search(program.files[name][:_SCANNED])
        if match is not None:
            words = _joined(verdicts_of(re.sub(r"[*/#\-\s]+$", "", match[1])))
            if words:
                return words
    folder = file.split("/", 1)[0]
    allowed = verdicts_of(folder)
    for rule in rules:
        said = _allowed(rule.about) if _matches(rule, file) else None
        if said is not None:  # a rule for the folder itself replaces the default; any other binds beside it
            allowed = said if not allowed or rule.pattern.fullmatch(folder) else (allowed & said or said)
    return _joined(allowed)


def _allowed(about: Mapping[str, Any]) -> frozenset[Verdict] | None:
    """The verdicts that a rule leaves for the submission as a whole; None where it says nothing of them."""
    groups = [about, *(value for value in about.values() if isinstance(value, dict))]
    rejected: set[str] = set()
    must_fail = said = may_fail = False
    for group in groups:
        permitted, required = _kinds(group.get("permitted")), _kinds(group.get("required"))
        if permitted is None and required is None:
            continue
        said = True
        kinds = (permitted or _ALL) & (required or _ALL)
        rejected |= ((permitted or _ALL) if required is None else kinds) - {"AC"}
        must_fail |= "AC" not in kinds
        may_fail |= bool((permitted or _ALL) - {"AC"})
    if not said:
        return None
    verdicts = frozenset[Verdict]().union(*(verdicts_of(_SHORT[kind]) for kind in rejected))
    if must_fail:
        return verdicts or NOT_ACCEPTED
    return verdicts | {Verdict.ACCEPTED} if may_fail else frozenset({Verdict.ACCEPTED})


def _kinds(value: Any) -> frozenset[str] | None:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        return None
    return frozenset(str(item).upper() for item in items if isinstance(item, str)) & _ALL or None


def _joined(verdicts: frozenset[Verdict]) -> str:
    if verdicts == NOT_ACCEPTED:
        return "rejected"
    if verdicts == verdicts_of("run_time_error"):
        return str(Verdict.RUNTIME_ERROR)
    return "|".join(str(verdict) for verdict in Verdict if verdict in verdicts)
