"""program: the problem's own checker. A program that a jail of its own runs on each answer; what it says is a verdict.

protocol (`protocols.py` reads the answers):
- kattis: `checker input judge_answer feedback_dir flags...`, the team's output on stdin; exit 42 accepted, 43 wrong.
- testlib: `checker input output answer flags...`; exit 0 ok, 1 and 2 wrong, 3 its own failure, 7 points.
- score: `checker input answer output flags...`; prints 1 or 100 for right, 0 for wrong.

files: by name relative to the checker's folder. The main one is the only source file of the language; of several, the
one whose stem is a usual name (main, checker, validate, ... in that order, in any case and with or without
underscores), else the first by name. Compilers of C, C++, Go and Java get all sources but those that another includes.
Headers (testlib.h) must be among the files: nothing is looked for on this host.

A ProgramChecker is data; `code_pipeline.jury` runs it. It is no `Checker`: comparing takes a sandbox.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, ClassVar

from code_pipeline.encoding import encoded
from code_pipeline.errors import CheckerSpecError
from sandbox import LanguageError, Program, Run
from sandbox.languages import Language
from sandbox.languages import language as language_of

PROTOCOLS = ("kattis", "testlib", "score")
INPUT, ANSWER, OUTPUT, FEEDBACK = "run/input", "run/answer", "run/output", "run/feedback"
JUDGE_MESSAGE, SCORE, NEXT_PASS = (f"{FEEDBACK}/{name}" for name in ("judgemessage.txt", "score.txt", "nextpass.in"))
_FOLDER = "/tmp/"  # noqa: S108 - the jail's own working directory
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    # The folder ends in a slash, as the format has it: validators put a file's name right behind.
    "kattis": (INPUT, ANSWER, f"{FEEDBACK}/"),
    "testlib": (INPUT, OUTPUT, ANSWER),
    "score": (INPUT, ANSWER, OUTPUT),
}
_USUAL = ("main", "checker", "check", "validate", "validator", "outputvalidator", "interactor", "interact", "spj")


_CPP = (".cpp", ".cc", ".cxx", ".c++")
_TOGETHER = (*_CPP, ".c", ".go", ".java")  # of languages whose compiler is given all sources
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"(?:[^"\n]*/)?([^"/\n]+)"', re.MULTILINE)
_LIMITS = ("time_limit_s", "memory_limit_mb", "output_limit_mb")
_KEYS = ("protocol", "language", "files", "flags", *_LIMITS)
_LARGEST = 1_048_576.0  # of any limit: seconds or MiB


@dataclass(frozen=True, slots=True)
class ProgramChecker:
    """The problem's own checker (or interactor); see the module's docstring.

    language: one of the sandbox's. files: text or bytes by name. flags: further arguments of every run.
    time_limit_s (CPU seconds), memory_limit_mb, output_limit_mb: its own limits, None where nothing says them.
    Raises CheckerSpecError naming the key that cannot be used.
    """

    name: ClassVar[str] = "program"

    protocol: str
    language: str
    files: Mapping[str, str | bytes] = field(hash=False)
    flags: tuple[str, ...] = ()
    time_limit_s: float | None = None
    memory_limit_mb: float | None = None
    output_limit_mb: float | None = None

    def __post_init__(self) -> None:
        """Raises CheckerSpecError."""
        if self.protocol not in PROTOCOLS:
            raise CheckerSpecError(
                f"a checker program's `protocol` must be one of {', '.join(PROTOCOLS)}, not {self.protocol!r:.80}"
            )
        try:
            known = language_of(self.language)
        except LanguageError as error:
            raise CheckerSpecError(f"a checker program's `language`: {error}") from error
        object.__setattr__(self, "language", known.name)
        for key in _LIMITS:
            _check_limit(key, getattr(self, key))
        for flag in self.flags:
            if "\0" in flag:
                raise CheckerSpecError(f"a checker program's `flags` hold {flag!r:.80}, which no argument can be")
        for name in self.files:
            if not _usable(name):
                raise CheckerSpecError(
                    f"a checker program's `files` hold {name!r:.80}, which is no relative name inside its folder "
                    "(and `run` is the name of the folder of its inputs)"
                )
        if not self.sources:
            named = ", ".join(map(repr, sorted(self.files)[:8])) or "none"
            raise CheckerSpecError(
                f"a checker program's `files` need a source file in {self.language} "
                f"({' or '.join(_endings(known))}); there are {named:.300}"
            )

    @property
    def spec(self) -> dict[str, Any]:
        """The description that `checker_from_spec` turns into an equal checker."""
        return {
            "type": self.name,
            "protocol": self.protocol,
            "language": self.language,
            "files": dict(self.files),
            "flags": list(self.flags),
            **{key: value for key in _LIMITS if (value := getattr(self, key)) is not None},
        }

    @property
    def summary(self) -> dict[str, Any]:
        """The description with a digest in place of each file: what tells it from others, in a record."""
        contents = ((name, _bytes(content)) for name, content in sorted(self.files.items()))
        return {
            **self.spec,
            "files": {name: blake2b(content, digest_size=16).hexdigest() for name, content in contents},
        }

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the source files, the main one first."""
        endings = _endings(language_of(self.language))
        names = [name for name in self.files if name.endswith(endings) or name.lower().endswith(endings)]
        return tuple(sorted(names, key=_rank))

    @property
    def program(self) -> Program:
        """What the sandbox runs, with the arguments of every run."""
        main, *others = self.sources
        contents = {name: _bytes(content) for name, content in self.files.items()}
        included = {found for content in contents.values() for found in _INCLUDE.findall(content)}
        together = [n for n in others if n.endswith(_TOGETHER) and n.rsplit("/", 1)[-1].encode() not in included]
        paths = [f"{_FOLDER}{path}" for path in _ARGUMENTS[self.protocol]]
        return Program(
            language=self.language,
            files=contents,
            entry=main,
            sources=tuple(together),
            arguments=(*paths, *self.flags),
        )

    def run(self, given: bytes, answer: bytes, output: bytes) -> Run:
        """One run: the test's input, its expected output, and what the candidate printed."""
        files = {INPUT: given, ANSWER: answer}
        if self.protocol == "kattis":
            files[f"{FEEDBACK}/.keep"] = b""  # makes the folder
            return Run(stdin=output, files=files, collect=(JUDGE_MESSAGE, SCORE, NEXT_PASS))
        return Run(files={**files, OUTPUT: output})


def _endings(language: Language) -> tuple[str, ...]:
    """How a source file's name ends, in small letters."""
    ending = f".{language.file_name.rsplit('.', 1)[-1]}"
    return _CPP if ending in _CPP else (ending,)


def _rank(name: str) -> tuple[int, int, str]:
    """Where a source stands: usual names first, then those in no deeper folder, then by name."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower().replace("_", "").replace("-", "")
    return (_USUAL.index(stem) if stem in _USUAL else len(_USUAL), name.count("/"), name)


def _usable(name: str) -> bool:
    parts = name.split("/")
    # A name that begins with a dash would be an option of the compiler.
    return "\0" not in name and name[:1] != "-" and parts[0] != "run" and not {"", ".", ".."}.intersection(parts)


def _check_limit(key: str, value: Any) -> None:
    """Raises CheckerSpecError for what no run can be limited to."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= _LARGEST:
        raise CheckerSpecError(
            f"a checker program's `{key}` must be a number above 0 and at most {_LARGEST:g}, not {reprlib.repr(value)}"
        )


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else encoded(content)


def program_from_spec(spec: Mapping[str, Any]) -> ProgramChecker:
    """The checker that an object with `type` "program" describes. Raises CheckerSpecError naming the key."""
    for key in spec:
        if key not in ("type", *_KEYS):
            raise CheckerSpecError(f"a checker program has no parameter {key!r:.80}; allowed: {', '.join(_KEYS)}")
    for key in ("protocol", "language"):
        if not isinstance(spec.get(key), str):
            raise CheckerSpecError(f"a checker program's `{key}` must be text, not {spec.get(key)!r:.80}")
    flags = spec.get("flags") or ()
    if not isinstance(flags, (list, tuple)) or not all(isinstance(flag, str) for flag in flags):
        raise CheckerSpecError(f"a checker program's `flags` must be a list of texts, not {flags!r:.80}")
    limits = {key: spec[key] for key in _LIMITS if key in spec}
    return ProgramChecker(spec["protocol"], spec["language"], _files(spec.get("files")), tuple(flags), **limits)


def _files(value: Any) -> dict[str, str | bytes]:
    if not isinstance(value, Mapping):
        raise CheckerSpecError(f"a checker program's `files` must be an object of texts by name, not {value!r:.80}")
    for name, content in value.items():
        if not isinstance(name, str) or not isinstance(content, (str, bytes)):
            raise CheckerSpecError(f"a checker program's `files`: {name!r:.80} must be text, not {content!r:.80}")
    return dict(value)
