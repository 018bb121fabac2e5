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
from code_pipeline.packages.programs import PackageProgram, ending_language, read_program, source_text, with_included
from code_pipeline.packages.settings import Settings
from code_pipeline.types import Verdict

_ROOT = "submissions/"
_EXPECTED = re.compile(r"@EXPECTED_RESULTS@:([^\n\r]*)")
_BRACES = re.compile(r"\{([^{}]*)\}")
_MOST_ALTERNATIVES = 1000
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
    """What submissions.yaml says of the submissions that one of the patterns matches."""

    patterns: tuple[str, ...]
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
    """The program with what the package includes in every submission of its language."""
    included: dict[str, str] = {}
    for folder in ("include/default/", f"include/{program.language}/"):
        for name in sorted(files):
            if name.startswith(folder) and not name.rsplit("/", 1)[-1].startswith("."):
                included[name.removeprefix(folder)] = source_text(files, name, settings.constants)
    return with_included(program, included)


def _rules(content: Mapping[str, Any]) -> list[_Rule]:
    return [_Rule(_alternatives(pattern), about) for pattern, about in content.items() if isinstance(about, dict)]


def _alternatives(pattern: str) -> tuple[str, ...]:
    """The patterns that one with braces stands for: `{a,b}.py` for `a.py` and `b.py`."""
    done: list[str] = []
    todo = [pattern[:300].strip("/")]
    while todo and len(todo) + len(done) <= _MOST_ALTERNATIVES:
        text = todo.pop()
        match = _BRACES.search(text)
        if match is None:
            done.append(text)
        else:
            todo += [text[: match.start()] + choice + text[match.end() :] for choice in match[1].split(",")]
    return tuple(done)


def _matches(rule: _Rule, file: str) -> bool:
    """Whether a pattern is the submission's, or that of a folder it is in."""
    parts = file.split("/")
    for pattern in rule.patterns:
        wanted = pattern.split("/")
        if len(wanted) <= len(parts) and all(map(_matches_part, wanted, parts)):
            return True
    return False


def _matches_part(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern with `*` means. Linear in both: a regular expression of many `*` is not."""
    first, *middle = pattern.split("*")
    if not middle:
        return pattern == name
    last = middle.pop()
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    place, end = len(first), len(name) - len(last)
    for piece in middle:
        found = name.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


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
            allowed = said if not allowed or folder in rule.patterns else (allowed & said or said)
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
