"""The languages that are compiled to an executable."""

from __future__ import annotations

import re

from sandbox.languages.base import Language, Prepared, Tool

_CPP_TEST = (
    "#include <bits/stdc++.h>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }\n",
    "40 2\n",
    "42\n",
)
_GOLD = ("/usr/bin/ld.gold", ("-fuse-ld=gold", "-fno-use-linker-plugin"))
_GPP = Tool("/usr/bin/g++", "apt-get install g++")

# Comments may stand before it; written so that a hostile source has only one way to match.
_BEGINS_WITH_HEADER = re.compile(
    rb"\s*(?:(?://[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)\s*)*#[ \t]*include[ \t]*[<\"]bits/stdc\+\+\.h[>\"]"
)


def _cpp(standard: str, *aliases: str) -> Language:
    flags = (f"-std={standard}", "-O2", "-w")
    return Language(
        name=aliases[0],
        aliases=aliases[1:],
        file_name="main.cpp",
        build=(_GPP.path, *flags, "-static", "-s", "-pipe", "-o", "{output}", "{sources}"),
        static=("libc.a", "libstdc++.a"),
        linker=_GOLD,
        prepared=Prepared(
            name="bits/stdc++.h.gch",
            files={"header.h": "#include <bits/stdc++.h>\n"},
            command=(_GPP.path, *flags, "-x", "c++-header", "-o", "header.gch", "header.h"),
            leaves="header.gch",
            for_sources=_BEGINS_WITH_HEADER,
            options=("-I", "{prepared}"),
        ),
        self_test=_CPP_TEST,
        toolchain=(_GPP,),
    )


NATIVE: tuple[Language, ...] = (
    _cpp("gnu++17", "cpp", "c++", "cpp17", "c++17"),
    _cpp("gnu++20", "cpp20", "c++20"),
)
