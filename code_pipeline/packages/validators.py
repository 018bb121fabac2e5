"""output_validators/ (legacy) or output_validator/ (2023-07) -> the description of a checker.

A package's validator is untrusted code like any other: what is described here runs in a jail of its own. Scripts that
build or start a validator are not run: they say nothing of what they need.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.packages.documents import Files
from code_pipeline.packages.programs import PackageProgram, ending_language, read_program, source_text
from code_pipeline.packages.settings import NEW, Settings

_FOLDERS = ("output_validator", "output_validators")
_SCRIPTS = ("build", "run")


def find_validator(files: Files, settings: Settings) -> dict[str, Any] | None:
    """The description of the package's own validator; None where the default one judges. Raises RowError."""
    programs = _programs(files, settings)
    if settings.custom is False or (settings.custom is None and not programs and not settings.interactive):
        if settings.interactive:
            raise RowError("problem.yaml: an interactive problem needs `validation: custom interactive`")
        return None
    if not programs:
        raise RowError(f"{_FOLDERS[settings.format != NEW]}/: the package's own validator is not in it")
    if len(programs) > 1:
        names = ", ".join(sorted(programs)[:5])
        raise RowError(f"output_validators/: holds {len(programs)} validators ({names}); only one can judge here")
    ((name, sources),) = programs.items()
    for script in _SCRIPTS:
        if script in sources:
            raise RowError(f"{name}/{script}: a script that builds or starts a validator is not run here")
    program = read_program(name, sources)
    if program.trouble:
        raise RowError(f"{name}: {program.trouble}")
    return {**_described(program), **settings.validator_limits}


def _described(program: PackageProgram) -> dict[str, Any]:
    """In the form of a row's `checker`, the main file first."""
    ordered = {program.entry: program.files[program.entry], **program.files}
    return {"type": "program", "protocol": "kattis", "language": program.language, "files": ordered, "flags": []}


def _programs(files: Files, settings: Settings) -> dict[str, Mapping[str, str]]:
    """The validators by name: each its files by their names in its folder."""
    for folder in _FOLDERS:
        prefix = f"{folder}/"
        inside = {name.removeprefix(prefix): name for name in sorted(files) if name.startswith(prefix)}
        if not inside:
            continue
        direct = [name for name in inside if "/" not in name]
        sources = [name for name in direct if ending_language(name) is not None or name in _SCRIPTS]
        if folder == _FOLDERS[0] and sources:  # the folder is itself the program
            return {folder: {name: source_text(files, path, settings.constants) for name, path in inside.items()}}
        # A file is a program; the headers that lie beside it are its own, for lack of any other meaning.
        beside = {name: source_text(files, inside[name], settings.constants) for name in direct if name not in sources}
        found: dict[str, Mapping[str, str]] = {
            prefix + name: {name: source_text(files, inside[name], settings.constants), **beside} for name in sources
        }
        for name, path in inside.items():
            top, slash, rest = name.partition("/")
            if slash:
                found[prefix + top] = {
                    **found.get(prefix + top, {}),
                    rest: source_text(files, path, settings.constants),
                }
        return {name: program for name, program in found.items() if _is_program(program)}
    return {}


def _is_program(program: Mapping[str, str]) -> bool:
    return any(ending_language(name) is not None or name in _SCRIPTS for name in program)
