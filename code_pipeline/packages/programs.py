"""Which language a package's program is in, and where it begins: by file names, as the format's table has it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from code_pipeline.errors import RowError
from code_pipeline.packages.documents import Files, with_constants
from code_pipeline.readers.languages import language_named

# By ending, as the format's table of languages has it; those that run nowhere here by their own names.
_ENDINGS = {
    "c": "c", "cc": "cpp", "cpp": "cpp", "cxx": "cpp", "c++": "cpp", "java": "java", "py": "python3", "py3": "python3",
    "py2": "Python 2", "js": "javascript", "mjs": "javascript", "ts": "typescript", "go": "go", "rs": "rust",
    "sh": "bash", "kt": "Kotlin", "cs": "C#", "hs": "Haskell", "rb": "Ruby", "php": "PHP", "scala": "Scala",
    "ml": "OCaml", "pas": "Pascal", "pl": "Perl", "pm": "Perl", "lua": "Lua", "swift": "Swift", "d": "D", "jl": "Julia",
    "fs": "F#", "vb": "Visual Basic", "m": "Objective-C", "f90": "Fortran", "adb": "Ada", "ada": "Ada", "ex": "Elixir",
    "erl": "Erlang", "lisp": "Lisp", "cl": "Lisp", "rkt": "Racket", "nim": "Nim", "zig": "Zig", "dart": "Dart",
    "cob": "COBOL", "cr": "Crystal", "groovy": "Groovy", "r": "R", "pro": "Prolog", "odin": "Odin",
}  # fmt: skip
_TOGETHER = frozenset({"c", "cpp", "go", "java"})  # languages whose compiler is given all source files of a program
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"(?:[^"\n]*/)?([^"/\n]+)"', re.MULTILINE)
_MAINS: Mapping[str, re.Pattern[str]] = {
    "c": re.compile(r"\bmain\s*\("),
    "cpp": re.compile(r"\bmain\s*\("),
    "java": re.compile(r"\bvoid\s+main\s*\("),
    "go": re.compile(r"\bfunc\s+main\s*\("),
    "rust": re.compile(r"\bfn\s+main\s*\("),
    "python3": re.compile(r"__main__"),
}
_USUAL_MAIN = re.compile(r"(?:[Mm]ain|__main__)\.\w+")
_SHEBANG = re.compile(r"#!.*?\b(python2|pypy3|pypy2?|python3?)(?![\w])")


@dataclass(frozen=True, slots=True)
class PackageProgram:
    """A program of a package.

    name: as the package has it. language: our name, or that of one which cannot run here. entry: the main file, one of
    files; files: name to text, below the program's own folder; sources: those that are compiled with the main
    one. trouble: why it cannot be run, "" where it can.
    """

    name: str
    language: str
    entry: str
    files: Mapping[str, str]
    sources: tuple[str, ...] = ()
    trouble: str = ""


def ending_language(name: str) -> str | None:
    """The language of a file's ending; None for what is no source: headers, texts, data."""
    base = name.rsplit("/", 1)[-1]
    stem, dot, ending = base.rpartition(".")
    if not (dot and stem):
        return None
    return "cpp" if ending == "C" else _ENDINGS.get(ending.lower())


def source_text(files: Files, name: str, constants: Mapping[str, str]) -> str:
    """A source as text; bytes that are no UTF-8 come back as themselves when it is written."""
    return with_constants(files[name].decode("utf-8", "surrogateescape"), constants)


def read_program(
    name: str,
    sources: Mapping[str, str],
    *,
    language: str | None = None,
    entry: str | None = None,
) -> PackageProgram:
    """The program in some files. language, entry: as the package says, None where it does not.

    Raises RowError where none of the files is a source.
    """
    found = {each: kind for each in sources if (kind := ending_language(each)) is not None}
    if language is not None:
        ours = language_named(language) or language
        mains = [each for each in sources if each in found or len(sources) == 1]
    else:
        kinds = sorted(set(found.values()))
        if not kinds:
            raise RowError(f"{name}: none of its files ends like the source of a language")
        if len(kinds) > 1:
            return PackageProgram(
                name, "/".join(kinds), min(found), sources, trouble="its files are in several languages"
            )
        mains, ours = sorted(found), kinds[0]
    chosen = _entry(ours, entry, mains, sources)
    if chosen is None:
        return PackageProgram(
            name, ours, min(mains or sources), sources, trouble="nothing says which of its files is the main"
        )
    if ours == "python3" and language is None:
        ours = _python(sources[chosen])
    return PackageProgram(name, ours, chosen, sources, _together(ours, chosen, mains, sources))


def with_included(program: PackageProgram, included: Mapping[str, str]) -> PackageProgram:
    """The program with the package's own files in it, which replace its own of the same name.

    A file among them that is called as a main file is one, and the submission is what it uses.
    """
    if not included:
        return program
    every = {**program.files, **included}
    mains = sorted(name for name in every if ending_language(name) is not None)
    driver = min((name for name in included if name in mains and _USUAL_MAIN.fullmatch(name)), default=None)
    entry = driver or program.entry
    sources = _together(program.language, entry, mains, every)
    return replace(program, entry=entry, files=every, sources=sources, trouble="" if driver else program.trouble)


def _together(language: str, entry: str, mains: Sequence[str], sources: Mapping[str, str]) -> tuple[str, ...]:
    """The source files beside the main one that a compiler must be given: all but those that another includes."""
    if language not in _TOGETHER or len(mains) < 2:
        return ()
    included = {found for text in sources.values() for found in _INCLUDE.findall(text)}
    return tuple(each for each in mains if each != entry and each.rsplit("/", 1)[-1] not in included)


def _entry(language: str, given: str | None, mains: Sequence[str], sources: Mapping[str, str]) -> str | None:
    """The main file, None where several could be it."""
    if given:
        suited = [each for each in sources if given in (each, each.rsplit(".", 1)[0])]
        return suited[0] if suited else None
    if len(mains) == 1:
        return mains[0]
    named = [each for each in mains if _USUAL_MAIN.fullmatch(each)]
    pattern = _MAINS.get(language)
    begins = named or [each for each in mains if pattern is not None and pattern.search(sources[each])]
    return begins[0] if len(begins) == 1 or named else None


def _python(source: str) -> str:
    first = source[:200].split("\n", 1)[0]
    match = _SHEBANG.match(first)
    return {"python2": "Python 2", "pypy": "Python 2", "pypy2": "Python 2", "pypy3": "pypy3"}.get(
        match[1] if match else "", "python3"
    )
