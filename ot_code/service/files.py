"""Files that callers send and want back, in the clients' own words: names, base64, and what can lie in a jail.

What cannot is refused here, by name: a jail that it broke would be a fault of ours.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sandbox import Execution, Program, Run, languages

MIB = 1024 * 1024
_MOST_FILES = 2_000
_PAGE = 4096


def sent(text: str) -> bytes:
    """Text of a request as a program reads it; lone surrogates, which JSON can hold, in their three-byte form."""
    return text.encode("utf-8", "surrogatepass")


def shown(value: Any) -> Any:
    """A value of a request as an answer can hold it: lone surrogates are no text on the wire."""
    if isinstance(value, str):
        return value if value.isascii() else sent(value).decode("utf-8", "replace")
    if isinstance(value, dict):
        return {shown(name): shown(each) for name, each in value.items()}
    return [shown(each) for each in value] if isinstance(value, list) else value


def inside(name: str) -> str:
    """A file's name relative to the working directory; empty where it lies elsewhere or names no file."""
    parts = [part for part in name.removeprefix("/tmp/").split("/") if part not in ("", ".")]  # noqa: S108 - the jail's own
    if (name.startswith("/") and not name.startswith("/tmp/")) or name.endswith("/"):  # noqa: S108 - the same
        return ""
    place = "/".join(parts)
    try:
        Run(collect=(place,))
    except ValueError:
        return ""
    return place


def decoded(text: str) -> bytes:
    """The bytes that base64 stands for: wrapped in lines or not, in either alphabet. Raises ValueError."""
    plain = "".join(text.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain, validate=True)
    except binascii.Error as error:
        raise ValueError(f"is no base64: {error}") from error


def check_room(files: Mapping[str, str | bytes], scratch_mb: int) -> None:
    """Raises ValueError where the working directory could not hold the files."""
    size = sum(len(content) // _PAGE * _PAGE + _PAGE for content in files.values())
    most = scratch_mb * MIB * 15 // 16  # the rest is the machinery's
    if len(files) > _MOST_FILES or size > most:
        said = f"a run may have {_MOST_FILES} files of {most} bytes together"
        raise ValueError(f"{len(files)} files of {size} bytes together are too much: {said}")


def places(names: Iterable[str]) -> dict[str, list[str]]:
    """Where the files that are wanted back lie, and by which names each was asked for, without what lies elsewhere."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        if place := inside(name):
            found.setdefault(place, []).append(name)
    return found


def left_files(execution: Execution, wanted: Mapping[str, list[str]]) -> dict[str, str]:
    """The files that came back, in base64, by the names that they were asked for."""
    return {
        name: base64.b64encode(data).decode()
        for place, data in execution.files.items()
        for name in wanted.get(place, ())
    }


def beside(
    program: Program, files: Mapping[str, str | bytes], *, strict: bool = False
) -> tuple[Program, Mapping[str, str | bytes]]:
    """The program with the files that its compiler may include, and those that its runs find beside it.

    A file that has the name of the main one is the caller's: the program itself then has another, or, where the
    language wants that name (Java), the file is left out. strict: it is refused instead. Raises ValueError.
    """
    language = languages()[program.language]
    main = language.file_name
    if any(name.startswith(f"{main}/") for name in files) or (strict and main in files):
        raise ValueError(f"{main!r} is the name of the program's own file")
    if not language.build:
        return program, files
    if main not in files:
        return replace(program, files=files), files
    others = {name: content for name, content in files.items() if name != main}
    if main[0].isupper():
        return replace(program, files=others), others
    name = f"program-{main}"
    return replace(program, source="", files={**files, name: program.source}, entry=name), files
