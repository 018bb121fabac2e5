"""The languages that programs may be in. A language is data; the next one is a row of this table.

Each comes with a self-test (a program, its input and what it must print), which `ot-code doctor` runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sandbox.errors import LanguageError


@dataclass(frozen=True)
class Language:
    """How a program becomes a process.

    file_name: what the main file is called. build: the compiler's command, {source} and {output} filled in; empty for
    a language that is run as it is. static: archives without which -static is left out. linker: the binary of a faster
    linker, used where it is there, and the words for it. header: precompiled for sources that begin with it.
    memory_mb: allowance for the language's own machinery, beside a program's limit. time_factor: what limits made for
    C++ are multiplied by. toolchain: the program that must be on the host, and the package that brings it.
    """

    name: str
    file_name: str
    self_test: tuple[str, str, str]
    build: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    linker: tuple[str, tuple[str, ...]] | None = None
    header: str = ""
    aliases: tuple[str, ...] = ()
    memory_mb: int = 0
    time_factor: float = 1.0
    toolchain: tuple[str, str] | None = None


_CPP_TEST = (
    "#include <bits/stdc++.h>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }\n",
    "40 2\n",
    "42\n",
)


def _cpp(standard: str, *aliases: str) -> Language:
    name = aliases[0]
    return Language(
        name=name,
        aliases=aliases[1:],
        file_name="main.cpp",
        build=("/usr/bin/g++", f"-std={standard}", "-O2", "-static", "-s", "-pipe", "-w", "-o", "{output}", "{source}"),
        static=("libc.a", "libstdc++.a"),
        linker=("/usr/bin/ld.gold", ("-fuse-ld=gold", "-fno-use-linker-plugin")),
        header="bits/stdc++.h",
        self_test=_CPP_TEST,
        toolchain=("/usr/bin/g++", "g++"),
    )


_TABLE = (
    Language(
        name="python3",
        aliases=("python", "py", "py3"),
        file_name="solution.py",
        self_test=("print(sum(map(int, input().split())))\n", "40 2\n", "42\n"),
        time_factor=5.0,
    ),
    _cpp("gnu++17", "cpp", "c++", "cpp17", "c++17"),
    _cpp("gnu++20", "cpp20", "c++20"),
)
LANGUAGES: Mapping[str, Language] = MappingProxyType({language.name: language for language in _TABLE})
_NAMES = {name: language for language in _TABLE for name in (language.name, *language.aliases)}


def languages() -> Mapping[str, Language]:
    """The languages by name."""
    return LANGUAGES


def language(name: str) -> Language:
    """The language of that name or alias, whatever its case. Raises LanguageError naming those that there are."""
    try:
        return _NAMES[name.lower()]
    except KeyError:
        known = ", ".join(LANGUAGES)
        raise LanguageError(f"no language {name!r}; there are: {known}") from None
