"""A program -> what goes into a jail, and into which: as it is, or built, and with what its language needs there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from sandbox.builds import Builds
from sandbox.frames import Image, bytes_of
from sandbox.jails.base import PREPARED_DIR, USUAL_MODULES, JailSpec
from sandbox.languages import Language
from sandbox.languages import language as language_named
from sandbox.prepared import PreparedFolders
from sandbox.stop import Stop
from sandbox.toolchains import Place, Toolchains
from sandbox.types import Execution, Limits, Program, Run

WORKDIR = "/tmp"  # noqa: S108 - the jail's own

# Runs an image once in a jail of that kind, under these limits.
RunImage = Callable[[Image, JailSpec, Limits, Run, Stop | None], Execution]


class Images:
    """Makes images for one Sandbox. Thread-safe."""

    def __init__(self, plain: JailSpec, run_image: RunImage, place: Place | None = None) -> None:
        """place: where the languages' tools are; None: on this host."""
        self._plain = plain
        self._run_image = run_image
        names = [package.name for package in plain.runtime.packages]
        self._heavy = replace(plain, template=(*USUAL_MODULES, *names)) if names else None
        self._mentions = re.compile("|".join(map(re.escape, names)).encode()) if names else None
        self.toolchains = Toolchains(place)
        self._prepared = PreparedFolders(self._compile, self.toolchains)
        self._builds = Builds(self._compile, self._prepared_for_build, self.toolchains)

    def image(
        self, program: Program, memory_mb: int, stop: Stop | None = None
    ) -> tuple[Image, JailSpec, Execution | None]:
        """What goes into the jail, the kind of jail, and the build where that failed. memory_mb: the run's limit.

        stop: calls the build off.

        Raises LanguageError for an unknown language or a missing toolchain, SandboxError when a build's jail fails.
        """
        language = language_named(program.language)
        files = _files(program, language.file_name)
        main = files[0][0]
        if language.in_template:
            argv = (f"{WORKDIR}/{main}", *program.arguments)
            return Image("python", argv, tuple(files)), self._template_for(files), None
        self.toolchains.version(language)  # raises where it is missing
        prepared = language.prepared
        spec = self._spec(language, self._prepared.folder(language, prepared) if prepared and prepared.run else None)
        if language.build:
            sources = (main, *program.sources)
            built = self._built(language, dict(files), sources, stop)
            if isinstance(built, Execution):
                return Image("exec", (main,)), spec, built
            if not language.run:
                argv = (f"{WORKDIR}/{language.artifact}", *program.arguments)
                # It needs nothing of its language any more, and so shares jails with all other such programs.
                return Image("exec", argv, executable=built, environment=language.environment), self._plain, None
            files = [(language.artifact, built), *(pair for pair in files if pair[0] not in sources)]
        argv = (*run_command(language, main, memory_mb), *program.arguments)
        image = Image("exec", argv, tuple(files), environment=language.environment)
        return replace(image, out_of_memory=language.out_of_memory), spec, None

    def _built(
        self, language: Language, files: dict[str, bytes], sources: tuple[str, ...], stop: Stop | None
    ) -> bytes | Execution:
        """The artefact, or the failed build in the language itself where no other that it may be in takes it either."""
        built = self._builds.build(language, files, sources, stop)
        if isinstance(built, bytes) or built.exit_code != 1:  # 1: the compiler ended by itself, having found errors
            return built
        for name in language.otherwise:
            again = self._builds.build(language_named(name), files, sources, stop)
            if isinstance(again, bytes):
                return again
        return built

    def _template_for(self, files: list[tuple[str, bytes]]) -> JailSpec:
        """The jail for a Python program: with the packages imported where it mentions one."""
        if self._heavy is None or self._mentions is None:
            return self._plain
        return self._heavy if any(self._mentions.search(content) for _, content in files) else self._plain

    def _prepared_for_build(self, language: Language, main: bytes) -> Path | None:
        prepared = language.prepared
        if prepared is None or not prepared.build:
            return None
        if prepared.for_sources is not None and not prepared.for_sources.match(main):
            return None
        return self._prepared.folder(language, prepared)

    def _spec(self, language: Language, prepared: Path | None) -> JailSpec:
        return replace(self._plain, prepared=prepared, mounts=language.mounts)

    def _compile(
        self,
        language: Language,
        argv: list[str],
        files: dict[str, bytes],
        wanted: tuple[str, ...],
        prepared: Path | None,
        limits: Limits,
        stop: Stop | None = None,
    ) -> Execution:
        image = Image("exec", tuple(argv), tuple(files.items()), environment=language.environment)
        spec = replace(self._spec(language, prepared), scratch_mb=limits.scratch_mb)
        return self._run_image(image, spec, limits, Run(collect=wanted), stop)


def heap_mb(language: Language, memory_mb: int) -> int:
    """MiB of a run's limit that its program may use: without the machinery's allowance, and at least half."""
    return max(memory_mb - language.memory_mb, memory_mb // 2, 1)


def run_command(language: Language, main: str, memory_mb: int) -> tuple[str, ...]:
    """The command of a run in the jail. Not by format(), for a shell's own braces may stand in it."""
    places = {"{artifact}": f"{WORKDIR}/{language.artifact}", "{source}": f"{WORKDIR}/{main}"}
    places |= {"{prepared}": PREPARED_DIR, "{heap_mb}": str(heap_mb(language, memory_mb))}
    return tuple(_filled(word, places) for word in language.run)


def _filled(word: str, places: Mapping[str, str]) -> str:
    for place, value in places.items():
        word = word.replace(place, value)
    return word


def _files(program: Program, file_name: str) -> list[tuple[str, bytes]]:
    """The program's files, the main one first."""
    files = [(name, bytes_of(text)) for name, text in program.files.items() if name != program.entry]
    if program.entry is not None:
        return [(program.entry, bytes_of(program.files[program.entry])), *files]
    if any(name == file_name or name.startswith(f"{file_name}/") for name in program.files):
        raise ValueError(f"Program.files holds {file_name!r}, the name of the main file: name it as the entry")
    return [(file_name, bytes_of(program.source)), *files]
