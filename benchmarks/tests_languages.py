"""One tiny run in each language: isolated, beside the bare toolchain's own run of the same build.

The program is the language's self-test, built before. Ours is a whole `Sandbox.run`: a jail borrowed, a fresh process,
limits, its outputs, clearing up. The baseline starts the same executable, or the same interpreter with the same
options on the same files, without any isolation.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Line, Rounds, Size, compared, timed_ms
from sandbox import LanguageError, Program, Sandbox, languages
from sandbox.images import WORKDIR
from sandbox.jails.base import PREPARED_DIR
from sandbox.languages import Language


def tiny_runs(size: Size) -> list[Line]:
    """A line for each language that this host has the toolchain of."""
    with Sandbox(jobs=1) as sandbox, tempfile.TemporaryDirectory() as folder:
        turns: dict[str, Callable[[], float]] = {}
        shown: list[str] = []
        for language in languages().values():
            place = Path(folder) / language.name
            place.mkdir()
            try:
                command = _bare_command(sandbox, language, place)
            except LanguageError as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
            ours = functools.partial(_ours, sandbox, language)
            theirs = functools.partial(_theirs, command, place, language)
            ours(), theirs()  # both print what they must, and are warm from here on
            turns[f"{language.name} in a jail"] = functools.partial(_mean_ms, ours, size.processes)
            turns[f"bare {language.name}"] = functools.partial(_mean_ms, theirs, size.processes)
            shown.append(language.name)
        samples = Rounds(size.rounds).interleave(turns)
    return [
        compared(f"a tiny run in {name}", samples, f"{name} in a jail", f"bare {name}", says="ours/baseline")
        for name in shown
    ]


def _bare_command(sandbox: Sandbox, language: Language, place: Path) -> list[str]:
    """Writes what goes into the jail into a folder of the host; the command that runs it there."""
    image, spec, failure = sandbox.images.image(Program(language.self_test[0], language.name), sandbox.limits.memory_mb)
    if failure is not None:
        raise RuntimeError(f"the self-test of {language.name} was not built: {failure.stderr}")
    for name, content in image.files:
        (place / name).write_bytes(content)
    if image.executable:
        (place / language.artifact).write_bytes(image.executable)
        (place / language.artifact).chmod(0o755)
    prepared = str(spec.prepared or "")
    # WORKDIR first: the host's folder of prepared things may itself lie below /tmp.
    words = [word.replace(f"{WORKDIR}/", f"{place}/").replace(PREPARED_DIR, prepared) for word in image.argv]
    return [str(sandbox.runtime.interpreter), *words] if language.in_template else words


def _mean_ms(call: Callable[[], None], count: int) -> float:
    call()  # opens the jail, where another language's was in use
    return sum(timed_ms(call) for _ in range(count)) / count


def _ours(sandbox: Sandbox, language: Language) -> None:
    source, text, expected = language.self_test
    done = sandbox.run(Program(source, language.name), stdin=text)
    if done.stdout != expected:
        raise RuntimeError(f"the self-test of {language.name} failed: {done.status.value}, {done.stderr}")


def _theirs(command: list[str], place: Path, language: Language) -> None:
    _, text, expected = language.self_test
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(place), "LC_ALL": "C.UTF-8", **language.environment}
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, cwd=place, env=environment
    )  # fmt: skip
    if done.stdout != expected:
        raise RuntimeError(f"the bare self-test of {language.name} failed: {done.stderr}")
